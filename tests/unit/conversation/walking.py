"""Walks through the table: every way a worker can answer, without reading a single text by hand."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from app.cases.enums import Stage
from app.intake.conversation.machine.answers import Said
from app.intake.conversation.machine.position import Position, Step
from app.intake.conversation.machine.saying import LONGEST_NUMBER, LONGEST_TOWN, Texts
from app.intake.conversation.machine.steps import Heard, Knowledge, SiteOption, begin, hear
from app.intake.conversation.machine.table import TABLE

START = datetime(2026, 11, 21, 10, tzinfo=UTC)
LONGEST_DAY = date(2026, 9, 30)
NOT_OUR_PLACE, CODE = 9, 4


@dataclass(frozen=True)
class Path:
    """One way through the conversation: what was heard, and every text that went out."""

    heard: tuple[Heard, ...]
    said: tuple[str, ...]

    @property
    def last(self) -> Heard:
        """Where it has come to."""
        return self.heard[-1]

    @property
    def replies(self) -> list[str]:
        """Every text that went out, in order."""
        return [heard.reply for heard in self.heard if heard.reply is not None]


def sites(texts: Texts, count: int) -> tuple[SiteOption, ...]:
    """That many possible sites, with the longest names that a text can show."""
    return tuple(
        SiteOption(UUID(int=number), texts.place(f"{number}x", "W" * LONGEST_TOWN))
        for number in range(1, count + 1)
    )


def knowledge(texts: Texts, found: str = "certain") -> Knowledge:
    """Everything that can be known; `found` is `certain`, `several` or `none`."""
    options = {"certain": sites(texts, 1), "several": sites(texts, 3), "none": ()}[found]
    return Knowledge(
        options,
        found == "certain",
        "0" * LONGEST_NUMBER,
        LONGEST_DAY,
        Stage.COMPANY_ASKED,
        LONGEST_DAY,
        alertable=True,
    )


def every_path(texts: Texts, *, detours: bool) -> Iterator[Path]:
    """Every path from a first text to where nothing more is asked; `detours` are the secret code and another place."""
    for topics in ((), ("wages",), ("gbvh",)):
        begun = begin(Said("x", "x", topics=topics), texts, START, answerable=True)
        yield from _onwards(Path((begun,), ("x",)), texts, detours)


def _onwards(path: Path, texts: Texts, detours: bool) -> Iterator[Path]:
    position = path.last.position
    if position.step not in TABLE:
        yield path
        return
    at = START + timedelta(minutes=2 * len(path.heard))
    for said, know in _answers(position, texts, detours, path):
        heard = hear(position, said, know, texts, at)
        yield from _onwards(Path((*path.heard, heard), (*path.said, said.words)), texts, detours)


def _answers(position: Position, texts: Texts, detours: bool, path: Path) -> Iterator[tuple[Said, Knowledge]]:
    places = {Step.SITE: ("certain", "several", "none"), Step.REACH: ("certain",) if detours else ()}
    if position.step in places:
        for found in places[position.step]:
            yield Said("Somewhere", "somewhere"), knowledge(texts, found)
    for digit in TABLE[position.step].answers:
        detour = (digit == CODE and position.step not in (Step.TOPIC, Step.CONSENT)) or (
            digit == NOT_OUR_PLACE and position.step is Step.CONSENT
        )
        wanted = not detour or (detours and path.said.count(str(digit)) < (1 if digit == CODE else 3))
        if wanted and TABLE[position.step].meaning(digit, position) is not None:
            yield Said(str(digit), str(digit), digits=(digit,)), knowledge(texts)


def shown(position: Position) -> Position:
    """A position without its times, to compare."""
    return replace(
        position,
        last_free_at=None,
        cut=False,
        last="",
        last_at=None,
        replied=False,
        asked_again=False,
        held=False,
    )
