"""Reading a text: digits of every script, orders that stand alone, words that stay as they were written."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.case.text_parts import Part
from app.intake.conversation.machine.answers import read_text
from app.intake.conversation.machine.topic_words import Keyword, TopicWords


@pytest.mark.parametrize(
    "text",
    (
        "1",
        " 1.",
        "(1)",
        "1)",
        "1\n",
        "#1",
        "১",
        "१",
        "۱",
        "١",
        "១",
        "၁",
        "๑",
        "፩",
        "１",
        "①",
        "⑴",
        "1️⃣",
        "\u200f1\u200e",
        "၁။",
        "၁ ။",
        "one",
        "One.",
        "satu",
        "एक",
        "ஒன்று",
        "এক",
        "တစ်",
        "一",
        "uno",
        "un",
        "moja",
        "một",
        "isa",
    ),
)
def test_one_in_any_script_and_language(words: TopicWords, text: str) -> None:
    assert read_text(text, words).digits == (1,)


@pytest.mark.parametrize(
    "text",
    (
        "11",
        "1.2",
        "1/2",
        "10:30",
        "2 months no pay",
        "1 week",
        "one of us is hurt",
        "+60 12 345",
        "1 2 3 4 5 6 7",
        "²x",
        "",
        "\x00",
        "half",
    ),
)
def test_what_is_no_answer(words: TopicWords, text: str) -> None:
    assert read_text(text, words).digits == ()


@pytest.mark.parametrize(
    ("text", "digits", "rest"),
    (
        ("1 2", (1, 2), ""),
        ("1,2", (1, 2), ""),
        ("1. 2.", (1, 2), ""),
        ("१ २", (1, 2), ""),
        ("1 3 Foxtown", (1, 3), "Foxtown"),
        ("1\n2\nFoxway, Kulim", (1, 2), "Foxway Kulim"),
        ("၁ ၂ Foxtown", (1, 2), "Foxtown"),
    ),
)
def test_several_answers_in_one_text(
    words: TopicWords, text: str, digits: tuple[int, ...], rest: str
) -> None:
    said = read_text(text, words)
    assert (said.digits, said.rest) == (digits, rest)


@pytest.mark.parametrize(
    "text",
    (
        "STOP",
        "stop.",
        "Stop!",
        "STOPALL",
        "Unsubscribe",
        "CANCEL",
        "END",
        "QUIT",
        "REVOKE",
        "OPTOUT",
        "ARRET",
        "arrêt",
        "berhenti",
        "बंद",
        "বন্ধ",
        "நிறுத்து",
        "ရပ်",
        "退订",
        "alto",
        "komesha",
        "dừng",
        "tigil",
        "please stop texting me",
        "Stop texting me!",
        "stop sms",
        "No more texts!",
        "Don’t text me any more",
        "BERHENTI",
        "Jangan hantar SMS lagi",
        "jangan kirim pesan lagi",
        "sms band karo",
        "मैसेज मत भेजो।",
        "குறுஞ்செய்தி அனுப்ப வேண்டாம்",
        "মেসেজ পাঠাবেন না",
        "စာမပို့ပါနဲ့",
        "不要再发短信了。",
        "¡No más mensajes!",
        "Arrêtez de m’écrire",
        "acheni kunitumia ujumbe",
        "Đừng nhắn tin nữa",
        "huwag na mag-text",
    ),
)
def test_stop_in_every_language_and_in_sentences_about_our_texts(words: TopicWords, text: str) -> None:
    assert read_text(text, words).keyword is Keyword.STOP


@pytest.mark.parametrize(
    "text",
    (
        "please stop",
        "stop now",
        "acha",
        "रुको",
        "please make them stop beating us",
        "they stop our pay",
        "Please stop them",
        "please stop my boss",
        "stop hitting us please",
        "they stop us texting home",
        "please help",
        "they told me stop texting me and union",
        "tolong suruh mereka berhenti pukul kami",
        "gaji kami berhenti",
        "saya mahu berhenti kerja",
        "upah kami dihentikan, tolong",
        "वे तनख्वाह बंद करो बोलते हैं",
        "உற்பத்தியை நிறுத்து என்று அடித்தார்கள்",
        "বেতন বন্ধ",
        "လစာရပ်",
        "他们停止发工资",
        "nos obligan a parar la máquina sin pago",
        "ils ne veulent pas arrêter de nous frapper",
        "wanaacha kulipa mshahara",
        "họ dừng trả lương",
        "itinigil ang sahod namin",
    ),
)
def test_stop_in_what_somebody_tells_never_mutes_a_phone(words: TopicWords, text: str) -> None:
    assert read_text(text, words).keyword is None


@pytest.mark.parametrize(
    ("text", "keyword"), (("start", "start"), ("UNSTOP", "start"), ("Help?", "help"), ("INFO", "help"))
)
def test_start_and_help(words: TopicWords, text: str, keyword: str) -> None:
    assert read_text(text, words).keyword == keyword


@pytest.mark.parametrize(
    "text",
    ("they did not stop beating him", "help us please", "stop the boss", "the end of the month", "yes", "no"),
)
def test_an_order_among_other_words_is_testimony(words: TopicWords, text: str) -> None:
    assert read_text(text, words).keyword is None


@pytest.mark.parametrize(
    ("text", "yes"),
    (("Yes", True), ("ya", True), ("হ্যাঁ", True), ("NO", False), ("hapana", False), ("no pay", None)),
)
def test_yes_and_no_in_words(words: TopicWords, text: str, yes: bool | None) -> None:
    assert read_text(text, words).yes is yes


@pytest.mark.parametrize(
    ("text", "part"),
    (
        ("(2/3) and then he", Part(2, 3)),
        ("and then he (2/3)", Part(2, 3)),
        ("[3/3]\nwent away", Part(3, 3)),
        ("(၂/၃) our boss", Part(2, 3)),
        ("(3/2) wrong", None),
        ("(1/1) alone", None),
        ("on 1/2 he came", None),
        ("1/2 of my pay", None),
        ("24/7 work", None),
    ),
)
def test_the_marks_of_parts(words: TopicWords, text: str, part: Part | None) -> None:
    assert read_text(text, words).part == part


@pytest.mark.parametrize(
    ("body", "kept"),
    (
        ("no\x00 pay", "no pay"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("half \ud83d of a sign", "half \ufffd of a sign"),
        ("\u202bشكرا\u202c", "\u202bشكرا\u202c"),
        ("क्\u200dष", "क्\u200dष"),
        ("\x1b[31mred\x07", "[31mred"),
        ("QmFzZTY0IGJvZHk=", "QmFzZTY0IGJvZHk="),
        ("😀 👩‍🏭", "😀 👩‍🏭"),
    ),
)
def test_words_stay_as_they_were_written(words: TopicWords, body: str, kept: str) -> None:
    assert read_text(body, words).words == kept


def test_a_testimony_of_1600_letters_is_whole(words: TopicWords) -> None:
    body = "ক্ষ " * 400
    assert read_text(body, words).words == body.strip()


@given(st.text(st.characters(), max_size=200) | st.text(max_size=40).map(lambda text: text + "\ud800"))
def test_anything_can_be_read_and_stored(words: TopicWords, body: str) -> None:
    said = read_text(body, words)
    assert said.words.encode("utf-8").decode("utf-8") == said.words
    assert not any(unicodedata.category(sign) == "Cc" and sign not in "\n\t" for sign in said.words)
    assert all(0 <= digit <= 9 for digit in said.digits)
