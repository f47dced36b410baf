"""A complaint about "the helper" in words alone: found where it leaves no doubt, never for a helper who is one by trade."""

import shutil
import tomllib
from pathlib import Path

import pytest

from app.cases.rules.rule_set import Rules, RulesRefused, load_rules
from app.cases.words.danger_words import SPOKEN
from tests.support.danger_sentences import HARMLESS
from tests.support.project import CONFIG

SENTENCES: dict[str, list[str]] = tomllib.loads(
    Path(__file__).with_name("helper_sentences.toml").read_text(encoding="utf-8")
)


def test_there_are_sentences_in_every_language() -> None:
    assert list(SENTENCES) == list(SPOKEN)
    assert all(len(said) >= 3 for said in SENTENCES.values())


@pytest.mark.parametrize(
    ("language", "sentence"), [(language, each) for language, said in SENTENCES.items() for each in said]
)
def test_a_complaint_is_found(rules: Rules, language: str, sentence: str) -> None:
    assert rules.helper_words.found_in(sentence)
    assert rules.helper_words.found_in(f"\u200b{sentence.upper()}!!!")


@pytest.mark.parametrize(
    "text",
    (
        "please send a helper",
        "can a helper come",
        "can the helper call me",
        "I am a helper",
        "I work as a domestic helper and my madam shouted at me",
        "domestic helper. The agent asked me for money",
        "the helper in the kitchen shouted at me",
        "the helper in the kitchen told my boss that I was late",
        "the truck helper hit me",
        "the kitchen helper told my boss I was late",
        "mason's helper asked me for money",
        "I am mason helper, the foreman asked me for money",
        "the boss shouted at the helper",
        "about the helper job they promised me",
        "the helper was kind, thank you",
        "thank you to your staff, they called me",
        "I told your staff that my boss shouted at me",
        "I told the NGO and my boss shouted at me",
        "I fear your staff told my boss",
        "if the helper told my boss I lose my job",
        "your staff told my boss to pay us and he did",
        "the staff told my boss",
        "the staff shouted at me",
        "the social security took my money",
        "no helper called me",
        "my volunteer work is unpaid",
        "They owe us money.",
        "mi ayudante de cocina me grito",
        "मेरे हेल्पर ने मुझसे पैसे मांगे",
        "厨房帮手骂了我",
        "老板骂了我",
        "bos marah saya",
        "",
    ),
)
def test_a_helper_by_trade_or_one_that_is_asked_for_is_no_complaint(rules: Rules, text: str) -> None:
    assert not rules.helper_words.found_in(text)


@pytest.mark.parametrize("sentence", HARMLESS)
def test_harmless_sentences_are_no_complaint(rules: Rules, sentence: str) -> None:
    assert not rules.helper_words.found_in(sentence)


@pytest.mark.parametrize("sentence", [each for said in SENTENCES.values() for each in said])
def test_a_complaint_does_not_tell_of_danger_by_being_one(rules: Rules, sentence: str) -> None:
    kinds = {kind.name for kind in rules.danger.found_in(sentence)}
    assert kinds <= {"beaten", "touched", "in_danger", "papers_kept"}  # what was done, and no more


@pytest.mark.parametrize("text", ("your staff " * 2_000, "about the helper job " * 2_000, "你们的人" * 5_000))
def test_long_texts_are_read_to_the_end_or_left(rules: Rules, text: str) -> None:
    assert not rules.helper_words.found_in(text)


def test_a_language_that_is_missing_stops_the_start(tmp_path: Path) -> None:
    for file in CONFIG.glob("*.toml"):
        shutil.copy(file, tmp_path)
    words = tmp_path / "danger_words.toml"
    text = words.read_text(encoding="utf-8")
    old, new = "[about_helper.words]\nen =", "[about_helper.words]\nxx ="
    words.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(RulesRefused) as refused:
        load_rules(tmp_path)
    assert [line for line in refused.value.lines if "about_helper" in line] == [
        "danger_words.toml, about_helper, words: en has no words.",
        "danger_words.toml, about_helper, words: xx is not known here.",
    ]
