"""Twenty at one moment, all of whom read the counters before any of them counts: exactly as many pass as the limit lets."""

from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select

from app.cases.case.models import Case, Offer
from app.network import (
    ALL_UNKNOWN_RECEIPTS,
    EVERYBODY,
    HELD_REPORTS,
    REPORTS,
    UNKNOWN_RECEIPTS,
    attempts_so_far,
)
from app.network.attempts import Attempts, Limit, tag_of
from app.vault import Guess, format_receipt, new_receipt
from tests.harness.world import World
from tests.service.abuse.at_once import MANY, AtOnce, statuses
from tests.support.addresses import DORMITORY, ELSEWHERE, Fill, Phone
from tests.support.member import Member
from tests.support.sign_in_tries import LIMITS, LOGIN, WRONG


def number_of(world: World, limit: Limit, subject: str) -> int:
    with world.database.reading() as session:
        return attempts_so_far(session, world.vault, limit, subject)


def stored(world: World) -> tuple[int, int]:
    """How many cases there are, and how many of them were offered to somebody."""
    with world.database.reading() as session:
        cases, offered = func.count(Case.id), func.count(func.distinct(Offer.case_id))
        return session.scalar(select(cases)) or 0, session.scalar(select(offered)) or 0


@pytest.mark.parametrize(("limit", "subject"), LIMITS)
def test_one_log_in_is_tried_at_once_and_the_others_wait_for_their_turn(
    phone: Phone, world: World, fill: Fill, at_once: AtOnce, turns: list[Guess], limit: Limit, subject: str
) -> None:
    fill(limit, subject.format(login=LOGIN), limit.most - 1)
    phones = [phone(ELSEWHERE) for _ in range(MANY)]
    for each in phones:
        each.open("/desk/sign-in")
    typed: dict[str, Any] = {"login": LOGIN, "password": WRONG, "code": "000000"}
    at_once([partial(each.send, "/desk/sign-in", **typed) for each in phones])
    assert statuses(phones) == {403: MANY}
    assert turns == [Guess.PASSWORD] * (MANY - 1)


def test_unknown_receipts_are_counted_one_by_one(phone: Phone, world: World, at_once: AtOnce) -> None:
    phones = [phone(DORMITORY) for _ in range(MANY)]
    _try_receipts(phones, at_once, [format_receipt(new_receipt()) for _ in phones])
    assert statuses(phones) == {422: MANY}
    assert number_of(world, UNKNOWN_RECEIPTS, DORMITORY) == MANY
    assert number_of(world, ALL_UNKNOWN_RECEIPTS, EVERYBODY) == MANY


def test_right_receipts_use_nothing_up_and_leave_no_trace(
    phone: Phone, world: World, fill: Fill, at_once: AtOnce
) -> None:
    code = format_receipt(world.file(words="They keep my passport.").receipt)
    for sender, here in ((DORMITORY, UNKNOWN_RECEIPTS.most - 1), (ELSEWHERE, 0)):
        if here:
            fill(UNKNOWN_RECEIPTS, sender, here)
        phones = [phone(sender) for _ in range(MANY)]
        _try_receipts(phones, at_once, [code] * MANY)
        assert statuses(phones) == {200: MANY}
        assert number_of(world, UNKNOWN_RECEIPTS, sender) == here
    with world.database.reading() as session:
        assert session.get(Attempts, tag_of(world.vault, UNKNOWN_RECEIPTS, ELSEWHERE)) is None


def test_one_report_goes_its_usual_way_and_the_others_are_held(
    phone: Phone, world: World, fill: Fill, at_once: AtOnce
) -> None:
    fill(REPORTS, DORMITORY, REPORTS.most - 1)
    cases, offered = stored(world)
    phones = _write_reports(phone, world, at_once)
    assert statuses(phones) == {200: MANY}
    assert len({each.page.code for each in phones}) == MANY
    assert stored(world) == (cases + MANY, offered + 1)
    assert number_of(world, REPORTS, DORMITORY) == REPORTS.most - 1 + MANY
    assert number_of(world, HELD_REPORTS, EVERYBODY) == MANY - 1


def test_one_report_takes_the_last_place_and_the_others_keep_their_words(
    phone: Phone, world: World, fill: Fill, at_once: AtOnce
) -> None:
    fill(REPORTS, DORMITORY, REPORTS.most)
    fill(HELD_REPORTS, EVERYBODY, HELD_REPORTS.most - 1)
    cases, offered = stored(world)
    phones = _write_reports(phone, world, at_once)
    assert statuses(phones) == {200: 1, 503: MANY - 1}
    for number, each in enumerate(phones):
        if each.page.status == 503:
            assert each.page.form("/report").values["words"] == [f"Report {number}."]
    assert stored(world) == (cases + 1, offered)
    assert number_of(world, HELD_REPORTS, EVERYBODY) == HELD_REPORTS.most
    assert number_of(world, REPORTS, DORMITORY) == REPORTS.most + 1


def _try_receipts(phones: list[Member], at_once: AtOnce, codes: list[str]) -> None:
    for each in phones:
        each.open("/en/inbox")
    at_once([partial(each.send, "/inbox", receipt=code) for each, code in zip(phones, codes, strict=True)])


def _write_reports(phone: Phone, world: World, at_once: AtOnce) -> list[Member]:
    phones = [phone(DORMITORY) for _ in range(MANY)]
    for each in phones:
        each.open(f"/en/s/{world.site.code}")
    at_once([partial(each.send, "/report", words=f"Report {n}.") for n, each in enumerate(phones)])
    return phones
