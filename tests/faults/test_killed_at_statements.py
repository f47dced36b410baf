"""A dispatcher killed at any statement while questions fall due and ladders are climbed: whoever comes next does the rest, once."""

import random
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app import clock
from app.cases.case.models import Escalation
from app.cases.followups import Followup
from app.cases.routing.offers import accept_offer
from app.database import Database
from app.network import SignedIn
from app.vault import Vault
from tests.faults.kills import counted, share, told
from tests.faults.warm_parent import warm_parent
from tests.harness.world import World, light_vault
from tests.support.promise_watch import Watch
from tests.support.ticking import falls_due, set_to

_FIRST_GUESS = 60
_KILLS_A_CASE = 10
_LIVES = 0


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("faults") / "keys"


@pytest.fixture(scope="module")
def vault(keys: Path) -> Vault:
    return light_vault(keys)


class Killer:
    """Goes from one due moment to the next and lets a dispatcher die there; another one finishes what it left."""

    def __init__(self, database: Database, ask: Callable[[str], str], dice: random.Random) -> None:
        self._database, self._ask, self._dice = database, ask, dice
        self._statements = _FIRST_GUESS

    def kill(self) -> datetime:
        """Go on until one is killed; the moment of its death."""
        while True:
            with self._database.reading() as session:
                moment = min(falls_due(session).values())
            set_to(max(moment, clock.now()))
            if self._send(self._dice.randint(1, self._statements)) == "killed":
                return moment

    def finish(self) -> None:
        """Let another one tick to its end."""
        assert self._send(_LIVES) == "finished"

    def _send(self, last: int) -> str:
        offset = round(clock._offset.total_seconds())
        end, *said = self._ask(f"{offset} {last}").split()
        if said:
            self._statements = int(said[0])
        assert end != "failed"
        return end


@pytest.mark.timeout(0)
def test_what_a_killed_dispatcher_left_is_done_once_and_nobody_is_forgotten(
    database: Database, vault: Vault, keys: Path
) -> None:
    world = World(database, vault)
    world.make_room()
    by, watch = world.sign_in("near.lead"), Watch(world)
    dice = random.Random()  # noqa: S311 - the moment of a kill is no secret
    total = share(100, short=20)
    with warm_parent("tests.faults.mortal_dispatcher", database.url, str(keys)) as ask:
        killer = Killer(database, ask, dice)
        for number in counted(f"dispatchers at statements on {database.engine.dialect.name}", total):
            if number % _KILLS_A_CASE == 0:
                _file_two(world, by)
            killer.kill()
            watch.look_between()
            killer.finish()
            watch.look()
    watch.look_back()
    told(f"{database.engine.dialect.name}: {total} dispatchers killed at a statement; {_done(database)}")


def _file_two(world: World, by: SignedIn) -> None:
    """A case that a partner takes and forgets, and one that nobody answers."""
    world.file(words="Nobody answers.")
    taken = world.case_of(world.file(words="Taken and forgotten."))
    with world.database.writing() as session:
        assert accept_offer(session, world.vault, world.rules, by, taken).taken


def _done(database: Database) -> str:
    with database.reading() as session:
        rungs = session.scalar(select(func.count()).select_from(Escalation))
        asked = session.scalar(select(func.count()).where(Followup.asked_hour.is_not(None)))
    return f"{rungs} rungs, {asked} questions"
