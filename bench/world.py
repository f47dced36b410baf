"""The small network that the bench's reports are routed in: a partner that is asked, two standbys, custody, noise around."""

from pathlib import Path

from sqlalchemy import select

from app import clock
from app.consequences import carry_out
from app.database import Database
from app.database.schema import migrate
from app.network import Mandate, Organisation, OrganisationKind, add_organisation
from app.vault import Vault, load_keyring, make_keyrings
from tests.harness.world import EVERY_TRAINING, LIGHT, World

# Nobody's list is ever full: a report that meets a full partner takes another way.
_CAPACITY = 10_000_000


def make_world(home: Path, url: str) -> World:
    """Set up a home as `redress init` does, and the network in it; a light hash, since passwords are not what is measured."""
    clock.set_offset(
        0
    )  # whoever signed in to a world before moved it past the codes that this one's people are about to use
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (home / "keys").exists():
        make_keyrings(home / "keys")
    database = Database(url, before_commit=carry_out)
    migrate(database)
    world = World(database, Vault(load_keyring(home / "keys", "web"), LIGHT))
    with database.writing() as session:
        second = add_organisation(
            session,
            world.vault,
            kind=OrganisationKind.MONITORING_PARTNER,
            name="Second Line",
            country="CH",
            mandate=Mandate(("*",), ("en",), EVERY_TRAINING),
        )
        for organisation in session.scalars(select(Organisation)):
            organisation.capacity = _CAPACITY
    world.join(second, "second.lead")
    return world
