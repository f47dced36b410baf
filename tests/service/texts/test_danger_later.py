"""Danger told while another question stands: answered at once, with the safety line and the question of danger, no old date."""

import pytest

from app.cases.enums import Urgency
from tests.support.texting import Texting

KNIFE = "he has a knife now he say he kill me help"
LATER = (KNIFE, "now it is worse he hit me", "now he hit me with stick")
ASKED = (
    ("salary late", "1", "2"),
    ("salary late", "1", "2", "1"),
    ("salary late", "1", "2", "Penang"),
    ("salary late", "1", "2", "Penang", "1"),
    ("salary late", "1", "2", "Penang", "1", "1"),
)


@pytest.mark.parametrize("before", ASKED, ids=len)
@pytest.mark.parametrize("words", LATER)
def test_danger_at_any_question_is_answered_at_once(
    texting: Texting, before: tuple[str, ...], words: str
) -> None:
    texting.say(*before)
    (answer,) = texting.say(words)
    assert "safe place" in answer
    assert "in danger now?" in answer
    assert "should read it by" not in answer
    # It says that it happens now: that is danger, whatever is answered to the question.
    assert texting.case().urgency is Urgency.DANGER
    assert words in texting.words()
    texting.say("1")
    assert texting.case().urgency is Urgency.DANGER


def test_each_later_text_of_danger_is_answered(texting: Texting) -> None:
    texting.say("salary late", "1", "2", "Penang", "1", "1")
    assert all("safe place" in answer for answer in texting.say(*LATER))
    assert len(texting.answers()) >= len(LATER)


@pytest.mark.parametrize("whose", ("2", "3"))
def test_a_phone_of_others_gets_no_answer_to_danger(texting: Texting, whose: str) -> None:
    texting.say("salary late", whose)
    assert texting.say(KNIFE) == []


def test_after_no_danger_the_question_that_stood_comes_again(texting: Texting) -> None:
    asked = texting.say("salary late", "1", "2")[-1]
    texting.say(KNIFE)
    (again,) = texting.say("2")
    assert "May they text you?" in asked
    assert "May they text you?" in again
