"""How often, and in which hours, a worker is texted without having written first (config/deadlines.toml, `texts`)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType

from app.cases.case import HOURS_OF_A_DAY, TextTimes
from app.cases.config_file import Table
from app.cases.enums import TextHours

_MOST_DAYS = 90
_MOST_TEXTS = 20
_SUNDAY = frozenset({6})


@dataclass(frozen=True)
class TextRules:
    """The hours where a worker chose none, how long a text stays right, and the most in so many days."""

    times: TextTimes
    still_right: timedelta
    most: tuple[tuple[timedelta, int], ...]
    ask_hours_after: timedelta
    parts_of_day: Mapping[TextHours, TextTimes]

    def changed(
        self,
        before: TextTimes | None,
        days_off: frozenset[int],
        choice: TextHours | None = None,
        days: frozenset[int] = frozenset(),
        hours: tuple[int, int | None] | None = None,
    ) -> TextTimes:
        """What a choice makes of the times before it: what it does not name stays, and is as where none was chosen if none was.

        These weekdays are off; Sundays if nobody knows. Hours without an end last as long as any part of the day.
        """
        held = before or self.times
        if choice is TextHours.DAYS_OFF:
            return replace(held, days=days_off or _SUNDAY)
        part = held if choice is None else self.parts_of_day[choice]
        first, last = hours or (part.first, part.last)
        if last is None:
            latest = max(each.last for each in self.parts_of_day.values())
            last = latest if first < latest else HOURS_OF_A_DAY
        return TextTimes(first, last, days or held.days)

    def are_old(self, said_on: date | None, today: date) -> bool:
        """Whether it is time to ask if the hours are still right."""
        return said_on is None or today - said_on >= self.ask_hours_after

    def room_at(self, sent: Collection[datetime], now: datetime) -> datetime:
        """From when on one more may go, where these went, each at the latest by then; now where there is room.

        One that lies ahead, because a clock was put back, counts as well.
        """
        moments = [now]
        for within, most in self.most:
            counted = sorted(one for one in sent if one > now - within)
            if len(counted) >= most:
                moments.append(counted[len(counted) - most] + within)
        return max(moments)


def read_text_rules(file: Table) -> TextRules:
    """The rules from the file of the deadlines; mistakes are noted on the table."""
    table = file.table("texts")
    times = _read_times(table)
    parts = {TextHours.BY_DAY: times}
    for choice in (TextHours.MORNINGS, TextHours.EVENINGS):
        part = table.table(choice)
        parts[choice] = _read_times(part)
        part.done()
    still_right = timedelta(days=table.whole("still_right_days", least=1, most=_MOST_DAYS))
    most = (
        (timedelta(days=7), table.whole("in_7_days", least=1, most=_MOST_TEXTS)),
        (timedelta(days=90), table.whole("in_90_days", least=1, most=_MOST_TEXTS)),
    )
    ask_hours_after = timedelta(days=table.whole("ask_hours_after_days", least=1, most=_MOST_DAYS))
    table.done()
    return TextRules(times, still_right, most, ask_hours_after, MappingProxyType(parts))


def _read_times(table: Table) -> TextTimes:
    first = table.whole("from_hour", least=0, most=HOURS_OF_A_DAY - 1)
    last = table.whole("to_hour", least=1, most=HOURS_OF_A_DAY)
    if last <= first:
        table.wrong("to_hour must be later than from_hour.")
        first, last = 0, HOURS_OF_A_DAY
    return TextTimes(first, last)
