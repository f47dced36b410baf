"""Only the part of the times that is named changes; the answer says in full what then holds, whenever and however it is named."""

from dataclasses import replace

import pytest

from app.cases.case.models import Case
from app.cases.case.text_times import EVERY_DAY, TextTimes
from app.cases.case.veils import facts_of, store_facts
from app.database import CaseId
from tests.support.asked_by_text import on_day, put_to, tick
from tests.support.text_wishes import taken as filed_with_wish
from tests.support.texting import Texting
from tests.support.texting_back import AGREED, taken

SUN = frozenset({6})
MENU = "When may our texts come? 1 By day 2 Mornings 3 Evenings 4 Days off 0 Never"
ALSO_SUNDAYS = "Our texts now come from 17 to 22, the time at your work place, only on Sun."


def times_of(texting: Texting, case_id: CaseId) -> TextTimes | None:
    with texting.database.reading() as session:
        return facts_of(texting.world.vault, session.get_one(Case, case_id)).text_times


def chosen_in_the_inbox(texting: Texting, case_id: CaseId, times: TextTimes) -> None:
    with texting.database.writing() as session:
        case = session.get_one(Case, case_id)
        facts = facts_of(texting.world.vault, case)
        store_facts(texting.world.vault, case, replace(facts, text_times=times))


@pytest.mark.parametrize("by_form", (False, True))
@pytest.mark.parametrize(
    "ways",
    (
        ("1", "3", "only sundays"),
        ("1", "3", "1", "only sundays"),
        ("1 evenings", "1 only sundays"),
        ("only sundays", "1", "3"),
        ("only sundays", "1 evenings"),
        ("only sundays", "evenings"),
        ("sunday evenings",),
        ("only evenings", "no, only sundays"),
    ),
)
def test_what_is_not_named_stays(texting: Texting, ways: tuple[str, ...], by_form: bool) -> None:
    case_id = filed_with_wish(texting, safe_times="") if by_form else put_to(texting)
    if by_form:
        on_day(14.05)
        tick(texting)
    assert texting.say(*ways)[-1] == ALSO_SUNDAYS
    assert times_of(texting, case_id) == TextTimes(17, 22, SUN)
    assert len(texting.cases()) == 1


def test_hours_of_the_inbox_stay(texting: Texting) -> None:
    case_id = put_to(texting)
    chosen_in_the_inbox(texting, case_id, TextTimes(19, 21, frozenset({0, 6})))
    assert texting.say("only sundays")[-1] == ALSO_SUNDAYS.replace("17 to 22", "19 to 21")
    assert texting.say("1", "4")[-1] == ALSO_SUNDAYS.replace("17 to 22", "19 to 21").replace(
        "Sun", "Sat, Sun"
    )
    assert times_of(texting, case_id) == TextTimes(19, 21, frozenset({5, 6}))


def test_all_days_come_back_by_saying_so(texting: Texting) -> None:
    case_id = put_to(texting)
    texting.say("only sundays", "1 evenings")
    assert (
        texting.say("1", "every day")[-1] == "Our texts now come from 17 to 22, the time at your work place."
    )
    assert times_of(texting, case_id) == TextTimes(17, 22, EVERY_DAY)


@pytest.mark.parametrize(("stop", "still"), (("9", "still do not ask you"), ("0", "still do not text you")))
def test_hours_stay_and_are_said_though_texts_are_stopped(texting: Texting, stop: str, still: str) -> None:
    case_id = put_to(texting)
    texting.say("1", "3", stop)
    (told,) = texting.say("only sundays")
    assert told.startswith("We keep these times: from 17 to 22, only on Sun. We ")
    assert still in told
    assert times_of(texting, case_id) == TextTimes(17, 22, SUN)


@pytest.mark.parametrize(
    ("said", "times"),
    (
        ("1 only sundays", TextTimes(9, 20, SUN)),
        ("no, only sundays", TextTimes(9, 20, SUN)),
        ("evenings", TextTimes(17, 22)),
        ("only evenings", TextTimes(17, 22)),
        ("weekends", TextTimes(9, 20, frozenset({5, 6}))),
        ("sundays after 4", TextTimes(16, 22, SUN)),
        ("sundays 19-21", TextTimes(19, 21, SUN)),
        ("after 6 pm", TextTimes(18, 22)),
    ),
)
def test_times_in_words_are_an_answer_while_another_question_waits(
    texting: Texting, said: str, times: TextTimes
) -> None:
    case_id = put_to(texting)
    (told,) = texting.say(said)
    assert told.startswith(f"Our texts now come from {times.first} to {times.last}")
    assert times_of(texting, case_id) == times
    # The question that was put still stands.
    assert texting.say("5") == ["Is anyone in danger now? 1 Yes 2 No"]


@pytest.mark.parametrize("said", ("sundays only, do not ask me again", "only sundays 9", "9 only sundays"))
@pytest.mark.parametrize("first", ((), ("1",)))
def test_times_beside_that_we_ask_no_more(texting: Texting, first: tuple[str, ...], said: str) -> None:
    case_id = put_to(texting)
    told = texting.say(*first, said)[-1]
    assert told.startswith(
        "We keep these times: from 9 to 20, only on Sun. We will not ask you again by text."
    )
    assert texting.facts().no_text_questions
    assert times_of(texting, case_id) == TextTimes(9, 20, SUN)


@pytest.mark.parametrize("said", ("not on sundays", "sundays 7 to 9", "not evenings"))
def test_times_that_cannot_be_taken_are_asked_for(texting: Texting, said: str) -> None:
    case_id = put_to(texting)
    assert texting.say(said) == [MENU]
    assert texting.words()[-1] == said
    assert times_of(texting, case_id) is None


@pytest.mark.parametrize("said", ("at night", "every day", "all day", "on sunday he beat me", "no sundays"))
def test_what_may_tell_something_else_chooses_nothing(texting: Texting, said: str) -> None:
    case_id = put_to(texting)
    texting.say(said)
    assert times_of(texting, case_id) is None


def test_hours_that_differ_between_the_reports_of_a_phone_are_told_for_each(texting: Texting) -> None:
    first = taken(texting)
    on_day(3)
    texting.say("2", "They hit a friend of mine", *AGREED[1:])
    texting.fall_silent()
    chosen_in_the_inbox(texting, first, TextTimes(19, 21))
    last = next(CaseId(case.id) for case in texting.cases() if case.id != first)
    chosen_in_the_inbox(texting, last, TextTimes(17, 22))
    on_day(14.05)
    tick(texting)
    (told,) = texting.say("only sundays")
    assert "from 17 to 22" in told
    assert "from 19 to 21" in told
    assert (times_of(texting, first), times_of(texting, last)) == (
        TextTimes(19, 21, SUN),
        TextTimes(17, 22, SUN),
    )


def test_a_later_report_takes_the_hours_of_the_phone(texting: Texting) -> None:
    first = taken(texting)
    on_day(3)
    texting.say("2", "They hit a friend of mine", *AGREED[1:])
    texting.fall_silent()
    chosen_in_the_inbox(texting, first, TextTimes(19, 21))
    on_day(14.05)
    tick(texting)
    texting.say("only sundays")
    assert {times_of(texting, CaseId(case.id)) for case in texting.cases()} == {TextTimes(19, 21, SUN)}
