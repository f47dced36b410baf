"""Danger answered with maybe: urgent, told whom to call and asked once more; it is taken for neither yes nor no."""

from dataclasses import replace
from uuid import UUID

import pytest

from app.intake.conversation.machine.acts import DenyDanger, DoubtDanger, Keep, SetDanger
from app.intake.conversation.machine.position import Position, Step, WhosePhone
from app.intake.conversation.machine.saying import Texts
from app.intake.conversation.machine.steps import hear, wanted
from app.intake.conversation.machine.texts import Text
from app.intake.report import ContactWay
from tests.unit.conversation.phone import FOXWAY, NOWHERE, Phone
from tests.unit.conversation.walking import START

FIRST = "Our boss is bad"
UNSURE = (
    *("maybe", "I dont know", "not sure", "Maybe sir", "perhaps", "i think so", "sometimes"),
    *("mungkin", "shayad", "不知道", "tal vez", "je ne sais pas", "labda"),
)


@pytest.mark.parametrize("after", (12, 120))
@pytest.mark.parametrize("said", UNSURE)
def test_a_maybe_is_asked_once_more_with_whom_to_call(
    phone: Phone, texts: Texts, said: str, after: int
) -> None:
    phone.send_all(FIRST, "1")
    assert phone.position is not None
    assert wanted(phone.position, phone.read(said), texts, START).help_number
    heard = phone.send(said, after=after)
    assert heard.acts == (Keep(said), DoubtDanger())
    assert heard.reply == f"Emergency: call 999. {texts.say(Text.DANGER)}"
    again = phone.send(said)
    assert again.reply
    assert not any(isinstance(act, SetDanger | DenyDanger) for act in again.acts)
    assert SetDanger() in phone.send("1").acts


def test_where_no_number_is_known_it_is_asked_all_the_same(phone: Phone, texts: Texts) -> None:
    phone.send_all(FIRST, "1")
    assert phone.send("maybe", NOWHERE).reply == texts.say(Text.DANGER)


def test_a_maybe_after_it_got_worse_is_about_those_cases_and_no_report(phone: Phone, texts: Texts) -> None:
    about = (UUID(int=4), UUID(int=5))
    position = Position(Step.WORSE, "en", whose=WhosePhone.OWN, back=Step.OPEN, about=about, from_form=True)
    heard = hear(replace(position, contact=ContactWay.TEXT), phone.read("maybe"), FOXWAY, texts, START)
    (doubt,) = heard.acts
    assert isinstance(doubt, DoubtDanger)
    assert (doubt.cases, heard.opened) == (about, None)
    assert heard.reply == f"Emergency: call 999. {texts.say(Text.DANGER)}"


@pytest.mark.parametrize(
    "said", ("maybe he comes at night with his knife", "2 maybe", "i dont know his name")
)
def test_more_than_that_is_read_as_it_was(phone: Phone, said: str) -> None:
    phone.send_all(FIRST, "1")
    assert not any(isinstance(act, DoubtDanger) for act in phone.send(said).acts)
