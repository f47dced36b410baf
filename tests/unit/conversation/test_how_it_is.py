"""How it is now, answered in words: read by table with its denials; what cannot be read is kept and asked once more in digits."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from app.cases.enums import FollowupAnswer, FollowupKind
from app.intake.conversation.machine.acts import AnswerQuestion, GetWorse, Keep
from app.intake.conversation.machine.lookup_values import Knowledge, TextedQuestion
from app.intake.conversation.machine.position import Position, Step, WhosePhone
from app.intake.conversation.machine.steps import hear, wanted
from app.intake.conversation.machine.texts import Text, Texts
from app.intake.conversation.machine.topic_words import TopicWords
from app.intake.report import ContactWay
from tests.unit.conversation.phone import Phone
from tests.unit.conversation.walking import START

CASE, QUESTION = UUID(int=1), UUID(int=2)
OPEN = Position(Step.OPEN, "en", whose=WhosePhone.OWN, contact=ContactWay.TEXT, settled=True, reached=True)
HOW = "How is it now? 5 Worse 6 The same 7 Better 1 Other times 9 Do not ask again."
WORSE, SAME, BETTER = FollowupAnswer.WORSE, FollowupAnswer.SAME, FollowupAnswer.BETTER
SAID = (
    *(
        (said, SAME)
        for said in ("its bad still", "same", "still not paid", "it's still bad", "not better", "no better")
    ),
    *(
        (said, SAME)
        for said in ("no worse", "not paid yet", "my salary is still not paid", "they did not pay us yet")
    ),
    *(
        (said, SAME)
        for said in ("masih teruk", "abhi bhi kharab hai", "sigue mal", "nothing changed", "Still the same!")
    ),
    *(
        (said, BETTER)
        for said in ("better now", "it is good now", "a little better", "they paid me", "Much better, thanks")
    ),
    *(
        (said, WORSE)
        for said in (
            "not same, more bad",
            "yes worse",
            "no, worse",
            "worse not better",
            "its not better its worse",
        )
    ),
)
UNCLEAR = (
    *(
        "better but still bad",
        "very bad",
        "bad",
        "yes",
        "no",
        "ok",
        "not the same",
        "no it is better",
        "is it better?",
    ),
    *("i called the office", "he came on monday", "nothing"),
)


def _asked(kind: FollowupKind = FollowupKind.NEWS, *, is_open: bool = True) -> Knowledge:
    return Knowledge(questions=(TextedQuestion(CASE, QUESTION, kind, is_open, date(2026, 11, 1)),))


def _hears(phone: Phone, said: str, know: Knowledge, position: Position = OPEN) -> tuple[object, ...]:
    read = phone.read(said)
    assert wanted(position, read, phone.texts, START).question
    phone.heard.append(hear(position, read, know, phone.texts, START))
    return phone.heard[-1].acts


@pytest.mark.parametrize(("said", "meant"), SAID)
def test_words_are_read_as_the_answer_that_they_are(phone: Phone, said: str, meant: FollowupAnswer) -> None:
    assert _hears(phone, said, _asked()) == (AnswerQuestion(CASE, QUESTION, meant),)


@pytest.mark.parametrize(
    ("said", "meant"),
    (
        *(
            (said, FollowupAnswer.NOT_RIGHT)
            for said in ("still not paid", "not solved", "not paid", "its bad", "no change")
        ),
        *((said, FollowupAnswer.PUT_RIGHT) for said in ("yes it is put right", "it was fixed", "solved now")),
        *((said, WORSE) for said in ("not fixed, worse", "more bad")),
    ),
)
def test_whether_it_was_put_right_is_read_likewise(phone: Phone, said: str, meant: FollowupAnswer) -> None:
    assert _hears(phone, said, _asked(FollowupKind.PUT_RIGHT)) == (AnswerQuestion(CASE, QUESTION, meant),)


@pytest.mark.parametrize("said", ("better now", "they paid me", "yes", "everything is fine now"))
def test_that_it_is_better_does_not_say_that_it_was_put_right(phone: Phone, said: str) -> None:
    assert _hears(phone, said, _asked(FollowupKind.PUT_RIGHT)) == (Keep(said),)
    assert "3 Put right 6 Not right 5 Worse" in (phone.heard[-1].reply or "")


@pytest.mark.parametrize("said", UNCLEAR)
def test_what_cannot_be_read_is_kept_and_asked_once_more_in_digits(
    phone: Phone, texts: Texts, said: str
) -> None:
    assert _hears(phone, said, _asked()) == (Keep(said),)
    heard = phone.heard[-1]
    assert heard.reply == f"{texts.say(Text.ANSWER_BY_NUMBER)} {HOW}"
    # Once: what comes then is news for the helper, and another question is asked again all the same.
    again = replace(heard.position, last_at=None)
    assert _hears(phone, said, _asked(), again) == (Keep(said, joins=True),)
    assert HOW not in (phone.heard[-1].reply or "")
    other = replace(_asked().questions[0], id=UUID(int=3))
    _hears(phone, said, Knowledge(questions=(other,)), again)
    assert HOW in (phone.heard[-1].reply or "")


@pytest.mark.parametrize("know", (Knowledge(), _asked(is_open=False), replace(_asked(), holder_meant=True)))
def test_nothing_is_asked_where_nothing_waits_or_the_helper_is_meant(phone: Phone, know: Knowledge) -> None:
    assert _hears(phone, "he came on monday", know) == (Keep("he came on monday"),)
    assert HOW not in (phone.heard[-1].reply or "")


def test_worse_in_a_sentence_still_raises(phone: Phone, texts: Texts) -> None:
    heard = hear(OPEN, phone.read("every day it gets worse for Rina"), _asked(), texts, START)
    assert GetWorse() in heard.acts
    assert heard.reply == texts.say(Text.DANGER)


@pytest.mark.parametrize("said", ("8", "2", "thank you", "(1/2) he came", "x" * 161))
def test_what_is_something_else_looks_for_no_question(words: TopicWords, phone: Phone, said: str) -> None:
    assert not wanted(OPEN, phone.read(said), phone.texts, START).question
