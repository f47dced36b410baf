"""Silence settles a report; what comes after it answers nothing by chance, and danger counts within the day."""

from datetime import date

import pytest

from app.cases.enums import ConsentLevel, Stage
from app.intake.conversation.machine.acts import ErasePhone, SetConsent, SetDanger, SetPhone, Settle
from app.intake.conversation.machine.meanings import HURT_TOPIC
from app.intake.conversation.machine.position import Step, WhosePhone
from app.intake.conversation.machine.saying import Texts
from app.intake.conversation.machine.steps import fall_silent
from app.intake.conversation.machine.table import TABLE
from app.intake.conversation.machine.texts import Text
from app.intake.conversation.machine.topic_words import TopicWords
from tests.unit.conversation.phone import FOXWAY, Phone, open_phone


# After one answer danger was asked for: `test_a_late_yes_to_danger_counts_within_the_day`.
@pytest.mark.parametrize("answers", (0, 2, 3, 4, 5))
def test_silence_at_any_question_settles_and_forgets_the_number(phone: Phone, answers: int) -> None:
    phone.send_all("Our boss is bad", *["1", "2", "Foxway Kulim", "1", "1"][:answers])
    position = phone.heard[-1].position
    assert position.waits
    silent = fall_silent(position)
    assert silent.position.step is Step.ENDED
    assert silent.reply is None
    settled_before = position.step is Step.CONTACT
    assert silent.acts == ((ErasePhone(),) if settled_before else (Settle(), ErasePhone()))


LATE = 16 * 60


def test_a_late_answer_in_words_is_still_an_answer_to_its_question(phone: Phone) -> None:
    phone.send("Our boss is bad")
    assert phone.send("only mine", after=90_000).acts == (SetPhone(WhosePhone.OWN),)


TO_CONSENT = ("Our boss is bad", "1", "2", "Foxway Kulim", "1")


BEFORE_SILENCE = {
    Step.WHOSE_PHONE: ("Our boss is bad",),
    Step.REACH: ("Our boss is bad", "1", "2"),
    Step.TOPIC: ("Our boss is bad", "1", "2", "Foxway Kulim"),
    Step.CONSENT: TO_CONSENT,
    Step.CONTACT: (*TO_CONSENT, "1"),
    Step.LOCKED: (*TO_CONSENT, "4"),
    Step.CODE: (*TO_CONSENT, "1", "4"),
    Step.HURT: ("he raped me", "1", "2"),
}


@pytest.mark.parametrize("step", BEFORE_SILENCE, ids=str)
def test_a_late_digit_changes_nothing_and_is_asked_about(words: TopicWords, texts: Texts, step: Step) -> None:
    """Before the dispatcher has looked the question still stands: it comes again, and then the answer counts."""
    for digit in (str(each) for each in TABLE[step].answers):
        phone = Phone(words, texts)
        before = phone.send_all(*BEFORE_SILENCE[step]).position
        assert phone.step is step
        meaning = TABLE[step].meaning(int(digit), phone.position or before)
        if meaning is None or (step is Step.TOPIC and HURT_TOPIC in meaning.position.topics):
            continue  # hurt counts at once
        heard = phone.send(digit, after=LATE)
        assert heard.acts == ()
        assert phone.step is step
        assert heard.reply == TABLE[step].ask(texts, heard.position, FOXWAY)
        counted = phone.send(digit, after=30)
        assert counted.acts or counted.position.step is not step


def test_nobody_yet_in_words_counts_also_late(phone: Phone) -> None:
    phone.send_all(*TO_CONSENT)
    assert SetConsent(ConsentLevel.NOBODY) in phone.send("nobody yet", after=LATE).acts


def test_a_late_digit_locks_no_case_in_danger_whose_number_is_kept(phone: Phone) -> None:
    heard = phone.send_all("Our boss is bad", "1", "1", "Foxway Kulim", "1")
    assert phone.step is Step.CONSENT
    silent = fall_silent(heard.position)
    assert silent.position.held
    phone.position = silent.position
    assert phone.send("4", after=20_000).acts == ()
    assert phone.step is Step.CONSENT
    assert SetConsent(ConsentLevel.NOBODY) in phone.send("4", after=60).acts


@pytest.mark.parametrize("digit", ("0", "1", "2", "4"))
def test_a_digit_for_a_question_that_silence_ended_is_asked_about(
    phone: Phone, texts: Texts, digit: str
) -> None:
    """0 is "Other" there, and not that nothing may be texted any more; words or news end the question for good."""
    phone.send_all("Our boss is bad", "1", "2", "1", "Foxway Kulim")
    assert phone.step is Step.TOPIC
    phone.position = fall_silent(phone.heard[-1].position).position
    for _ in range(2):
        heard = phone.send(digit, after=LATE)
        assert (heard.reply, heard.acts, phone.step) == (texts.say(Text.LATE), (), Step.OPEN)
    assert phone.send("8").reply == texts.status(Stage.READ, date(2026, 12, 3))
    assert phone.send("2").reply == texts.say(Text.NEW_REPORT)


@pytest.mark.parametrize("yes", ("1", "yes", "1 Yes", "yes he is at the door"))
@pytest.mark.parametrize("looked", (True, False))
def test_a_late_yes_to_danger_counts_within_the_day(phone: Phone, yes: str, looked: bool) -> None:
    heard = phone.send_all("Our boss is bad", "1")
    if looked:
        silent = fall_silent(heard.position)
        assert (silent.acts, silent.position.held) == ((Settle(),), True)
        assert ErasePhone() in fall_silent(silent.position).acts
        phone.position = silent.position
    late = phone.send(yes, after=80_000)
    assert SetDanger() in late.acts
    assert "999" in (late.reply or "")


def test_a_late_no_to_danger_is_asked_about(phone: Phone, texts: Texts) -> None:
    phone.position = fall_silent(phone.send_all("Our boss is bad", "1").position).position
    late = phone.send("2", after=20_000)
    assert (late.reply, late.acts) == (texts.say(Text.DANGER), ())


def test_silence_leaves_an_open_conversation_open(phone: Phone) -> None:
    position = open_phone(phone).heard[-1].position
    assert not position.waits
    assert fall_silent(position).position.step is Step.OPEN
    assert ErasePhone() not in fall_silent(position).acts
