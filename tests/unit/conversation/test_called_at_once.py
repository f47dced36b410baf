"""Words that call for somebody at once, before it is known whose phone it is: the number comes with the very next text."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.cases.enums import ConsentLevel
from app.cases.words import DangerKind
from app.intake.conversation.machine import with_danger
from app.intake.conversation.machine.acts import FileReport, Keep, SetPhone, SetSite, Settle
from app.intake.conversation.machine.answers import Said, read_text
from app.intake.conversation.machine.beginning import begin, begin_called
from app.intake.conversation.machine.position import Position, Step, WhosePhone
from app.intake.conversation.machine.saying import Texts
from app.intake.conversation.machine.steps import Heard, hear, wanted
from app.intake.conversation.machine.texts import Text
from app.intake.conversation.machine.topic_words import TopicWords
from tests.harness.world import shipped_rules
from tests.unit.conversation.phone import FOXWAY
from tests.unit.conversation.walking import START

SELF_HARM = (
    *("i want to die", "I cant go on, I will kill myself", "ya no quiero vivir", "aku udah gak kuat, pengen mati aja"),
    *("naiisip ko magpakamatay", "mujhe marna hai", "em muốn chết", "nataka kujiua", "je veux mourir"),
)  # fmt: skip
HAPPENING = (
    *("They are beating me now", "he will kill me tonight", "there is a fire in the dormitory", "I swallowed pills"),
    *("we are locked in and there is smoke", "gas leak in line 4", "my friend is drowning", "tiene un cuchillo"),
    *("ada kebakaran di asrama", "may sunog sa dorm", "hostel me aag lagi hai", "họ đang đánh tôi", "wananipiga sasa hivi"),
)  # fmt: skip
ORDINARY = "Our boss is bad"


def told(words: TopicWords, body: str) -> Said:
    kinds: tuple[DangerKind, ...] = shipped_rules().danger.found_in(body)
    return with_danger(read_text(body, words), kinds)


def begun(words: TopicWords, texts: Texts, body: str, number: str = "999") -> Heard:
    said = told(words, body)
    return begin_called(begin(said, texts, START, answerable=True), said, texts, number)


def answer(words: TopicWords, texts: Texts, position: Position, body: str, minutes: int = 2) -> Heard:
    said, at = told(words, body), START + timedelta(minutes=minutes)
    assert wanted(position, said, texts, at).help_number
    return hear(position, said, FOXWAY, texts, at)


@pytest.mark.parametrize("body", SELF_HARM + HAPPENING)
def test_the_first_answer_has_the_number_and_asks_whose_phone(
    words: TopicWords, texts: Texts, body: str
) -> None:
    heard = begun(words, texts, body)
    assert heard.reply == "Emergency: call 999. Whose phone is this? 1 Only mine 2 Shared 3 Company"
    assert isinstance(heard.acts[0], FileReport)
    assert heard.opened is not None
    assert heard.opened.step is Step.WHOSE_PHONE


def test_ordinary_words_get_no_number(words: TopicWords, texts: Texts) -> None:
    heard = begun(words, texts, ORDINARY)
    assert heard.reply is not None
    assert "999" not in heard.reply


def test_without_a_number_the_question_is_the_same(words: TopicWords, texts: Texts) -> None:
    assert begun(words, texts, SELF_HARM[0], "").reply == begun(words, texts, ORDINARY).reply


@pytest.mark.parametrize("said", ("1", "only mine", "mine"))
def test_on_a_phone_of_their_own_all_of_it_comes_with_the_next_answer(
    words: TopicWords, texts: Texts, said: str
) -> None:
    position = begun(words, texts, SELF_HARM[0]).position
    heard = answer(words, texts, position, said)
    assert heard.reply is not None
    assert "A helper is being told." in heard.reply
    assert "Emergency: call 999." in heard.reply
    assert "in danger now?" in heard.reply
    assert Settle() in heard.acts  # or nobody were told
    again = hear(heard.position, told(words, "2"), FOXWAY, texts, START.replace(hour=11))
    assert "999" not in (again.reply or "")


@pytest.mark.parametrize("said", ("2", "3"))
def test_on_a_phone_of_others_nothing_more_is_said(words: TopicWords, texts: Texts, said: str) -> None:
    position = begun(words, texts, SELF_HARM[0]).position
    heard = hear(position, told(words, said), FOXWAY, texts, START + timedelta(minutes=2))
    assert heard.reply is None


@pytest.mark.parametrize("seconds", (20, 150))
@pytest.mark.parametrize("body", (*SELF_HARM, *HAPPENING[:4]))
def test_said_while_it_is_asked_whose_phone_it_is(
    words: TopicWords, texts: Texts, body: str, seconds: int
) -> None:
    """Also where it goes on with the words before it, which are met by silence otherwise."""
    position = begun(words, texts, ORDINARY).position
    said, at = told(words, body), START + timedelta(seconds=seconds)
    assert wanted(position, said, texts, at).help_number
    heard = hear(position, said, FOXWAY, texts, at)
    assert heard.reply is not None
    assert heard.reply.startswith("Emergency: call 999.")
    assert "1 Only mine" in heard.reply
    assert any(isinstance(act, Keep) for act in heard.acts)
    assert heard.acts[-1] == Settle()  # nobody waits for the answer to be asked
    after = answer(words, texts, heard.position, "1", minutes=10)
    assert SetPhone(WhosePhone.OWN) in after.acts
    assert "A helper is being told." in (after.reply or "")


@pytest.mark.parametrize("step", (Step.QUIET, Step.OPEN, Step.TOPIC, Step.CONSENT, Step.REACH, Step.CONTACT))
def test_words_that_call_ask_a_helper_at_every_step(words: TopicWords, texts: Texts, step: Step) -> None:
    position = Position(step, "en", whose=WhosePhone.OWN)
    for body in (SELF_HARM[0], HAPPENING[0]):
        acts = hear(position, told(words, body), FOXWAY, texts, START).acts
        assert acts.count(Settle()) == 1
        assert any(isinstance(act, Keep | SetSite) for act in acts)
    assert Settle() not in hear(position, told(words, "the rice is cold"), FOXWAY, texts, START).acts


def test_danger_in_a_case_that_was_left_locked_gets_the_number_and_then_the_lock_is_asked_about(
    words: TopicWords, texts: Texts
) -> None:
    """Nobody reads it: whom to call is the only help. Where STOP was said, or it is not locked, silence stays."""
    left = Position(Step.QUIET, "en", whose=WhosePhone.OWN, consent=ConsentLevel.NOBODY, settled=True)
    assert "only if you write of danger" in texts.say(Text.STAYS_LOCKED)
    heard = answer(words, texts, left, HAPPENING[0])
    assert "Emergency: call 999." in (heard.reply or "")
    assert "in danger now?" in (heard.reply or "")
    yes = answer(words, texts, heard.position, "1", minutes=4)
    assert yes.position.step is Step.LOCKED_IN_DANGER
    assert "Emergency: call 999." in (yes.reply or "")
    no = hear(heard.position, told(words, "2"), FOXWAY, texts, START + timedelta(minutes=4))
    assert no.reply == texts.say(Text.LOCKED)
    for silent in (replace(left, consent=ConsentLevel.HELPER), left.silenced()):
        assert hear(silent, told(words, HAPPENING[0]), FOXWAY, texts, START).reply is None
    assert hear(left, told(words, "the rice is cold"), FOXWAY, texts, START).reply is None


def test_a_new_report_that_calls_begins_with_the_number(words: TopicWords, texts: Texts) -> None:
    position = Position(Step.NEW_REPORT, "en", whose=WhosePhone.OWN, last_free_at=START)
    heard = answer(words, texts, position, SELF_HARM[0])
    assert heard.reply is not None
    assert heard.reply.startswith("Emergency: call 999.")
    assert heard.opened is not None
    assert heard.opened.called
    assert not heard.position.called


@pytest.mark.parametrize(
    "body", ("supervisor raping me now help", "he locked me in room and he is coming to rape me")
)
def test_hurt_that_happens_now_gets_the_number_at_any_question_and_then_how_to_be_reached(
    words: TopicWords, texts: Texts, body: str
) -> None:
    for step in (Step.REACH, Step.SITE, Step.TOPIC):
        position = Position(step, "en", whose=WhosePhone.OWN, last_at=START)
        alarm = answer(words, texts, position, body)
        assert "999" in str(alarm.reply)
        assert alarm.position.step is Step.WORSE
        heard = hear(alarm.position, told(words, "1"), FOXWAY, texts, START + timedelta(minutes=4))
        assert heard.position.step is Step.HURT
