"""Thanks alone leave a closed case closed; whatever may say more opens it."""

import tomllib
from pathlib import Path

import pytest

from app.cases.rules.rule_set import RulesRefused, load_rules
from app.cases.words.danger_words import SPOKEN
from app.settings import PROJECT_ROOT
from tests.harness.world import shipped_rules

THANKS = (
    *(
        "Thank you",
        "thanks!!",
        "THANK YOU SO MUCH 🙏",
        "ok thank you sir",
        "Thank you for your help, God bless you.",
        "thx",
    ),
    *(
        "thank you very much, brother",
        "Thanks a lot for everything ❤️",
        "hello, thank you",
        "谢谢你们",
        "非常感谢！谢谢大家",
        "多謝你們的幫忙",
    ),
    *(
        "Cảm ơn anh chị nhiều lắm ạ",
        "cam on",
        "terima kasih banyak encik",
        "makasih ya kak",
        "Maraming salamat po sa inyong lahat",
    ),
    *(
        "ขอบคุณมากค่ะ",
        "ขอบคุณที่ช่วยเหลือนะคะ",
        "ကျေးဇူးတင်ပါတယ်ရှင့်",
        "धेरै धन्यवाद हजुर",
        "dherai dhanyabad",
        "অনেক ধন্যবাদ আপনাদের",
    ),
    *(
        "बहुत बहुत धन्यवाद आपका",
        "bahut shukriya sir ji",
        "மிக்க நன்றி ஐயா",
        "romba nandri anna",
        "អរគុណច្រើនបង",
        "Muchas gracias, Dios los bendiga",
    ),
    *(
        "gracias a todos por su ayuda",
        "merci beaucoup pour votre aide",
        "asanteni sana kwa msaada wenu",
        "شكرا جزيلا لكم",
        "جزاكم الله خيرا",
    ),
    *(
        "بہت شکریہ سر",
        "Nagyon köszönöm a segítséget!",
        "Moc děkuji vám všem",
        "Bardzo dziękuję wam wszystkim",
        "Дуже дякую вам за допомогу",
    ),
    *(
        "Çok teşekkür ederim, sağ olun",
        "hi",
        "Good morning",
        "hello sir",
        "नमस्ते",
        "hola, buenos dias",
        "مرحبا",
        "สวัสดีค่ะ",
    ),
)

MORE = (
    *(
        "thank you but they still do not pay",
        "thanks for nothing",
        "no thank you",
        "Thank you. They came back.",
        "thank you?",
        "thanks 😭",
    ),
    *(
        "hello?",
        "hello hello hello",
        "hi hi hi hi",
        "ok",
        "yes",
        "sir",
        "help",
        "thank you 3 months",
        "thanks, fired",
        "",
        "🙏",
        ".",
        "👍",
    ),
    *(
        "谢谢，但是还没给钱",
        "cảm ơn nhưng vẫn chưa trả lương",
        "terima kasih tapi belum dibayar",
        "salamat pero hindi pa rin",
        "धन्यवाद लेकिन पैसा नहीं मिला",
    ),
    *(
        "gracias, pero me despidieron",
        "merci mais rien n'a changé",
        "asante lakini bado",
        "شكرا لكن لم يدفعوا",
        "köszönöm, de nem fizettek",
    ),
    *(
        "dziękuję, ale nic się nie zmieniło",
        "teşekkürler ama hala ödemediler",
        "ขอบคุณค่ะ แต่ยังไม่จ่าย",
        "អរគុណ តែគេមិនទាន់បើក",
        "நன்றி ஆனால்",
    ),
    *(
        "he hit me",
        "thank you all " * 20,
        "the boss says thank you",
        "thank you, who are you",
        "good",
        "good boss",
        "i appreciate nothing",
    ),
)


@pytest.mark.parametrize("text", THANKS)
def test_thanks_are_all_of_it(text: str) -> None:
    assert shipped_rules().thanks.is_all(text)


@pytest.mark.parametrize("text", MORE)
def test_what_may_say_more_is_not(text: str) -> None:
    assert not shipped_rules().thanks.is_all(text)


def test_all_thanks_of_every_language_count_alone_and_with_a_greeting() -> None:
    file = tomllib.loads((PROJECT_ROOT / "config" / "thanks_words.toml").read_text(encoding="utf-8"))
    assert all(set(table) == set(SPOKEN) for name, table in file.items() if name != "for")
    thanks = shipped_rules().thanks
    for language in SPOKEN:
        for words in file["thanks"][language]:
            assert thanks.is_all(words), words
            assert thanks.is_all(
                f"{file['greeting'][language][0]}, {words}. {file['beside'][language][0]}"
            ), words
        for words in file["beside"][language]:
            assert not thanks.is_all(words), words
        for words in file["greeting"][language]:
            assert thanks.is_all(words), words


def test_nothing_in_the_file_tells_of_danger_or_of_a_helper() -> None:
    file = tomllib.loads((PROJECT_ROOT / "config" / "thanks_words.toml").read_text(encoding="utf-8"))
    rules = shipped_rules()
    for table in file.values():
        for words in (word for each in table.values() for word in each):
            assert not rules.danger.found_in(words), words
            assert not rules.helper_words.found_in(words), words


def test_long_texts_are_looked_through_in_time() -> None:
    assert not shipped_rules().thanks.is_all("thank you so much " * 100_000)
    assert not shipped_rules().thanks.is_all(("เลยมาก" * 26)[:159] + "x")


def test_a_language_without_words_is_refused(tmp_path: Path) -> None:
    for each in (PROJECT_ROOT / "config").iterdir():
        if each.is_file():
            (tmp_path / each.name).write_bytes(each.read_bytes())
    good = (PROJECT_ROOT / "config" / "thanks_words.toml").read_text(encoding="utf-8")
    (tmp_path / "thanks_words.toml").write_text(
        good.replace('km = ["អរគុណ"', 'xx = ["អរគុណ"'), encoding="utf-8"
    )
    with pytest.raises(RulesRefused) as refused:
        load_rules(tmp_path)
    assert any("km has no words" in line for line in refused.value.lines)


@pytest.mark.parametrize(
    "said",
    (
        *("你好,帮忙", "नमस्ते मदद के लिए", "namaste, madad ke liye", "hello for the help", "halo atas bantuan"),
        *("yes thank you", "Vâng cảm ơn", "ya terima kasih", "opo salamat"),
        *(
            "goodbye everyone, thank you for everything",
            "adios a todos, gracias por todo",
            "thank you :(",
            "thanks :'(",
        ),
    ),
)
def test_what_asks_answers_or_takes_leave_is_more_than_thanks(said: str) -> None:
    assert not shipped_rules().thanks.is_all(said)


def test_what_thanks_are_for_stands_beside_thanks_only() -> None:
    thanks = shipped_rules().thanks
    assert thanks.is_all("hello, thank you for your help")
    assert not thanks.is_all("hello, for your help")
