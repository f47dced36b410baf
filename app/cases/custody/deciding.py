"""Custody: cases that nobody could be offered wait with the coordinator, unread, until a custodian places them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from app.cases.case import (
    Case,
    Clock,
    NoAccess,
    Offer,
    RoutingNote,
    RoutingRecord,
    cases_that_stand,
    circle_that_opens,
    decision_place,
    facts_of,
    keep_narrow_ready,
    lock_case,
    refuse_viewers,
    store_facts,
    with_grants,
)
from app.cases.clocks import ASKING, ClockAct, meet_clocks
from app.cases.consent import consent_stands, consents_that_stand
from app.cases.custody.models import CustodyReading
from app.cases.custody.place_told import candidates_in, place_of
from app.cases.enums import ClockKind, ConsentLevel, OfferState, State, Urgency
from app.cases.routing import EVERYTHING, forbidden, make_offers, next_position
from app.cases.rules import Reason, Routing, RoutingOutcome, Rules, routing_from, why_not
from app.database import LONG_PAST, CaseId, CircleId, OrganisationId, new_id
from app.network import (
    OrganisationKind,
    SignedIn,
    organisations_of,
)
from app.vault import (
    CircleName,
    CircleRow,
    GrantState,
    Vault,
    VeilBroken,
    add_grants,
    circle_of,
    circle_public_key,
    is_in_circle,
    is_sound,
    journal,
    open_circle,
    open_grant,
    read_journal,
)

_PLACED = "custody.placed"


class NotACustodian(Exception):
    """The member does not belong to a custody circle."""


class CannotBePlaced(Exception):
    """That organisation may not be offered the case; `reason` is routing's word."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True)
class WaitingCase:
    """A case that waits with custody, as the custodian sees it without reading."""

    case_id: CaseId
    reference: str
    country: str | None
    language: str
    urgency: Urgency
    topics: tuple[str, ...]  # groups of the taxonomy, not its categories
    waiting_since: datetime
    why: RoutingOutcome
    has_routing_note: bool
    asked_to_read: bool  # a request waits for another custodian
    answer_by: datetime | None
    practice: bool


_NO_DATE = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Placement:
    """An organisation: the `reason` that forbids it, or None; and the `remark` that speaks against it but can be overruled."""

    organisation_id: OrganisationId
    name: str
    reason: Reason | None
    remark: Reason | None


def waiting_for_custody(
    session: Session, vault: Vault, rules: Rules, by: SignedIn
) -> tuple[WaitingCase, ...]:
    """The cases that wait to be placed, danger first, then by date; raises `NotACustodian`."""
    circle = custody_of(session, vault, by)
    found = session.execute(_waiting(circle).order_by(Case.queue_rank, Case.next_due_at, Case.id))
    return _cards(session, vault, rules, _that_may_wait(session, vault, cases_that_stand(session, found)))


def how_many_wait(session: Session, vault: Vault, by: SignedIn) -> int:
    """How many there are, practice left out: nobody is told what stands in them; raises as `waiting_for_custody`."""
    found = session.execute(_waiting(custody_of(session, vault, by)).where(~Case.practice))
    return len(_that_may_wait(session, vault, cases_that_stand(session, found)))


def waiting_case(session: Session, vault: Vault, rules: Rules, by: SignedIn, case_id: CaseId) -> WaitingCase:
    """One of them; raises `NotACustodian` or `NoAccess`."""
    case = case_in_custody(session, vault, custody_of(session, vault, by), case_id)
    return _cards(session, vault, rules, [case])[0]


def placements(
    session: Session, vault: Vault, rules: Rules, by: SignedIn, case_id: CaseId
) -> tuple[Placement, ...]:
    """Every monitoring partner, those against whom nothing speaks first; raises as `waiting_case`."""
    circle = custody_of(session, vault, by)
    case = case_in_custody(session, vault, circle, case_id)
    place = place_of(session, vault, open_circle(session, vault, by.key, CircleId(circle.id)), case)
    candidates = candidates_in(session, place)
    facts = facts_of(vault, case)
    places = []
    for partner in organisations_of(session, OrganisationKind.MONITORING_PARTNER):
        reason = forbidden(vault, rules, case, candidates.get(partner.id))
        remark = None
        if reason is None:
            remark = why_not(facts, case.country, case.language, candidates[partner.id], rules.taxonomy)
        places.append(Placement(partner.id, partner.name, reason, remark))
    return tuple(sorted(places, key=lambda place: (place.reason is not None, place.remark is not None)))


def place_case(
    session: Session,
    vault: Vault,
    rules: Rules,
    by: SignedIn,
    case_id: CaseId,
    organisation_id: OrganisationId,
) -> None:
    """Offer the case to an organisation, re-sealed unread with the custodian's key. Sent twice it is placed once.

    To that one alone, on the fast track too: who else the worker's words shut out only a person can tell, so nobody is asked beside
    whom the custodian did not choose. It lapses after hours there, and waits here again.
    Raises `CannotBePlaced`, `ReadOnly` and as `waiting_case`.
    """
    circle = custody_of(session, vault, by)
    try:
        case = case_in_custody(session, vault, circle, case_id, lock=True)
    except NoAccess:
        if _placed_before(session, vault, by, case_id, organisation_id):
            return
        raise
    refuse_viewers(by)
    key = open_circle(session, vault, by.key, CircleId(circle.id))
    place = place_of(session, vault, key, case)
    reason = forbidden(vault, rules, case, candidates_in(session, place).get(organisation_id))
    if reason is None and not consent_stands(session, vault, case):
        reason = Reason.LOCKED
    target = circle_that_opens(session, vault, case, organisation_id)
    if reason is not None or target is None:
        raise CannotBePlaced(reason or Reason.NO_KEYS)
    facts = facts_of(vault, case)
    if facts.place_in_doubt:
        # The list of sites was made good again: who accepts is held against what the words mean now.
        store_facts(vault, case, replace(facts, place_in_doubt=False, possible_sites=place.possible))
    opened = open_grant(session, vault, case_id, key)
    recipient = circle_public_key(session, vault, target)
    grant = vault.write_grant(case_id, opened, EVERYTHING & opened.names, recipient, offered=True)
    offer = Offer(
        case_id=case_id,
        id=new_id(),
        organisation_id=organisation_id,
        position=next_position(session, case),
        state=OfferState.STANDBY,
        grant_id=grant.id,
    )
    add_grants(session, vault, [grant, offer])
    session.flush()
    if facts.phone:  # the worker's next text may restrict it, when nobody is there to seal it anew
        keep_narrow_ready(session, vault, case, opened)
    meet_clocks(session, case, ClockAct.PLACED)
    journal(session, vault, case_id, _PLACED, by.actor, {"organisation": str(organisation_id)})
    make_offers(session, vault, rules, case, [offer], by.actor)


def _placed_before(
    session: Session, vault: Vault, by: SignedIn, case_id: CaseId, organisation_id: OrganisationId
) -> bool:
    """Whether the organisation has the case, whose row is locked, before it or taken on, because this custodian placed it there."""
    case = session.get(Case, case_id)
    if case is None or not is_sound(vault, case) or not case.is_open:
        return False
    if case.organisation_id != organisation_id:
        return False
    placed = [entry for entry in read_journal(session, vault, case_id) if entry.act == _PLACED]
    return bool(placed) and (
        placed[-1].actor == by.actor and placed[-1].detail["organisation"] == str(organisation_id)
    )


def custody_of(session: Session, vault: Vault, by: SignedIn) -> CircleRow:
    """The custody circle that the member belongs to; raises `NotACustodian`."""
    circle = circle_of(session, vault, by.organisation.id, CircleName.CUSTODY)
    if circle is None or not is_in_circle(session, CircleId(circle.id), by.member.id):
        raise NotACustodian
    return circle


def case_in_custody(
    session: Session, vault: Vault, circle: CircleRow, case_id: CaseId, *, lock: bool = False
) -> Case:
    """A case that waits with this circle; raises `NoAccess`."""
    if lock:
        lock_case(session, case_id)
    cases = cases_that_stand(session, session.execute(_waiting(circle).where(Case.id == case_id)))
    may_wait = _that_may_wait(session, vault, cases)
    if not may_wait:
        raise NoAccess
    return may_wait[0]


def _that_may_wait(session: Session, vault: Vault, cases: Collection[Case]) -> list[Case]:
    """Without those whose worker lets nobody know: custody only keeps them, whatever stands on their rows.

    An older copy of a row, put back, still fits: so the worker's own consent is asked, as for any other reader.
    """
    standing = consents_that_stand(session, vault, cases)
    return [
        case
        for case in cases
        if case.id in standing and facts_of(vault, case).consent is not ConsentLevel.NOBODY
    ]


def _waiting(circle: CircleRow) -> Select[*tuple[Any, ...]]:
    # Partners are still kept ready while the worker answers by text: who gets it is decided when the answers are in.
    still_asked = exists().where(Offer.case_id == Case.id, Offer.state == OfferState.STANDBY)
    waiting = select(Case).where(
        Case.organisation_id.is_(None),
        Case.is_open,
        Case.state == State.RECEIVED,
        Case.stopped_hour.is_(None),
        ~still_asked,
    )
    return with_grants(waiting, [circle.id], GrantState.LIVE, custody=True)


def _cards(session: Session, vault: Vault, rules: Rules, cases: Sequence[Case]) -> tuple[WaitingCase, ...]:
    ids = [case.id for case in cases]
    noted = set(session.scalars(select(RoutingNote.case_id).where(RoutingNote.case_id.in_(ids))))
    asked = set(
        session.scalars(
            select(CustodyReading.case_id).where(
                CustodyReading.case_id.in_(ids), CustodyReading.agreed_by.is_(None)
            )
        )
    )
    held, place_by = _last_held(session, vault, ids), _place_by(session, ids)
    return tuple(
        WaitingCase(
            case_id=CaseId(case.id),
            reference=case.reference,
            country=case.country,
            language=case.language,
            urgency=case.urgency,
            topics=rules.taxonomy.groups_of(facts_of(vault, case).codes),
            waiting_since=held[case.id][0] if case.id in held else case.received_hour,
            why=held[case.id][1].why if case.id in held else RoutingOutcome.NOBODY_ELIGIBLE,
            has_routing_note=case.id in noted,
            asked_to_read=case.id in asked,
            answer_by=place_by.get(case.id),
            practice=case.practice,
        )
        for case in sorted(cases, key=lambda case: (case.queue_rank, place_by.get(case.id, _NO_DATE)))
    )


def _place_by(session: Session, case_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """By when a helper has to be found for each: another of its dates, such as one of a helper before, may come sooner."""
    found = session.execute(
        select(Clock.case_id, Clock.due_at)
        .where(Clock.case_id.in_(case_ids), Clock.kind == ClockKind.PLACE, Clock.state.in_(ASKING))
        .order_by(Clock.due_at.desc())
    )
    return {case_id: due_at for case_id, due_at in found if due_at != LONG_PAST}


def _last_held(
    session: Session, vault: Vault, case_ids: Collection[UUID]
) -> dict[UUID, tuple[datetime, Routing]]:
    """Of each case the last decision that left it with custody, and its hour."""
    rows = session.scalars(
        select(RoutingRecord).where(RoutingRecord.case_id.in_(case_ids)).order_by(RoutingRecord.hour)
    )
    held: dict[UUID, tuple[datetime, Routing]] = {}
    for row in rows:
        try:
            routing = routing_from(vault.unveil_json(decision_place(row.case_id, row.id), row.decision_veil))
        except VeilBroken:
            continue  # others wrote it: the case only loses its reason
        if routing.custody:
            held[row.case_id] = (row.hour, routing)
    return held
