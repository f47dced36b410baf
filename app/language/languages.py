"""The languages that are offered, read once at start from config/languages.toml; every mistake is one line."""

import gettext
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date

from app import clock
from app.language.digits import plain_signs

DOMAIN = "messages"
PSEUDO_KINDS = frozenset({"long", "rtl"})

_CODE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{4})?(-x-[a-z]{1,8})?")
# The year of a CLDR pattern with the era before it and the words that hold it: d 'de' MMMM 'de' y, d MMMM G y, y年M月d日.
_WITH_YEAR = re.compile(r"(?:\s*'[^']*')?[\s,،]*(?:\bG\s*)?y+[年.]?")
_FIELDS = frozenset({"code", "name", "direction", "formatting", "catalogue", "pseudo"})


class LanguagesRefused(Exception):
    """The list of languages or a catalogue cannot be used; `mistakes` holds one line for each."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("; ".join(mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True)
class LanguageEntry:
    """One checked entry of languages.toml, before its catalogue is read.

    `catalogue` is a folder of translations/, empty for the language of the source; `pseudo` is the kind of a generated
    catalogue (`long` or `rtl`), empty for a language that people speak.
    """

    code: str
    name: str
    direction: str
    formatting: str
    catalogue: str
    pseudo: str

    def compiled(self, translations: Path) -> Path:
        """Where the compiled catalogue of this language lies."""
        return translations / self.catalogue / "LC_MESSAGES" / f"{DOMAIN}.mo"


class Language:
    """A language with its catalogue: gives texts and dates in it. Cheap to hold, safe to share between threads."""

    def __init__(self, entry: LanguageEntry, catalogue: gettext.NullTranslations) -> None:
        self.code = entry.code
        self.name = entry.name
        self.direction = entry.direction
        self.is_pseudo = bool(entry.pseudo)
        self.locale = Locale.parse(entry.formatting)
        self.catalogue = catalogue

    def __repr__(self) -> str:
        return f"Language({self.code!r})"

    def pgettext(self, context: str, message: str, /, **values: object) -> str:
        """The text of this message in this language, with the values put into its placeholders."""
        return self.catalogue.pgettext(context, message) % values

    def npgettext(self, context: str, singular: str, plural: str, number: int, /, **values: object) -> str:
        """The form of this message that goes with the number, which is also the placeholder `%(num)s`."""
        return self.catalogue.npgettext(context, singular, plural, number) % {"num": number, **values}

    def long_day(self, day: date) -> str:
        """A day as people say it: "Thursday 26 November", and with its year where it is not this one.

        A moment is said as the day it is in its own time zone; that this is only UTC, because nobody knows where, is said too.
        """
        if isinstance(day, datetime) and day.tzinfo is UTC:
            return f"{self.long_day(day.date())} (UTC)"
        if day.year != clock.now().astimezone(day.tzinfo if isinstance(day, datetime) else UTC).year:
            with_year = self.locale.datetime_skeletons.get("yMMMMEEEEd")
            whole = self.locale.date_formats["full"] if with_year is None else with_year
            return format_date(day, whole.pattern, locale=self.locale)
        pattern = self.locale.datetime_skeletons.get("MMMMEEEEd")
        if pattern is not None:
            return format_date(day, pattern.pattern, locale=self.locale)
        # Few languages have a pattern for just this; then the full one without its year is right more often than ours.
        full = self.locale.date_formats["full"].pattern
        return format_date(day, _WITH_YEAR.sub("", full).strip(" ,،"), locale=self.locale)


class Languages:
    """The languages of one running Redress; the first one listed is the one to fall back on."""

    def __init__(self, offered: Iterable[Language]) -> None:
        self.offered = tuple(offered)
        self.default = self.offered[0]
        self._by_code = {language.code: language for language in self.offered}

    def get(self, code: str) -> Language | None:
        """The language with this code, or nothing."""
        return self._by_code.get(code)

    def typed(self, code: str) -> Language | None:
        """The language with this code, in whichever letters somebody typed it, or nothing."""
        wanted = plain_signs(code).strip().casefold().replace("_", "-")
        return next((each for each in self.offered if each.code.casefold() == wanted), None)

    def best(self, wanted: Iterable[str]) -> Language:
        """The language that serves best somebody who wants these codes, most wanted first."""
        spoken = [language for language in self.offered if not language.is_pseudo]
        for code in wanted:
            exact = code.lower().replace("_", "-")
            for measure in (exact, exact.split("-")[0]):
                for language in spoken:
                    if measure in (language.code.lower(), language.code.lower().split("-")[0]):
                        return language
        return self.default


def load_languages(config: Path, translations: Path, *, pseudo: bool = False) -> Languages:
    """Read the languages and their compiled catalogues, or raise `LanguagesRefused` with one line for each mistake."""
    entries = [entry for entry in read_entries(config) if pseudo or not entry.pseudo]
    mistakes: list[str] = []
    languages = []
    for entry in entries:
        try:
            languages.append(Language(entry, _read_catalogue(entry, translations)))
        except (OSError, ValueError, UnicodeError, EOFError) as mistake:
            mistakes.append(
                f"The catalogue of {entry.code!r} cannot be read ({type(mistake).__name__}); "
                "run: python -m app.language.catalogues compile"
            )
    if mistakes:
        raise LanguagesRefused(mistakes)
    return Languages(languages)


def read_entries(config: Path) -> list[LanguageEntry]:
    """The checked entries of languages.toml, or `LanguagesRefused`."""
    path = config / "languages.toml"
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8")).get("language")
    except FileNotFoundError:
        raise LanguagesRefused([f"{path.name} is missing."]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as mistake:
        raise LanguagesRefused([f"{path.name} cannot be read: {mistake}"]) from None
    if not isinstance(rows, list) or not rows:
        raise LanguagesRefused([f"{path.name} lists no [[language]]."])
    mistakes: list[str] = []
    entries: list[LanguageEntry] = []
    for number, row in enumerate(rows, start=1):
        found = _mistakes_of(row)
        mistakes.extend(f"{path.name}, language {number}: {mistake}" for mistake in found)
        if not found:
            entries.append(LanguageEntry(**{name: row.get(name, "") for name in _FIELDS}))
    codes = [entry.code for entry in entries]
    mistakes.extend(
        f"{path.name}: {code!r} is listed twice." for code in sorted({c for c in codes if codes.count(c) > 1})
    )
    if not mistakes and (entries[0].catalogue or entries[0].pseudo):
        mistakes.append(f"{path.name}: the first language must be that of the source, without a catalogue.")
    if mistakes:
        raise LanguagesRefused(mistakes)
    return entries


def _mistakes_of(row: dict[str, Any]) -> list[str]:
    mistakes = [f"{name!r} is no setting of a language." for name in sorted(row.keys() - _FIELDS)]
    mistakes += [f"{name!r} must be text." for name in sorted(row) if not isinstance(row[name], str)]
    mistakes += [
        f"{name!r} is missing." for name in ("code", "name", "direction", "formatting") if not row.get(name)
    ]
    if mistakes:
        return mistakes
    if not _CODE.fullmatch(row["code"]):
        mistakes.append(f"the code {row['code']!r} must look like en, zh-Hans or my-x-long.")
    if row["direction"] not in ("ltr", "rtl"):
        mistakes.append(f"the direction must be ltr or rtl, not {row['direction']!r}.")
    if row.get("pseudo", "") not in PSEUDO_KINDS | {""}:
        mistakes.append(f"the pseudo-language must be one of {', '.join(sorted(PSEUDO_KINDS))}.")
    if row.get("catalogue", "") and not re.fullmatch(r"\w+", row["catalogue"]):
        mistakes.append(f"the catalogue {row['catalogue']!r} must be one folder's name.")
    if row.get("pseudo") and not row.get("catalogue"):
        mistakes.append("a pseudo-language needs a catalogue.")
    try:
        Locale.parse(row["formatting"])
    except (UnknownLocaleError, ValueError):
        mistakes.append(f"CLDR has no locale {row['formatting']!r} for formatting.")
    return mistakes


def _read_catalogue(entry: LanguageEntry, translations: Path) -> gettext.NullTranslations:
    if not entry.catalogue:
        return gettext.NullTranslations()
    with entry.compiled(translations).open("rb") as compiled:
        return gettext.GNUTranslations(compiled)
