"""Times told in words or by two digits: never guessed, asked again, and on a phone from the form no report of their own."""

from dataclasses import replace

import pytest

from app import clock
from app.cases.case.models import Case
from app.cases.case.text_times import TextTimes
from app.cases.case.veils import facts_of, store_facts
from app.cases.enums import ClockKind, Rung
from app.database import CaseId
from app.followups.words import AskedBecauseLate, words_for
from tests.support.asked_by_text import KEPT, on_day, put_to, tick
from tests.support.text_wishes import taken as filed_with_wish
from tests.support.texting import Texting
from tests.support.texting_back import AGREED, taken

MENU = "When may our texts come? 1 By day 2 Mornings 3 Evenings 4 Days off 0 Never"
WHOSE = "Whose phone is this? 1 Only mine 2 Shared 3 Company"
EVENINGS = "Our texts now come from 17 to 22, the time at your work place."


def put_to_form(texting: Texting) -> CaseId:
    """A case by the form whose number was asked by text."""
    case_id = filed_with_wish(texting, safe_times="")
    on_day(14.05)
    tick(texting)
    return case_id


def times_of(texting: Texting, case_id: CaseId) -> TextTimes | None:
    with texting.database.reading() as session:
        return facts_of(texting.world.vault, session.get_one(Case, case_id)).text_times


def reports(texting: Texting) -> int:
    """How many cases texts were kept with."""
    return len(texting.cases())


@pytest.mark.parametrize("said", ("before 6 pm", "not in the mornings", "not on Sunday", "3 4", "2 0"))
def test_times_in_words_from_the_form_are_asked_for_again_and_no_report(texting: Texting, said: str) -> None:
    case_id = put_to_form(texting)
    assert texting.say("1", said) == [MENU, MENU]
    assert times_of(texting, case_id) is None
    assert texting.say("3") == [EVENINGS]
    assert times_of(texting, case_id) == TextTimes(17, 22)
    assert reports(texting) == 1


def test_days_by_name_from_the_form_are_chosen(texting: Texting) -> None:
    case_id = put_to_form(texting)
    assert texting.say("1", "only Sunday") == [
        MENU,
        EVENINGS.replace("17 to 22", "9 to 20")[:-1] + ", only on Sun.",
    ]
    assert times_of(texting, case_id) == TextTimes(9, 20, frozenset({6}))
    assert reports(texting) == 1


def test_times_in_words_from_the_form_are_a_report_in_the_end(texting: Texting) -> None:
    put_to_form(texting)
    assert texting.say("1", "before 6 pm", "before 6 pm only", "only before 6 pm") == [
        MENU,
        MENU,
        MENU,
        f"Got it. {WHOSE}",
    ]
    assert reports(texting) == 2


def test_words_from_the_form_that_others_see_the_phone_are_a_report_and_no_text_goes_there_again(
    texting: Texting,
) -> None:
    case_id = put_to_form(texting)
    said = "not in the mornings, my supervisor looks at my phone"
    assert texting.say("1", said) == [MENU]
    assert reports(texting) == 2
    assert any(said in texting.words(case) for case in texting.cases() if case.id != case_id)
    assert texting.say("3") == []
    assert times_of(texting, case_id) is None


@pytest.mark.parametrize(("said", "told"), (("7", KEPT), ("0", "We will not ask you again by text.")))
def test_what_is_answered_before_whose_phone_it_is_has_that_asked_behind_it(
    texting: Texting, said: str, told: str
) -> None:
    put_to_form(texting)
    texting.say("1", "my supervisor looks at my phone in the mornings")
    (reply,) = texting.say(said)
    assert reply.startswith(told)
    assert reply.endswith(WHOSE)


def test_danger_wins_over_the_times(texting: Texting) -> None:
    put_to_form(texting)
    texting.say("1")
    assert MENU not in texting.say("They hit us in the mornings, there is a fire")
    assert reports(texting) == 2


def test_danger_wins_over_times_that_stand_before_whose_phone_it_is(texting: Texting) -> None:
    put_to_form(texting)
    texting.say("1", "my supervisor looks at my phone in the mornings")
    (reply,) = texting.say("They locked us in and there is a fire")
    assert reply.endswith(WHOSE)
    assert "When may our texts" not in reply


@pytest.mark.parametrize(
    "said", ("3\n\nSent from my phone", "3 Sent from my iPhone", "Evenings\nSent from my phone")
)
def test_what_a_phone_writes_below_is_no_part_of_an_answer(texting: Texting, said: str) -> None:
    case_id = put_to_form(texting)
    assert texting.say("1\n\nSent from my phone", said) == [MENU, EVENINGS]
    assert times_of(texting, case_id) == TextTimes(17, 22)
    assert reports(texting) == 1


@pytest.mark.parametrize("said", ("3 4", "1 2", "2 0", "1 0", "not on sundays", "4 only Sunday", "01", "10"))
def test_what_is_not_sure_is_asked_again(texting: Texting, said: str) -> None:
    case_id = put_to(texting)
    assert texting.say("1", said) == [MENU, MENU]
    assert times_of(texting, case_id) is None
    assert not texting.facts().no_text_questions


@pytest.mark.parametrize("by_form", (False, True))
@pytest.mark.parametrize("said", ("bad time", "I want other times", "01", "A bad time?"))
def test_asking_for_times_in_words(texting: Texting, said: str, by_form: bool) -> None:
    case_id = put_to_form(texting) if by_form else put_to(texting)
    assert texting.say(said) == [MENU]
    assert texting.say("3") == [EVENINGS]
    assert (times_of(texting, case_id), reports(texting)) == (TextTimes(17, 22), 1)


@pytest.mark.parametrize("by_form", (False, True))
def test_asking_for_times_and_choosing_them_at_once(texting: Texting, by_form: bool) -> None:
    case_id = put_to_form(texting) if by_form else put_to(texting)
    assert texting.say("1 evenings") == [EVENINGS]
    assert (times_of(texting, case_id), reports(texting)) == (TextTimes(17, 22), 1)


def test_times_in_words_after_a_shift_are_asked_about(texting: Texting) -> None:
    put_to_form(texting)
    texting.say("1")
    texting.fall_silent()
    texting.pass_by(hours=9)
    assert texting.say("evenings") == [MENU]
    assert texting.say("evenings") == [EVENINGS]
    assert reports(texting) == 1


def test_no_work_place_is_named_that_nobody_knows(texting: Texting) -> None:
    case_id = put_to(texting)
    with texting.database.writing() as session:
        case = session.get_one(Case, case_id)
        case.country = None
        facts = facts_of(texting.world.vault, case)
        store_facts(texting.world.vault, case, replace(facts, zone=""))
    assert texting.say("1", "3")[-1] == "Our texts now come from 17 to 22."
    assert texting.say("1", "4")[-1] == "Our texts now come from 17 to 22, only on Sat, Sun."


def test_days_that_are_not_the_same_for_all_cases_are_not_named(texting: Texting) -> None:
    first = taken(texting)
    on_day(3)
    texting.say("2", "They hit a friend of mine", *AGREED[1:])
    texting.fall_silent()
    with texting.database.writing() as session:
        session.get_one(Case, first).country = "BD"
    on_day(14.05)
    tick(texting)
    assert texting.say("1", "4")[-1] == "Our texts now come from 9 to 20, only on days off where you work."
    days = {times.days for case in texting.cases() if (times := times_of(texting, CaseId(case.id)))}
    assert days == {frozenset({4, 5}), frozenset({5, 6})}


@pytest.mark.parametrize(
    ("rung", "kind", "told"),
    (
        (Rung.LEAD, ClockKind.COMPANY_REPLY, "Somebody else was asked, to see to it by"),
        (Rung.HELPER, ClockKind.COMPANY_REPLY, "We asked again, to see to it by"),
        (Rung.HELPER, ClockKind.READ, "We asked again, to do it by"),
    ),
)
def test_lateness_is_told_in_the_words_of_the_inbox(
    texting: Texting, rung: Rung, kind: ClockKind, told: str
) -> None:
    language = texting.services.languages.default
    late = AskedBecauseLate(rung, clock.now().date(), kind is ClockKind.COMPANY_REPLY)
    assert told in words_for(language, questions=(), late=late, look_at=None)
