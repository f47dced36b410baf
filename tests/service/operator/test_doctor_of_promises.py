"""The doctor says that every open case has a next step, and names each one that was forgotten."""

from pathlib import Path

from sqlalchemy import select, update

from app.cases.case.models import Case, Offer
from app.vault import Vault, load_keyring
from tests.harness.databases import closing_database
from tests.harness.world import LIGHT, World
from tests.support.commands import Redress

_WELL = "good  Every open case has a next step."


def test_a_case_that_was_forgotten_is_named_and_no_other(ready: Redress, home: Path) -> None:
    outcome = ready("doctor")
    assert (outcome.returncode, _WELL in outcome.stdout) == (0, True), outcome
    with closing_database(f"sqlite:///{home / 'redress.sqlite3'}") as database:
        world = World(database, Vault(load_keyring(home / "keys", "web"), LIGHT))
        forgotten, kept = world.case_of(world.file()), world.case_of(world.file())
        with database.reading() as session:
            named, other = (
                session.scalars(select(Case.reference).where(Case.id == each)).one()
                for each in (forgotten, kept)
            )
        said = ready("doctor").stdout
        assert _WELL in said
        # Nobody has set a roster: it says so, as the page does.
        assert f"warn  Nobody at {world.near.name} who can be alerted is on duty today or on any of" in said
        with database.writing() as session:
            # As somebody who can write the database, or a mistake of ours, would leave it.
            session.execute(update(Offer).where(Offer.case_id == forgotten).values(expires_at=None))
    outcome = ready("doctor")
    assert outcome.returncode == 1
    line = next(line for line in outcome.stdout.splitlines() if "Nobody has to do anything next" in line)
    assert line.startswith("bad ")
    assert named in line
    assert other not in line
    assert _WELL not in outcome.stdout
