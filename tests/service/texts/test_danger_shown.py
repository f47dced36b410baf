"""The worker's own yes stands on the desk as that, whatever words stood before or behind it."""

import pytest

from app.cases.desk.reading import open_case
from app.database import CaseId
from tests.support.danger_sentences import ORDINARY
from tests.support.text_cases import PLACE, accept
from tests.support.texting import Texting

BEATEN = "my boss beat me in the store room"


def said_on_the_desk(texting: Texting) -> bool:
    member = texting.member("near.lead")
    with texting.database.writing() as session:
        return open_case(session, texting.world.vault, member, CaseId(texting.case().id)).strip.danger_said


@pytest.mark.parametrize("first", (ORDINARY, BEATEN))
@pytest.mark.parametrize(
    "yes",
    (
        "1",
        "yes",
        "yes they beat me",
        "1 he beat me",
        "1 he is at the door",
        "1. they come",
        "yes, he has a knife",
    ),
)
def test_a_yes_is_the_workers_own(texting: Texting, first: str, yes: str) -> None:
    texting.say(first, "1", yes)
    accept(texting, "near.lead")
    assert said_on_the_desk(texting)


@pytest.mark.parametrize("words", ("he has a knife", "they are beating me now"))
def test_words_alone_are_no_yes(texting: Texting, words: str) -> None:
    texting.say(ORDINARY, "1", "2", PLACE, words)
    accept(texting, "near.lead")
    assert not said_on_the_desk(texting)


def test_a_yes_that_is_told_later_counts_too(texting: Texting) -> None:
    texting.say(ORDINARY, "1", "2", PLACE, "1", "1", "1")
    accept(texting, "near.lead")
    assert not said_on_the_desk(texting)
    texting.say("it got worse", "yes they beat me")
    assert said_on_the_desk(texting)
