"""Words of danger that are often spelt wrong say what they stand for, and never more; what only looks alike says nothing."""

import tomllib
from collections.abc import Iterator

import pytest

from app.cases.enums import Urgency
from app.cases.rules.rule_set import Rules
from tests.support.project import CONFIG

SPELT = tomllib.loads((CONFIG / "danger_words.toml").read_text(encoding="utf-8"))["spelt"]
AROUND = (
    "they are {} us now",
    "{} in the dorm",
    "he {} me",
    "there is a {}",
    "she is {} please",
    "he has a {}",
    "we cant {}",
)
CALLED, URGENT = Urgency.DANGER, Urgency.URGENT


def told(rules: Rules, text: str) -> dict[str, Urgency]:
    return {kind.name: kind.urgency for kind in rules.danger.found_in(text)}


def every_spelling() -> Iterator[tuple[str, str]]:
    for right, wrong in SPELT.items():
        for each in wrong.split():
            yield right, each


@pytest.mark.parametrize(
    ("text", "kind", "urgency"),
    (
        ("beetin me", "beaten", URGENT),
        ("they beet us", "beaten", URGENT),
        ("they are Beetin me now", "beaten", CALLED),
        ("fier in dorm", "fire_or_gas", CALLED),
        ("smok in the hall", "fire_or_gas", CALLED),
        ("raiped", "raped", URGENT),
        ("lockd in", "locked_in", URGENT),
        ("he is kiling me", "killed", CALLED),
        ("he has a nife", "killed", CALLED),
        ("my frend is bledin a lot", "beaten", CALLED),
        ("a girl is unconsious", "collapse", CALLED),
    ),
)
def test_a_word_spelt_wrong_tells_of_danger(rules: Rules, text: str, kind: str, urgency: Urgency) -> None:
    assert told(rules, text)[kind] is urgency


def test_every_spelling_says_what_the_right_word_says_and_no_more(rules: Rules) -> None:
    for right, wrong in every_spelling():
        for around in AROUND:
            assert told(rules, around.format(wrong)) == told(rules, around.format(right)), (wrong, around)


@pytest.mark.parametrize(
    "text",
    (
        *("better food please", "he is better than us", "feel better now", "he treats me better", "the food is fine"),
        *("fine of 50 for being late", "beer in the dorm", "the boss drinks beer with us", "my feet hurt", "five in dorm"),
        *("fired in june", "firm in dorm", "the boss is hating me", "he is hiding my passport", "they are hiring us"),
        *("they were betting with cards", "we are sleeping in the dorm", "he looked in", "boss looked inside my bag"),
        *("he cooked rice for us", "he spoke in the hall", "kidding me", "je suis fier de mon travail", "they rated me low"),
    ),
)  # fmt: skip
def test_words_that_look_alike_tell_of_nothing(rules: Rules, text: str) -> None:
    assert told(rules, text) == {}
