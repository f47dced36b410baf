"""Words of danger: found in every language in the ways people write, not in what only sounds like it; a broken file is refused."""

import pickle
import shutil
import tomllib
from pathlib import Path

import pytest

from app.cases.enums import Urgency
from app.cases.rules.rule_set import Rules, RulesRefused, load_rules
from app.cases.taxonomy import Handling
from app.cases.words.danger_words import KINDS, SPOKEN, urgency_of_kinds
from app.cases.words.folding import folded_words
from tests.support.danger_sentences import HARMLESS, every_sentence
from tests.support.project import CONFIG

SENTENCES = tomllib.loads(Path(__file__).with_name("danger_sentences.toml").read_text(encoding="utf-8"))
CHAT = tomllib.loads(Path(__file__).with_name("chat_sentences.toml").read_text(encoding="utf-8"))
SHORT: dict[str, list[str]] = tomllib.loads(
    Path(__file__).with_name("short_sentences.toml").read_text(encoding="utf-8")
)


def found(rules: Rules, text: str) -> set[str]:
    return {kind.name for kind in rules.danger.found_in(text)}


def test_there_is_a_sentence_for_every_language_and_kind() -> None:
    assert list(SENTENCES) == list(SPOKEN)
    assert {language: set(kinds) for language, kinds in SENTENCES.items()} == {
        each: set(KINDS) for each in SPOKEN
    }


@pytest.mark.parametrize(("language", "kind", "sentence"), list(every_sentence(SENTENCES)))
def test_what_people_write_is_found(rules: Rules, language: str, kind: str, sentence: str) -> None:
    assert kind in found(rules, sentence)
    assert kind in found(rules, f"\u200b{sentence.upper()}!!!")


def test_there_are_chats_in_every_language() -> None:
    assert list(CHAT) == list(SPOKEN)
    assert {kind for kinds in CHAT.values() for kind in kinds} <= set(KINDS)


@pytest.mark.parametrize(("language", "kind", "sentence"), list(every_sentence(CHAT)))
def test_what_people_write_when_they_chat_is_found(
    rules: Rules, language: str, kind: str, sentence: str
) -> None:
    assert kind in found(rules, sentence)


@pytest.mark.parametrize(
    ("kind", "sentence"), [(kind, each) for kind, said in SHORT.items() for each in said]
)
def test_what_tired_people_text_is_found(rules: Rules, kind: str, sentence: str) -> None:
    assert kind in found(rules, sentence)


def test_a_sunstroke_is_a_collapse_and_no_blow(rules: Rules) -> None:
    assert found(rules, "ضربة شمس") == {"collapse"}


@pytest.mark.parametrize("sentence", HARMLESS)
def test_what_is_only_about_pay_hours_and_food_is_not_found(rules: Rules, sentence: str) -> None:
    assert found(rules, sentence) == set()


@pytest.mark.parametrize(
    "text",
    (
        "the fire drill was good",
        "I was beaten at cards",
        "we were beaten in the football match",
        "killing time",
        "dying to know",
        "I was fired",
        "they fired me yesterday",
        "my child is well",
        "childcare is expensive",
        "no fire",
        "there was no fire in the factory",
        "this job is killing me",
        "my back hurts me",
        "my phone is dead",
        "the story touched me",
        "I have my passport with me",
        "he is 15 minutes late",
        "we get our pay on time, thank you",
        "please lower the price of lunch",
        "I work in the company for 12 years",
        "the locker key is lost",
        "faint smell of soup",
        "el simulacro de incendio fue bueno",
        "me toca trabajar el lunes",
        "morir de risa",
        "exercice incendie demain",
        "je meurs de faim",
        "latihan kebakaran bagus",
        "masuk kerja pukul 8",
        "từ từ rồi nói",
        "Số điện thoại của tôi",
        "累死了",
        "我每天打卡上班",
        "消防演习很好",
        "ไม่มีไฟไหม้",
        "อบรมหนีไฟ",
        "phone mara tha",
        "mere pita hain",
        "ضريبة",
        "w Polsce bije serce",
        "пожежна тривога навчальна",
        "zaman öldürmek",
        "",
        "12345",
        "ok",
    ),
)
def test_what_only_sounds_like_danger_is_not_found(rules: Rules, text: str) -> None:
    assert found(rules, text) == set()


@pytest.mark.parametrize(
    ("kind", "text"),
    (
        ("killed", "la mata de un golpe"),
        ("killed", "mi jefe nos mata"),
        ("killed", "quieren matarnos"),
        ("killed", "dice que me mata"),
        ("killed", "orang tua saya dibunuh"),
        ("killed", "ketua line mau bunuh saya"),
        ("killed", "semua mau dibunuh"),
        ("killed", "anamuua mke wake"),
        ("killed", "walituua ndugu zetu"),
        ("killed", "ameua mtu"),
        ("killed", "atatuua sote"),
        ("killed", "he could kill me"),
        ("killed", "they could kill us for a debt"),
        ("killed", "pinatay nila ang kasama ko"),
        ("killed", "papatayin nila ako"),
        ("killed", "họ giết người"),
        ("killed", "nó dọa giết em"),
        ("fire_or_gas", "there is a fire near the fire exit"),
        ("fire_or_gas", "there is a fire and the fire exit is locked"),
        ("fire_or_gas", "kebakaran di pabrik"),
        ("fire_or_gas", "nasunog ang dormitoryo"),
        ("fire_or_gas", "le feu est dans l'atelier"),
        ("fire_or_gas", "xưởng cháy"),
        ("beaten", "he beats me"),
        ("beaten", "it beats me every day"),
        ("beaten", "ketua line pukul saya"),
        ("beaten", "semua dipukul"),
        ("beaten", "me pega mi jefe"),
        ("beaten", "me pega bajo el sol"),
        ("beaten", "pinalo niya ako"),
        ("beaten", "sinaktan niya ako"),
        ("beaten", "nadie ayuda y me golpea"),
        ("beaten", "bị đánh không ai giúp"),
        ("beaten", "il me bat"),
        ("beaten", "il nous a battus"),
        ("touched", "me toca en la noche"),
        ("touched", "el jefe me toca"),
        ("touched", "toca la puerta y me toca"),
        ("locked_in", "nos encerraron enfermos en el cuarto"),
        ("locked_in", "on nous enferme la nuit"),
        ("locked_in", "ils nous enferment"),
        ("collapse", "se cayó del andamio"),
        ("building", "sập nhà xưởng"),
        ("self_harm", "mệt muốn chết"),
        ("self_harm", "aku mau mati"),
        ("collapse", "se cayó el techo"),
    ),
)
def test_what_resembles_a_false_friend_is_still_danger(rules: Rules, kind: str, text: str) -> None:
    assert kind in found(rules, text)


def test_more_words_around_a_denial_are_still_danger(rules: Rules) -> None:
    assert found(rules, "there is no fire exit") == {"fire_or_gas"}


@pytest.mark.parametrize(
    "text",
    (
        "I W A N T. i wáñt tó díe",
        "I want to d\u200bie",
        "Ｉ ｗａｎｔ ｔｏ ｄｉｅ",
        "i wanttt tooo dieee",
        "I’m going to kill myself",
        "i wanna die",
    ),
)
def test_ways_of_writing_make_no_difference(rules: Rules, text: str) -> None:
    assert found(rules, text) == {"self_harm"}


@pytest.mark.parametrize("word", ("sœur", "cœur", "Œil", "læge", "þorn", "ðæt", "Straße"))
def test_letters_that_stand_for_two_do_not_stop_the_reading(rules: Rules, word: str) -> None:
    assert found(rules, f"ma {word}: je veux mourir") == {"self_harm"}


def test_somebody_who_may_harm_themselves_needs_a_person_now(rules: Rules) -> None:
    (kind,) = rules.danger.found_in("I want to end my life")
    assert kind.urgency is Urgency.DANGER
    assert Handling.RESTRICTED in rules.taxonomy.handling([kind.code])


def test_every_kind_is_a_kind_of_problem_and_raises(rules: Rules) -> None:
    kinds = {
        kind.name: kind for _, _, text in every_sentence(SENTENCES) for kind in rules.danger.found_in(text)
    }
    assert set(kinds) == set(KINDS)
    assert {kind.code for kind in kinds.values()} <= set(rules.taxonomy.kinds)
    for kind in kinds.values():
        assert urgency_of_kinds([kind], Urgency.LOW) is kind.urgency is not Urgency.LOW
        assert urgency_of_kinds([kind], Urgency.DANGER) is Urgency.DANGER
    urgent = {name for name, kind in kinds.items() if kind.urgency in (Urgency.DANGER, Urgency.URGENT)}
    assert urgent == set(KINDS) - {"unpaid_for_months"}


def test_the_file_says_that_no_speaker_has_checked_it() -> None:
    assert "NOT YET CHECKED BY SPEAKERS" in (CONFIG / "danger_words.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "text", ("kill " * 4_000, "不" * 20_000, "e\u0301" * 10_000, "a" + "\u0301" * 19_999)
)
def test_long_texts_are_read_to_the_end_or_left(rules: Rules, text: str) -> None:
    assert rules.danger.found_in(text) == ()
    assert len(" ".join(folded_words(text))) <= len(text)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    (
        ("[kind.beaten]", "[kind.beeten]", "danger_words.toml, kind: beeten is not known here."),
        (
            'taxonomy = "gbvh.assault"',
            'taxonomy = "gbvh.assalt"',
            "danger_words.toml, kind, raped: taxonomy names gbvh.assalt, which taxonomy.toml does not have.",
        ),
        (
            'urgency = "high"',
            'urgency = "low"',
            "danger_words.toml, kind, unpaid_for_months: urgency must be more than low: words only ever raise it.",
        ),
        (
            'urgency = "high"',
            'urgency = "soon"',
            "danger_words.toml, kind, unpaid_for_months: urgency must be one of danger, urgent, high, medium, low.",
        ),
        (
            '"death threat*"',
            '"(death threat*"',
            "danger_words.toml: '(death threat*' has a bracket that does not close.",
        ),
        ('"death threat*"', '"death _"', "danger_words.toml: 'death _' ends with a gap."),
        ('"death threat*"', '"_ death"', "danger_words.toml: '_ death' begins with a gap."),
        (
            '"death threat*"',
            '"*de*"',
            "danger_words.toml: '*de*' has a star at de, which is too short to tell anything.",
        ),
    ),
)
def test_a_broken_file_is_refused_with_a_line(tmp_path: Path, old: str, new: str, line: str) -> None:
    for file in CONFIG.glob("*.toml"):
        shutil.copy(file, tmp_path)
    words = tmp_path / "danger_words.toml"
    text = words.read_text(encoding="utf-8")
    assert old in text
    words.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RulesRefused) as refused:
        load_rules(tmp_path)
    assert line in refused.value.lines


@pytest.mark.parametrize(
    "flood", ("pasport ", "no fire drill. ", "不让我们 ", "不要死机 ", "laughing is killing me. "), ids=ascii
)
def test_much_of_one_thing_does_not_hide_another(rules: Rules, flood: str) -> None:
    assert "self_harm" in found(rules, flood * 1_500 + " I want to end my life")


def test_a_language_without_words_is_refused(tmp_path: Path) -> None:
    for file in CONFIG.glob("*.toml"):
        shutil.copy(file, tmp_path)
    words = tmp_path / "danger_words.toml"
    text = words.read_text(encoding="utf-8")
    words.write_text(text.replace("\nkm = [", "\nxx = ["), encoding="utf-8")
    with pytest.raises(RulesRefused) as refused:
        load_rules(tmp_path)
    assert "danger_words.toml, kind, beaten, words: km has no words." in refused.value.lines
    assert "danger_words.toml, kind, beaten, words: xx is not known here." in refused.value.lines


def test_rules_that_another_process_has_read_find_the_same(rules: Rules) -> None:
    handed_on = pickle.loads(pickle.dumps(rules))  # noqa: S301 - made here
    for _, _, sentence in every_sentence(SENTENCES):
        assert found(handed_on, sentence) == found(rules, sentence)
