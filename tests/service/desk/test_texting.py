"""Answering by text from the case page: looked at first, once, with how far it has come beside it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app import clock
from app.cases.case.models import Case, Entry
from app.cases.enums import EntryKind
from app.database import CaseId
from app.intake import ContactWay
from app.messaging.delivery import Delivery
from app.messaging.gateways.protocol import StatusReport
from app.messaging.gateways.simulator import NAME
from app.messaging.models import Phone
from app.messaging.phones.opt_outs import opt_out
from app.messaging.receiving.callbacks import take_status
from app.vault import read_journal
from tests.harness.world import World
from tests.support.desk_texts import AGREED, FIRST, NUMBER, WORDS, sent, texted
from tests.support.member import Browse, accepted, gateways_of


@pytest.fixture
def by_text(world: World, tmp_path: Path) -> CaseId:
    """A case by text whose worker may be texted."""
    return texted(world, tmp_path)


def test_a_text_is_looked_at_and_then_sent_once(browse: Browse, world: World, by_text: CaseId) -> None:
    member = browse("near.lead")
    member.open(f"/desk/cases/{by_text}")
    look = member.send("/reply", button=0, text=WORDS)
    assert "Look at the text" in look.text
    assert "1 text GSM-7, 45 signs" in look.text
    assert sent(world, by_text) == []
    form = look.form("/reply")
    answers = [
        member.client.post(form.action, data={**form.values, "text": WORDS, "when": "now"}) for _ in range(3)
    ]
    assert [each.status_code for each in answers] == [303, 303, 303]
    assert len(sent(world, by_text)) == 1
    page = member.open(f"/desk/cases/{by_text}?done=texted")
    assert "On its way. How far the text has come stands below it." in page.text
    assert page.text.count(WORDS) == 1
    assert "Waits to be sent" in page.text
    with world.database.reading() as session:
        acts = [entry.act for entry in read_journal(session, world.vault, by_text)]
    assert acts.count("case.texted") == 1


def test_changed_words_are_shown_again_before_they_go(
    browse: Browse, world: World, by_text: CaseId, monkeypatch: pytest.MonkeyPatch
) -> None:
    # By day: at night the first button sends in the morning.
    monkeypatch.setattr("app.intake.texting.quiet_until", lambda _country, _at: None)
    member = browse("near.lead")
    member.open(f"/desk/cases/{by_text}")
    member.send("/reply", button=0, text=WORDS)
    again = member.send("/reply", button=0, text="We ask the office of Foxglove. " + "ç" * 60)
    assert "Look at the text" in again.text
    assert "2 texts" in again.text
    assert "because of: ç Without them it is 1 text." in again.text
    assert "It seems to name the workplace." in again.text
    assert member.send("/reply", button=-1).text.count("Look at the text") == 1
    assert sent(world, by_text) == []
    assert "On its way." in member.send("/reply", button=0).text
    assert [row.segments for row in sent(world, by_text)] == [2]


def test_too_many_texts_are_warned_of_and_then_refused(browse: Browse, world: World, by_text: CaseId) -> None:
    member = browse("near.lead")
    member.open(f"/desk/cases/{by_text}")
    long = member.send("/reply", button=0, text="a" * 460)
    assert "4 texts" in long.text
    assert "More than 3 texts: phones may show them in the wrong order" in long.text
    longer = member.send("/reply", button=-1, text="a" * 1600)
    assert "More than 10 texts cannot be sent" in longer.text
    assert [value for _, value in longer.form("/reply").buttons] == ["look"]
    page = member.post(
        f"/desk/cases/{by_text}/reply",
        **{name: values[0] for name, values in longer.form("/reply").values.items() if name != "form_token"},
        when="now",
    )
    assert page.status == 409
    assert "Nothing was sent: these are more than 10 texts." in page.text
    assert page.form("/reply").values["text"] == ["a" * 1600]
    assert sent(world, by_text) == []


def test_another_script_is_not_listed_sign_by_sign(browse: Browse, world: World, by_text: CaseId) -> None:
    member = browse("near.lead")
    member.open(f"/desk/cases/{by_text}")
    look = member.send("/reply", button=0, text="আমরা এটি পড়েছি। আমরা সোমবার অফিসে জিজ্ঞাসা করব। " * 2)
    assert "because of this script" in look.text
    assert "UCS-2" in look.text


def test_the_inbox_can_be_chosen_instead(browse: Browse, world: World, by_text: CaseId) -> None:
    member = browse("near.lead")
    page = member.open(f"/desk/cases/{by_text}")
    assert "The worker has not asked for a code yet, so only a text reaches them." in page.text
    assert "Sent. The worker finds it in the inbox." in member.send("/reply", button=1, text=WORDS).text
    assert sent(world, by_text) == []


@pytest.mark.parametrize(("hour", "night"), ((3, False), (15, True)))
def test_at_night_the_morning_is_offered_first(
    browse: Browse, world: World, by_text: CaseId, monkeypatch: pytest.MonkeyPatch, hour: int, night: bool
) -> None:
    real = clock.now
    shift = (real() + timedelta(days=1)).replace(hour=hour, minute=30) - real()
    monkeypatch.setattr(clock, "now", lambda: real() + shift)
    member = browse("near.lead")
    member.open(f"/desk/cases/{by_text}")
    look = member.send("/reply", button=0, text=WORDS)
    assert ("in Malaysia. A text now may wake somebody" in look.text) is night
    assert ("Send at 07:00 there" in look.text) is night


@pytest.mark.parametrize(
    ("said", "strip", "whose"),
    (
        ((*AGREED[:-1], "2"), "No texts or calls: none are agreed with the worker", "Only the worker’s"),
        (
            (FIRST, "1", "1", "Foxglove Circuits Penang"),
            "No texts or calls: none are agreed with the worker",
            "Only the",
        ),
        ((*AGREED, "STOP"), "No texts: the worker said stop", "Only the worker’s"),
        (AGREED, "May be texted", "Only the worker’s"),
    ),
    ids=("said no", "left early", "stop", "agreed"),
)
def test_the_safety_strip_says_whose_phone_it_is_and_whether_it_can_be_texted(
    browse: Browse, world: World, tmp_path: Path, said: tuple[str, ...], strip: str, whose: str
) -> None:
    case_id = texted(world, tmp_path, *said)
    page = browse("near.lead").open(f"/desk/cases/{case_id}")
    shown = next(each for each in page.root.iter("dl") if each.get("class") == "strip")
    told = " ".join(" ".join(shown.itertext()).split())
    assert strip in told
    assert whose in told
    assert NUMBER not in page.response.get_data(as_text=True)
    may = said == AGREED
    assert ("Text it: look at it first" in page.text) is may
    assert ("what you write now reaches nobody" in page.text) is not may


def test_a_stop_between_the_look_and_the_sending_sends_nothing_and_keeps_the_words(
    browse: Browse, world: World, by_text: CaseId
) -> None:
    member = browse("near.lead")
    member.open(f"/desk/cases/{by_text}")
    member.send("/reply", button=0, text=WORDS)
    with world.database.writing() as session:
        for phone in session.scalars(select(Phone).where(Phone.tag.is_not(None))):
            opt_out(session, world.vault, phone)
    page = member.send("/reply", button=0)
    assert page.status == 409
    assert "Nothing was sent. No texts: the worker said stop." in page.text
    assert page.form("/reply").values["text"] == [WORDS]
    assert sent(world, by_text) == []
    with world.database.reading() as session:
        replies = select(Entry.id).where(Entry.case_id == by_text, Entry.kind == EntryKind.REPLY)
        assert session.scalars(replies).all() == []


def test_how_far_it_has_come_is_said_with_the_providers_reason_in_words(
    browse: Browse, world: World, by_text: CaseId
) -> None:
    member = browse("near.lead")
    member.open(f"/desk/cases/{by_text}")
    member.send("/reply", button=0, text=WORDS)
    member.send("/reply", button=0)
    (row,) = sent(world, by_text)
    for state, reason in ((Delivery.SENT, None), (Delivery.UNDELIVERED, "30003")):
        with world.database.writing() as session:
            take_status(session, world.vault, StatusReport(NAME, "SM9", state, reason, row.id))
    page = member.open(f"/desk/cases/{by_text}")
    assert "Did not reach the phone (the phone is off or out of reach)" in page.text
    assert "The phone company has it" in page.text


def test_the_number_shows_only_on_request_and_that_is_written_down(
    browse: Browse, world: World, by_text: CaseId
) -> None:
    member = browse("near.lead")
    assert NUMBER not in member.open(f"/desk/cases/{by_text}").text
    assert NUMBER in member.send("/contact").text
    with world.database.reading() as session:
        acts = [entry.act for entry in read_journal(session, world.vault, by_text)]
    assert "case.contact_shown" in acts


def by_form(world: World, home: Path, **answers: Any) -> CaseId:
    """A case by the form whose worker asked for texts, unless the answers say otherwise."""
    told = {"contact": ContactWay.TEXT, "phone": "012-345 6701", "safe_times": "Sundays after four"} | answers
    return accepted(world, world.file(gateways=gateways_of(world, home), **told))


def test_a_web_case_that_asked_for_the_inbox_is_answered_there(
    browse: Browse, world: World, tmp_path: Path
) -> None:
    case_id = by_form(world, tmp_path, contact=ContactWay.INBOX)
    page = browse("near.lead").open(f"/desk/cases/{case_id}")
    assert "Send to the worker" in page.text
    # The form for a spoken yes asks whose phone it is; the strip has nothing to say of one.
    assert "Whose phone" not in [each.text for each in page.root.iter("dt")]
    assert [value for _, value in page.form("/reply").buttons] == [""]


def test_a_web_case_that_asked_for_texts_is_answered_as_one_by_text(
    browse: Browse, world: World, tmp_path: Path
) -> None:
    case_id = by_form(world, tmp_path)
    member = browse("near.lead")
    page = member.open(f"/desk/cases/{case_id}")
    assert "Not said: the number is from the form" in page.text
    assert "nobody has checked whose it is" in page.text
    assert "Automatic texts" not in page.text
    look = member.send("/reply", button=0, text=WORDS)
    assert "Look at the text" in look.text
    assert "The worker’s safe times: Sundays after four" in look.text
    # Its own last button looks again; the one before it sends now, whatever the hour is there.
    form = look.form("/reply")
    sent_now = {**form.values, "text": WORDS, "when": "now"}
    assert [member.client.post(form.action, data=sent_now).status_code for _ in range(2)] == [303, 303]
    assert len(sent(world, case_id)) == 1
    page = member.open(f"/desk/cases/{case_id}")
    assert "Waits to be sent" in page.text
    for hidden in ("012-345 6701", NUMBER):
        assert hidden not in page.response.get_data(as_text=True)
    assert "012-345 6701" in member.send("/contact").text


@pytest.mark.parametrize(
    ("answers", "strip"),
    (
        (
            {"phone": "03-2345 6789"},
            "No texts: the worker asked for them, but none can go to the number given",
        ),
        ({"contact": ContactWay.CALL}, "May be called, not texted"),
    ),
    ids=("fixed line", "call"),
)
def test_a_web_case_that_no_text_can_reach_says_so(
    browse: Browse, world: World, tmp_path: Path, answers: dict[str, Any], strip: str
) -> None:
    case_id = by_form(world, tmp_path, **answers)
    page = browse("near.lead").open(f"/desk/cases/{case_id}")
    shown = next(each for each in page.root.iter("dl") if each.get("class") == "strip")
    assert strip in " ".join(" ".join(shown.itertext()).split())
    assert "The worker has a code and can read the inbox." in page.text
    assert "Text it: look at it first" not in page.text
    assert [value for _, value in page.form("/reply").buttons] == [""]


def test_the_queue_says_how_each_is_reached(browse: Browse, world: World, tmp_path: Path) -> None:
    texted(world, tmp_path, *AGREED[:-1], "2")
    page = browse("near.lead").open("/desk/")
    assert "Cannot be reached" in page.text


def test_others_cannot_look_at_a_text(browse: Browse, world: World, by_text: CaseId) -> None:
    member = browse("far.lead")
    fields = {"once_token": world.vault.form_token(), "text": WORDS, "channel": "text"}
    assert member.post(f"/desk/cases/{by_text}/reply", **fields).status == 404
    with world.database.reading() as session:
        assert session.get(Case, by_text) is not None
