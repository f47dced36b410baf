"""On a number from the form the question of danger stands until it is answered, and that we ask no more is obeyed at any time."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from app.cases.enums import FollowupKind
from app.intake.conversation.machine.acts import DenyDanger, FileReport, Keep, SetDanger, StopAsking
from app.intake.conversation.machine.lookup_values import Knowledge, TextedQuestion
from app.intake.conversation.machine.position import Position, Step, WhosePhone
from app.intake.conversation.machine.saying import Texts
from app.intake.conversation.machine.steps import Heard, hear, wanted
from app.intake.conversation.machine.texts import Text
from app.intake.report import ContactWay
from tests.unit.conversation.phone import FOXWAY, Phone
from tests.unit.conversation.walking import START

CASE = UUID(int=1)
ASKED = replace(
    FOXWAY, questions=(TextedQuestion(CASE, UUID(int=2), FollowupKind.NEWS, True, date(2026, 11, 1)),)
)
FORM = Position(
    *(Step.OPEN, "en", WhosePhone.OWN), contact=ContactWay.TEXT, settled=True, reached=True, from_form=True
)


def _say(phone: Phone, position: Position, *bodies: str, know: Knowledge = ASKED) -> Heard:
    heard = Heard(position)
    for body in bodies:
        phone.at += timedelta(minutes=2)
        heard = hear(heard.opened or heard.position, phone.read(body), know, phone.texts, phone.at)
    return heard


@pytest.mark.parametrize("told", ("he shouts at us", "last night was bad", "it was the foreman"))
def test_words_before_the_answer_leave_the_question_open(phone: Phone, texts: Texts, told: str) -> None:
    heard = _say(phone, FORM, "5", told)
    assert heard.acts == (FileReport(told),)
    assert (heard.reply, heard.opened and heard.opened.step) == (texts.say(Text.DANGER), Step.WORSE)
    opened = heard.opened
    assert opened is not None
    yes = _say(phone, opened, "1")
    assert SetDanger() in yes.acts
    assert next(act for act in yes.acts if isinstance(act, SetDanger)).cases == (CASE,)
    assert (yes.position.step, "Whose phone is this?" in (yes.reply or "")) == (Step.WHOSE_PHONE, True)
    no = _say(phone, opened, "2")
    assert next(act for act in no.acts if isinstance(act, DenyDanger)).cases == (CASE,)
    assert no.reply == texts.say(Text.WHOSE_PHONE)


def test_words_of_danger_there_name_whom_to_call(phone: Phone) -> None:
    heard = _say(phone, FORM, "5")
    said = replace(phone.read("they beat him"), danger=True, calls=True)
    heard = hear(heard.position, said, ASKED, phone.texts, START + timedelta(minutes=9))
    assert heard.reply == "Emergency: call 999. Is anyone in danger now? 1 Yes 2 No"
    assert heard.opened is not None
    assert heard.opened.step is Step.WORSE


@pytest.mark.parametrize("said", ("9", "9.", "nine", "stop asking me", "do not ask again"))
@pytest.mark.parametrize("before", (("5",), ("5", "he shouts at us")))
def test_that_we_ask_no_more_is_obeyed_at_the_question_of_danger(
    phone: Phone, texts: Texts, before: tuple[str, ...], said: str
) -> None:
    heard = _say(phone, FORM, *before, said)
    assert heard.acts == (StopAsking(),)
    assert heard.reply == f"{texts.say(Text.NOT_ASKED_HERE)} {texts.say(Text.DANGER)}"
    assert heard.position.step is Step.WORSE


@pytest.mark.parametrize(
    "step", (Step.WHOSE_PHONE, Step.DANGER, Step.REACH, Step.CONTACT, Step.HURT, Step.WORSE)
)
def test_it_is_obeyed_at_every_question_that_has_no_nine(phone: Phone, texts: Texts, step: Step) -> None:
    position = replace(FORM, step=step, from_form=False, back=Step.OPEN)
    said = phone.read("9")
    assert wanted(position, said, texts, START).question
    heard = hear(position, said, ASKED, texts, START)
    assert heard.acts == (StopAsking(),)
    assert (heard.reply or "").startswith(texts.say(Text.NOT_ASKED_HERE))
    # Where nothing was ever asked by itself, nothing can be meant by it.
    assert StopAsking() not in hear(position, said, FOXWAY, texts, START).acts


def test_where_the_question_has_a_nine_it_is_that_answer(phone: Phone, texts: Texts) -> None:
    position = replace(FORM, step=Step.TOPIC, from_form=False)
    assert StopAsking() not in hear(position, phone.read("9"), ASKED, texts, START).acts


def test_words_that_no_texts_are_wanted_are_obeyed_on_a_number_from_the_form(
    phone: Phone, texts: Texts
) -> None:
    heard = _say(phone, FORM, "dont text me")
    assert (heard.reply, heard.opened) == (texts.say(Text.NO_MORE_TEXTS), None)
    assert StopAsking() in heard.acts
    assert not any(isinstance(act, Keep | FileReport) for act in heard.acts)
    assert _say(phone, heard.position, "you can text me").reply == texts.say(Text.MAY_TEXT)
