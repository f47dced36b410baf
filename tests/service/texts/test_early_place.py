"""The place, texted before it is asked for: taken where it is certain, and never asked for a second time."""

import pytest

from app.cases.case.facts import CaseFacts
from app.cases.enums import CountryFrom
from tests.support.text_cases import FIRST, PLACE
from tests.support.texting import Texting

WHOSE = "Got it. Whose phone is this? 1 Only mine 2 Shared 3 Company"
DANGER = "Is anyone in danger now? 1 Yes 2 No"
ECHO = "F... in Penang? If not, text 9. Who may know?"


def placed(texting: Texting) -> bool:
    facts: CaseFacts = texting.facts()
    return texting.case().site_veil is not None and facts.country_from is CountryFrom.SITE


@pytest.mark.parametrize(("before", "told"), ((("1",), f"We keep the place. {DANGER}"), ((), WHOSE)))
def test_a_place_is_taken_and_not_asked_for_again(
    texting: Texting, before: tuple[str, ...], told: str
) -> None:
    texting.say(FIRST, *before)
    assert texting.say(PLACE) == [told]
    assert placed(texting)
    assert PLACE in texting.words()
    rest = texting.say(*({(): ("1", "2"), ("1",): ("2",)}[before]))
    assert rest[-1].startswith("What is it about?")
    assert texting.say("1")[-1].startswith(ECHO)
    assert texting.say("1")[-1].startswith("Thanks. A helper should read it by")
    assert texting.say("1") == ["A helper may text you."]
    assert texting.facts().reach == "text"


def test_a_place_that_is_right_behind_the_first_words_is_taken_too(texting: Texting) -> None:
    texting.say(FIRST, "1")
    texting.say("He shouts at us every day")
    assert texting.say(PLACE, apart=30) == [f"We keep the place. {DANGER}"]
    assert placed(texting)


def test_in_danger_only_how_to_be_reached_is_asked(texting: Texting) -> None:
    texting.say(FIRST, "1", PLACE)
    (asked,) = texting.say("1")
    assert "May they 1 text 2 call 3 not contact you?" in asked
    (then,) = texting.say("2")
    assert then.startswith("A helper may call you. What is it about?")
    assert placed(texting)


def test_another_place_can_still_be_told(texting: Texting) -> None:
    texting.say(FIRST, "1", PLACE, "2", "1")
    assert texting.say("9") == ["Please write the name and the town again."]
    assert not placed(texting)


def test_the_place_of_a_phone_of_others_is_kept_in_silence(texting: Texting) -> None:
    texting.say(FIRST)
    (asked,) = texting.say(PLACE)
    assert asked == WHOSE
    (last,) = texting.say("2")
    assert "place" not in last
    assert placed(texting)


@pytest.mark.parametrize(
    "words", ("Foxglove", "the boss of Foxglove Circuits Penang shouts at us since June", "No Foxglove")
)
def test_a_place_that_is_not_certain_is_asked_for(texting: Texting, words: str) -> None:
    texting.say(FIRST, "1")
    assert texting.say(words) == [DANGER]
    assert not placed(texting)
    assert "Where do you work?" in texting.say("2")[-1]
