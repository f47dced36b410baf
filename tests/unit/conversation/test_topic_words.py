"""Topic words: clear ones are understood in every language, anything doubtful is asked; a broken file is refused line by line."""

import tomllib
from pathlib import Path

import pytest

from app.cases.taxonomy import FORM_TOPICS
from app.intake.conversation.machine.answers import read_text
from app.intake.conversation.machine.topic_words import TopicWords
from app.intake.conversation.machine.topic_words_file import TopicWordsRefused, load_topic_words
from app.settings import PROJECT_ROOT

LANGUAGES = ("en", "ms", "id", "hi", "ta", "bn", "my", "zh", "es", "fr", "sw", "vi", "fil")


@pytest.mark.parametrize(
    ("text", "topic"),
    (
        ("They have not PAID us for two months", "wages"),
        ("Gaji kami belum dibayar", "wages"),
        ("हमें वेतन नहीं मिला", "wages"),
        ("সাত মাসের বেতনের টাকা নেই", "wages"),
        ("လစာမရသေးဘူး", "wages"),
        ("老板欠薪三个月", "wages"),
        ("sẽ không trả lương", "wages"),
        ("hatujalipwa mshahara", "wages"),
        ("hindi binayaran ang sahod", "wages"),
        ("12 hours a day and no day off", "hours"),
        ("hubo un accidente ayer", "ohs"),
        ("agent has my passport", "forced_labour"),
        ("he raped me", "gbvh"),
        ("harcèlement sexuel du chef", "gbvh"),
        ("nos despidieron", "dismissal"),
        ("வேலைநிறுத்தம்", "foa"),
        ("buruh kanak-kanak di kilang", "child"),
        ("the river is dead", "community"),
    ),
)
def test_clear_words(words: TopicWords, text: str, topic: str) -> None:
    assert read_text(text, words).topics == (topic,)


@pytest.mark.parametrize(
    "text",
    (
        "our boss is bad",
        "no pay since the accident",  # two topics
        "no pay and he took my passport",
        "he threatened to touch the machine",
        "prepaid sim",
        "",
        "1",
    ),
)
def test_what_is_not_clear_is_asked(words: TopicWords, text: str) -> None:
    assert read_text(text, words).topics == ()


def test_every_topic_has_words_in_every_language() -> None:
    file = tomllib.loads((PROJECT_ROOT / "config" / "topic_words.toml").read_text(encoding="utf-8"))
    assert set(file["topics"]) == set(FORM_TOPICS) - {"other"}
    for topic, table in file["topics"].items():
        assert set(table) == set(LANGUAGES), topic
    assert set(LANGUAGES) - {"id"} <= set(file["orders"]["stop"])


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    (
        ("[topics.wages]", "[topics.money]", "money is not known here"),
        ("[topics.wages]", "[topics.money]", "topics, wages: there are no words"),
        ('en = ["yes"', 'en = ["stop", "yes"', "'stop' stands for stop and for yes"),
        ('en = ["one"]', 'en = ["two"]', "'two' stands for 1 and for 2"),
        ('en = ["zero"]', 'en = ["..."]', "holds no letter"),
        ('en = ["zero"]', 'en = "zero"', "must be a list of texts"),
        ("[orders.help]", "[orders.info]", "info is not known here"),
        ("[answers.0]", "[[answers]]", "not valid TOML"),
    ),
)
def test_a_broken_file_is_refused_with_its_line(tmp_path: Path, old: str, new: str, mistake: str) -> None:
    good = (PROJECT_ROOT / "config" / "topic_words.toml").read_text(encoding="utf-8")
    assert old in good
    (tmp_path / "topic_words.toml").write_text(good.replace(old, new), encoding="utf-8")
    with pytest.raises(TopicWordsRefused) as refused:
        load_topic_words(tmp_path)
    assert any(mistake in line for line in refused.value.lines), refused.value.lines


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TopicWordsRefused, match="missing"):
        load_topic_words(tmp_path)
