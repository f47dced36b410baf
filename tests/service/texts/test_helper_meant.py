"""A helper is meant, by text: in the first words, while helpers are kept ready or asked, and when one has the case."""

import pytest

from app.cases.case.facts import CaseFacts
from app.cases.enums import OfferState, State
from tests.support.text_cases import FIRST, accept
from tests.support.texting import Texting, id_of
from tests.support.two_steps import hear_prepared, prepare_text

UNNAMED = "Your staff told my boss what I said."
NEAR = "Mawar Workers Aid told my boss my name"
ASKED = (FIRST, "1", "2", "Foxglove Circuits, Penang", "1", "1", "1")


def holder(texting: Texting) -> object:
    return texting.case().organisation_id


def known(texting: Texting) -> CaseFacts:
    return texting.facts()


def test_first_words_about_a_helper_wait_with_custody_whatever_is_answered(texting: Texting) -> None:
    texting.say(UNNAMED, "1", "2", "Foxglove Circuits, Penang", "1", "1", "1")
    texting.fall_silent()
    assert (holder(texting), texting.case().state) == (None, State.RECEIVED)
    assert texting.offers() == {}
    assert "case.held" in texting.journal()


@pytest.mark.parametrize("words", (NEAR, UNNAMED))
def test_words_between_the_questions_keep_the_helper_out_once_somebody_is_asked(
    texting: Texting, words: str
) -> None:
    texting.say(FIRST, "1", words, "2", "Foxglove Circuits, Penang", "1", "1", "1")
    texting.fall_silent()
    expected = id_of(texting.world.far) if words == NEAR else None
    assert holder(texting) == expected
    assert texting.offers()[id_of(texting.world.near)] is OfferState.WITHDRAWN
    assert id_of(texting.world.near) not in {owner for owner, _, _ in texting.grants()}
    assert words in texting.words()


@pytest.mark.parametrize("words", (NEAR, UNNAMED))
def test_an_offer_is_taken_back_by_a_later_text(texting: Texting, words: str) -> None:
    texting.say(*ASKED)
    assert holder(texting) == id_of(texting.world.near)
    texting.say(words)
    assert holder(texting) == (id_of(texting.world.far) if words == NEAR else None)
    assert texting.offers()[id_of(texting.world.near)] is OfferState.WITHDRAWN
    assert id_of(texting.world.near) not in {owner for owner, _, _ in texting.grants()}
    assert "case.helper_meant" in texting.journal()
    assert words in texting.words()


@pytest.mark.parametrize("words", (NEAR, UNNAMED))
def test_whoever_has_the_case_keeps_it_and_the_answer_says_how_to_go_past_them(
    texting: Texting, words: str
) -> None:
    texting.say(*ASKED)
    accept(texting, "near.lead")
    (plain,) = texting.say("They still owe us money")
    assert "about the helper" not in plain
    (answer,) = texting.say(words)
    assert "about the helper" in answer
    assert (holder(texting), texting.case().state) == (id_of(texting.world.near), State.ACCEPTED)
    assert known(texting).excluded == frozenset()
    assert words in texting.words()
    # What the answer says is true: these words, in a report of their own, pass every helper by.
    first = texting.case().id
    texting.say("2", "About the helper: she wants money")
    (other,) = (case for case in texting.cases() if case.id != first)
    texting.fall_silent()
    (other,) = (case for case in texting.cases() if case.id != first)
    assert (other.organisation_id, texting.offers(other)) == (None, {})


@pytest.mark.parametrize(
    "words", (f"{NEAR} and he will kill me", f"Mi jefe me debe dinero y no nos paga. {NEAR}")
)
def test_danger_or_another_language_in_the_same_text_takes_nothing_of_it_away(
    texting: Texting, words: str
) -> None:
    texting.say("1234 1234", *ASKED[1:])
    if texting.case().organisation_id is None:
        texting.fall_silent()
    assert holder(texting) == id_of(texting.world.near)
    texting.say(words)
    assert holder(texting) == id_of(texting.world.far)


def test_a_text_that_was_prepared_before_the_helper_took_the_case_moves_nothing(texting: Texting) -> None:
    texting.say(*ASKED)
    late = prepare_text(texting, NEAR)
    accept(texting, "near.lead")
    hear_prepared(texting, late)
    assert (holder(texting), texting.case().state) == (id_of(texting.world.near), State.ACCEPTED)
    assert known(texting).excluded == frozenset()
    assert NEAR in texting.words()
