"""What a worker pressed in the inbox without a network is done once, as the form does it, and else refused by its reason."""

from functools import partial
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.cases.case.models import Case, Entry
from app.cases.enums import EntryKind, Urgency
from app.vault import SessionRow
from app.web.worker import deeds
from tests.harness.pages import checked_client
from tests.service.abuse.at_once import gate_before_writing
from tests.support.inbox_phone import WORDS, Phone, journal_of, phone_of
from tests.support.outbox import KIT, Kit, Sealing, answer, number_of_cases, post, to_inbox


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


def test_an_answer_that_waited_is_the_answer(phone: Phone, client: FlaskClient) -> None:
    named = phone.world.vault.name_case(phone.case.id)
    response = post(client, phone.seal("answer", page=False, question=named, answer="better").envelope())
    # No question of this case is called so.
    assert (response.status_code, answer(response)["reason"]) == (422, "mistakes")


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
