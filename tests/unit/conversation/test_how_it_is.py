"""How it is now, answered in words: read by table with its denials; what cannot be read is kept and asked once more in digits."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from app.cases.enums import FollowupAnswer, FollowupKind
from app.intake.conversation.machine.acts import AnswerQuestion, GetWorse, Keep, KeepForHelper
from app.intake.conversation.machine.lookup_values import Knowledge, TextedQuestion
from app.intake.conversation.machine.position import Position, Step, WhosePhone
from app.intake.conversation.machine.saying import Texts
from app.intake.conversation.machine.steps import hear, wanted
from app.intake.conversation.machine.texts import Text
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
# What may take good news back, in every language that has words for it: behind the word, before it, and in another clause.
TAKEN_BACK = (
    *(
        "they paid us nothing",
        "we got paid nothing this month",
        "they changed nothing",
        "better, no",
        "they paid never",
    ),
    *(
        "better, not",
        "fine but not paid me",
        "no, better",
        "good not",
        "they paid us not",
        "they paid us, not all",
    ),
    *(
        "they have done nothing",
        "they fixed nothing",
        "solved nothing",
        "fixed, no",
        "solved not",
        "put right never",
    ),
    *("better but bad", "it is good and bad", "paid, a problem", "still better", "they paid us too much now"),
    *("paye jamais", "on est paye jamais", "mieux pas", "bien non", "resolu jamais", "regle pas"),
    *("theek nahi hai", "accha nahi hai", "behtar nahi", "ठीक नहीं है", "बेहतर नहीं है", "अच्छा नहीं"),
    *("mejor no", "todo bien no", "pagaron nunca", "bien para nada", "resuelto no", "arreglado nunca"),
    *("baik tidak", "gaji dibayar belum", "dibayar tak", "selesai belum", "beres gak", "membaik nggak"),
    *("vizuri hapana", "nzuri haija", "si nzuri", "afadhali hapana", "tốt không", "ổn chưa", "tốt hơn không"),
    *(
        "mabuti hindi",
        "ayos wala",
        "bumuti hindi",
        "更好没有",
        "变好了没",
        "ager cheye bhalo na",
        "আগের চেয়ে ভালো না",
    ),
    *("ပိုကောင်းတယ် မဟုတ်ဘူး", "राम्रो भयो होइन", "melhor nao", "ดีขึ้นไม่", "ល្អជាងមុនទេ", "بہتر نہیں"),
    *("أفضل لا", "daha iyi hayır", "jobb nem", "lepší kdepak", "lepiej nie", "краще ні", "நல்லா இருக்கு இல்லை"),
)
OF_OTHERS = (
    *(
        "the boss is happy",
        "they paid only the boss",
        "boss changed my job",
        "company is good",
        "the company paid",
    ),
    *("he is happy", "she got paid", "they are happy", "they happy now", "they are better", "sir is happy"),
    *(
        "madam is better",
        "i paid",
        "we have paid a lot",
        "they paid some",
        "they paid a little",
        "only boss got paid",
    ),
)
ASKED = (
    *(
        "is it safe",
        "do they pay us",
        "did they pay us",
        "have they paid us",
        "are we safe",
        "has it improved",
    ),
    *(
        "does it improve",
        "was it good",
        "is everything fine",
        "yes is it better",
        "is it solved",
        "have they fixed it",
    ),
)
TO_COME = (
    *(
        "pay us now",
        "pay me",
        "bayar gaji",
        "they are going to pay us",
        "it was better before",
        "it was good",
    ),
    *("right now", "to be fixed", "they have to pay us", "everything changed", "well, the salary", "fine"),
)
ENDED = (
    *(
        "my job is finished",
        "i am finished",
        "money finished",
        "my salary is finished",
        "work is done",
        "i m done",
    ),
    *("we are finished", "they finished us", "everything is finished", "gaji selesai", "saya selesai"),
    *(
        "job over",
        "contract finished",
        "work finished now",
        "je suis regle",
        "they have done this",
        "they have finished",
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
    assert _hears(phone, said, _asked())[-1:] == (AnswerQuestion(CASE, QUESTION, meant),)


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
    assert _hears(phone, said, _asked(FollowupKind.PUT_RIGHT))[-1:] == (
        AnswerQuestion(CASE, QUESTION, meant),
    )


@pytest.mark.parametrize("said", ("better now", "they paid me", "yes", "everything is fine now"))
def test_that_it_is_better_does_not_say_that_it_was_put_right(phone: Phone, said: str) -> None:
    assert _hears(phone, said, _asked(FollowupKind.PUT_RIGHT)) == (Keep(said),)
    assert "3 Put right 6 Not right 5 Worse" in (phone.heard[-1].reply or "")


@pytest.mark.parametrize("said", (*TAKEN_BACK, *OF_OTHERS, *ASKED, *TO_COME, *ENDED))
def test_nothing_is_guessed_towards_good_news(phone: Phone, said: str) -> None:
    assert _hears(phone, said, _asked()) == (Keep(said),)
    assert HOW in (phone.heard[-1].reply or "")


@pytest.mark.parametrize("said", (*TAKEN_BACK, *OF_OTHERS, *ASKED, *TO_COME, *ENDED))
def test_nothing_is_guessed_to_be_put_right(phone: Phone, said: str) -> None:
    # What is bad was not put right: that may be read.
    not_right = (AnswerQuestion(CASE, QUESTION, FollowupAnswer.NOT_RIGHT),)
    assert _hears(phone, said, _asked(FollowupKind.PUT_RIGHT)) in ((Keep(said),), not_right)


@pytest.mark.parametrize(
    ("said", "kind", "meant"),
    (
        *(
            (said, FollowupKind.NEWS, BETTER)
            for said in (
                *("they paid me", "we got paid", "they pay us now", "they are paying us", "i am safe now"),
                *(
                    "it is not bad it is good",
                    "sir they paid me",
                    "they paid my salary",
                    "nos pagaron",
                    "gaji dibayar",
                    "theek hai ab",
                ),
            )
        ),
        *(
            (said, FollowupKind.PUT_RIGHT, FollowupAnswer.PUT_RIGHT)
            for said in (
                "it was fixed",
                "they fixed it",
                "it is done",
                "solved now",
                "sudah selesai",
                "resuelto",
            )
        ),
    ),
)
def test_words_behind_good_news_are_kept_for_the_helper(
    phone: Phone, said: str, kind: FollowupKind, meant: FollowupAnswer
) -> None:
    answer = AnswerQuestion(CASE, QUESTION, meant)
    assert _hears(phone, said, _asked(kind)) == (Keep(said), answer)
    filed = replace(OPEN, from_form=True)
    assert _hears(phone, said, _asked(kind), filed) == (KeepForHelper(said, CASE), answer)


def test_words_behind_good_news_are_kept_where_several_reports_may_be_meant(phone: Phone) -> None:
    one = _asked().questions[0]
    several = Knowledge(questions=(one, replace(one, case=UUID(int=4), id=UUID(int=5))))
    assert _hears(phone, "they paid me", several) == (Keep("they paid me"),)
    assert phone.heard[-1].position.step is Step.WHICH


@pytest.mark.parametrize(
    ("said", "kind"),
    (
        *(
            (said, FollowupKind.NEWS)
            for said in ("better", "7", "Much better, thanks", "yes it is better", "mejor")
        ),
        *((said, FollowupKind.PUT_RIGHT) for said in ("put right", "3", "yes it is put right")),
    ),
)
def test_an_option_and_no_more_leaves_no_words(phone: Phone, said: str, kind: FollowupKind) -> None:
    (act,) = _hears(phone, said, _asked(kind))
    assert isinstance(act, AnswerQuestion)


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


@pytest.mark.parametrize("digit", ("3", "৩"))
def test_a_digit_that_the_question_does_not_have_is_told_which_it_has_once(
    phone: Phone, texts: Texts, digit: str
) -> None:
    said = phone.read(digit)
    assert wanted(OPEN, said, texts, START).question
    heard = hear(OPEN, said, _asked(), texts, START)
    assert heard.reply == f"{texts.say(Text.ANSWER_BY_NUMBER)} {HOW}"
    later = replace(heard.position, last="", last_at=None)
    assert HOW not in (hear(later, said, _asked(), texts, START).reply or "")


@pytest.mark.parametrize("step", (Step.TEXT_HOURS, Step.WHICH))
def test_words_beside_a_question_about_our_own_texts_are_never_met_by_silence(
    phone: Phone, texts: Texts, step: Step
) -> None:
    """Also moments after other words, and when they are not understood for the second time."""
    asked = replace(OPEN.to(step, back=Step.OPEN), last_free_at=START, handed=True, replied=True)
    first = hear(asked, phone.read("how long must i wait?"), Knowledge(), texts, START)
    assert Keep("how long must i wait?") in first.acts
    assert first.reply
    then = replace(first.position, last_free_at=None)
    second = hear(then, phone.read("nobody tells me anything"), Knowledge(), texts, START)
    assert any(isinstance(act, Keep) for act in second.acts)
    assert second.reply


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
