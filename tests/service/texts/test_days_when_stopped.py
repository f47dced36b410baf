"""Days that are named unasked: where texts come they are chosen; once these were stopped they are kept, and nothing begins."""

import pytest

from app.cases.case.text_times import TextTimes
from tests.support.asked_by_text import by_itself, on_day, put_to, send, tick
from tests.support.text_wishes import taken as filed_with_wish
from tests.support.texting import Texting
from tests.support.texting_back import FIRST, answer, taken

SUNDAYS = TextTimes(9, 20, frozenset({6}))
KEPT = "We keep these times: from 9 to 20, only on Sun."
NOT_ASKED = f"{KEPT} We still do not ask you by text. If you want to be asked again, text 1."
STOPPED = f"{KEPT} We still do not text you. If you want texts again, write: you can text me."


@pytest.mark.parametrize("by_form", (False, True))
@pytest.mark.parametrize(
    ("ways", "told"),
    (
        (("1", "0"), NOT_ASKED),
        (("9",), NOT_ASKED),
        (("do not ask me again",), NOT_ASKED),
        (("0",), STOPPED),
        (("please stop texting me",), STOPPED),
    ),
)
def test_days_are_kept_and_texts_stay_stopped(
    texting: Texting, ways: tuple[str, ...], told: str, by_form: bool
) -> None:
    case_id = filed_with_wish(texting, safe_times="") if by_form else put_to(texting)
    if by_form:
        on_day(14.05)
        tick(texting)
    texting.say(*ways)
    before = texting.facts().no_text_questions, texting.facts().reach
    assert texting.say("only sundays") == [told]
    facts = texting.facts()
    assert (facts.text_times, facts.no_text_questions, facts.reach) == (SUNDAYS, *before)
    assert len(texting.cases()) == 1
    so_far = len(by_itself(texting, case_id))
    on_day(62.05)
    tick(texting)
    assert len(by_itself(texting, case_id)) == so_far


def test_a_copy_of_the_days_is_not_answered_a_second_time(texting: Texting) -> None:
    put_to(texting)
    texting.say("9")
    assert texting.say("only sundays", "only sundays", apart=3) == [NOT_ASKED]
    assert texting.words()[-1] == "only sundays"  # a helper may read them too


def test_asked_again_by_the_digit_that_the_answer_names(texting: Texting) -> None:
    put_to(texting)
    texting.say("9", "only sundays")
    assert texting.say("1")[-1].startswith("When may our texts come?")
    assert texting.say("only sundays")[-1].endswith("only on Sun.")
    assert not texting.facts().no_text_questions


def test_by_the_words_that_the_answer_names_a_helper_may_text_again(texting: Texting) -> None:
    put_to(texting)
    texting.say("0", "only sundays")
    assert texting.say("you can text me") == ["A helper may text you."]
    assert (texting.facts().reach, texting.facts().text_times) == ("text", SUNDAYS)


def test_days_for_a_helper_who_asked_for_them_change_nothing(texting: Texting) -> None:
    case_id = put_to(texting)
    texting.say("9")
    texting.fall_silent()
    answer(texting, case_id, "On which day can we meet?", by=texting.member("near.lead"))
    send(texting)
    texting.say("only sundays")
    assert texting.facts().text_times is None
    assert texting.words()[-1] == "only sundays"


@pytest.mark.parametrize("ways", (("STOP",), ("9", "STOP")))
def test_after_stop_nothing_goes_out(texting: Texting, ways: tuple[str, ...]) -> None:
    put_to(texting)
    texting.say(*ways)
    assert texting.say("only sundays") == []
    assert texting.facts().text_times is None


@pytest.mark.parametrize("ways", ((FIRST, "2"), (FIRST, "3"), (FIRST, "1", "tell nobody", "2", "2")))
def test_who_was_promised_silence_is_not_answered(texting: Texting, ways: tuple[str, ...]) -> None:
    texting.say(*ways)
    assert texting.say("only sundays") == []


def test_days_that_are_not_named_for_certain_are_kept_in_words_only(texting: Texting) -> None:
    put_to(texting)
    texting.say("0")
    assert texting.say("not on sundays") == []
    assert texting.facts().text_times is None
    assert texting.words()[-1] == "not on sundays"


def test_where_our_questions_come_by_text_days_are_chosen_and_nothing_is_asked_again(
    texting: Texting,
) -> None:
    put_to(texting)
    (told,) = texting.say("only sundays")
    assert told == "Our texts now come from 9 to 20, the time at your work place, only on Sun."
    assert (texting.facts().text_times, texting.facts().no_text_questions) == (SUNDAYS, False)
    assert texting.words()[-1] == "only sundays"
    # The question that was put still stands.
    assert texting.say("5") == ["Is anyone in danger now? 1 Yes 2 No"]


def test_days_for_a_helper_who_asked_for_them_are_no_choice_where_texts_come(texting: Texting) -> None:
    case_id = put_to(texting)
    texting.fall_silent()
    answer(texting, case_id, "On which day can we meet?", by=texting.member("near.lead"))
    send(texting)
    texting.say("only sundays")
    assert texting.facts().text_times is None
    assert texting.words()[-1] == "only sundays"


def test_days_named_before_any_text_of_ours_came_are_kept_in_words(texting: Texting) -> None:
    taken(texting)
    texting.say("only sundays")
    assert texting.facts().text_times is None
    assert texting.words()[-1] == "only sundays"
