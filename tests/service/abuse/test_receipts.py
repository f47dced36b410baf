"""Receipts: a slip costs nothing, a guess counts, and over the limit nobody learns whether a receipt exists."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import event

from app.cases.worker import receipt_tries
from app.network import (
    ALL_UNKNOWN_RECEIPTS,
    EVERYBODY,
    UNKNOWN_IN_A_FLOOD,
    UNKNOWN_RECEIPTS,
    attempts_so_far,
)
from app.vault import Guess, TooBusy, format_receipt, members, new_receipt, receipts
from app.vault.keyholder import KeyHolder
from tests.harness.world import World
from tests.support.addresses import DORMITORY, ELSEWHERE, Fill, Phone
from tests.support.member import Member

WORDS = "They keep my passport."
ALL = (UNKNOWN_RECEIPTS, DORMITORY), (ALL_UNKNOWN_RECEIPTS, EVERYBODY)


@pytest.fixture
def code(world: World) -> str:
    """The receipt of a filed report."""
    return format_receipt(world.file(words=WORDS).receipt)


@pytest.fixture
def statements(world: World) -> Iterator[list[str]]:
    """Every SQL statement and every connection taken from here on."""
    seen: list[str] = []

    def taken(*_others: object) -> None:
        seen.append("a connection")

    event.listen(world.database.engine, "checkout", taken)
    with world.database.hearing_statements(seen.extend):
        yield seen
    event.remove(world.database.engine, "checkout", taken)


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How often Argon2id was made ready from here on."""
    seen: list[str] = []
    for module in (receipts, members):
        argon = module.Argon2id

        def make(*, _argon: type[object] = argon, **named: object) -> object:
            seen.append("Argon2id")
            return _argon(**named)

        monkeypatch.setattr(module, "Argon2id", make)
    return seen


def enter(phone: Member, receipt: str) -> None:
    phone.open("/en/inbox")
    phone.send("/inbox", receipt=receipt)


def counted(world: World) -> list[int]:
    with world.database.reading() as session:
        return [attempts_so_far(session, world.vault, limit, subject) for limit, subject in ALL]


def one_digit_wrong(code: str) -> str:
    return ("1" if code[0] == "0" else "0") + code[1:]


def test_a_slip_is_found_before_anything_is_hashed_or_asked_of_the_database(
    phone: Phone, world: World, code: str, statements: list[str], hashed: list[str]
) -> None:
    worker = phone(DORMITORY)
    worker.open("/en/inbox")
    for typed in (one_digit_wrong(code), code[:-1], "", "1234", "no digits", "9" * 5000):
        page = worker.send("/inbox", receipt=typed)
        assert page.status == 422
        assert "A number is mistyped." in page.text
    assert (statements, hashed) == ([], [])
    # The same watch sees what a right one costs.
    worker.send("/inbox", receipt=code)
    assert WORDS in worker.page.text
    assert statements
    assert hashed == ["Argon2id"]


def test_right_receipts_and_slips_do_not_count_and_unknown_ones_do(
    phone: Phone, world: World, code: str
) -> None:
    worker = phone(DORMITORY)
    for typed in (code, one_digit_wrong(code), code):
        enter(worker, typed)
        worker.client.delete_cookie("redress_worker")
    assert counted(world) == [0, 0]
    for _ in range(2):
        enter(worker, new_receipt())
        assert "We have no message with this code." in worker.page.text
    assert counted(world) == [2, 2]


def test_over_the_limit_each_try_waits_for_its_turn_and_a_right_receipt_still_opens(
    phone: Phone, world: World, code: str, fill: Fill, turns: list[Guess]
) -> None:
    fill(*ALL[0], UNKNOWN_RECEIPTS.most - 1)
    worker = phone(DORMITORY)
    enter(worker, new_receipt())
    assert "We have no message with this code." in worker.page.text
    assert turns == []
    for _ in range(2):
        enter(worker, format_receipt(new_receipt()))
        assert "We have no message with this code." in worker.page.text
    enter(worker, code)
    assert WORDS in worker.page.text
    assert turns == [Guess.RECEIPT] * 3
    assert counted(world)[0] == UNKNOWN_RECEIPTS.most + 2
    # And what a worker comes for is not less in the inbox.
    assert worker.send("/inbox/stop").status == 200
    enter(phone(ELSEWHERE), code)
    assert len(turns) == 3


def test_one_below_the_limit_a_right_receipt_opens(phone: Phone, code: str, fill: Fill) -> None:
    fill(*ALL[0], UNKNOWN_RECEIPTS.most - 1)
    worker = phone(DORMITORY)
    enter(worker, code)
    assert WORDS in worker.page.text


@pytest.mark.parametrize(
    ("everywhere", "here", "waits"),
    (
        (ALL_UNKNOWN_RECEIPTS.most - 1, UNKNOWN_IN_A_FLOOD, False),
        (ALL_UNKNOWN_RECEIPTS.most, UNKNOWN_IN_A_FLOOD - 1, False),
        (ALL_UNKNOWN_RECEIPTS.most, UNKNOWN_IN_A_FLOOD, True),
    ),
)
def test_while_strangers_guess_everywhere_an_address_has_three_before_it_waits(
    phone: Phone, code: str, fill: Fill, turns: list[Guess], everywhere: int, here: int, waits: bool
) -> None:
    fill(*ALL[0], here)
    fill(*ALL[1], everywhere)
    worker = phone(DORMITORY)
    enter(worker, code)
    assert WORDS in worker.page.text
    assert bool(turns) is waits


def test_when_the_lane_is_full_the_code_and_the_words_stay(
    phone: Phone, fill: Fill, monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    fill(*ALL[0], UNKNOWN_RECEIPTS.most)
    worker, code = _with_words(phone)
    with monkeypatch.context() as full:
        full.setattr(KeyHolder, "guessing", _no_place)
        worker.send("/inbox", receipt=code)
    assert worker.page.status == 503
    assert "We did not try your code yet. Press the button again." in worker.page.text
    assert "More words." in worker.page.text
    assert worker.page.form("/inbox").values["receipt"] == [code]
    worker.send("/inbox")
    assert "More words." in worker.page.text
    assert "First." in worker.page.text


def _no_place(_vault: KeyHolder, _what: Guess) -> AbstractContextManager[None]:
    raise TooBusy


@pytest.mark.parametrize("known", (True, False))
def test_without_counters_nothing_is_told_and_nothing_typed_is_lost(
    phone: Phone, code: str, without_counters: Callable[[], None], known: bool
) -> None:
    worker, _ = _with_words(phone)
    without_counters()
    typed = code if known else format_receipt(new_receipt())
    worker.send("/inbox", receipt=typed)
    assert worker.page.status == 503
    assert "It is our fault, not your code." in worker.page.text
    assert "More words." in worker.page.text
    assert worker.page.form("/inbox").values["receipt"] == [typed]


def test_an_unknown_receipt_that_cannot_be_counted_is_not_told_to_be_unknown(
    phone: Phone, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(receipt_tries, "count_attempt", fail)
    worker = phone(DORMITORY)
    enter(worker, new_receipt())
    assert worker.page.status == 503
    assert "We have no message with this code." not in worker.page.text


def test_a_new_code_asked_for_without_a_session_counts_as_a_guess(
    phone: Phone, world: World, fill: Fill, hashed: list[str], turns: list[Guess]
) -> None:
    stranger = phone(DORMITORY)
    answers = []
    for number in (0, UNKNOWN_RECEIPTS.most - 1):
        fill(*ALL[0], number)
        for _ in range(2):
            token = stranger.open("/en/").form("/report").values["token"][0]
            answers.append(stranger.client.post("/en/inbox/code", data={"token": token}).status_code)
    assert answers == [200] * 4
    assert counted(world) == [UNKNOWN_RECEIPTS.most + 1, 4]
    assert len(hashed) == 4
    assert turns == [Guess.RECEIPT]


def _with_words(phone: Phone) -> tuple[Member, str]:
    """A worker whose words wait for the receipt of a report that the same form sent before, and that receipt."""
    worker = phone(DORMITORY)
    form = worker.open("/en/")
    code = worker.send("/report", words="First.").code
    worker.page = form
    worker.send("/report", words="More words.")
    assert worker.page.status == 409
    return worker, code
