"""What happens at this very moment is danger, in every language; what happened, happens every day or only might is what it was."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cases.enums import Urgency
from app.cases.rules.rule_set import Rules
from app.cases.words.danger_words import SPOKEN
from tests.support.danger_sentences import HARMLESS, every_sentence

NOW = tomllib.loads(Path(__file__).with_name("now_sentences.toml").read_text(encoding="utf-8"))
CALLED = {"killed", "beaten", "fire_or_gas", "collapse", "self_harm"}


def calls(rules: Rules, text: str) -> set[str]:
    """The kinds for which somebody is called at once."""
    return {kind.name for kind in rules.danger.found_in(text) if kind.urgency is Urgency.DANGER}


def happening() -> Iterator[tuple[str, str]]:
    for _, kind, sentence in every_sentence(NOW):
        yield kind, sentence


def test_there_is_a_sentence_for_every_language() -> None:
    assert list(NOW) == list(SPOKEN)
    assert all(kinds.keys() >= CALLED for kinds in NOW.values())


@pytest.mark.parametrize(("kind", "sentence"), list(happening()))
def test_what_happens_now_calls_somebody(rules: Rules, kind: str, sentence: str) -> None:
    assert kind in calls(rules, sentence)
    assert kind in calls(rules, f"{sentence.upper()}!!!")


NOT_NOW = (
    *("fire exit is blocked", "the fire exit is locked now", "no fire extinguisher in the hall", "fire alarm is broken"),
    *("if there is a fire we cannot get out", "when there is fire nobody can leave", "we are afraid of fire"),
    *("there was a fire last month", "there was smoke in the factory", "a gas leak happened last week"),
    *("they are beating us every day", "he beat me yesterday", "the boss hits us every week"),
    *("he beat me and now i cannot work", "they beat us until now", "last month they beat me now he is gone"),
    *("they will kill my overtime", "they fired me now", "I was fired today", "this heat is killing us now"),
    *("they locked us in the dormitory at night", "the guards have guns", "he threatened to kill me"),
    *("I am trapped in debt now", "we are drowning in work now", "two women fainted yesterday", "a worker died last year"),
    *("we cannot leave now", "he has a knife to cut the cloth", "they took our passports now", "no salary until now"),
    *("nos pegan todos los dias", "hubo un incendio el mes pasado", "si hay un incendio no podemos salir"),
    *("il y a eu un incendie hier", "ils nous frappent tous les jours", "wananipiga kila siku"),
    *("kalau ada kebakaran kami terkunci", "kebakaran bulan lalu", "dia pukul saya semalam"),
    *("roz maarte hain", "kal aag lagi thi", "हर दिन मारते हैं", "gotokal agun lagse", "hijo aago lagyo"),
    *("昨天宿舍着火了", "如果着火我们出不去", "老板每天打我", "เมื่อวานไฟไหม้", "ถ้าเกิดไฟไหม้จะออกไม่ได้"),
    *("вчора була пожежа", "wczoraj nas bili", "codziennie nas bija", "dün yangın çıktı", "her gün dövüyorlar"),
    *("tegnap tűz volt", "včera hořelo", "امبارح كان في حريق", "كل يوم يضربوننا", "hôm qua cháy nhà xưởng"),
    *("I took pills for headache", "I take my pills every day", "vitamin pills are good", "nurse gave us pills"),
    *("me tome unas pastillas para el dolor", "zażyłam tabletki na ból głowy", "uống thuốc cảm"),
    *("I drink water", "he took my pay", "the machine took his shift", "I ate the rice"),
)  # fmt: skip


@pytest.mark.parametrize("sentence", NOT_NOW)
def test_what_is_over_or_only_might_be_calls_nobody(rules: Rules, sentence: str) -> None:
    assert calls(rules, sentence) == set()


# What says "now" of something that is denied or has ended. Each still raises as its kind does, or says nothing.
ENDED = (
    *("he stopped beating me now", "nobody is beating me now", "they don't beat us any more", "it is over now"),
    *("they are not beating us now", "he is no longer beating me", "no one is being beaten now", "I am not being beaten now"),
    *("they have stopped beating us now", "he beat me now he stopped", "he was beating me but he stopped now"),
    *("they were beating us. It is over now.", "they are beating us but it is over now", "the shooting at us has stopped now"),
    *("he is not strangling me now", "he is not killing us now", "nobody is locked in now", "we are not locked in now"),
    *("gas leak is fixed now", "there was a fire but it is out now", "nobody is drowning now", "he isn't raping me now"),
    *("she was unconscious but she is ok now", "they let us out now, they had locked us in"),
    *("we were locked in but now we are out", "he has finally stopped hitting me right now"),
    *("nadie me esta pegando ahora", "ya no me estan pegando ahora", "il a arrêté de me frapper maintenant"),
    *("dia sudah tidak dipukul sekarang", "dia berhenti memukul saya sekarang", "tak pukul saya sekarang"),
    *("bây giờ họ ngừng đánh tôi rồi", "现在没人打我", "现在没有在打我", "ตอนนี้ไม่มีใครตีฉัน", "abhi nahi maar raha hai"),
    *("अभी नहीं मार रहे हैं", "ابھی نہیں مار رہے", "এখন মারছে না", "ahile kutiraheko chaina", "ameacha kunipiga sasa"),
    *("ما عم يضربونا هلق", "teraz mnie nie biją", "teď mě nebijí", "зараз мене ніхто не б'є", "şimdi dövmüyorlar"),
    *("most már nem vernek", "hindi na ako sinasaktan ngayon", "இப்போ அடிக்கவில்லை"),
)  # fmt: skip
# The same words, where it goes on or the denial belongs to something else.
GOES_ON = (
    *("he does not stop beating me", "he wont stop hitting me", "they have not stopped beating us", "they never stop hitting us"),
    *("he beats me and does not stop", "please make him stop beating me now", "nobody stops him beating me now"),
    *("he stopped beating her and now he is beating me", "they stopped beating him and are now hitting me"),
    *("not joking he beats me now", "work stopped and they are beating us now", "we stopped work, they are beating us"),
    *("nobody helps, he is beating me now", "there is no help they are killing us now", "please dont kill me now"),
    *("the dorm fire is out of control", "fire in the factory power is out now", "the bleeding does not stop"),
    *("he keeps on beating me", "he is not beating me at the moment but he is outside with a knife"),
)  # fmt: skip


@pytest.mark.parametrize("sentence", ENDED)
def test_what_is_denied_or_has_ended_calls_nobody(rules: Rules, sentence: str) -> None:
    assert calls(rules, sentence) == set()


@pytest.mark.parametrize("sentence", GOES_ON)
def test_a_denial_of_something_else_hides_nothing_that_happens_now(rules: Rules, sentence: str) -> None:
    assert calls(rules, sentence)


def test_what_has_ended_is_as_urgent_as_its_kind(rules: Rules) -> None:
    for sentence in ("he stopped beating me now", "nobody is locked in now", "he is not killing us now"):
        assert rules.danger.found_in(sentence)


@pytest.mark.parametrize("sentence", HARMLESS)
def test_what_is_harmless_calls_nobody_with_now_beside_it(rules: Rules, sentence: str) -> None:
    assert calls(rules, f"{sentence} now") == set()


@pytest.mark.parametrize(
    "text",
    (
        "he beat me last month and now he is beating me again",
        "every day it is bad now he has a knife",
        "there was a fire yesterday and today there is smoke in the hall",
        "there was an explosion just now",
        "there is a fire and the fire exit is locked",
        "he said sorry yesterday but they are hitting us now",
        "now they are beating us",
        "now he hit me with stick",
    ),
)
def test_another_time_elsewhere_in_the_text_does_not_hide_what_happens_now(rules: Rules, text: str) -> None:
    assert calls(rules, text)


def test_a_flood_of_now_does_not_hide_what_happens(rules: Rules) -> None:
    assert calls(rules, "until now. " * 400 + "there is a fire in the dormitory")
