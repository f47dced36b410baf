"""Much that waited on phones, or the same again: it waits longer, is done once, and danger goes through."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from app.cases.enums import Urgency
from app.cases.worker import waited, writing_budget
from app.network import Limit
from app.vault import JournalEntry, read_journal
from tests.harness.pages import checked_client
from tests.support.inbox_phone import WORDS, Phone, at_most, journal_of, lower, phone_of
from tests.support.outbox import Kit, answer, post, to_inbox


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
