"""Who is on duty and who is away: a lead sets the roster, each member their own absences."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app import clock
from app.cases.desk import HandedOver, open_cases_of
from app.database import MemberId
from app.language import to_ascii
from app.messaging.members import with_addresses
from app.network import (
    Absence,
    DaysAreOver,
    DaysTooFar,
    DaysTurnedRound,
    LeadsOnly,
    ListedMember,
    MemberState,
    NotOnRoster,
    OrganisationFrozen,
    OrganisationKind,
    Role,
    Roster,
    Shift,
    TooManyDuties,
    be_away,
    be_back,
    colleagues,
    end_turn,
    roster_of,
    set_turn,
)
from app.web.access import open_to_members
from app.web.desk.alerts import ALERTED
from app.web.desk.blueprint import blueprint
from app.web.desk.messages import message_of_request
from app.web.desk.offers import WRITERS
from app.web.labels import Labels
from app.web.language import lazy_pgettext
from app.web.member_session import member
from app.web.once import submission_of_post
from app.web.responses import see_other
from app.web.services import services

REFUSED: dict[type[Exception], str] = {
    NotOnRoster: "member",
    DaysTurnedRound: "turned_round",
    DaysAreOver: "over",
    DaysTooFar: "far",
    TooManyDuties: "many",
    LeadsOnly: "lead",
    OrganisationFrozen: "frozen",
}
_WHY: Labels = {
    "member": lazy_pgettext("desk", "Choose somebody of your organisation who works on cases."),
    "turned_round": lazy_pgettext("desk", "The last day is before the first. Nothing was saved."),
    "over": lazy_pgettext("desk", "The last day has passed. Nothing was saved."),
    "far": lazy_pgettext("desk", "That is more than two years away. Look at the year. Nothing was saved."),
    "many": lazy_pgettext("desk", "There are too many already. Remove one first. Nothing was saved."),
    "lead": lazy_pgettext("desk", "Only a lead sets who is on duty. Nothing was saved."),
    "frozen": lazy_pgettext("desk", "Your organisation is frozen, so nothing was changed."),
    "day": lazy_pgettext("desk", "Write days as year-month-day, such as 2027-03-31. Nothing was saved."),
    "two": lazy_pgettext(
        "desk", "Choose who is away, and somebody else who takes over. Nothing was handed over."
    ),
    "until": lazy_pgettext(
        "desk",
        "Write until which day they are away. Where nobody knows, write your guess: it can be changed, and they can remove it. "
        "Nothing was handed over.",
    ),
    "colleague": lazy_pgettext("desk", "Choose a colleague first. Nothing was handed over."),
}


class DayUnreadable(Exception):
    """What was typed is no day."""


@dataclass(frozen=True)
class _Day:
    """One day of the roster: who is on duty, whether any of them can be alerted, and who is away."""

    on: date
    on_duty: tuple[ListedMember, ...]
    gap: bool
    away: tuple[ListedMember, ...]


@dataclass(frozen=True)
class _People:
    """The members who may be on duty, their roster, and which of them can be alerted."""

    everybody: tuple[ListedMember, ...]
    roster: Roster
    reached: frozenset[MemberId]

    def days(self) -> list[_Day]:
        """Today and the next seven days."""
        now = clock.now()
        gaps = self.roster.of(self.reached).gaps(now)
        return [
            _Day(
                day,
                tuple(each for each in self.everybody if each.id in self.roster.on_duty(day)),
                day in gaps,
                tuple(each for each in self.everybody if each.id in self.roster.away(day)),
            )
            for day in self.roster.days_ahead(now)
        ]

    def turns(self) -> list[tuple[ListedMember, Shift]]:
        """Every turn that is not over, by name."""
        today, names = self.roster.day_of(clock.now()), {each.id: each for each in self.everybody}
        return [
            (names[each.member_id], each)
            for each in sorted(self.roster.turns, key=lambda each: (sorted(each.weekdays), str(each.id)))
            if each.member_id in names and (each.last is None or each.last >= today)
        ]

    def absences_of(self, member_id: MemberId) -> list[Absence]:
        """A member's absences that are not over, the first one first."""
        today = self.roster.day_of(clock.now())
        own = (each for each in self.roster.absences if each.member_id == member_id and each.last >= today)
        return sorted(own, key=lambda each: (each.first, str(each.id)))

    def absences_but(self, member_id: MemberId) -> list[tuple[ListedMember, Absence]]:
        """The same of everybody else, by name."""
        others = (each for each in self.everybody if each.id != member_id)
        return [(each, absence) for each in others for absence in self.absences_of(each.id)]


@blueprint.get("/duty")
@open_to_members(kinds=ALERTED, roles=WRITERS)
def duty() -> ResponseReturnValue:
    """The roster of the next days, and one's own absences."""
    return duty_page()


@blueprint.post("/duty")
@open_to_members(kinds=ALERTED, roles=(Role.LEAD,))
def add_turn() -> ResponseReturnValue:
    """Put a member on duty, once however often this is sent."""
    here, asked = services(), request.form
    days = frozenset(number for number in range(7) if str(number) in asked.getlist("day"))

    def act(session: Session) -> None:
        who, first, last = _member_of_form(), day_of_form("first"), day_of_form("last")
        submission = submission_of_post("duty", str(who), str(sorted(days)), str(first), str(last))
        told = {"weekdays": days, "first": first, "last": last}
        set_turn(session, here.vault, member(), who, submission_id=submission, **told)  # type: ignore[arg-type]

    return _change(act, done="on_duty", form="turn")


@blueprint.post("/duty/remove")
@open_to_members(kinds=ALERTED, roles=(Role.LEAD,))
def remove_turn() -> ResponseReturnValue:
    """Take a turn off the roster."""
    here = services()
    turn_id = uuid_of_form("turn")

    def act(session: Session) -> None:
        if turn_id is not None:
            end_turn(session, here.vault, member(), turn_id)

    return _change(act, done="off_duty")


@blueprint.post("/away")
@open_to_members(kinds=ALERTED, roles=WRITERS)
def add_absence() -> ResponseReturnValue:
    """Note that one is away, once however often this is sent."""
    here = services()

    def act(session: Session) -> None:
        first, last = day_of_form("first"), day_of_form("last")
        if first is None or last is None:
            raise DayUnreadable
        submission = submission_of_post("away", str(first), str(last))
        be_away(session, here.vault, member(), first, last, submission)

    return _change(act, done="away", form="away")


@blueprint.post("/away/remove")
@open_to_members(kinds=ALERTED, roles=WRITERS)
def remove_absence() -> ResponseReturnValue:
    """Take one's own absence back, or as a lead a colleague's."""
    here = services()
    absence_id = uuid_of_form("absence")

    def act(session: Session) -> None:
        if absence_id is not None:
            be_back(session, here.vault, member(), absence_id)

    own = request.form.get("of") != "colleague"
    return _change(act, done="back" if own else "colleague_back")


def _change(act: Callable[[Session], None], *, done: str, form: str = "") -> ResponseReturnValue:
    try:
        with services().database.writing() as session:
            act(session)
    except DayUnreadable:
        return duty_page("day", form=form), 400
    except tuple(REFUSED) as refused:
        return duty_page(REFUSED[type(refused)], form=form), 400
    return see_other(url_for("desk.duty", done=done))


def day_of_form(name: str) -> date | None:
    """The day of this field, None where it is empty; raises `DayUnreadable`."""
    typed = to_ascii(request.form.get(name, "")).strip()
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        raise DayUnreadable from None


def _member_of_form() -> MemberId:
    found = uuid_of_form("member")
    if found is None:
        raise NotOnRoster
    return MemberId(found)


def uuid_of_form(name: str) -> UUID | None:
    """The id of this field, None where there is none."""
    try:
        return UUID(request.form.get(name, ""))
    except ValueError:
        return None


def colleagues_here(session: Session) -> tuple[ListedMember, ...]:
    """Everybody of the member's organisation who works on cases."""
    people = colleagues(session, services().vault, member().organisation.id)
    return tuple(each for each in people if each.state is MemberState.ACTIVE and each.role in WRITERS)


def _people(session: Session) -> _People:
    here, everybody = services(), colleagues_here(session)
    return _People(
        everybody,
        roster_of(session, here.vault, member().organisation.id),
        with_addresses(session, here.vault, [each.id for each in everybody]),
    )


def duty_page(
    why: str = "", *, form: str = "", given: HandedOver | None = None, also: str | None = None
) -> str:
    """The page; with why something was refused, and for which form, or with what was handed over and what was not.

    `also` is what was saved besides.
    """
    here, by = services(), member()
    with here.database.reading() as session:
        people = _people(session)
        of_cases = by.organisation.kind is OrganisationKind.MONITORING_PARTNER
        mine = open_cases_of(session, here.vault, by, by.member.id) if of_cases else ()
    today = people.roster.day_of(clock.now())
    return render_template(
        "desk/duty.html",
        days=people.days(),
        turns=people.turns(),
        people=people.everybody,
        reached=people.reached,
        away_until=people.roster.away_until(today),
        absences=people.absences_of(by.member.id),
        others_away=people.absences_but(by.member.id),
        hands_over=of_cases,
        mine=len(mine),
        given=given,
        leads=by.member.role is Role.LEAD,
        form=form,
        typed=request.form if why else {},
        typed_days=request.form.getlist("day") if form == "turn" else [],
        problem=str(_WHY[why]) if why else None,
        message=also if why or given else message_of_request(),
    )
