"""Today and this week: the page that people open first in the morning, by day or by person."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.cases.clocks import ClockAct, met_by
from app.cases.desk import COUNTED_AT_MOST, DueStep, Person, StepOf, StepsOf, Week, week_of
from app.cases.enums import Rung, Urgency
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


class SaidStep(NamedTuple):
    """A step as its row says it: plain words, since a page of hundreds of rows is made of little else than putting them in."""

    what: str
    is_late: bool
    before: str  # what stands before the moment: by, late since, who was asked
    moment: str  # as programs read it; of a whole day only the day
    weekday: str
    hour: str  # nothing for a whole day
    asked: str  # of what is late, who was asked for it and by when
    member: str


class Line(NamedTuple):
    """A case with the next thing that has to be done in it, and what else is due there, folded under it."""

    urgency: str
    urgency_word: str
    address: str
    name: str
    first: SaidStep
    more: list[SaidStep]


@dataclass(frozen=True)
class OfPerson:
    """All that one member has, or nobody, in the order of the days."""

    name: str | None
    away_until: date | None
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
    """A row for each case, in the order in which its first step comes."""
    before_case = url_for("desk.case", case_id=_ANY_CASE).removesuffix(str(_ANY_CASE))
    offers, an_offer = f"{url_for('desk.queue')}#offers", pgettext("desk", "An offer")
    urgencies = {each: (each.value, labels.word(labels.URGENCY, each)) for each in Urgency}
    words, of_case = _Words(unheard), dict[UUID, Line]()
    for step in steps:
        said = words.say(step)
        line = of_case.get(step.case_id)
        if line is not None:
            line.more.append(said)
            continue
        of_case[step.case_id] = Line(
            *urgencies[step.urgency],
            f"{before_case}{step.case_id}" if step.reference else offers,
            step.reference or an_offer,
            said,
            [],
        )
    return list(of_case.values())


class _Words:
    """The words of steps; whatever several of them say is put together once."""

    def __init__(self, unheard: _Unheard) -> None:
        self._unheard = unheard
        self._whats: dict[tuple[StepOf, object], str] = {}
        self._weekdays: dict[date, str] = {}
        self._nobody = pgettext("desk", "Nobody has it")
        self._late, self._by = pgettext("desk", "late since"), pgettext("desk", "by")
        self._asked = {each: self._asked_words(each) for each in Rung}

    def say(self, step: DueStep) -> SaidStep:
        """A step as its row says it."""
        due_at, said = step.due_at, (step.of, step.kind)
        if said not in self._whats:
            self._whats[said] = _what(step)
        before = self._late if step.late else "" if due_at is None else self._by
        asked = "" if step.asked is None else self._asked[step.asked]
        if step.of is StepOf.ASKED:
            before, asked = f"{asked}, {self._by}", ""
        elif asked and step.asked_by is not None:
            asked = f"{asked}, {self._by} {self._moment(step.asked_by)}"
        return SaidStep(
            _with_text(self._whats[said], step, self._unheard),
            step.late,
            before,
            (due_at or step.day).isoformat(),
            self._weekday(step.day),
            labels.due_hour(due_at) if due_at else "",
            asked,
            ", ".join(map(_name, step.people)) or self._nobody,
        )

    def _weekday(self, day: date) -> str:
        if day not in self._weekdays:
            self._weekdays[day] = labels.weekday(day)
        return self._weekdays[day]

    def _moment(self, due_at: datetime) -> str:
        return f"{self._weekday(clock.last_moment(due_at).date())}, {labels.due_hour(due_at)}"

    @staticmethod
    def _asked_words(rung: Rung) -> str:
        if rung is Rung.HELPER:
            return pgettext("desk", "asked again")
        return pgettext("desk", "asked now: %(who)s", who=labels.word(labels.RUNG, rung))


def _name(person: Person) -> str:
    if person.away_until is None:
        return person.name
    away = pgettext("desk", "away until %(day)s", day=labels.day(person.away_until))
    return f"{person.name} ({away})"


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
    """What nobody has first, then everybody by name; what several were asked for stands with each of them."""
    of: dict[Person | None, list[DueStep]] = {}
    for step in _steps(week):
        for person in step.people or (None,):
            of.setdefault(person, []).append(step)
    named = sorted(
        (person for person in of if person is not None),
        key=lambda person: (person.name.casefold(), person.id),
    )
    everybody = [OfPerson(each.name, each.away_until, _lines(of[each], unheard)) for each in named]
    return (OfPerson(None, None, _lines(of[None], unheard)), *everybody) if None in of else tuple(everybody)


def _free_days(week: Week) -> tuple[date, ...]:
    """The days after today on which nothing is due: they need no column of their own."""
    return tuple(day for day in week.days[1:] if not week.due[day])
