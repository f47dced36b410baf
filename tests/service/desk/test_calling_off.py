"""Calling a text off from the case page: a button as long as it waits, and plain words for what came of it."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from app import clock
from app.database import CaseId
from app.intake.answers_in_journal import CALLED_OFF
from app.messaging.delivery import Delivery, Purpose
from app.messaging.models import OutgoingStep, OutgoingText
from app.vault import Json, read_journal, verify_journal
from tests.harness.world import World
from tests.support.desk_texts import WORDS, from_phone, sent, texted
from tests.support.member import Browse


@pytest.fixture
def by_text(world: World, tmp_path: Path) -> CaseId:
    """A case by text whose worker may be texted."""
    return texted(world, tmp_path)


@pytest.fixture
def waiting(browse: Browse, world: World, by_text: CaseId, monkeypatch: pytest.MonkeyPatch) -> UUID:
    """A text of the near lead's that waits for the morning there."""
    monkeypatch.setattr("app.intake.texting.quiet_until", lambda _country, at: at + timedelta(hours=8))
    member = browse("near.lead")
    member.open(f"/desk/cases/{by_text}")
    assert "A text now may wake somebody" in member.send("/reply", button=0, text=WORDS).text
    assert "Waits for the morning there" in member.send("/reply", button=0).text
    (row,) = sent(world, by_text)
    goes = f'goes <time datetime="{clock.quarter_after(row.due_at).isoformat()}"'
    assert goes in " ".join(member.open(f"/desk/cases/{by_text}").response.text.split())
    return row.id


def called_off(world: World, case_id: CaseId) -> list[Json]:
    """What the journal says of texts that were called off."""
    with world.database.reading() as session:
        entries = read_journal(session, world.vault, case_id)
        return [entry.detail["text"] for entry in entries if entry.act == CALLED_OFF]


def test_a_text_that_waits_for_the_morning_can_be_called_off_and_its_words_stay(
    browse: Browse, world: World, by_text: CaseId, waiting: UUID
) -> None:
    colleague = browse("near.caseworker")
    page = colleague.open(f"/desk/cases/{by_text}")
    form = page.form("/call-off")
    answers = [colleague.client.post(form.action, data=form.values) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [303, 303, 303]
    page = colleague.open(f"/desk/cases/{by_text}?done=called_off")
    assert "Called off: it does not go out as a text. It stays in the thread." in page.text
    assert page.text.count(WORDS) == 1
    assert "Not sent: called off" in page.text
    assert "The worker has no code, so it has reached nobody." in page.text
    assert "Call this text off" not in page.text
    (row,) = sent(world, by_text)
    assert (row.state, row.body_sealed) == (Delivery.CANCELLED, None)
    assert called_off(world, by_text) == [str(waiting)]
    with world.database.reading() as session:
        steps = session.scalars(select(OutgoingStep.state).where(OutgoingStep.text_id == waiting)).all()
        assert steps == [Delivery.CANCELLED]
        assert verify_journal(session, world.vault).sound


def test_what_is_going_out_cannot_be_called_off_and_the_page_says_so(
    browse: Browse, world: World, by_text: CaseId, waiting: UUID
) -> None:
    member = browse("near.lead")
    form = member.open(f"/desk/cases/{by_text}").form("/call-off")
    for state in (Delivery.CLAIMED, Delivery.UNCLEAR, Delivery.ACCEPTED, Delivery.DELIVERED):
        with world.database.writing() as session:
            session.get_one(OutgoingText, waiting).state = state
        page = member.post(form.action)
        assert page.status == 409
        assert "Too late to call it off: it has gone out or is going out now." in page.text
        assert "Call this text off" not in page.text
        (row,) = sent(world, by_text)
        assert row.state is state
        assert row.body_sealed is not None
    assert called_off(world, by_text) == []


def test_only_whoever_may_write_in_the_case_can_call_its_texts_off(
    browse: Browse, world: World, by_text: CaseId, case_id: CaseId, waiting: UUID
) -> None:
    address = f"/desk/cases/{by_text}/texts/{waiting}/call-off"
    with world.database.reading() as session:
        automatic = session.scalars(
            select(OutgoingText.id).where(
                OutgoingText.case_id == by_text, OutgoingText.purpose == Purpose.CONVERSATION
            )
        ).first()
    viewer = browse("near.viewer")
    assert "Call this text off" not in viewer.open(f"/desk/cases/{by_text}").text
    assert viewer.post(address).status == 403
    assert browse("far.lead").open("/desk/").status == 200
    assert browse("far.lead").post(address).status == 404
    lead = browse("near.lead")
    lead.open("/desk/")
    for elsewhere in (
        f"/desk/cases/{case_id}/texts/{waiting}/call-off",
        f"/desk/cases/{by_text}/texts/{automatic}/call-off",
        f"/desk/cases/{by_text}/texts/{UUID(int=7)}/call-off",
    ):
        assert lead.post(elsewhere).status == 404
    assert lead.client.post(address, data={"form_token": "made up"}).status_code >= 400
    assert {row.state for row in sent(world, by_text)} == {Delivery.WAITING}
    assert called_off(world, by_text) == called_off(world, case_id) == []


def test_a_doubt_of_the_phone_stands_on_the_page_and_nothing_is_texted_there(
    browse: Browse, world: World, by_text: CaseId, waiting: UUID, tmp_path: Path
) -> None:
    member = browse("near.lead")
    page = member.open(f"/desk/cases/{by_text}")
    assert "No texts:" not in page.text
    from_phone(world, tmp_path, "Wrong number")
    refused = member.send("/reply", button=0, text="Another one.")
    doubt = "No texts: whoever has the phone asked who we are, or said that it is not only the worker’s."
    assert (refused.status, f"Nothing was sent. {doubt}" in refused.text) == (409, True)
    page = member.open(f"/desk/cases/{by_text}")
    assert page.text.count(doubt) == 2  # in the strip, and where an answer is written
    assert "Nobody has heard the last answer as a text. Not sent: called off." in page.text
    assert called_off(world, by_text) == [str(waiting)]
    (row,) = sent(world, by_text)
    assert (row.state, row.body_sealed) == (Delivery.CANCELLED, None)
