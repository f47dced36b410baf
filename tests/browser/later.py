"""What the dispatcher does later, while the server of a story runs on or rests."""

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select

from app import clock
from app.cases.case.models import Clock, Escalation
from app.cases.enums import ClockState, Rung, RungState
from app.followups.asking import ask_due
from app.vault import RowSigner, Vault, load_keyring
from tests.harness.databases import closing_database
from tests.harness.dispatching import services_over
from tests.harness.server import LiveServer
from tests.harness.world import shipped_rules
from tests.support.ticking import set_to, tick

_LADDER, _MOST_DATES = ("mark_clocks_missed", "climb_ladders"), 30


def in_two_weeks(server: LiveServer) -> None:
    """Ask the questions that are due then."""
    vault = Vault(load_keyring(server.home / "keys", "web"))
    clock.set_offset(14 * 86_400 + 3700)
    with closing_database(f"sqlite:///{server.home / 'redress.sqlite3'}") as database:
        database.sign_with(RowSigner(lambda: vault))
        with database.writing() as session:
            ask_due(session, vault, shipped_rules(), 1_000)
    clock.set_offset(0)


def copied(server: LiveServer, folder: Path) -> Path:
    """A home in this folder with all that the server has now, for what is to come over it days later; the server runs on."""
    home = folder / "home"
    shutil.copytree(server.home, home, ignore=shutil.ignore_patterns("*.sqlite3*"))
    name = "redress.sqlite3"
    with closing(sqlite3.connect(server.home / name)) as now, closing(sqlite3.connect(home / name)) as then:
        now.backup(then)
    return home


def until_asked(home: Path, case_id: UUID, rung: Rung) -> int:
    """Tick at each date of the case until this rung of it is asked; how many seconds ahead that is.

    The server of that home rests meanwhile: the next one that runs over it has to be so far ahead.
    """
    vault = Vault(load_keyring(home / "keys", "dispatcher"))
    asked = select(Escalation.id).where(Escalation.case_id == case_id, Escalation.rung == rung)
    runs = select(func.min(Clock.due_at)).where(Clock.case_id == case_id, Clock.state == ClockState.RUNNING)
    stands = select(func.min(Escalation.due_at)).where(
        Escalation.case_id == case_id, Escalation.state == RungState.ASKED
    )
    with closing_database(f"sqlite:///{home / 'redress.sqlite3'}") as database:
        services = services_over(database, vault, shipped_rules())
        for _ in range(_MOST_DATES):
            with database.reading() as session:
                if session.scalar(asked) is not None:
                    break
                due = [when for when in (session.scalar(runs), session.scalar(stands)) if when is not None]
            set_to(max(clock.now(), min(due)))
            tick(services, _LADDER)
        else:
            raise AssertionError(f"nobody was asked: {rung}")
    ahead = round((clock.now() - datetime.now(UTC)).total_seconds())
    clock.set_offset(0)
    return ahead
