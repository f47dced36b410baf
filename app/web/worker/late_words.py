"""The sentences about what was late: what should have been, who was asked because of it, and by which date."""

from collections.abc import Callable
from datetime import date, datetime

from app.cases.case import AskedRung
from app.cases.enums import ClockKind, Rung, RungState
from app.cases.worker import InboxView
from app.clock import last_moment
from app.web.language import page_language, pgettext
from app.web.worker.names import Names, names_asked


def late_line(view: InboxView, names: Names, coordinator: str, today: date) -> str:
    """What was late, who was asked because of it, and by which date; empty when nothing is."""
    asked = view.asked
    if asked is None:
        return ""
    language = page_language()
    missed = pgettext("worker-late", "That did not happen.")
    was = "" if holds_today(asked, today) else f"{_should_have(asked.kind, asked.late_since)} {missed}"
    if not was and asked.state is not RungState.MOVED:
        return ""  # by that day it was to be done, and it is not over: `next_line` says so
    network = coordinator or pgettext("worker-next", "the network")
    # The coordinator is told by the name that the rest of the page has for it.
    name = network if asked.rung in (Rung.COORDINATOR, Rung.CUSTODIAN) else asked.organisation
    day = language.long_day(last_moment(asked.due_at))
    if asked.rung is Rung.STANDBY and view.also_asked_id is not None:
        now = _two_asked(names_asked(view, names), day)
    else:
        words = _SEE_TO_IT if asked.kind is ClockKind.COMPANY_REPLY else _ASKED_NOW
        now = words[asked.rung](name or network, day)
    if last_moment(asked.due_at).date() >= today:
        return f"{was} {now}".strip()
    passed = pgettext("worker-late", "That day has passed too. You can write and ask.")
    return f"{was} {now} {passed}"


def holds_today(asked: AskedRung, today: date) -> bool:
    """Whether the day is not over by which the worker was told that it would be done, whoever is asked at the desk already."""
    return last_moment(asked.late_since).date() >= today


def broken_lines(view: InboxView) -> list[str]:
    """What was late before: it stays told when it was done after all, and that it was done is not hidden by it."""
    later = pgettext("worker-late", "It was late.")
    return [f"{_should_have(kind, since)} {later}" for kind, since in view.broken]


def _should_have(kind: ClockKind, since: datetime) -> str:
    say = _SHOULD_HAVE.get(kind)
    day = page_language().long_day(last_moment(since))
    return say(day) if say else pgettext("worker-late", "The next step was due on %(day)s.", day=day)


_SHOULD_HAVE: dict[ClockKind, Callable[[str], str]] = {
    ClockKind.READ: lambda day: pgettext("worker-late", "A helper should have read it by %(day)s.", day=day),
    ClockKind.ACKNOWLEDGE: lambda day: pgettext(
        "worker-late", "A helper should have answered you by %(day)s.", day=day
    ),
    ClockKind.FIRST_UPDATE: lambda day: pgettext(
        "worker-late", "A helper should have written news by %(day)s.", day=day
    ),
    ClockKind.COMPANY_REPLY: lambda day: pgettext(
        "worker-late", "The company should have answered by %(day)s.", day=day
    ),
    ClockKind.PLACE: lambda day: pgettext(
        "worker-late", "We should have found a helper by %(day)s.", day=day
    ),
}


def _two_asked(names: tuple[str, ...], day: str) -> str:
    return pgettext(
        "worker-late",
        "We asked two other helpers, %(who)s and %(second)s, to take it by %(day)s. The helper before can read nothing new.",
        who=names[0],
        second=names[1],
        day=day,
    )


_ASKED_NOW: dict[Rung, Callable[[str, str], str]] = {
    Rung.HELPER: lambda who, day: pgettext(
        "worker-late", "We asked the helper from %(who)s again, to do it by %(day)s.", who=who, day=day
    ),
    Rung.LEAD: lambda who, day: pgettext(
        "worker-late", "We asked who leads the helpers at %(who)s to do it by %(day)s.", who=who, day=day
    ),
    Rung.COORDINATOR: lambda who, day: pgettext(
        "worker-late", "We asked %(who)s to see to it by %(day)s.", who=who, day=day
    ),
    Rung.STANDBY: lambda who, day: pgettext(
        "worker-late",
        "We asked another helper, %(who)s, to say by %(day)s if they take it. The helper before can read nothing new.",
        who=who,
        day=day,
    ),
    Rung.CUSTODIAN: lambda who, day: pgettext(
        "worker-late", "We asked %(who)s to find a helper by %(day)s.", who=who, day=day
    ),
}


_SEE_TO_IT: dict[Rung, Callable[[str, str], str]] = {
    **_ASKED_NOW,
    # Nobody of them can answer for the company.
    Rung.HELPER: lambda who, day: pgettext(
        "worker-late", "We asked the helper from %(who)s to see to it by %(day)s.", who=who, day=day
    ),
    Rung.LEAD: lambda who, day: pgettext(
        "worker-late", "We asked who leads the helpers at %(who)s to see to it by %(day)s.", who=who, day=day
    ),
}
