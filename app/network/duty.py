"""The duty roster of an organisation: a lead says who is on duty when, and each member says when they are away."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app import clock
from app.database import MemberId, OrganisationId
from app.network.duty_days import WEEK, Absence, Roster, Shift
from app.network.models import AbsenceRow, DutyTurn, Member, MemberState, Organisation, Role
from app.network.people import SignedIn, active_organisation, require_lead
from app.network.zones import main_zone, zone_info
from app.vault import Place, Vault, VeilBroken, is_sound, journal

MOST_TURNS = 100
MOST_ABSENCES = 20
_FURTHEST = timedelta(days=2 * 366)
_ACTING = (Role.LEAD, Role.CASEWORKER)


class NotOnRoster(Exception):
    """That is no active lead or caseworker of this organisation."""


class DaysTurnedRound(Exception):
    """The last day is before the first."""


class DaysAreOver(Exception):
    """The last day has passed."""


class DaysTooFar(Exception):
    """More than two years ahead: the year was mistyped."""


class TooManyDuties(Exception):
    """The organisation has `MOST_TURNS` turns, or the member `MOST_ABSENCES` absences."""


def roster_of(session: Session, vault: Vault, organisation_id: OrganisationId) -> Roster:
    """The roster as it stands; what others wrote, and who may not act any more, is not on it."""
    organisation = session.get_one(Organisation, organisation_id)
    turns = _acting(select(DutyTurn, Member).join(Member, Member.id == DutyTurn.member_id), organisation_id)
    return Roster(
        tuple(_turns(vault, session.execute(turns.where(DutyTurn.organisation_id == organisation_id)))),
        _absences_in(session, vault, organisation_id),
        zone_info(main_zone(organisation.country)),
    )


def away_now(session: Session, vault: Vault, organisation: Organisation) -> dict[MemberId, date]:
    """Who of an organisation is away today, and until when, that day too."""
    absences = _absences_in(session, vault, OrganisationId(organisation.id))
    roster = Roster((), absences, zone_info(main_zone(organisation.country)))
    return roster.away_until(roster.day_of(clock.now()))


def _absences_in(session: Session, vault: Vault, organisation_id: OrganisationId) -> tuple[Absence, ...]:
    wanted = select(AbsenceRow, Member).join(Member, Member.id == AbsenceRow.member_id)
    return tuple(_absences(vault, session.execute(_acting(wanted, organisation_id))))


def set_turn(
    session: Session,
    vault: Vault,
    by: SignedIn,
    member_id: MemberId,
    *,
    weekdays: frozenset[int],
    first: date | None,
    last: date | None,
    submission_id: UUID,
) -> None:
    """Put a member on duty, once however often it is sent; without days of the week it is every day.

    Raises `LeadsOnly`, `OrganisationFrozen`, `NotOnRoster`, `TooManyDuties` and as `_check_days`.
    """
    organisation_id = by.organisation.id
    require_lead(by, organisation_id)
    active_organisation(session, organisation_id)  # one change of a roster after another
    if session.get(DutyTurn, submission_id) is not None:
        return
    roster = roster_of(session, vault, organisation_id)
    _check_days(first, last, roster)
    if not _may_be_on_duty(session, vault, member_id, organisation_id):
        raise NotOnRoster
    today = roster.day_of(clock.now())
    _forget(session, DutyTurn, (each.id for each in roster.turns if each.last and each.last < today))
    if sum(each.last is None or each.last >= today for each in roster.turns) >= MOST_TURNS:
        raise TooManyDuties
    told = {
        "days": sorted(weekdays or range(WEEK)),
        "first": None if first is None else first.isoformat(),
        "last": None if last is None else last.isoformat(),
    }
    session.add(
        DutyTurn(
            id=submission_id,
            organisation_id=organisation_id,
            member_id=member_id,
            turn_veil=vault.veil_json(_turn_place(submission_id), told),
        )
    )
    detail = {"turn": str(submission_id), "member": str(member_id)}
    journal(session, vault, None, "duty.set", by.actor, detail)


def end_turn(session: Session, vault: Vault, by: SignedIn, turn_id: UUID) -> None:
    """Take a turn off the roster; one that is gone stays gone. Raises `LeadsOnly` and `OrganisationFrozen`."""
    require_lead(by, by.organisation.id)
    active_organisation(session, by.organisation.id)
    row = session.get(DutyTurn, turn_id)
    if row is not None and row.organisation_id == by.organisation.id:
        session.delete(row)
        journal(session, vault, None, "duty.ended", by.actor, {"turn": str(turn_id)})


def hand_over_turns(session: Session, vault: Vault, by: SignedIn, of: MemberId, to: MemberId) -> int:
    """Give a colleague's turns to another one, as when somebody fell ill; how many. Raises `LeadsOnly` and as `set_turn`."""
    organisation_id = by.organisation.id
    require_lead(by, organisation_id)
    active_organisation(session, organisation_id)
    if not _may_be_on_duty(session, vault, to, organisation_id):
        raise NotOnRoster
    turns = [each for each in roster_of(session, vault, organisation_id).turns if each.member_id == of]
    for turn in turns:
        session.get_one(DutyTurn, turn.id).member_id = to
        detail = {"turn": str(turn.id), "member": str(to), "before": str(of)}
        journal(session, vault, None, "duty.handed_over", by.actor, detail)
    return len(turns)


def be_away(
    session: Session,
    vault: Vault,
    by: SignedIn,
    first: date,
    last: date,
    submission_id: UUID,
    *,
    who: MemberId | None = None,
) -> None:
    """Note that the member is away on these days, or `who` by a lead, once however often it is sent.

    What a lead says holds in place of the absence in which the first day falls: so a mistyped last day is put right.
    Raises `TooManyDuties`, as `_check_days`, and for somebody else `LeadsOnly` and `NotOnRoster`.
    """
    if who is not None:
        require_lead(by, by.organisation.id)
        if not _may_be_on_duty(session, vault, who, by.organisation.id):
            raise NotOnRoster
    member = session.get_one(Member, who or by.member.id, with_for_update=True, populate_existing=True)
    if session.get(AbsenceRow, submission_id) is not None:
        return
    roster = roster_of(session, vault, by.organisation.id)
    _check_days(first, last, roster)
    mine = [each for each in roster.absences if each.member_id == member.id]
    today = roster.day_of(clock.now())
    replaced = [each for each in mine if who is not None and each.first <= first <= each.last]
    _forget(session, AbsenceRow, (each.id for each in mine if each.last < today))
    for each in replaced:
        _end_absence(session, vault, by, session.get_one(AbsenceRow, each.id))
    if sum(each.last >= today and each not in replaced for each in mine) >= MOST_ABSENCES:
        raise TooManyDuties
    told = {"first": first.isoformat(), "last": last.isoformat()}
    session.add(
        AbsenceRow(
            id=submission_id,
            member_id=member.id,
            absence_veil=vault.veil_json(_absence_place(submission_id), told),
        )
    )
    detail = {"absence": str(submission_id), "member": str(member.id)}
    journal(session, vault, None, "member.away", by.actor, detail)


def be_back(session: Session, vault: Vault, by: SignedIn, absence_id: UUID) -> None:
    """Take an absence back, one's own or by a lead a colleague's; one that is gone stays gone.

    Raises `LeadsOnly` for somebody else's, and `NotOnRoster` for one of another organisation.
    """
    row = session.get(AbsenceRow, absence_id)
    if row is None:
        return
    if row.member_id != by.member.id:
        require_lead(by, by.organisation.id)
        if session.get_one(Member, row.member_id).organisation_id != by.organisation.id:
            raise NotOnRoster
    _end_absence(session, vault, by, row)


def _end_absence(session: Session, vault: Vault, by: SignedIn, row: AbsenceRow) -> None:
    session.delete(row)
    detail = {"absence": str(row.id), "member": str(row.member_id)}
    journal(session, vault, None, "member.back", by.actor, detail)


def _check_days(first: date | None, last: date | None, roster: Roster) -> None:
    """Raise `DaysTurnedRound`, `DaysAreOver` or `DaysTooFar` for days that cannot be meant."""
    today = roster.day_of(clock.now())
    if first is not None and last is not None and last < first:
        raise DaysTurnedRound
    if last is not None and last < today:
        raise DaysAreOver
    if any(day is not None and day > today + _FURTHEST for day in (first, last)):
        raise DaysTooFar


def _may_be_on_duty(
    session: Session, vault: Vault, member_id: MemberId, organisation_id: OrganisationId
) -> bool:
    member = session.get(Member, member_id)
    return (
        member is not None
        and member.organisation_id == organisation_id
        and member.state is MemberState.ACTIVE
        and member.role in _ACTING
        and is_sound(vault, member)
    )


def _acting(query: Select[*tuple[Any, ...]], organisation_id: OrganisationId) -> Select[*tuple[Any, ...]]:
    return query.where(
        Member.organisation_id == organisation_id,
        Member.state == MemberState.ACTIVE,
        Member.role.in_(_ACTING),
    )


def _turns(vault: Vault, found: Iterable[Any]) -> Iterable[Shift]:
    for row, member in found:
        told = _told(vault, row, member, _turn_place(row.id), row.turn_veil)
        if told is not None:
            days = frozenset(told["days"])
            yield Shift(row.id, member.id, days, _day(told["first"]), _day(told["last"]))


def _absences(vault: Vault, found: Iterable[Any]) -> Iterable[Absence]:
    for row, member in found:
        told = _told(vault, row, member, _absence_place(row.id), row.absence_veil)
        if told is not None:
            first, last = date.fromisoformat(told["first"]), date.fromisoformat(told["last"])
            yield Absence(row.id, member.id, first, last)


def _told(
    vault: Vault, row: DutyTurn | AbsenceRow, member: Member, place: Place, veiled: bytes
) -> dict[str, Any] | None:
    """What a row says, or nothing where others wrote or spoilt it."""
    if not (is_sound(vault, row) and is_sound(vault, member)):
        return None
    try:
        told: dict[str, Any] = vault.unveil_json(place, veiled)
    except VeilBroken:
        return None
    return told


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _forget(session: Session, model: type[DutyTurn | AbsenceRow], ids: Iterable[UUID]) -> None:
    """Let go of what is over: who was away when is nobody's business any more."""
    for row_id in ids:
        row = session.get(model, row_id)
        if row is not None:
            session.delete(row)


def _turn_place(turn_id: UUID) -> Place:
    return Place("duty_turns", turn_id, "turn_veil")


def _absence_place(absence_id: UUID) -> Place:
    return Place("absences", absence_id, "absence_veil")
