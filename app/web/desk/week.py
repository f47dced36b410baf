"""Today and this week: the page that people open first in the morning, by day or by person."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.cases.clocks import ClockAct, met_by
from app.cases.desk import COUNTED_AT_MOST, DueStep, StepOf, StepsOf, Week, week_of
from app.cases.enums import Urgency
from app.database import CaseId
from app.intake.answers_in_journal import last_unheard
from app.messaging.queue import TextStatus
from app.web import labels, text_words
from app.web.access import open_to_members
from app.web.desk.blueprint import blueprint
from app.web.desk.messages import message_of_request
from app.web.desk.queue import PARTNERS
from app.web.language import pgettext
from app.web.member_session import member
from app.web.services import services

_ANY_CASE = UUID(int=0)
_ANSWERS = met_by(ClockAct.REPLIED_FIRST) | met_by(ClockAct.REPLIED_AGAIN)

_Unheard = dict[CaseId, TextStatus]


@dataclass(frozen=True)
class WhoseLink:
    """Whose steps are shown, how many there are, and where that leads."""

    words: str
    number: int
    chosen: bool
    address: str


class Line(NamedTuple):
    """A step as its row says it: plain words, since a page of hundreds of rows is made of little else than putting them in."""

    urgency: str
    urgency_word: str
    is_late: bool
    address: str
    name: str
    what: str
    moment: str  # as programs read it; of a whole day only the day
    weekday: str
    hour: str  # nothing for a whole day
    member: str


@dataclass(frozen=True)
class OfPerson:
    """All that one member has, or nobody, in the order of the days."""

    name: str | None
    lines: list[Line]


@blueprint.get("/today")
@open_to_members(kinds=PARTNERS)
def today() -> ResponseReturnValue:
    """What is late, due today and due this week."""
    here = services()
    asked = request.args.get("whose", "")
    whose = StepsOf(asked) if asked in set(StepsOf) else StepsOf.EVERYBODY
    by_person = request.args.get("by") == "person"
    with here.database.reading() as session:
        week = week_of(session, here.vault, member(), whose)
        owed = {step.case_id for step in _steps(week) if step.kind in _ANSWERS}
        unheard = last_unheard(session, here.vault, owed)
    return render_template(
        "desk/week.html",
        week=week,
        whose=whose,
        links=[_link(week, each, whose, by_person=by_person) for each in StepsOf],
        by_person=by_person,
        other_way=_address(whose, by_person=not by_person),
        people=_by_person(week, unheard) if by_person else (),
        late=_lines(week.late, unheard),
        due={day: _lines(steps, unheard) for day, steps in week.due.items()},
        free=_free_days(week),
        looked_at=COUNTED_AT_MOST,
        message=message_of_request(),
    )


def _link(week: Week, each: StepsOf, whose: StepsOf, *, by_person: bool) -> WhoseLink:
    words = labels.word(labels.WHOSE, each)
    return WhoseLink(words, week.numbers[each], each is whose, _address(each, by_person=by_person))


def _address(whose: StepsOf, *, by_person: bool) -> str:
    return url_for(
        "desk.today",
        whose=None if whose is StepsOf.EVERYBODY else whose.value,
        by="person" if by_person else None,
    )


def _steps(week: Week) -> Iterator[DueStep]:
    yield from week.late
    for day in week.days:
        yield from week.due[day]


def _lines(steps: Iterable[DueStep], unheard: _Unheard) -> list[Line]:
    """The rows of these steps; whatever several of them say is put together once."""
    before_case = url_for("desk.case", case_id=_ANY_CASE).removesuffix(str(_ANY_CASE))
    offers, an_offer = f"{url_for('desk.queue')}#offers", pgettext("desk", "An offer")
    nobody = pgettext("desk", "Nobody has it")
    urgencies = {each: (each.value, labels.word(labels.URGENCY, each)) for each in Urgency}
    whats: dict[tuple[StepOf, object], str] = {}
    weekdays: dict[date, str] = {}
    lines = []
    for step in steps:
        due_at, day, said = step.due_at, step.day, (step.of, step.kind)
        if said not in whats:
            whats[said] = _what(step)
        if day not in weekdays:
            weekdays[day] = labels.weekday(day)
        lines.append(
            Line(
                *urgencies[step.urgency],
                step.late,
                f"{before_case}{step.case_id}" if step.reference else offers,
                step.reference or an_offer,
                _with_text(whats[said], step, unheard),
                (due_at or day).isoformat(),
                weekdays[day],
                f"{due_at:%H:%M}" if due_at else "",
                step.member or nobody,
            )
        )
    return lines


def _what(step: DueStep) -> str:
    """What has to be done."""
    match step.of:
        case StepOf.OWN:
            return pgettext("desk", "Our next step")
        case StepOf.DATE:
            return labels.word(labels.OUTSIDE_DATE, step.kind)
        case StepOf.QUESTION:
            question = labels.word(labels.QUESTION, step.kind)
            return pgettext("desk", "Ask the worker: %(question)s", question=question)
    return labels.word(labels.CLOCK, step.kind)


def _with_text(what: str, step: DueStep, unheard: _Unheard) -> str:
    """The same with why an answer is asked for again, where the last one was a text that nobody heard."""
    text = unheard.get(step.case_id) if step.kind in _ANSWERS else None
    if text is None:
        return what
    return pgettext("desk", "%(step)s. The last text: %(how)s", step=what, how=text_words.how_it_ended(text))


def _by_person(week: Week, unheard: _Unheard) -> Iterable[OfPerson]:
    """What nobody has first, then everybody by name."""
    of: dict[tuple[str, str], list[DueStep]] = {}
    for step in _steps(week):
        of.setdefault((step.member or "", str(step.member_id or "")), []).append(step)
    named = sorted(of, key=lambda who: (who[1] != "", who[0].casefold(), who[1]))
    return tuple(OfPerson(who[0] or None, _lines(of[who], unheard)) for who in named)


def _free_days(week: Week) -> tuple[date, ...]:
    """The days after today on which nothing is due: they need no column of their own."""
    return tuple(day for day in week.days[1:] if not week.due[day])
