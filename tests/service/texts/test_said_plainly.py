"""What a worker says plainly, through the door: who may know, how to be reached, whose phone it is, thanks, and the last word."""

import pytest

from app.cases.enums import ConsentLevel, OfferState, State, Urgency
from tests.support.text_cases import FIRST, PLACE, phones_known
from tests.support.texting import Texting


def test_texts_that_were_agreed_to_at_another_question_are_agreed_to(texting: Texting) -> None:
    texting.say(FIRST, "1", "2", "2")
    assert texting.facts().reach == "none"
    (answer,) = texting.say("you can text me")
    assert answer.startswith("A helper may text you. Where do you work?")
    assert texting.facts().reach == "text"
    assert "you can text me" in texting.words()
    assert texting.say("don't write to me here")[0].startswith("We will not text you again.")
    assert texting.facts().reach == "none"


@pytest.mark.parametrize("digit", ("2", "3"))
def test_no_texts_are_agreed_to_on_a_phone_of_others(texting: Texting, digit: str) -> None:
    texting.say(FIRST, "you can text me", digit)
    assert texting.say("you can text me", "yes text me") == []
    assert texting.facts().reach != "text"


def test_who_is_not_understood_is_asked_who_may_know_and_nobody_locks(texting: Texting) -> None:
    texting.say(FIRST, "1", "2")
    answers = texting.say("you?", "yes or no?")
    assert answers[-1].startswith("A person will read that. What is it about?")
    assert texting.say("1")[0].startswith("Who may know?")
    assert texting.say("nobody")[0].startswith("It is locked.")
    assert texting.facts().consent is ConsentLevel.NOBODY
    assert texting.say("2") == [
        "It stays locked. Nobody reads it. We text again only if you write of danger."
    ]


def test_nobody_told_when_danger_is_asked_for_keeps_nothing_ready_after_the_silence(texting: Texting) -> None:
    texting.say(FIRST, "1", "dont tell anybody please")
    texting.fall_silent()
    assert texting.facts().consent is ConsentLevel.NOBODY
    assert {(name, state) for _, name, state in texting.grants()} == {("custody", "live")}


def test_nobody_told_on_a_phone_of_others_locks_in_silence(texting: Texting) -> None:
    texting.say(FIRST, "3")
    assert texting.say("tell nobody") == []
    assert texting.facts().consent is ConsentLevel.NOBODY


@pytest.mark.parametrize("answers", ((), ("2",), ("1", "2"), ("my phone", "my phone")))
def test_nobody_told_with_the_first_words_locks_before_anybody_is_asked(
    texting: Texting, answers: tuple[str, ...]
) -> None:
    other = "+60123456799"
    texting.say("They do not pay us here", sender=other)
    first = "They are beating me now. Please don't tell anyone"
    texting.say(first, *answers)
    (case,) = [case for case in texting.cases() if case.urgency is Urgency.DANGER]
    assert texting.facts(case).consent is ConsentLevel.NOBODY
    assert case.organisation_id is None
    assert OfferState.OFFERED not in texting.offers(case).values()
    texting.fall_silent()
    assert {(name, state) for _, name, state in texting.grants(case)} == {("custody", "live")}
    (unlocked,) = [each for each in texting.cases() if each.id != case.id]
    assert texting.facts(unlocked).consent is ConsentLevel.HELPER


def test_nobody_told_with_a_new_report_locks_that_one_only(texting: Texting) -> None:
    texting.say(FIRST, "1", "2", PLACE, "1", "1", "1", "2")
    texting.say("They keep our passports. Tell nobody.")
    levels = sorted(texting.facts(case).consent.value for case in texting.cases())
    assert levels == ["helper", "nobody"]


def test_a_sentence_that_stops_the_texts_is_kept_with_the_others(texting: Texting) -> None:
    texting.say(FIRST, "1", "2")
    (told,) = texting.say("plz stop texting me sir", "he comes")
    assert told.startswith("We will not text you again.")
    assert texting.words()[-2:] == ["plz stop texting me sir", "he comes"]
    assert texting.say("START")[0].startswith("You can get texts from us again.")


def test_a_phone_of_others_is_taken_back(texting: Texting) -> None:
    texting.say(FIRST, "3")
    (asked,) = texting.say("no it is mine")
    assert asked.endswith("Whose phone is this? 1 Only mine 2 Shared 3 Company")
    assert texting.facts().phone == "company"
    assert texting.say("1") == ["Is anyone in danger now? 1 Yes 2 No"]
    assert texting.facts().phone == "own"
    texting.say("2", PLACE, "1", "1", "1")
    assert texting.facts().reach == "text"


@pytest.mark.parametrize("digit", ("1", "2", "3"))
def test_violence_is_raised_alike_on_every_phone(texting: Texting, digit: str) -> None:
    texting.say(FIRST, digit)
    answers = texting.say("He beat me with a stick")
    case = texting.case()
    assert (case.urgency, case.queue_rank) == (Urgency.URGENT, 1)
    assert (answers == []) is (digit != "1")


def test_start_after_stop_asks_whether_a_helper_may_text(texting: Texting) -> None:
    texting.say(FIRST, "1", "2", PLACE, "1", "1", "1")
    assert texting.say("STOP") == []
    assert texting.facts().reach == "none"
    (answer,) = texting.say("START")
    assert answer.startswith("You can get texts from us again.")
    assert "May a helper text you?" in answer
    assert texting.say("1") == ["A helper may text you."]
    assert texting.facts().reach == "text"


@pytest.mark.parametrize(
    "again", ("START they are beating me now", "START. They beat me now", "start he is beating me now")
)
def test_start_with_words_is_start_and_the_words(texting: Texting, again: str) -> None:
    """Danger behind START is answered with what to do and the question that STOP ended, and the next answer counts."""
    texting.say(FIRST, "1", "2", PLACE, "1", "1", "STOP")
    (answer,) = texting.say(again)
    assert answer.startswith("Maybe nobody comes soon. If you can, go to a safe place.")
    assert "May a helper text you?" in answer
    assert texting.words()[-1] == again
    assert texting.case().urgency is Urgency.DANGER
    assert texting.say("1") == ["A helper may text you."]
    assert texting.facts().reach == "text"


def test_start_with_words_begins_where_no_conversation_is_left(texting: Texting) -> None:
    assert texting.say("STOP", FIRST) == []
    texting.fall_silent()
    assert "Whose phone is this?" in texting.say("START They beat me now")[0]
    assert texting.say("1") != []


def test_a_polite_start_is_start_and_a_sentence_that_begins_so_is_none(texting: Texting) -> None:
    texting.say(FIRST, "1", "2", PLACE, "1", "1", "STOP")
    assert texting.say("start of May they paid less", "Start time is six", "please stop beating me") == []
    assert texting.say("Start please")[0].startswith("You can get texts from us again.")
    assert texting.say("1") == ["A helper may text you."]


@pytest.mark.parametrize("digit", ("2", "3"))
def test_start_with_words_is_not_answered_on_a_phone_of_others(texting: Texting, digit: str) -> None:
    texting.say(FIRST, digit, "STOP")
    assert texting.say("START they are beating me now") == []
    assert texting.case().urgency is Urgency.DANGER


@pytest.mark.parametrize("left", ("STOP", "2"))
def test_danger_in_a_locked_case_is_first_answered_with_what_to_do(texting: Texting, left: str) -> None:
    """No number is known of this country: then with the line that is true anywhere, before it is asked who may read."""
    texting.say(FIRST, "1", "2", PLACE, "1", "4", left)
    answers = texting.say("they are beating me now", "START" if left == "STOP" else "1")
    assert len(answers) == (1 if left == "STOP" else 2)
    assert all(
        answer.startswith("Maybe nobody comes soon. If you can, go to a safe place.") for answer in answers
    )
    assert "1 " in answers[-1]
    assert texting.facts().consent is ConsentLevel.NOBODY


def test_thanks_after_the_last_word_are_kept_and_not_answered(texting: Texting) -> None:
    texting.say(FIRST, "1", "2", PLACE, "1", "1", "1")
    assert texting.say("thank you so much", "ok thanks", "God bless") == []
    assert "God bless" in texting.words()
    assert texting.case().state is State.OFFERED


def test_thanks_after_the_number_was_forgotten_open_no_case(texting: Texting) -> None:
    texting.say(FIRST, "2")
    texting.fall_silent()
    assert phones_known(texting) == 0
    assert texting.say("thank you so much") == []
    assert len(texting.cases()) == 1


@pytest.mark.parametrize(
    ("reach", "last"),
    (
        ("1", "Thank you, that was the last question. 8 asks for news. Delete these texts."),
        ("2", "Thank you. A helper may read it. We will not text you again."),
    ),
)
def test_the_last_answer_is_answered(texting: Texting, reach: str, last: str) -> None:
    texting.say(FIRST, "1", "2", reach, PLACE, "1")
    assert texting.say("1") == [last]
    assert texting.facts().consent is ConsentLevel.HELPER
