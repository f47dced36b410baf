"""What the public holidays of a network's countries take at rest: of two processes that know its deadlines one knows them too.

They are worked out as at every start, by the `holidays` library in a child that ends with it (`app/cli/days_off.py`).
"""

import multiprocessing
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

from app.cli.days_off import count_public_holidays
from app.cli.deployment import Deployment
from app.cli.memory import give_back, share_one_arena
from app.database import Database
from app.network import Mandate, OrganisationKind, Sector, add_organisation, add_site
from app.settings import read_settings
from app.vault import Vault
from bench.children import private_folder
from bench.machine import pss_of
from bench.world import make_world

COUNTRIES = ("BD", "CD", "CN", "DE", "HU", "ID", "IN", "KH", "MX", "MY", "NP", "PH", "TH", "TW", "VN")
"""Those in which a network of this size has workplaces; in six of them many regions have holidays of their own."""

REGION = "DE-BY"
_TIMES = 3


def taken_by_holidays() -> tuple[float, float]:
    """Megabytes that a process holds with the holidays of these countries, and without them; medians."""
    with private_folder() as folder:
        home = folder / "home"
        world = make_world(home, f"sqlite:///{home / 'redress.sqlite3'}")
        _settle(world.database, world.vault)
        world.database.dispose()
        found = [(_measured(home, known=True), _measured(home, known=False)) for _ in range(_TIMES)]
    return median(each for each, _ in found), median(each for _, each in found)


def _settle(database: Database, vault: Vault) -> None:
    with database.writing() as session:
        for country in COUNTRIES:
            add_site(
                session,
                vault,
                name=f"Works {country}",
                town="Town",
                country=country,
                sector=Sector.ELECTRONICS,
            )
        partner = add_organisation(
            session,
            vault,
            kind=OrganisationKind.MONITORING_PARTNER,
            name="A partner whose region has days of its own",
            country=REGION[:2],
            mandate=Mandate(COUNTRIES),
        )
        partner.region = REGION


def _measured(home: Path, *, known: bool) -> float:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_rest, args=(home, known, theirs))
    child.start()
    theirs.close()
    taken: float = ours.recv()
    child.join()
    return taken


def _rest(home: Path, known: bool, told: Connection) -> None:
    share_one_arena()
    deployment = Deployment(read_settings({"REDRESS_HOME": str(home)}))
    _ = deployment.rules
    if known:
        count_public_holidays(deployment)
        places = set(deployment.rules.deadlines.days_off)
        if not places >= {*COUNTRIES, REGION}:
            raise RuntimeError(f"days off are known of {sorted(places)} only")
    if "holidays" in sys.modules:
        raise RuntimeError("the library was imported by a process that stays")
    give_back()
    told.send(pss_of("self"))
    told.close()
