"""Working on a case through its page: who has it, category, urgency, moving and closing, and edited forms."""

from typing import Any

import pytest
from sqlalchemy import select

from app.cases.case.models import Case, Consent
from app.cases.worker.inbox import open_inbox
from app.database import CaseId
from app.intake import ContactWay
from app.intake.conversation.store.apply import set_danger
from tests.harness.world import World
from tests.support.browsing import Page
from tests.support.member import Browse, accepted


def _case(world: World, case_id: CaseId) -> Case:
    with world.database.reading() as session:
        return session.get_one(Case, case_id)


def _chosen(page: Page) -> dict[str, str]:
    """What is chosen in each list of the page."""
    return {
        str(each.get("name")): str(option.get("value"))
        for each in page.root.iter("select")
        for option in each.iter("option")
        if option.get("selected") is not None
    }


def test_claiming_and_giving_away(browse: Browse, world: World, case_id: CaseId) -> None:
    lead, caseworker = browse("near.lead"), browse("near.caseworker")
    lead.open(f"/desk/cases/{case_id}")
    caseworker.open(f"/desk/cases/{case_id}")
    assert "It is yours." in caseworker.send("/claim").text
    page = lead.send("/claim")
    assert page.status == 409
    assert "Name of near.caseworker has taken this case already." in page.text
    own = str(world.sign_in("near.lead").member.id)
    assert "Given to your colleague." in lead.send("/assign", member=own).text
    assert str(_case(world, case_id).assignee_id) == own
    assert "Mine" in lead.open("/desk/?mine=1").text
    assert str(case_id) in lead.page.response.get_data(as_text=True)


@pytest.mark.parametrize("member", ("", "nonsense", "00000000-0000-0000-0000-000000000001"))
def test_a_case_is_given_only_to_who_can_open_it(browse: Browse, case_id: CaseId, member: str) -> None:
    lead = browse("near.lead")
    lead.open(f"/desk/cases/{case_id}")
    page = lead.send("/assign", member=member)
    assert page.status == 400
    assert ("cannot open the case" if member else "Choose a colleague first.") in page.text


def test_the_second_of_two_editors_sees_both_values(browse: Browse, world: World, case_id: CaseId) -> None:
    first, second = browse("near.lead"), browse("near.caseworker")
    first.open(f"/desk/cases/{case_id}")
    second.open(f"/desk/cases/{case_id}")
    assert "Category saved." in first.send("/category", category="wages.overtime_pay").text
    page = second.send("/category", category="hours.too_long")
    assert page.status == 409
    assert "Pay: overtime" in page.text
    assert "Hours: too long" in page.text
    page = second.send("/category")
    assert "Category saved." in page.text
    assert "Our category Hours: too long" in page.text


def test_urgency_is_lowered_only_with_a_reason(browse: Browse, world: World, case_id: CaseId) -> None:
    member = browse("near.lead")
    member.open(f"/desk/cases/{case_id}")
    assert "Urgency saved." in member.send("/urgency", urgency="danger").text
    page = member.send("/urgency", urgency="low")
    assert page.status == 400
    assert "Say why" in page.text
    assert "Urgency saved." in member.send("/urgency", urgency="low", reason="It was last year.").text
    assert _case(world, case_id).urgency == "low"


def test_a_yes_by_text_is_shown_as_the_workers_own_and_not_as_found_in_words(
    browse: Browse, world: World
) -> None:
    case_id = accepted(world, world.file(words="he has a knife, my boss beats me"))
    member = browse("near.lead")
    assert "Treated as danger now" in member.open(f"/desk/cases/{case_id}").text
    with world.database.writing() as session:
        set_danger(session, world.vault, world.rules, session.get_one(Case, case_id))
    assert "Yes, now" in member.open(f"/desk/cases/{case_id}").text


def test_a_lowered_urgency_does_not_hide_that_the_worker_was_in_danger(browse: Browse, world: World) -> None:
    case_id = accepted(world, world.file(danger=True))
    member = browse("near.lead")
    assert "Yes, now" in member.open(f"/desk/cases/{case_id}").text
    page = member.send("/urgency", urgency="low", reason="She is with her family.")
    assert "The worker said yes; urgency was lowered since" in page.text


def test_an_urgency_conflict_shows_both_and_keeps_the_reason(browse: Browse, case_id: CaseId) -> None:
    first, second = browse("near.lead"), browse("near.caseworker")
    first.open(f"/desk/cases/{case_id}")
    second.open(f"/desk/cases/{case_id}")
    first.send("/urgency", urgency="danger")
    page = second.send("/urgency", urgency="low", reason="It was last year.")
    assert page.status == 409
    assert "It was last year." in page.text
    assert "Urgency saved." in second.send("/urgency").text


def test_moving_and_closing(browse: Browse, world: World, case_id: CaseId) -> None:
    member = browse("near.lead")
    member.open(f"/desk/cases/{case_id}")
    assert "Moved." in member.send("/stage", to="assessing", note="Two colleagues said the same.").text
    page = member.send("/close", outcome="referred", note="", word="Go to the labour office.")
    assert page.status == 409
    assert "Write in your own words" in page.text
    page = member.send("/close", outcome="", note="Words that must stay.", word="Words for the worker.")
    assert page.status == 400
    kept = page.form("/close").values
    assert (kept["note"], kept["word"]) == (["Words that must stay."], ["Words for the worker."])
    page = member.send("/close", outcome="referred", word=" \n")
    assert page.status == 409
    assert "Write a word to the worker" in page.text
    kept = page.form("/close").values
    assert (kept["note"], _chosen(page)["outcome"]) == (["Words that must stay."], "referred")
    assert _case(world, case_id).is_open
    page = member.send("/close", outcome="referred", word="Go to the labour office. It is free.")
    assert "Closed." in page.text
    assert "Go to the labour office. It is free." in page.text
    assert (
        "Send to the worker" not in page.text
    )  # the last word stands in the thread, and there is no form for another
    assert _case(world, case_id).state == "closed"
    page = member.post(f"/desk/cases/{case_id}/claim")
    assert page.status == 409
    assert "closed or was never accepted" in page.text


def test_closing_twice_with_the_same_page_closes_once_and_says_so_twice(
    browse: Browse, world: World, case_id: CaseId
) -> None:
    member = browse("near.lead")
    page = member.open(f"/desk/cases/{case_id}")
    for _ in range(2):
        member.page = page
        page_after = member.send("/close", outcome="referred", note="The office has it.", word="Go there.")
        assert "Closed." in page_after.text
    assert member.page.text.count("The office has it.") == 1


def test_a_refused_form_comes_back_with_its_choices(browse: Browse, case_id: CaseId) -> None:
    member = browse("near.lead")
    member.open(f"/desk/cases/{case_id}")
    page = member.send("/urgency", urgency="low")
    assert _chosen(page)["urgency"] == "low"
    page = member.send("/close", outcome="referred", note="")
    assert _chosen(page)["outcome"] == "referred"
    page = member.send("/close", outcome="", note="Words that must stay.")
    assert page.form("/close").values["note"] == ["Words that must stay."]
    page = member.send("/stage", to="", note="Why it moves.")
    assert page.form("/stage").values["note"] == ["Why it moves."]


def test_what_was_chosen_is_said_on_the_page_for_an_old_log_in(browse: Browse, case_id: CaseId) -> None:
    member = browse("near.lead")
    page = member.open(f"/desk/cases/{case_id}")
    shown = member.send("/close", form_token="old", outcome="referred", note="Kept words.")
    assert shown.status == 400
    assert "You chose: Somebody else has taken it on" in shown.text
    member.client.delete_cookie("redress_member")
    member.page = page
    shown = member.send("/urgency", urgency="danger", reason="Kept words.")
    assert shown.status == 401
    assert "Kept words." in shown.text
    assert "You chose: Danger" in shown.text


def test_words_for_a_case_that_was_closed_meanwhile_are_on_the_page(browse: Browse, case_id: CaseId) -> None:
    member = browse("near.lead")
    page = member.open(f"/desk/cases/{case_id}")
    member.send("/close", outcome="referred", note="The office has it.", word="The office has it now.")
    for ending, field in (("/reply", "text"), ("/note", "text"), ("/stage", "note"), ("/close", "note")):
        member.page = page
        told: dict[str, Any] = {field: "Words that must stay.", "to": "assessing", "outcome": "referred"}
        answer = member.send(ending, **told)
        assert answer.status == 409
        assert "Words that must stay." in answer.text, ending


@pytest.mark.parametrize("outcome", ("resolved", "withdrawn", "merged"))
def test_the_desk_cannot_say_what_only_the_worker_can(
    browse: Browse, world: World, case_id: CaseId, outcome: str
) -> None:
    member = browse("near.lead")
    page = member.open(f"/desk/cases/{case_id}")
    token = page.form("/close").values["once_token"][0]
    page = member.post(
        f"/desk/cases/{case_id}/close", once_token=token, outcome=outcome, note="Done.", word="We are done."
    )
    assert page.status == 409
    assert _case(world, case_id).state != "closed"


@pytest.mark.parametrize(
    ("address", "fields"),
    (
        ("urgency", {"urgency": "nonsense", "seen": "1"}),
        ("urgency", {"urgency": "low", "seen": "one"}),
        ("category", {"category": "nonsense", "seen": "1"}),
        ("category", {"category": "wages", "seen": ""}),
        ("stage", {"to": "nonsense"}),
        ("done", {"what": "nonsense"}),
    ),
)
def test_an_edited_form_is_refused_kindly(
    browse: Browse, case_id: CaseId, address: str, fields: dict[str, str]
) -> None:
    member = browse("near.lead")
    member.open(f"/desk/cases/{case_id}")
    assert member.post(f"/desk/cases/{case_id}/{address}", **fields).status == 400


def test_closing_leaves_the_worker_a_message(browse: Browse, world: World) -> None:
    """The inbox of a closed case says "See the messages below": one is there."""
    filed = world.file(words="They owe us.")
    case_id = accepted(world, filed)
    member = browse("near.lead")
    member.open(f"/desk/cases/{case_id}")
    member.send(
        "/close", outcome="unfounded", note="Payslips seen.", word="Your July pay came. Write if not."
    )
    worker = world.enter(filed)
    with world.database.reading() as session:
        view = open_inbox(session, world.vault, worker)
    assert [message.text for message in view.messages][-1] == "Your July pay came. Write if not."


def test_the_company_is_asked_where_the_worker_said_yes_to_a_helper(browse: Browse, world: World) -> None:
    case_id = accepted(world, world.file(words="They owe us."))
    member = browse("near.lead")
    member.open(f"/desk/cases/{case_id}")
    member.send("/stage", to="assessing")
    page = member.send("/stage", to="engaging")
    assert page.status == 409
    assert "has not allowed" in page.text
    page = member.send("/stage", to="engaging", agreed="yes", note="")
    assert page.status == 409
    assert "when and how the worker said yes" in page.text
    assert (page.form("/stage").values["agreed"], _chosen(page)["to"]) == (["yes"], "engaging")
    page = member.send("/stage", to="engaging", note="She said so on the phone on Monday.")
    assert "Moved." in page.text
    assert _case(world, case_id).state == "engaging"
    with world.database.reading() as session:
        consents = session.scalars(select(Consent).where(Consent.case_id == case_id)).all()
    assert sorted((each.how, each.withdrawn_hour is None) for each in consents) == [
        ("form_skipped", False),
        ("helper", True),
    ]


def test_a_number_is_a_link_that_dials_it(browse: Browse, world: World) -> None:
    case_id = accepted(world, world.file(phone="+60 12-345 ٦٧٨٩", contact=ContactWay.CALL))
    member = browse("near.lead")
    member.open(f"/desk/cases/{case_id}")
    page = member.send("/contact")
    [link] = [each for each in page.root.iter("a") if (each.get("href") or "").startswith("tel:")]
    assert (link.get("href"), link.text) == ("tel:+60123456789", "+60 12-345 ٦٧٨٩")


SAFE = "She sleeps at her sister's since Monday; I heard it from both."


def test_a_case_in_danger_closes_only_with_what_makes_the_worker_safe(browse: Browse, world: World) -> None:
    case_id = accepted(world, world.file(danger=True))
    member = browse("near.lead")
    page = member.open(f"/desk/cases/{case_id}")
    assert "This case is in danger. It was told last:" in page.text
    assert "What makes them safe now" in page.text
    told: dict[str, Any] = {"outcome": "referred", "note": "The police has it.", "word": "Go to your sister."}
    for safe in ("", " \n", "\u200b"):
        page = member.send("/close", safe=safe, **told)
        assert page.status == 409
        assert "Write what makes the worker safe now. The case is still open." in page.text
        assert page.form("/close").values["note"] == ["The police has it."]
        assert _case(world, case_id).is_open
    page = member.send("/close", safe=SAFE, **told)
    assert "Closed." in page.text
    assert SAFE in page.text
    assert _case(world, case_id).state == "closed"


def test_closing_in_danger_twice_with_the_same_page_is_done_once(browse: Browse, world: World) -> None:
    case_id = accepted(world, world.file(danger=True))
    member = browse("near.lead")
    page = member.open(f"/desk/cases/{case_id}")
    for _ in range(2):
        member.page = page
        after = member.send(
            "/close", outcome="referred", note="The police has it.", word="Go there.", safe=SAFE
        )
        assert "Closed." in after.text
    assert member.page.text.count(SAFE) == 1
    assert member.page.text.count("Go there.") == 1


def test_what_was_refused_comes_back_with_its_words(browse: Browse, world: World) -> None:
    case_id = accepted(world, world.file(danger=True))
    member = browse("near.lead")
    member.open(f"/desk/cases/{case_id}")
    page = member.send("/close", outcome="referred", note="", word="Go there.", safe=SAFE)
    assert page.status == 409
    assert page.form("/close").values["safe"] == [SAFE]


def test_danger_told_after_the_page_was_opened_asks_before_anything_closes(
    browse: Browse, world: World, case_id: CaseId
) -> None:
    member, other = browse("near.lead"), browse("near.caseworker")
    page = member.open(f"/desk/cases/{case_id}")
    assert "What makes them safe now" not in page.text
    other.open(f"/desk/cases/{case_id}")
    other.send("/urgency", urgency="danger")
    page = member.send("/close", outcome="referred", note="The office has it.", word="Go there.")
    assert page.status == 409
    assert _case(world, case_id).is_open
    assert "What makes them safe now" in page.text


def test_a_danger_that_was_lowered_with_a_reason_asks_no_more(browse: Browse, world: World) -> None:
    case_id = accepted(world, world.file(danger=True))
    member = browse("near.lead")
    member.open(f"/desk/cases/{case_id}")
    member.send("/urgency", urgency="low", reason=SAFE)
    page = member.send("/close", outcome="referred", note="The office has it.", word="Go there.")
    assert "Closed." in page.text


def test_words_about_safety_are_not_lost_where_danger_was_lowered_meanwhile(
    browse: Browse, world: World
) -> None:
    case_id = accepted(world, world.file(danger=True))
    member, other = browse("near.lead"), browse("near.caseworker")
    member.open(f"/desk/cases/{case_id}")
    other.open(f"/desk/cases/{case_id}")
    other.send("/urgency", urgency="low", reason="Her sister called.")
    page = member.send("/close", outcome="referred", note="It goes on.", word="Go there.", safe=SAFE)
    assert page.status == 409
    assert SAFE in page.text
