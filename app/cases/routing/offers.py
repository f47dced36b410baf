"""Offers: one of those who are asked accepts, or all decline; then the next standbys are asked, and at last custody."""

import logging
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select, tuple_, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import (
    Case,
    CaseFacts,
    Clock,
    Happened,
    NoAccess,
    Offer,
    circle_that_opens,
    facts_of,
    lock_case,
    note,
    refuse_viewers,
    store_facts,
)
from app.cases.clocks import ClockAct, ask_anew, follow_law, meet_clocks, settle_clocks, start_clocks
from app.cases.consent import consent_stands
from app.cases.enums import ClockKind, ClockState, OfferState, StartEvent, State
from app.cases.routing.asking import drop_offer, is_left_to_another, offers_open
from app.cases.routing.beside import ask_beside
from app.cases.routing.handing_on import candidates_of, forbidden, hand_on, let_coordinator_look
from app.cases.routing.losing import new_keys_without
from app.cases.routing.putting_right import put_right
from app.cases.routing.sent_away import SentAway, sent_away
from app.cases.rules import Reason, Rules
from app.database import NEVER_BEFORE, CaseId, CircleId, OrganisationId, apart, chosen_once, has_id
from app.logs import log_event
from app.network import SignedIn, get_organisation
from app.vault import SYSTEM, Vault, accept_grant, is_in_circle, is_sound, journal, read_journal, sound

_ASKED = (OfferState.OFFERED, OfferState.ACCEPTED)


class OfferTaken(Exception):
    """A colleague was faster: the member's organisation has already accepted this case."""


class OfferGone(Exception):
    """The offer has been declined, has expired or was withdrawn: there is nothing left to accept."""


class TakenElsewhere(OfferGone):
    """Two organisations were asked at once, and the other one was faster."""


class DeclineReason(StrEnum):
    """Why an organisation cannot take a case; the words are the desk's."""

    NO_CAPACITY = "no_capacity"
    CONFLICT = "conflict"
    LANGUAGE = "language"
    NO_TRAINING = "no_training"
    TOO_FAR = "too_far"
    NOT_SAFE = "not_safe"
    OTHER = "other"


@dataclass(frozen=True)
class Acceptance:
    """What became of an acceptance: taken, or handed on because a fresh check found a reason (routing's word)."""

    taken: bool
    why_not: Reason | None = None


def accept_offer(session: Session, vault: Vault, rules: Rules, by: SignedIn, case_id: CaseId) -> Acceptance:
    """Take an offered case after a fresh check of consent and conflicts; whoever else was asked has nothing left of it.

    Raises `NoAccess`, `ReadOnly`, `OfferTaken` when a colleague was faster, `TakenElsewhere` when another organisation was,
    `OfferGone` when it is no longer offered.
    """
    case, offer, told = _offer_to_answer(session, vault, by, case_id)
    reason = forbidden(vault, rules, case, candidates_of(session, vault, case).get(by.organisation.id))
    if reason is None and not consent_stands(session, vault, case):
        reason = Reason.LOCKED
    if reason is Reason.LOCKED or case.stopped_hour is not None:
        # The worker shut the case meanwhile: nobody takes it over, and nobody else is asked.
        raise OfferGone
    if reason is not None or offer.grant_id is None:
        drop_offer(session, offer, OfferState.WITHDRAWN)
        detail = {"organisation": str(by.organisation.id), "reason": (reason or Reason.NO_KEYS).value}
        journal(session, vault, case_id, "case.refused", by.actor, detail)
        _ask_others(session, vault, rules, case, ClockState.ESCALATED)
        return Acceptance(False, reason or Reason.NO_KEYS)
    accept_grant(session, vault, offer.grant_id)
    offer.state = OfferState.ACCEPTED
    offer.expires_at = None
    _let_go_of_the_others(session, vault, case, told)
    case.state, case.organisation_id, case.also_asked_id = State.ACCEPTED, by.organisation.id, None
    meet_clocks(session, case, ClockAct.ANSWERED_OFFER)
    facts = _under_their_law(session, vault, by, case)
    ask_anew(session, case, facts, rules.deadlines)
    start_clocks(session, case, facts, StartEvent.ACCEPTED, rules.deadlines, beside=True)
    follow_law(session, case, facts, rules.deadlines)
    note(session, vault, Happened.ACCEPTED, case, by=by.member.id)
    journal(session, vault, case_id, "case.accepted", by.actor, {"organisation": str(by.organisation.id)})
    return Acceptance(True)


def _let_go_of_the_others(session: Session, vault: Vault, case: Case, told: SentAway) -> None:
    """Whoever was asked beside who accepts: their wrapped grants go now, in the same commit, so they cannot stand by for later.

    To stand by is to keep such a grant, and who lost a case shall hold nothing of it: a custodian may ask them again.
    What comes later is sealed to new keys: a grant that one of them had, copied and put back, opens none of it.
    """
    others = offers_open(session, vault, case)
    for other in others:
        drop_offer(session, other, OfferState.TAKEN_ELSEWHERE)
        detail = {"organisation": str(other.organisation_id)}
        journal(session, vault, CaseId(case.id), "case.taken_elsewhere", SYSTEM, detail)
    gone = told.with_old_keys | {OrganisationId(other.organisation_id) for other in others}
    if gone:
        # Where others wrote somebody's keys the old ones stay, and the journal alone keeps them from taking it.
        new_keys_without(session, vault, case, gone)


def _under_their_law(session: Session, vault: Vault, by: SignedIn, case: Case) -> CaseFacts:
    """The case's facts with the law that the organisation follows, and the region whose holidays it keeps."""
    theirs = get_organisation(session, by.organisation.id)
    facts = replace(facts_of(vault, case), law=theirs.legal_profile or "", region=theirs.region or "")
    store_facts(vault, case, facts)
    return facts


def decline_offer(
    session: Session, vault: Vault, rules: Rules, by: SignedIn, case_id: CaseId, reason: DeclineReason
) -> None:
    """Decline an offered case: its grant goes, and who else is asked, the next standbys or custody get it.

    Sent twice it is declined once; a conflict that is told after another answer is kept. Raises as `accept_offer`.
    """
    try:
        case, offer, _ = _offer_to_answer(session, vault, by, case_id)
    except OfferGone:
        if _declined_before(session, vault, by, case_id, reason):
            return
        if reason is not DeclineReason.CONFLICT or not _exclude(vault, by, session.get_one(Case, case_id)):
            raise
        _journal_declined(session, vault, by, case_id, reason)
        return
    if case.stopped_hour is not None:
        raise OfferGone
    if reason is DeclineReason.CONFLICT:
        _exclude(vault, by, case)
    drop_offer(session, offer, OfferState.DECLINED)
    _journal_declined(session, vault, by, case_id, reason)
    _ask_others(session, vault, rules, case, ClockState.MET)


def _exclude(vault: Vault, by: SignedIn, case: Case) -> bool:
    """Whoever tells of a conflict once must never be asked again, by routing or by a custodian; whether that is new."""
    facts = facts_of(vault, case)
    if by.organisation.id in facts.excluded:
        return False
    store_facts(vault, case, replace(facts, excluded=facts.excluded | {by.organisation.id}))
    return True


def _journal_declined(
    session: Session, vault: Vault, by: SignedIn, case_id: CaseId, reason: DeclineReason
) -> None:
    detail = {"organisation": str(by.organisation.id), "reason": reason.value}
    journal(session, vault, case_id, "case.declined", by.actor, detail)


def _ask_others(session: Session, vault: Vault, rules: Rules, case: Case, outcome: ClockState) -> None:
    """An offer came to nothing: of two who are asked at once the other keeps it, and one who stands by is asked beside them.

    After enough who declined nobody more is asked but the coordinator, as soon as nobody has it before them.
    """
    declined = session.scalars(
        select(Offer).where(Offer.case_id == case.id, Offer.state == OfferState.DECLINED)
    )
    enough = len({each.organisation_id for each in sound(vault, declined)}) >= rules.ladder.declines
    if is_left_to_another(session, vault, case):
        if not enough:
            ask_beside(session, vault, rules, case)
        return
    settle_clocks(session, case, {ClockKind.ACCEPT}, outcome)
    if enough:
        let_coordinator_look(session, vault, rules, case)
    else:
        hand_on(session, vault, rules, case)


def _declined_before(
    session: Session, vault: Vault, by: SignedIn, case_id: CaseId, reason: DeclineReason
) -> bool:
    """Whether this member declined it last for their organisation, and for the same reason: the button was pressed twice."""
    answers = [
        entry
        for entry in read_journal(session, vault, case_id)
        if entry.act in ("case.offered", "case.declined")
        and entry.detail["organisation"] == str(by.organisation.id)
    ]
    last = answers[-1] if answers else None
    return (
        last is not None
        and last.act == "case.declined"
        and last.actor == by.actor
        and last.detail["reason"] == reason.value
    )


def expire_offers(session: Session, vault: Vault, rules: Rules, limit: int) -> int:
    """Claim offers whose time is over and hand each case on; how many. Safe with several dispatchers at once."""
    over = (
        select(Offer.case_id, Offer.id)  # one that others copied to another case has the same id
        .join(Case, Case.id == Offer.case_id)
        # Nobody offers without a date: where others emptied it, the time is over. One that is none is left to `redress doctor`.
        .where(Offer.state == OfferState.OFFERED, has_id(Offer.case_id), has_id(Offer.id))
        .where(
            or_(
                Offer.expires_at.is_(None),
                Offer.expires_at.between(NEVER_BEFORE, clock.now()),
                _has_waited_long_enough(),
            )
        )
        # In no order: rows of others stay due for ever, and must not stand before ours each time.
        .order_by(func.random())
        .limit(limit)
        # The case's row is what every change of an offer locks first, so claiming it can never end in a deadlock.
        .with_for_update(of=Case, skip_locked=True)
    )
    # State and date are asked for once more outside: a claimer that waited for another one's commit must find nothing left.
    claim = (
        update(Offer)
        .where(tuple_(Offer.case_id, Offer.id).in_(chosen_once(over)), Offer.state == OfferState.OFFERED)
        .values(expires_at=None)  # the outcome is written, and signed, below, before anybody else sees this
        .returning(Offer.case_id, Offer.id)
        .execution_options(synchronize_session=False)
    )
    claimed = session.execute(claim).all()
    return sum(_expire_apart(session, vault, rules, case_id, offer_id) for case_id, offer_id in claimed)


def _has_waited_long_enough() -> ColumnElement[bool]:
    """By the clock, which has a MAC as no offer's own date has: where others put that off, nobody waits longer for it."""
    answer = (Clock.case_id == Offer.case_id) & (Clock.kind == ClockKind.ACCEPT)
    over = answer & Clock.due_at.between(NEVER_BEFORE, clock.now()) & (Clock.state == ClockState.MISSED)
    return exists().where(over) & ~exists().where(answer, Clock.state == ClockState.RUNNING)


def _expire_apart(session: Session, vault: Vault, rules: Rules, case_id: UUID, offer_id: UUID) -> bool:
    """End one claimed offer; one over which it stumbles is left as it was, so that the others have their turn."""
    try:
        with apart(session):
            _expire(session, vault, rules, case_id, offer_id)
    except OperationalError:
        raise  # the whole unit of work is done once more
    except Exception as error:  # noqa: BLE001 - whatever others wrote into one case, the other workers' cases go on
        log_event("offers.failed", level=logging.ERROR, error=type(error).__name__)
        return False
    return True


def _expire(session: Session, vault: Vault, rules: Rules, case_id: UUID, offer_id: UUID) -> None:
    offer = session.get_one(Offer, (case_id, offer_id), populate_existing=True)
    if not is_sound(vault, offer):
        # Others wrote it: nobody is sent away for it, and it is in nobody's way.
        offer.state = OfferState.WITHDRAWN
        return
    case = lock_case(session, CaseId(case_id))
    if case is None:
        return
    put_right(session, vault, case)
    drop_offer(session, offer, OfferState.EXPIRED)
    if case.state is not State.OFFERED or offer.organisation_id not in case.partners:
        return
    detail = {"organisation": str(offer.organisation_id)}
    journal(session, vault, CaseId(case.id), "case.offer_expired", SYSTEM, detail)
    _ask_others(session, vault, rules, case, ClockState.ESCALATED)


def _offer_to_answer(
    session: Session, vault: Vault, by: SignedIn, case_id: CaseId
) -> tuple[Case, Offer, SentAway]:
    """The case, locked, its offer to the member's organisation that still waits for an answer, and who was sent away before."""
    case, told = lock_case(session, case_id), sent_away(session, vault, case_id)
    if case is not None:
        put_right(session, vault, case, told)
    offers = session.scalars(
        select(Offer)
        .where(Offer.case_id == case_id, Offer.organisation_id == by.organisation.id)
        # A worker who let go and asked again leaves older offers behind: one that was asked comes first.
        .order_by(Offer.state.not_in(_ASKED), Offer.position.desc())
        .execution_options(populate_existing=True)
    )
    # One that others wrote beside ours is in nobody's way.
    offer = next(sound(vault, offers), None)
    if (
        case is None
        or offer is None
        or not is_sound(vault, case)
        or offer.state is OfferState.STANDBY
        or not _may_know(session, vault, by, case)
    ):
        raise NoAccess
    refuse_viewers(by)
    if offer.state is OfferState.ACCEPTED and case.organisation_id == by.organisation.id:
        raise OfferTaken
    if offer.state is OfferState.TAKEN_ELSEWHERE or told.is_elsewhere(by.organisation.id):
        raise TakenElsewhere
    if (
        offer.state is not OfferState.OFFERED
        or case.state is not State.OFFERED
        or by.organisation.id not in case.partners
        # The rows may be older ones that were put back; the journal is not.
        or told.act_for(by.organisation.id) is not None
    ):
        raise OfferGone
    return case, offer, told


def _may_know(session: Session, vault: Vault, by: SignedIn, case: Case) -> bool:
    """Whether the member belongs to the circle that such a case is offered to, also when the grant is gone by now."""
    circle = circle_that_opens(session, vault, case, by.organisation.id)
    return circle is not None and is_in_circle(session, CircleId(circle.id), by.member.id)
