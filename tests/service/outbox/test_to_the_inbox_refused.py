"""What may not wait on a phone for the inbox, or comes for other messages: refused by its reason, and nothing changes."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.cases.case.veils import facts_of
from app.cases.enums import ConsentLevel
from app.cases.worker.sharing import replace_receipt
from app.network import UNKNOWN_RECEIPTS
from app.network.attempts import attempts_so_far
from app.vault import Guess, Vault, new_receipt
from tests.harness.world import World
from tests.support.inbox_phone import WORDS, Phone
from tests.support.outbox import Kit, Sealing, answer, post, to_inbox, with_check_digit


@pytest.fixture
def refuses(client: FlaskClient, phone: Phone) -> Callable[..., None]:
    """Posts, and looks that it is refused for this reason and the case is as it was."""

    def look(sealing: Sealing, reason: str, status: int) -> None:
        before = phone.texts()
        response = post(client, sealing.envelope())
        told = answer(response)
        assert (told["state"], told["reason"], response.status_code) == ("refused", reason, status)
        assert phone.texts() == before

    return look


def test_to_nobody_may_wait_and_to_more_people_may_not(
    phone: Phone, client: FlaskClient, refuses: Callable[..., None]
) -> None:
    for level in ("helper", "union", "buyers", ""):
        refuses(phone.seal("consent", consent=level), "mistakes", 422)
    assert answer(post(client, phone.seal("consent", consent="nobody").envelope()))["state"] == "kept"
    assert facts_of(phone.world.vault, phone.case).consent is ConsentLevel.NOBODY


@pytest.mark.parametrize(
    "act", ("undo", "let-read", "ask-me", "texts", "code", "about-helper", "nonsense", "")
)
def test_what_lets_more_people_read_or_shows_something_may_not_wait(
    phone: Phone, refuses: Callable[..., None], act: str
) -> None:
    refuses(phone.seal(act, page=False, consent="buyers"), "mistakes", 422)


def test_an_empty_or_an_endless_message_is_a_mistake(phone: Phone, client: FlaskClient) -> None:
    for words, fault in ((" \u200f", "empty"), ("x" * 20_001, "long")):
        response = post(client, phone.seal("write", words=words).envelope())
        assert (response.status_code, answer(response)["mistakes"]) == (422, [["words", fault]])


def test_a_message_for_other_messages_than_those_of_the_code_is_a_conflict(
    phone: Phone, refuses: Callable[..., None]
) -> None:
    other = phone.world.file()
    sealing = phone.seal("write", words=WORDS, case=phone.world.vault.name_case(other.case_id))
    refuses(sealing, "conflict", 409)


def test_one_submission_with_other_content_is_a_conflict_and_the_first_stands(
    phone: Phone, client: FlaskClient, refuses: Callable[..., None]
) -> None:
    first = phone.seal("write", words=WORDS)
    assert answer(post(client, first.envelope()))["state"] == "kept"
    for words, ack in (("Something else.", first.ack), (WORDS, bytes(32))):
        other = phone.seal("write", words=words)
        other.submission, other.ack = first.submission, ack
        refuses(other, "conflict", 409)
    assert answer(post(client, first.envelope()))["already"] is True


def test_a_code_that_opens_nothing_or_nothing_any_more_is_refused_and_counted(
    phone: Phone, client: FlaskClient, refuses: Callable[..., None]
) -> None:
    world = phone.world
    sealing = phone.seal("write", words=WORDS)
    worker, fresh = phone.worker(), new_receipt()
    with world.database.writing() as session:
        replace_receipt(session, world.vault, worker, world.vault.derive_receipt_keys(fresh))
    phone.receipt = fresh
    never = to_inbox(Kit.of(world.vault), new_receipt(), {"act": "write", "words": WORDS})
    good = new_receipt()
    mistyped = to_inbox(
        Kit.of(world.vault), good[:-1] + str((int(good[-1]) + 1) % 10), {"act": "write", "words": WORDS}
    )
    for each in (sealing, never, mistyped):
        refuses(each, "no_case", 409)
    with world.database.reading() as session:
        # A mistyped one is told before anything is hashed.
        assert attempts_so_far(session, world.vault, UNKNOWN_RECEIPTS, "127.0.0.1") == 2


def test_whoever_guesses_codes_here_waits_for_a_turn_as_at_the_inbox(
    phone: Phone, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns: list[Guess] = []
    real = Vault.guessing

    def counted(vault: Vault, guess: Guess) -> Any:
        turns.append(guess)
        return real(vault, guess)

    monkeypatch.setattr(Vault, "guessing", counted)
    post(client, phone.seal("write", words="Before.").envelope())
    assert turns == []
    monkeypatch.setattr("app.web.worker.entering.may_be_guessing", lambda *_: True)
    assert answer(post(client, phone.seal("write", words=WORDS).envelope()))["state"] == "kept"
    assert turns == [Guess.RECEIPT]


def test_a_code_with_a_pattern_is_looked_for(world: World, client: FlaskClient) -> None:
    """Of a report's code phones throw such digits away; one in some 50,000 of ours has them."""
    receipt = with_check_digit("1234567812345678123")
    as_report = answer(post(client, Sealing(Kit.of(world.vault), receipt=receipt).envelope()))
    told = {"act": "write", "words": WORDS}
    to_messages = answer(post(client, to_inbox(Kit.of(world.vault), receipt, told).envelope()))
    assert (as_report["reason"], to_messages["reason"]) == ("receipt", "no_case")


def test_what_stands_beside_it_must_be_as_the_contract_says(
    phone: Phone, refuses: Callable[..., None]
) -> None:
    wrong: tuple[dict[str, Any], ...] = (
        {"inbox": None},
        {"inbox": {}},
        {"inbox": [["words"]]},
        {"inbox": [["words", "a"]] * 201},
        {"fields": [["words", "a report"]]},
        {"fields": None},
    )
    for inside in wrong:
        told = {"act": "write", "words": WORDS}
        refuses(to_inbox(Kit.of(phone.world.vault), phone.receipt, told, inside=inside), "malformed", 400)


def test_a_server_of_before_takes_it_for_an_empty_form(
    phone: Phone, client: FlaskClient, refuses: Callable[..., None]
) -> None:
    """It does not look at further names: what it sees is a form without a word, which it never files."""
    sealing = phone.seal("write", words=WORDS)
    sealing.inside.pop("inbox")
    refuses(sealing, "mistakes", 422)
