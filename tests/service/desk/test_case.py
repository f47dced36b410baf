"""The case page: reading, answering and notes; everybody else kept out, and nothing lost when something fails."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from app import clock
from app.cases.case import Case, facts_of, store_facts
from app.cases.case.models import Entry
from app.cases.enums import FollowupState, TextAbout, TextState
from app.cases.followups import followups_of, plan_text, planned_texts_of
from app.cases.worker.inbox import open_inbox
from app.database import CaseId
from app.intake import Filed
from app.vault import read_journal
from tests.harness.world import World
from tests.support.browsing import Page
from tests.support.member import Browse, accepted


def _acts(world: World, case_id: CaseId) -> list[str]:
    with world.database.reading() as session:
        return [entry.act for entry in read_journal(session, world.vault, case_id)]


def _entries(world: World, case_id: CaseId) -> int:
    with world.database.reading() as session:
        return len(session.scalars(select(Entry.id).where(Entry.case_id == case_id)).all())


def _inbox_texts(world: World, filed: Filed) -> str:
    worker = world.enter(filed)
    with world.database.reading() as session:
        return "\n".join(str(message.text) for message in open_inbox(session, world.vault, worker).messages)


def test_the_case_shows_the_words_and_the_safety_strip(browse: Browse, world: World, case_id: CaseId) -> None:
    page = browse("near.lead").open(f"/desk/cases/{case_id}")
    assert "They <i>owe</i> us two months." in page.text
    strip = next(each for each in page.root.iter("dl") if each.get("class") == "strip")
    told = " ".join(" ".join(strip.itertext()).split())
    for words in ("May be texted", "Sundays after four", "police or government", "Only a helper"):
        assert words in told
    assert "Siti" not in page.response.get_data(as_text=True)
    for number in ("555 0199", "5550199"):  # three digits alone may stand in the case's random reference
        assert number not in page.text
    assert _acts(world, case_id).count("case.read") == 1


def test_a_no_to_danger_is_told_apart_from_a_question_that_was_skipped(browse: Browse, world: World) -> None:
    said_no, skipped = accepted(world, world.file(no_danger=True)), accepted(world, world.file())
    member = browse("near.lead")
    assert "The worker said no when reporting" in member.open(f"/desk/cases/{said_no}").text
    assert "The worker said no when reporting" not in member.open(f"/desk/cases/{skipped}").text


def test_a_no_to_danger_by_text_and_texts_that_can_never_come_show(
    browse: Browse, world: World, case_id: CaseId
) -> None:
    member = browse("near.lead")
    assert "Not said" in member.open(f"/desk/cases/{case_id}").text
    with world.database.writing() as session:
        case = session.get_one(Case, case_id)
        facts = facts_of(world.vault, case)
        store_facts(world.vault, case, replace(facts, danger_denied=True, own_times=False))
        (question, *_) = followups_of(session, world.vault, case_id)
        question.state, question.asked_hour = FollowupState.ASKED, clock.hour_of(clock.now())
        plan_text(session, world.vault, case, TextAbout.QUESTION, question.id)
        for row in planned_texts_of(session, world.vault, case_id):
            row.state = TextState.NO_HOUR
    page = member.open(f"/desk/cases/{case_id}")
    assert "No, the worker said by text" in page.text
    assert "No text can reach the worker" in page.text


def test_name_and_phone_show_on_request_and_it_is_written_down(
    browse: Browse, world: World, case_id: CaseId
) -> None:
    member = browse("near.lead")
    member.open(f"/desk/cases/{case_id}")
    page = member.send("/contact")
    assert "Siti" in page.text
    assert "+60 12 555 0199" in page.text
    assert "case.contact_shown" in _acts(world, case_id)
    assert "Siti" not in member.open(f"/desk/cases/{case_id}").text


def test_a_reply_reaches_the_worker_once_however_often_it_is_sent(
    browse: Browse, world: World, filed: Filed, case_id: CaseId
) -> None:
    member = browse("near.lead")
    form = member.open(f"/desk/cases/{case_id}").form("/reply")
    before = _entries(world, case_id)
    for _ in range(3):
        answer = member.client.post(form.action, data={**form.values, "text": "We have read it.\r\nWe act."})
        assert answer.status_code == 303
    assert _entries(world, case_id) == before + 1
    assert "We have read it.\nWe act." in _inbox_texts(world, filed)
    assert "We have read it. We act." in member.open(f"/desk/cases/{case_id}").text


def test_the_same_form_with_other_words_is_a_second_reply(
    browse: Browse, world: World, case_id: CaseId
) -> None:
    member = browse("near.lead")
    form = member.open(f"/desk/cases/{case_id}").form("/reply")
    member.client.post(form.action, data={**form.values, "text": "First words."})
    before = _entries(world, case_id)
    for _ in range(2):
        member.client.post(form.action, data={**form.values, "text": "Second words."})
        member.client.post(form.action, data={**form.values, "text": "First words."})
    assert _entries(world, case_id) == before + 1
    text = member.open(f"/desk/cases/{case_id}").text
    assert (text.count("First words."), text.count("Second words.")) == (1, 1)


def test_a_form_of_one_case_does_nothing_at_the_address_of_another_and_keeps_the_words(
    browse: Browse, world: World, case_id: CaseId
) -> None:
    member, other = browse("near.lead"), accepted(world)
    page = member.open(f"/desk/cases/{case_id}")
    before = _entries(world, case_id), _entries(world, other)
    for ending in ("/reply", "/note", "/close", "/urgency"):
        form = page.form(ending)
        words = {"text": "Kept words.", "note": "Kept words.", "reason": "Kept words.", "outcome": "referred"}
        answer = Page(
            member.client.post(form.action.replace(str(case_id), str(other)), data={**form.values, **words})
        )
        assert answer.status == 400
        assert "Kept words." in answer.text
    assert (_entries(world, case_id), _entries(world, other)) == before


def test_a_form_of_another_member_is_not_sent_in_this_ones_name(
    browse: Browse, world: World, case_id: CaseId
) -> None:
    first, second = browse("near.lead"), browse("near.caseworker")
    form = first.open(f"/desk/cases/{case_id}").form("/reply")
    before = _entries(world, case_id)
    answer = Page(second.client.post(form.action, data={**form.values, "text": "Kept words."}))
    assert answer.status == 400
    assert "Kept words." in answer.text
    assert _entries(world, case_id) == before


def test_a_note_stays_with_the_team(browse: Browse, world: World, filed: Filed, case_id: CaseId) -> None:
    member = browse("near.lead")
    member.open(f"/desk/cases/{case_id}")
    page = member.send("/note", text="Called the labour office.")
    assert "Note kept." in page.text
    assert "Called the labour office." in page.text
    assert "Called the labour office." not in _inbox_texts(world, filed)
    assert "Called the labour office." in browse("near.caseworker").open(f"/desk/cases/{case_id}").text


@pytest.mark.parametrize(("text", "said"), ((" \n ", "nothing in it"), ("x" * 20_001, "Too long")))
def test_a_text_that_cannot_be_kept_comes_back(
    browse: Browse, world: World, case_id: CaseId, text: str, said: str
) -> None:
    member = browse("near.lead")
    member.open(f"/desk/cases/{case_id}")
    before = _entries(world, case_id)
    page = member.send("/reply", text=text)
    assert page.status == 400
    assert said in page.text
    assert page.form("/reply").values["text"][0].replace("\r\n", "\n") == text
    assert _entries(world, case_id) == before


@pytest.mark.parametrize("token", ("", "forged", "A" * 59))
def test_a_forged_once_token_stores_nothing_and_keeps_the_words(
    browse: Browse, world: World, case_id: CaseId, token: str
) -> None:
    member = browse("near.lead")
    member.open(f"/desk/cases/{case_id}")
    before = _entries(world, case_id)
    page = member.post(f"/desk/cases/{case_id}/reply", once_token=token, text="Kept words.")
    assert page.status == 400
    assert "Kept words." in page.text
    assert _entries(world, case_id) == before


@pytest.mark.parametrize("login", ("far.lead", "other.lead"))
def test_for_other_partners_the_case_does_not_exist(
    browse: Browse, world: World, case_id: CaseId, login: str
) -> None:
    member = browse(login)
    before = _acts(world, case_id)
    assert member.open(f"/desk/cases/{case_id}").status == 404
    acts = {
        "reply": {"text": "Hello.", "once_token": world.vault.form_token()},
        "note": {"text": "Hello.", "once_token": world.vault.form_token()},
        "claim": {},
        "assign": {"member": str(world.sign_in("near.lead").member.id)},
        "category": {"category": "wages", "seen": "1"},
        "urgency": {"urgency": "low", "reason": "x", "seen": "1"},
        "stage": {"to": "assessing", "once_token": world.vault.form_token()},
        "done": {"what": "assessment"},
        "contact": {},
    }
    for name, fields in acts.items():
        assert member.open("/desk/").status == 200
        assert member.post(f"/desk/cases/{case_id}/{name}", **fields).status == 404, name
    assert _acts(world, case_id) == before


def test_a_failure_says_so_and_keeps_the_words(
    browse: Browse, case_id: CaseId, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = browse("near.lead")
    member.open(f"/desk/cases/{case_id}")

    def fail(*_: object) -> None:
        raise RuntimeError("The name is Siti.")

    monkeypatch.setattr("app.web.desk.replying.reply", fail)
    page = member.send("/reply", text="Kept words.")
    assert page.status == 500
    assert "It is our fault" in page.text
    assert "Kept words." in page.text
    assert "Siti" not in page.response.get_data(as_text=True)


def test_without_a_database_the_page_says_so_and_keeps_the_words(
    browse: Browse, case_id: CaseId, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = browse("near.lead")
    member.open(f"/desk/cases/{case_id}")

    def fail(*_: object) -> None:
        raise OperationalError("SELECT 'Siti'", {}, Exception("Siti"))

    monkeypatch.setattr("app.web.member_session.signed_in", fail)
    page = member.send("/reply", text="Kept words.")
    assert page.status == 503
    assert "Nothing can be stored safely just now" in page.text
    assert "Kept words." in page.text
    assert "Siti" not in page.response.get_data(as_text=True)
