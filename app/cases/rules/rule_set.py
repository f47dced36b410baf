"""Everything that the operator decides about cases, read once at start from the config folder and then never again."""

import copyreg
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from app.cases.config_file import open_config
from app.cases.rules.days_off import DaysOff, read_own_days
from app.cases.rules.deadlines import Deadlines, read_deadlines
from app.cases.rules.help_numbers import HelpNumbers, read_help_numbers
from app.cases.rules.ladder import Ladder, read_ladder
from app.cases.rules.routing import RoutingRules, read_routing
from app.cases.taxonomy import Taxonomy, read_taxonomy
from app.cases.words import (
    DangerWords,
    HelperWords,
    LanguageWishes,
    Places,
    ThanksWords,
    Wish,
    WrittenLanguages,
    open_places,
    read_danger_words,
    read_helper_words,
    read_language_wishes,
    read_thanks_words,
    read_written_languages,
)


def _read_only(values: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(values)


# Python itself cannot: `up` lets a child read the rules, since words of danger leave much behind while they are worked out.
copyreg.pickle(MappingProxyType, lambda mapping: (_read_only, (dict(mapping),)))


class RulesRefused(Exception):
    """The config files are incomplete or wrong; `lines` holds one line for each mistake, of all files."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("; ".join(lines))
        self.lines = lines


@dataclass(frozen=True)
class Rules:
    """The kinds of problem, what words tell (danger, a helper, thanks, country, language), the deadlines, routing and help numbers.

    Built by `load_rules` only.
    """

    taxonomy: Taxonomy
    danger: DangerWords
    helper_words: HelperWords
    thanks: ThanksWords
    deadlines: Deadlines
    ladder: Ladder
    routing: RoutingRules
    help: HelpNumbers
    places: Places
    written: WrittenLanguages
    wishes: LanguageWishes

    def with_days_off(
        self, found: DaysOff, worked: DaysOff, regions: Mapping[str, tuple[str, ...]]
    ) -> "Rules":
        """The same rules with more days on which nobody works, days of the weekend on which people do, and regions."""
        return replace(self, deadlines=self.deadlines.with_days_off(found, worked, regions))

    def wish_in(self, words: str, page: str, country: str | None) -> Wish | None:
        """The language that words wish for; `page` is the one thought to be spoken, `country` where somebody is, if known."""
        return self.wishes.find(words, page, country, self.written.tell(words, page))

    def language_of(self, words: str, page: str, country: str | None) -> str | None:
        """The language of somebody by their words: the one they wish for, else the one they write, where that is sure."""
        written = self.written.tell(words, page)
        wish = self.wishes.find(words, page, country, written)
        return wish.language if wish else written


class NoRules(RuntimeError):
    """Something that the operator decides was asked for in a session whose database was never told: a mistake of the program."""


def rules_of(session: Session) -> Rules:
    """What the operator decided, for what follows from a change: its verb may know nothing of the rules; raises `NoRules`."""
    ruled: Callable[[], Rules] | None = session.info.get("rules")
    if ruled is None:
        raise NoRules("call Database.rule_with before something happens to a case")
    return ruled()


def load_rules(folder: Path, *, demo: bool = False) -> Rules:
    """Read and check every file, or raise `RulesRefused`; the demo has fictional help numbers of its own."""
    mistakes: list[str] = []
    taxonomy = read_taxonomy(open_config(folder / "taxonomy.toml", mistakes))
    words, dates = (open_config(folder / name, mistakes) for name in ("danger_words.toml", "deadlines.toml"))
    own_days = read_own_days(open_config(folder / "holidays.toml", mistakes))
    rules = Rules(
        taxonomy=taxonomy,
        helper_words=read_helper_words(words),
        danger=read_danger_words(words, taxonomy),
        thanks=read_thanks_words(open_config(folder / "thanks_words.toml", mistakes)),
        ladder=read_ladder(dates),
        deadlines=read_deadlines(dates, own_days),
        routing=read_routing(open_config(folder / "routing.toml", mistakes)),
        help=read_help_numbers(open_config(folder / ("demo-help.toml" if demo else "help.toml"), mistakes)),
        places=open_places(folder, mistakes),
        written=read_written_languages(open_config(folder / "language_words.toml", mistakes)),
        wishes=read_language_wishes(folder, mistakes),
    )
    if mistakes:
        raise RulesRefused(mistakes)
    return rules
