"""The kinds of problem (config/taxonomy.toml): how grave, how to handle, and what a partner may see before it accepts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from app.cases.config_file import Table

FORM_TOPICS = (
    "wages",
    "hours",
    "ohs",
    "forced_labour",
    "gbvh",
    "foa",
    "dismissal",
    "child",
    "community",
    "other",
)
"""What can be ticked on the worker's form and, by digit, in texts, in its order; every one is the code of a category."""

ABOUT_HELPER = "mechanism_itself"
"""A complaint about a helper, which the form offers beside those: custody gets it, and no partner that the worker may mean."""


class Severity(StrEnum):
    """How grave a kind of problem is, the gravest first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Handling(StrEnum):
    """What has to be kept in mind with a kind of problem; the values are those of the config file."""

    RESTRICTED = "R"
    NO_EMPLOYER = "X"
    NO_MEDIATION = "M-"
    SPECIALIST = "S"
    CHILD_PROTECTION = "K"
    DEFENDER = "D"
    GROUP = "G"


class UnknownKind(LookupError):
    """A code that the taxonomy does not have."""


@dataclass(frozen=True)
class Kind:
    """A category (`wages`) or a sub-category (`wages.overtime_pay`)."""

    code: str
    group: str
    severity: Severity
    fast_track: bool
    handling: frozenset[Handling]
    training: str | None

    @property
    def category(self) -> str:
        """The category's own code, also of a sub-category."""
        return self.code.partition(".")[0]


@dataclass(frozen=True)
class Taxonomy:
    """Every kind of problem by its code; built by `read_taxonomy` only."""

    form: tuple[str, ...]
    groups: tuple[str, ...]
    kinds: Mapping[str, Kind]

    def kind(self, code: str) -> Kind:
        """The kind of problem with that code, or `UnknownKind`."""
        try:
            return self.kinds[code]
        except KeyError:
            raise UnknownKind(code) from None

    def handling(self, codes: Iterable[str]) -> frozenset[Handling]:
        """Everything that has to be kept in mind with these kinds together."""
        return frozenset(handling for kind in self._all(codes) for handling in kind.handling)

    def groups_of(self, codes: Iterable[str]) -> tuple[str, ...]:
        """The groups to show on a card before acceptance, in the file's order, each once."""
        shown = {kind.group for kind in self._all(codes)}
        return tuple(group for group in self.groups if group in shown)

    @property
    def trainings(self) -> frozenset[str]:
        """Everything that helpers can be trained in."""
        return self.useful_training(self.kinds)

    def demanded_training(self, codes: Iterable[str]) -> frozenset[str]:
        """What a partner must be trained in to be offered these kinds at all."""
        return frozenset(
            kind.training
            for kind in self._all(codes)
            if kind.training is not None and Handling.RESTRICTED in kind.handling
        )

    def useful_training(self, codes: Iterable[str]) -> frozenset[str]:
        """What training speaks for a partner with these kinds, demanded or not."""
        return frozenset(kind.training for kind in self._all(codes) if kind.training is not None)

    def _all(self, codes: Iterable[str]) -> list[Kind]:
        return [self.kind(code) for code in codes]


def read_taxonomy(file: Table) -> Taxonomy:
    """The taxonomy from its file; mistakes are noted on the table."""
    form, groups = file.texts("form"), file.texts("groups")
    kinds: dict[str, Kind] = {}
    for code, table in file.table("category").every_table():
        kinds.update(_read_category(code, table, groups))
    file.done()
    if form != FORM_TOPICS:
        file.wrong(f"form must be {', '.join(FORM_TOPICS)}, in this order.")
    for topic in FORM_TOPICS:
        if topic not in kinds:
            file.wrong(f"category {topic} is missing, but the form offers it.")
    return Taxonomy(form, groups, MappingProxyType(kinds))


def _read_category(code: str, table: Table, groups: tuple[str, ...]) -> dict[str, Kind]:
    subs = table.table("sub")
    if any("." in name for name in (code, *subs.names())):
        table.wrong("a code must not hold a dot.")
    group = table.text("group")
    if group and group not in groups:
        table.wrong("group must be one of the file's groups.")
    category = Kind(
        code=code,
        group=group,
        severity=table.word("severity", Severity),
        fast_track=table.flag("fast_track", False),
        handling=table.words("handling", Handling, frozenset()),
        training=table.optional_text("training", None),
    )
    table.done()
    kinds = {code: category}
    for name, sub in subs.every_table():
        kinds[f"{code}.{name}"] = _read_sub(f"{code}.{name}", sub, category)
    return kinds


def _read_sub(code: str, table: Table, category: Kind) -> Kind:
    kind = Kind(
        code=code,
        group=category.group,
        severity=table.word("severity", Severity, category.severity),
        fast_track=table.flag("fast_track", category.fast_track),
        handling=table.words("handling", Handling, category.handling),
        training=category.training,
    )
    table.done()
    return kind
