"""Which language somebody wishes for, in the words that people use for it; and words that name a language and wish for none."""

from pathlib import Path

import pytest

from app.cases.rules.rule_set import Rules
from app.cases.words import language_names, read_language_wishes
from tests.support.project import CONFIG

ALONE = (
    *(("hi", each) for each in ("Hindi please", "Hindi", "HINDI!!!", "I only speak Hindi", "hindi me likho")),
    *(("hi", each) for each in ("हिन्दी में", "हिन्दी में लिखिए")),
    *(("en", each) for each in ("english pls", "bahasa inggeris please", "I need English", "अंग्रेज़ी", "tiếng Anh", "inglés")),
    *(("ne", each) for each in ("can you write in Nepali", "नेपालीमा", "english no, nepali ok", "Nepali 🙏")),
    *(("vi", each) for each in ("tiếng Việt", "tieng viet", "Vietnamese language")),
    *(("my", each) for each in ("burmese", "မြန်မာလို ပြောပါ", "Burmese language please sir")),
    *(("th", each) for each in ("ภาษาไทย", "พูดไทยได้ไหม", "Do you speak Thai?")),
    *(("fil", each) for each in ("tagalog", "sa Tagalog po", "Filipino please")),
    *(("zh-Hans", each) for each in ("mandarin", "Chinese", "请用中文")),
    *(("ms", "bahasa melayu"), ("id", "bahasa indonesia"), ("zh-Hant", "請用中文回覆"), ("km", "Can I get this in Khmer?")),
    *(("es", "en español por favor"), ("es", "hablo español"), ("fr", "francais svp"), ("sw", "kwa kiswahili tafadhali")),
    *(("tr", "Türkçe"), ("hu", "magyarul kérem"), ("pl", "po polsku"), ("uk", "українською"), ("cs", "česky prosím")),
    *(("ur", "اردو"), ("ar", "بالعربي"), ("ar", "العربية من فضلك"), ("bn", "বাংলায় লিখুন"), ("ta", "தமிழில்")),
    *(("hi", "I dont speak English, only Hindi"), ("hi", "i don't understand english hindi please")),
    *(("hi", "mujhe english nahi aati hindi me likho"), ("hi", "please answer in Hindi")),
)  # fmt: skip

BESIDE = (
    ("hi", "Boss beats us. Hindi please", "Boss beats us."),
    ("ne", "My boss took my passport, please write in Nepali", "My boss took my passport,"),
    ("ta", "They lock us in at night. I only speak Tamil. Help", "They lock us in at night. . Help"),
    ("hi", "1 Hindi please", "1"),
    ("en", "Yes, English please", "Yes,"),
)
AMONG = (
    ("bn", "they did not pay me please answer in bengali"),
    ("ne", "I only speak Nepali and they cheat me"),
    ("hi", "hindi please salary nahi mila"),
    ("ne", "Nepali plz talab paako chaina"),
    ("fil", "tagalog please walang sahod"),
)
NO_WISH = (
    *("the English manager beats us", "they only give contracts in Chinese", "The manager speaks only Chinese"),
    *("The boss is Chinese, please help us", "The boss is Chinese, please answer me", "Thai boss, please reply"),
    *("My contract is in English, I cannot read English", "They beat me because I cannot speak Chinese", "No English"),
    *("they told us: speak English", "boss says please speak English", 'he shouts "English please" at us'),
    *("Indonesia", "Nepal", "Myanmar", "Burma", "Vietnam", "in Indonesia please", "ไทย"),
    *("I am Nepali worker", "Workers are Nepali, Bengali, Hindi", "English or Hindi please", "中文学校欠我工资"),
    *("Hindi po", "hindi naman po", "hindi ako nakatanggap ng sahod", "Polish the floor", "English Garments Ltd, Kulim"),
    *("please send the Chinese manager home", "please use the English name", "I speak Bengali and my boss hit me"),
    *("hindi pwede", "hindi ko alam", "hindi ako marunong", "hindi pa", "hindi po"),
    *("I want english teacher", "the boss is chinese please help", "the hindi please man"),
    *("please help", "I do not know", "no", "1", "", "!?", "Foxway Kulim"),
)  # fmt: skip


@pytest.mark.parametrize(("code", "words"), ALONE)
def test_a_text_that_is_a_wish(rules: Rules, code: str, words: str) -> None:
    wish = rules.wish_in(words, "en", None)
    assert wish is not None
    assert (wish.language, wish.rest) == (code, "")


@pytest.mark.parametrize(("code", "words", "rest"), BESIDE)
def test_a_wish_apart_from_other_words_leaves_them(rules: Rules, code: str, words: str, rest: str) -> None:
    wish = rules.wish_in(words, "en", None)
    assert wish is not None
    assert (wish.language, " ".join(wish.rest.split())) == (code, rest)


@pytest.mark.parametrize(("code", "words"), AMONG)
def test_a_wish_among_other_words_takes_nothing_from_them(rules: Rules, code: str, words: str) -> None:
    wish = rules.wish_in(words, "en", None)
    assert wish is not None
    assert (wish.language, wish.rest) == (code, words)


@pytest.mark.parametrize("words", NO_WISH)
def test_a_language_that_is_only_spoken_of_is_no_wish(rules: Rules, words: str) -> None:
    assert rules.wish_in(words, "en", None) is None


@pytest.mark.parametrize(("page", "country"), (("fil", None), ("fil", "MY"), ("en", "PH"), ("", "PH")))
def test_hindi_is_the_no_of_whoever_may_speak_filipino(rules: Rules, page: str, country: str | None) -> None:
    for words in ("Hindi", "hindi please"):
        assert rules.wish_in(words, page, country) is None
    for words in ("in Hindi please", "Hindi language", "please write Hindi"):
        assert rules.language_of(words, page, country) == "hi"


@pytest.mark.parametrize(
    ("words", "page", "country", "code"),
    (
        ("bahasa", "en", "MY", "ms"),
        ("bahasa", "en", "ID", "id"),
        ("bahasa", "ms", "ID", "ms"),
        ("Chinese please", "en", "TW", "zh-Hant"),
        ("Chinese please", "zh-Hant", None, "zh-Hant"),
        ("Chinese please", "en", "CN", "zh-Hans"),
    ),
)
def test_a_name_of_two_languages_is_the_one_spoken_there(
    rules: Rules, words: str, page: str, country: str, code: str
) -> None:
    assert rules.language_of(words, page, country) == code


def test_every_language_of_the_product_can_be_wished_for_by_its_names(rules: Rules) -> None:
    lines = (CONFIG / "language_names.txt").read_text(encoding="utf-8").splitlines()
    names = [line.split("\t") for line in lines if not line.startswith("#")]
    wrong = [
        name
        for name, codes, mark in names
        if not mark and (wish := rules.wish_in(name, "en", None)) and wish.language.split("-")[0] not in codes
    ]
    assert wrong == []
    told = {wish.language for name, _, _ in names if (wish := rules.wish_in(name, "en", None))}
    assert told == rules.written.offered


def test_the_table_is_made_from_its_source() -> None:
    made = language_names.make_table()
    assert made == (CONFIG / "language_names.txt").read_text(encoding="utf-8"), (
        "run: python -m app.cases.words.language_names write"
    )


def test_a_missing_or_broken_table_is_one_line_for_the_operator(tmp_path: Path) -> None:
    (tmp_path / "language_wishes.toml").write_text('[names]\nhi = "hindi"', encoding="utf-8")
    mistakes: list[str] = []
    read_language_wishes(tmp_path, mistakes)
    (tmp_path / "language_names.txt").write_text("hindi", encoding="utf-8")
    read_language_wishes(tmp_path, mistakes)
    assert mistakes == [
        "language_names.txt: cannot be read (FileNotFoundError).",
        "language_names.txt: broken; run: python -m app.cases.words.language_names write.",
    ]
