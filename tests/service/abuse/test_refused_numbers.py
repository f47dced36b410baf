"""The limit of refused numbers counts numbers, not presses: at once, again, or over the end of its day."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta

import pytest

from app import clock
from app.database import CaseId
from app.intake.refused_numbers import NUMBERS_REST, NumbersRest, counted_number
from app.intake.spoken_yes import PhoneNotTheirs
from app.network import REFUSED_NUMBERS, SignedIn
from app.vault import read_journal
from tests.harness.world import World
from tests.support.member import accepted

MOST = REFUSED_NUMBERS.most


def look(world: World, case_id: CaseId, number: int, *, refused: bool, by: SignedIn | None = None) -> bool:
    """Look at a number; whether it was looked at."""
    by = by or world.sign_in("near.lead")
    try:
        with counted_number(world.database, world.vault, by, case_id, {"pepper": bytes([number] * 32)}):
            if refused:
                raise PhoneNotTheirs
    except PhoneNotTheirs:
        return True
    except NumbersRest:
        return False
    return True


def rests(world: World, case_id: CaseId) -> int:
    with world.database.reading() as session:
        return [entry.act for entry in read_journal(session, world.vault, case_id)].count(NUMBERS_REST)


def test_one_number_counts_once_however_often_it_is_refused(world: World) -> None:
    case_id = accepted(world, world.file())
    for _ in range(MOST + 2):
        assert look(world, case_id, 1, refused=True)
    for number in range(2, MOST + 1):
        assert look(world, case_id, number, refused=True)
    assert not look(world, case_id, MOST + 1, refused=False)
    assert look(world, case_id, 1, refused=True)
    assert rests(world, case_id) == 1


def test_a_double_click_of_a_good_number_takes_nothing_for_ever(world: World) -> None:
    case_id, by = accepted(world, world.file()), world.sign_in("near.lead")
    for number in range(MOST - 1):
        assert look(world, case_id, number, refused=True)
    good = {"pepper": b"g" * 32}
    for _ in range(3):
        with ExitStack() as clicks:
            for _ in range(2):
                clicks.enter_context(counted_number(world.database, world.vault, by, case_id, good))
            # While the fifth is looked at, there is no room for a sixth; afterwards there is.
            assert not look(world, case_id, MOST + 1, refused=True)
    assert look(world, case_id, MOST + 1, refused=True)
    assert not look(world, case_id, MOST + 2, refused=True)
    assert rests(world, case_id) == 1


def test_many_numbers_at_once_learn_no_more_than_one_after_the_other(world: World) -> None:
    case_id = accepted(world, world.file())
    world.sign_in("near.lead")
    with ThreadPoolExecutor(4) as pool:
        tried = [pool.submit(look, world, case_id, number % 10, refused=True) for number in range(20)]
        looked_at = {number % 10 for number, each in enumerate(tried) if each.result(timeout=60)}
    assert len(looked_at) == MOST
    assert rests(world, case_id) == 1


def test_one_that_was_begun_before_midnight_is_taken_back_from_that_day(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id, by = accepted(world, world.file()), world.sign_in("near.lead")
    today = clock.now()
    monkeypatch.setattr("app.clock.now", lambda: today)
    with counted_number(world.database, world.vault, by, case_id, {"pepper": b"g" * 32}):
        today += timedelta(days=1)
    looked_at = [look(world, case_id, number, refused=True, by=by) for number in range(MOST + 1)]
    assert looked_at == [True] * MOST + [False]
