"""The list of languages: what is read, what is refused, which one is chosen, how its dates read."""

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app import clock
from app.language import Languages, LanguagesRefused, load_languages
from app.language.catalogues import Project, compile_all
from app.settings import PROJECT_ROOT

ENGLISH = '[[language]]\ncode = "en"\nname = "English"\ndirection = "ltr"\nformatting = "en_GB"\n'


def refused(folder: Path, text: str) -> list[str]:
    (folder / "languages.toml").write_text(text, encoding="utf-8")
    with pytest.raises(LanguagesRefused) as refusal:
        load_languages(folder, folder)
    assert all("\n" not in line for line in refusal.value.mistakes)
    return refusal.value.mistakes


def language(code: str, formatting: str, folder: Path) -> Languages:
    second = ENGLISH.replace('"en"', f'"{code}"').replace("en_GB", formatting)
    (folder / "languages.toml").write_text(ENGLISH + second, encoding="utf-8")
    return load_languages(folder, folder)


def test_the_shipped_languages_load_and_pseudo_ones_only_when_asked_for() -> None:
    assert compile_all(Project()) == []
    config, translations = PROJECT_ROOT / "config", PROJECT_ROOT / "translations"
    assert [found.code for found in load_languages(config, translations).offered] == ["en"]
    every = load_languages(config, translations, pseudo=True)
    assert [found.code for found in every.offered] == ["en", "my-x-long", "ar-x-rtl"]
    assert every.offered[2].direction == "rtl"
    long = every.offered[1].pgettext("worker-form", "What happened?")
    assert long != "What happened?"
    assert len(long) >= 1.2 * len("What happened?")


def test_every_mistake_is_one_line(tmp_path: Path) -> None:
    wrong = ENGLISH + (
        '[[language]]\ncode = "EN!"\nname = "X"\ndirection = "up"\nformatting = "xx_YY"\npseudo = "odd"\n'
        '[[language]]\nname = 3\ncolour = "red"\n'
    )
    lines = refused(tmp_path, wrong)
    for word in (
        "'EN!'",
        "ltr or rtl",
        "xx_YY",
        "long, rtl",
        "'colour'",
        "'name' must be text",
        "'code' is missing",
    ):
        assert any(word in line for line in lines), word


@pytest.mark.parametrize(
    ("text", "word"),
    (
        ("", "lists no"),
        ("language = 3", "lists no"),
        ("[[language", "cannot be read"),
        (ENGLISH + ENGLISH, "listed twice"),
        (ENGLISH + 'catalogue = "en"\n', "first language"),
        (ENGLISH + ENGLISH.replace('"en"', '"my"') + 'catalogue = "my"\n', "catalogues compile"),
        (ENGLISH + ENGLISH.replace('"en"', '"my"') + 'catalogue = "../my"\n', "one folder"),
    ),
)
def test_a_list_that_cannot_be_used_is_refused(tmp_path: Path, text: str, word: str) -> None:
    assert any(word in line for line in refused(tmp_path, text))


def test_a_missing_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LanguagesRefused, match="missing"):
        load_languages(tmp_path, tmp_path)


def test_the_best_language_is_the_first_wanted_one_there_is(tmp_path: Path) -> None:
    offered = language("my", "my", tmp_path)
    for wanted, best in (
        (["my-MM", "en"], "my"),
        (["fr", "MY"], "my"),
        (["en_US"], "en"),
        (["fr"], "en"),
        ([], "en"),
    ):
        assert offered.best(wanted).code == best


@pytest.mark.parametrize(
    ("formatting", "day"),
    (
        ("en_GB", "Thursday 26 November"),
        ("ar", "الخميس، 26 نوفمبر"),
        ("zh_Hans", "11月26日星期四"),
        ("es", "jueves, 26 de noviembre"),
        ("hu", "november 26., csütörtök"),
        ("th", "วันพฤหัสบดีที่ 26 พฤศจิกายน"),
    ),
)
def test_a_long_day_of_this_year_reads_as_people_say_it_and_has_no_year(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, formatting: str, day: str
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 1, tzinfo=UTC))
    found = language("xx", formatting, tmp_path).get("xx")
    assert found is not None
    assert found.long_day(date(2026, 11, 26)) == day


@pytest.mark.parametrize(
    ("formatting", "day"),
    (
        ("en_GB", "Saturday, 1 November 2031"),
        ("es", "sábado, 1 de noviembre de 2031"),
        ("zh_Hans", "2031年11月1日星期六"),
    ),
)
def test_a_long_day_of_another_year_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, formatting: str, day: str
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 12, 31, 23, tzinfo=UTC))
    found = language("xx", formatting, tmp_path).get("xx")
    assert found is not None
    assert found.long_day(date(2031, 11, 1)) == day
    there = datetime(2027, 1, 1, 6, tzinfo=ZoneInfo("Asia/Dhaka"))  # it is that year there
    assert "2027" not in found.long_day(there)


def test_texts_take_their_values_and_numbers(tmp_path: Path) -> None:
    english = language("my", "my", tmp_path).default
    assert english.pgettext("any", "By %(day)s", day="Monday") == "By Monday"
    assert english.npgettext("any", "%(num)s day", "%(num)s days", 1) == "1 day"
    assert english.npgettext("any", "%(num)s day", "%(num)s days", 2) == "2 days"
