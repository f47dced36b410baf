"""STOP, START and HELP, and whoever cannot be answered."""

import pytest

from app.intake.conversation.machine.acts import ErasePhone, FileReport, Keep, OptIn, OptOut
from app.intake.conversation.machine.answers import read_text
from app.intake.conversation.machine.position import Step
from app.intake.conversation.machine.saying import Texts
from app.intake.conversation.machine.steps import begin, fall_silent, hear
from app.intake.conversation.machine.texts import Text
from app.intake.conversation.machine.topic_words import TopicWords
from tests.unit.conversation.phone import FOXWAY, Phone
from tests.unit.conversation.walking import START, shown


@pytest.mark.parametrize("word", ("STOP", "end", "Cancel.", "ARRET", "berhenti", "ရပ်"))
@pytest.mark.parametrize("before", (0, 1, 3, 6))
def test_stop_is_obeyed_without_a_word(phone: Phone, word: str, before: int) -> None:
    phone.send_all("no wages", *["1", "2", "Foxway Kulim", "1", "1", "8"][:before])
    heard = phone.send(word)
    # A sentence is somebody's words, and kept as such.
    kept = (Keep(word),) if len(word.split()) > 1 else ()
    assert (heard.reply, heard.acts, heard.position.step) == (None, (*kept, OptOut()), Step.QUIET)
    assert phone.send("please help me").acts == (Keep("please help me"),)
    assert phone.heard[-1].reply is None
    assert ErasePhone() in fall_silent(phone.heard[-1].position).acts


def test_start_from_a_shared_phone_is_obeyed_without_a_word(phone: Phone, texts: Texts) -> None:
    phone.send_all("no wages", "2", "STOP")
    heard = phone.send("START")
    assert (heard.reply, heard.acts) == (None, (OptIn(),))


def test_start_after_a_stop_between_the_questions_begins_them_again(phone: Phone, texts: Texts) -> None:
    phone.send_all("no wages", "1", "STOP")
    heard = phone.send("START")
    assert heard.acts == (OptIn(),)
    assert heard.reply == f"{texts.say(Text.STARTED)} {texts.say(Text.WHOSE_PHONE_THEN)}"
    assert phone.send("1").position.step is Step.DANGER


def test_orders_of_a_number_without_a_conversation_make_no_case(words: TopicWords, texts: Texts) -> None:
    for body, reply, acts in (
        ("STOP", None, (OptOut(),)),
        ("start", texts.say(Text.STARTED), (OptIn(),)),
        ("HELP", texts.say(Text.ABOUT), ()),
    ):
        heard = begin(read_text(body, words), texts, START, answerable=True)
        assert (heard.reply, heard.acts, heard.opened) == (reply, acts, None)
    assert begin(read_text("HELP", words), texts, START, answerable=False).reply is None


def test_help_leaves_the_question_standing(phone: Phone, texts: Texts) -> None:
    phone.send_all("no wages", "1")
    before = phone.position
    assert phone.send("INFO").reply == texts.say(Text.ABOUT)
    assert phone.position is not None
    assert before is not None
    assert shown(phone.position) == shown(before)


def test_who_cannot_be_answered_is_filed_and_never_answered(words: TopicWords, texts: Texts) -> None:
    heard = begin(read_text("they beat us", words), texts, START, answerable=False)
    assert (heard.reply, heard.acts) == (None, (FileReport("they beat us"),))
    assert hear(heard.position, read_text("1", words), FOXWAY, texts, START).reply is None
