"""What a worker pressed in the inbox without a network is done once, as the form does it, and else refused by its reason."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.cases.case.models import Case, Entry
from app.cases.case.veils import facts_of
from app.cases.enums import ConsentLevel, EntryKind, Urgency
from app.cases.worker import open_inbox, waited, writing_budget
from app.cases.worker.inbox import Worker, enter_inbox, worker_of
from app.cases.worker.sharing import replace_receipt
from app.database import CaseId
from app.network import UNKNOWN_RECEIPTS, Limit
from app.network.attempts import attempts_so_far
from app.vault import Guess, JournalEntry, Receipt, SessionRow, Vault, new_receipt, read_journal
from app.web.worker import deeds
from tests.harness.pages import checked_client
from tests.harness.world import World
from tests.service.abuse.at_once import gate_before_writing
from tests.support.browsing import Visitor
from tests.support.outbox import (
    KIT,
    Kit,
    Sealing,
    answer,
    number_of_cases,
    post,
    to_inbox,
    with_check_digit,
)

WORDS = "The foreman came back."


@dataclass
class Phone:
    """A worker's phone with the inbox open, and what it seals there."""

    world: World
    client: FlaskClient
    receipt: str
    visitor: Visitor

    def form(self, ending: str) -> dict[str, Any]:
        """The hidden fields of a form as the page has them, without the one that belongs to the session."""
        values = dict(self.visitor.page.form(ending).values)
        values.pop("form_token")
        return values

    def seal(self, act: str, *, page: bool = True, **answers: Any) -> Sealing:
        """What was pressed, with what the page's form carries or, where no page was open, without."""
        hidden = self.form(f"/{act}") if page else {}
        told = {**hidden, "act": act, **answers}
        return to_inbox(Kit.of(self.world.vault), self.receipt, told)

    def urgency(self) -> Urgency:
        """As it stands now."""
        return self.case.urgency

    def stopped(self) -> bool:
        """Whether sharing is stopped now."""
        return self.case.stopped_hour is not None

    @property
    def case(self) -> Case:
        """As it stands now."""
        with self.world.database.reading() as session:
            return session.get_one(Case, self.worker().case_id)

    def worker(self) -> Worker:
        """The worker, on some other phone."""
        return worker_with(self.world, self.receipt)

    def texts(self) -> list[str]:
        """The words of the thread."""
        worker = self.worker()
        with self.world.database.reading() as session:
            return [each.text or "" for each in open_inbox(session, self.world.vault, worker).messages]


def worker_with(world: World, receipt: str) -> Worker:
    keys = world.vault.derive_receipt_keys(Receipt(receipt))
    with world.database.writing() as session:
        cookie = enter_inbox(session, world.vault, keys)
    with world.database.reading() as session:
        return worker_of(session, world.vault, cookie)


@pytest.fixture
def phone(world: World, client: FlaskClient) -> Phone:
    """Its worker filed a report that a helper may read, and has just come in with the code."""
    return phone_of(world, client)


def phone_of(world: World, client: FlaskClient) -> Phone:
    receipt = world.file(site_code=world.site.code, consent=ConsentLevel.HELPER).receipt
    visitor = Visitor(client)
    visitor.open("/en/inbox")
    visitor.send("/inbox", receipt=receipt)
    return Phone(world, client, receipt, visitor)


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


def journal_of(world: World, case: Case) -> list[str]:
    with world.database.reading() as session:
        return [entry.act for entry in read_journal(session, world.vault, CaseId(case.id))]


def test_the_kit_tells_phones_that_messages_may_wait(client: FlaskClient) -> None:
    assert client.get(KIT).get_json()["takes"] == ["report", "inbox"]


def test_a_message_is_written_once_however_often_it_comes(phone: Phone, client: FlaskClient) -> None:
    before = number_of_cases(phone.world)
    sealing = phone.seal("write", words=WORDS)
    first, again = (answer(post(client, sealing.envelope(page=True))) for _ in range(2))
    assert first == {
        "redress": 1,
        "state": "kept",
        "submission": sealing.submission,
        "already": False,
        "proof": sealing.proof,
    }
    assert (again.pop("already"), first.pop("already")) == (True, False)
    assert again == first
    assert phone.texts().count(WORDS) == 1
    assert phone.case.worker_wrote
    assert number_of_cases(phone.world) == before


def test_without_a_page_of_ours_it_is_written_once_too(phone: Phone, client: FlaskClient) -> None:
    sealing = phone.seal("write", page=False, words=WORDS)
    assert [answer(post(client, sealing.envelope()))["already"] for _ in range(2)] == [False, True]
    assert phone.texts().count(WORDS) == 1


def test_sent_by_the_form_with_an_answer_that_was_lost_it_is_stored_once(
    phone: Phone, client: FlaskClient
) -> None:
    sealing = phone.seal("write", words=WORDS)
    phone.visitor.send("/write", words=WORDS)
    assert answer(post(client, sealing.envelope()))["already"] is False
    assert phone.texts().count(WORDS) == 1


def test_edited_words_of_one_page_are_a_second_message(phone: Phone, client: FlaskClient) -> None:
    for words in (WORDS, f"{WORDS} He shouts."):
        assert answer(post(client, phone.seal("write", words=words).envelope()))["state"] == "kept"
    assert phone.texts()[1:] == [WORDS, f"{WORDS} He shouts."]


@pytest.mark.parametrize("words", ("", WORDS))
def test_danger_that_waited_calls_as_the_form_does(phone: Phone, client: FlaskClient, words: str) -> None:
    told = answer(post(client, phone.seal("worse", danger="yes", words=words).envelope()))
    assert told["state"] == "kept"
    assert phone.urgency() is Urgency.DANGER
    by_form = phone_of(phone.world, checked_client(client.application))
    by_form.visitor.send("/worse", danger="yes", words=words)
    waited, pressed = (journal_of(phone.world, each.case) for each in (phone, by_form))
    assert [act for act in waited if act != "inbox.waited"] == pressed


def test_a_tick_without_an_act_is_no_ordinary_message(phone: Phone, client: FlaskClient) -> None:
    answer(post(client, phone.seal("write", danger="yes", words=WORDS).envelope()))
    assert phone.urgency() is Urgency.DANGER


def test_a_phone_that_asks_again_does_not_raise_what_a_helper_lowered(
    phone: Phone, client: FlaskClient
) -> None:
    """A press does; a phone that heard no answer is none."""
    sealing = phone.seal("worse", danger="yes")
    post(client, sealing.envelope())
    case_id = phone.case.id
    with phone.world.database.writing() as session:
        session.get_one(Case, case_id).urgency = Urgency.URGENT
    assert answer(post(client, sealing.envelope()))["already"] is True
    assert phone.urgency() is Urgency.URGENT
    assert answer(post(client, phone.seal("worse", danger="yes").envelope()))["already"] is False
    assert phone.urgency() is Urgency.DANGER


def test_a_stop_that_waited_stops_once_and_never_again_after_it_was_taken_back(
    phone: Phone, client: FlaskClient
) -> None:
    sealing = phone.seal("stop")
    assert answer(post(client, sealing.envelope()))["already"] is False
    assert phone.stopped()
    phone.visitor.open("/en/inbox")
    phone.visitor.send("/undo")
    assert not phone.stopped()
    assert answer(post(client, sealing.envelope()))["already"] is True
    assert not phone.stopped()


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


def test_an_answer_that_waited_is_the_answer(phone: Phone, client: FlaskClient) -> None:
    named = phone.world.vault.name_case(phone.case.id)
    response = post(client, phone.seal("answer", page=False, question=named, answer="better").envelope())
    # No question of this case is called so.
    assert (response.status_code, answer(response)["reason"]) == (422, "mistakes")


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


def test_too_much_in_an_hour_waits_and_danger_does_not(
    phone: Phone, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Limit("danger said in one case", 0, writing_budget.DANGERS.window)
    with monkeypatch.context() as narrow:
        narrow.setattr(writing_budget, "DANGERS", one)
        sealing = phone.seal("worse", danger="yes", words=WORDS)
        response = post(client, sealing.envelope())
        assert (response.status_code, answer(response)["state"]) == (429, "later")
        assert answer(response)["reason"] == "flood"
    assert phone.urgency() is Urgency.DANGER
    assert WORDS not in phone.texts()
    assert answer(post(client, sealing.envelope()))["already"] is False
    assert phone.texts().count(WORDS) == 1


def lower(phone: Phone) -> None:
    """As a helper does who has looked after it."""
    case_id = phone.case.id
    with phone.world.database.writing() as session:
        session.get_one(Case, case_id).urgency = Urgency.URGENT


def at_most(monkeypatch: pytest.MonkeyPatch, name: str, most: int) -> None:
    limit: Limit = getattr(writing_budget, name)
    monkeypatch.setattr(writing_budget, name, Limit(limit.what, most, limit.window))


def test_danger_whose_words_wait_is_raised_once_and_never_by_the_phones_own_retry(
    phone: Phone, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealing = phone.seal("worse", danger="yes", words=WORDS)
    with monkeypatch.context() as narrow:
        for budget in ("DANGERS", "MESSAGES"):
            at_most(narrow, budget, 0)
        for _ in range(2):
            assert answer(post(client, sealing.envelope()))["reason"] == "flood"
            lower(phone)
    assert answer(post(client, sealing.envelope()))["already"] is False
    assert answer(post(client, sealing.envelope()))["already"] is True
    assert phone.urgency() is Urgency.URGENT
    assert phone.texts().count(WORDS) == 1
    told = [act for act in journal_of(phone.world, phone.case) if act == "case.worse"]
    assert len(told) == 2  # the danger, and later its words
    post(client, phone.seal("worse", danger="yes", words=f"{WORDS} Again.").envelope())
    assert phone.urgency() is Urgency.DANGER


def test_a_flood_from_one_code_waits_on_its_phone_danger_and_taking_back_do_not(
    phone: Phone, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    noise = phone_of(phone.world, checked_client(client.application))
    with monkeypatch.context() as narrow:
        at_most(narrow, "WAITED", 3)
        told = [post(client, phone.seal("write", words=f"{WORDS} {n}").envelope()) for n in range(5)]
        assert [each.status_code for each in told] == [200] * 3 + [429] * 2
        assert [answer(each).get("reason") for each in told[3:]] == ["flood"] * 2
        assert answer(post(client, noise.seal("write", words=WORDS).envelope()))["state"] == "kept"
        with_words, alone = phone.seal("worse", danger="yes", words=WORDS), phone.seal("worse", danger="yes")
        assert post(client, with_words.envelope()).status_code == 429
        assert phone.urgency() is Urgency.DANGER
        lower(phone)
        assert post(client, with_words.envelope()).status_code == 429
        assert phone.urgency() is Urgency.URGENT
        assert answer(post(client, alone.envelope()))["state"] == "kept"
        assert phone.urgency() is Urgency.DANGER
        assert WORDS not in phone.texts()
        assert answer(post(client, phone.seal("stop").envelope()))["state"] == "kept"
        assert phone.stopped()
    assert answer(post(client, with_words.envelope()))["already"] is False
    assert phone.texts().count(WORDS) == 1


@pytest.mark.parametrize(
    ("act", "more"),
    (
        ("do-not-ask", {}),
        ("stop", {}),
        ("consent", {"consent": "nobody"}),
        ("write", {"words": WORDS}),
        ("worse", {"words": WORDS}),
    ),
)
def test_what_changes_nothing_is_kept_and_leaves_nothing(
    phone: Phone, client: FlaskClient, act: str, more: dict[str, str]
) -> None:
    """The same press of one page, each time under another submission."""
    hidden = {**phone.form("/write"), "act": act, **more}
    sealings = [to_inbox(Kit.of(phone.world.vault), phone.receipt, hidden) for _ in range(4)]
    assert answer(post(client, sealings[0].envelope()))["state"] == "kept"
    before = journal_of(phone.world, phone.case)
    for each in sealings[1:]:
        assert answer(post(client, each.envelope()))["state"] == "kept"
    assert journal_of(phone.world, phone.case) == before


def test_the_journal_is_read_once_for_each(
    phone: Phone, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[object] = []

    def counted(*given: Any) -> list[JournalEntry]:
        read.append(given)
        return read_journal(*given)

    monkeypatch.setattr(waited, "read_journal", counted)
    post(client, phone.seal("write", words=WORDS).envelope())
    assert len(read) == 1


def test_a_stop_by_the_form_whose_answer_was_lost_does_not_stop_again_what_was_taken_back(
    phone: Phone, client: FlaskClient
) -> None:
    sealing, pressed_again = phone.seal("stop"), phone.seal("stop")
    phone.visitor.send("/stop")
    assert phone.stopped()
    phone.visitor.open("/en/inbox")
    phone.visitor.send("/undo")
    for _ in range(2):
        assert answer(post(client, sealing.envelope()))["already"] is True
        assert not phone.stopped()
    # A second press on the old page is one all the same.
    assert answer(post(client, pressed_again.envelope()))["already"] is False
    assert phone.stopped()


def test_a_stopped_case_keeps_what_comes_and_stays_stopped(phone: Phone, client: FlaskClient) -> None:
    post(client, phone.seal("stop").envelope())
    assert answer(post(client, phone.seal("write", page=False, words=WORDS).envelope()))["state"] == "kept"
    assert phone.stopped()
    assert WORDS in phone.texts()


def test_messages_that_are_open_on_the_phone_stay_open(phone: Phone, client: FlaskClient) -> None:
    """What goes out in the background closes nobody's page, whoever wrote it."""
    post(client, phone.seal("write", words=WORDS).envelope())
    stranger = phone.world.file()
    post(
        client,
        to_inbox(Kit.of(phone.world.vault), stranger.receipt, {"act": "write", "words": WORDS}).envelope(),
    )
    assert "Your messages" in phone.visitor.open("/en/inbox").text
    with phone.world.database.reading() as session:
        # The open one, and those with which this test looked: no act leaves one.
        assert len(session.scalars(select(SessionRow)).all()) == 1


def test_twenty_copies_at_one_moment_are_one_message(
    app: Flask, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    envelope = phone.seal("worse", danger="yes", words=WORDS).envelope()
    told: list[dict[str, Any]] = []
    gate_before_writing(phone.world, monkeypatch)(
        [lambda: told.append(answer(post(checked_client(app), envelope)))] * 20
    )
    assert [each["state"] for each in told] == ["kept"] * 20
    assert [each["already"] for each in told].count(False) == 1
    with phone.world.database.reading() as session:
        worse = select(Entry).where(Entry.case_id == phone.case.id, Entry.kind == EntryKind.WORSE)
        assert len(session.scalars(worse).all()) == 1


def test_a_stop_and_its_taking_back_at_one_moment_wait_for_each_other(
    app: Flask, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Phone, then text, then case: the order of locks is the form's, so none of them is given up."""
    sealings = [phone.seal("stop"), phone.seal("write", words=WORDS), phone.seal("consent", consent="nobody")]
    told: list[dict[str, Any]] = []

    def send(sealing: Sealing) -> None:
        told.append(answer(post(checked_client(app), sealing.envelope())))

    gate_before_writing(phone.world, monkeypatch)([partial(send, each) for each in sealings])
    assert [each["state"] for each in told] == ["kept"] * 3
    assert phone.stopped()
    assert WORDS in phone.texts()


def test_when_the_database_is_away_the_phone_keeps_it(
    phone: Phone, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("anything")

    sealing = phone.seal("write", words=WORDS)
    with monkeypatch.context() as broken:
        broken.setattr(deeds, "write_message", fail)
        response = post(client, sealing.envelope())
    assert (response.status_code, answer(response)["state"]) == (503, "later")
    assert answer(post(client, sealing.envelope()))["already"] is False
    assert phone.texts().count(WORDS) == 1


def test_no_word_and_no_code_stands_in_the_database_in_the_clear(phone: Phone, client: FlaskClient) -> None:
    answer(post(client, phone.seal("worse", danger="yes", words=WORDS).envelope()))
    with phone.world.database.reading() as session:
        rows = session.scalars(select(Entry).where(Entry.case_id == phone.case.id)).all()
    assert all(WORDS.encode() not in row.sealed for row in rows)
