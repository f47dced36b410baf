"""Words of danger at any point of the conversation ask a helper at once, whatever else was asked: nobody waits for the silence."""

import pytest

from app.cases.enums import ConsentLevel, OfferState, State, Urgency
from tests.support.alerts import alerted, both, reachable
from tests.support.danger_sentences import DIE, ORDINARY
from tests.support.text_cases import PLACE, interest
from tests.support.texting import Texting, id_of

LOCKED = "he has locked us in, he has a knife"
WORDS = {
    "in danger": "please help, we are in danger",
    "a knife": LOCKED,
    "a fire": "there is a fire in our dormitory",
    "self-harm": DIE["en"],
}
# What was said before, by what waits for an answer now.
BEFORE = {
    "whose phone": (),
    "danger": ("1",),
    "place": ("1", "2"),
    "what about": ("1", "2", PLACE),
    "who may know": ("1", "2", PLACE, "1"),
    "a phone of others": ("2",),
    "the company's phone": ("3",),
    "stopped": ("1", "STOP"),
    "stopped at once": ("STOP",),
}
NOTHING_SENT = ("a phone of others", "the company's phone", "stopped", "stopped at once")


def asked(texting: Texting) -> list[object]:
    """Who has been asked to take the case."""
    return [who for who, state in texting.offers().items() if state is OfferState.OFFERED]


@pytest.mark.parametrize(
    ("before", "words"),
    (*((each, LOCKED) for each in BEFORE), *(("stopped", each) for each in WORDS.values())),
)
def test_a_helper_is_asked_and_called_with_that_text(texting: Texting, before: str, words: str) -> None:
    reachable(texting)
    texting.say(ORDINARY, *BEFORE[before])
    answers = len(texting.answers())
    texting.say(words)
    case = texting.case()
    assert (case.urgency, case.state, case.queue_rank) == (Urgency.DANGER, State.OFFERED, 0)
    assert asked(texting) == [id_of(texting.world.near), id_of(texting.world.far)]
    assert set(both("near.lead", "far.lead")) <= set(alerted(texting))
    assert texting.journal().count("case.offered") == 2
    assert texting.journal().count("case.words_found") == 1
    if before in NOTHING_SENT:
        assert texting.answers()[answers:] == [
            each for each in texting.answers()[answers:] if "waits for you" in each
        ]


@pytest.mark.parametrize("before", ("whose phone", "place", "stopped"))
def test_silence_asks_nobody_a_second_time(texting: Texting, before: str) -> None:
    reachable(texting)
    texting.say(ORDINARY, *BEFORE[before], LOCKED)
    texting.fall_silent()
    assert asked(texting) == [id_of(texting.world.near), id_of(texting.world.far)]
    assert texting.journal().count("case.offered") == 2
    assert len(alerted(texting)) == len(set(alerted(texting)))


def test_words_that_call_nobody_ask_nobody_before_the_silence(texting: Texting) -> None:
    texting.say(ORDINARY, "we work on sunday too")
    assert asked(texting) == []
    assert texting.case().state is State.RECEIVED


def test_a_case_that_nobody_may_know_of_stays_locked(texting: Texting) -> None:
    reachable(texting)
    texting.say(ORDINARY, "1", "2", PLACE, "1", "4", LOCKED)
    assert texting.facts().consent is ConsentLevel.NOBODY
    assert asked(texting) == []
    assert alerted(texting) == []
    assert LOCKED in [str(body["text"]) for body in texting.bodies() if "text" in body]


def test_a_workplace_that_is_told_later_asks_somebody_else_where_it_has_to(texting: Texting) -> None:
    """At once: whoever has a stake in the site must not read on until the questions are done."""
    interest(texting)
    texting.say(ORDINARY, "1", "2", WORDS["in danger"])
    assert asked(texting) == [id_of(texting.world.near), id_of(texting.world.far)]
    texting.say("2", PLACE)
    assert asked(texting) == [id_of(texting.world.far)]
    assert texting.offers()[id_of(texting.world.near)] is OfferState.WITHDRAWN
