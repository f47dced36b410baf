"""Moving a case on: which states the desk may set, what stands in the way of closing, and what closing ends."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import (
    HELPERS_CLOSING_REASONS,
    AskOn,
    Case,
    CaseFacts,
    CaseStanding,
    ChangedBy,
    ChangeRefused,
    Closing,
    ClosingReasonMissing,
    ConsentDoesNotCover,
    DangerOpen,
    Entry,
    Happened,
    NotFromHere,
    NotReachableYet,
    NotTheirsToClose,
    Offer,
    RetaliationOpen,
    WorkerDecides,
    change_case,
    check_change,
    covers_company,
    facts_of,
    owned_case,
    reachable,
    store_facts,
)
from app.cases.case import note as note_that
from app.cases.clocks import (
    TICKED_BY_HAND,
    ClockAct,
    meet_clocks,
    settle_clocks,
    start_clocks,
    store_next_date,
)
from app.cases.consent import ConsentGiven, SaidToHelper, record_consent
from app.cases.desk.answering import CaseMovedOn, EmptyText, note, refuse_old_page, reply
from app.cases.enums import (
    ClockKind,
    ClockState,
    ClosingReason,
    ConsentHow,
    OfferState,
    StartEvent,
    State,
    Urgency,
)
from app.cases.followups import is_silent, tries_in_vain
from app.cases.rules import Rules
from app.database import CaseId
from app.language import says_something
from app.network import Role, SignedIn
from app.vault import Json, Vault, delete_offered_grants, journal, read_journal

DESK_CLOSING_REASONS: tuple[ClosingReason, ...] = HELPERS_CLOSING_REASONS
"""Outcomes that a desk may state; the others only the worker, or a union the worker chose, can."""

_COMPANY_MAY_KNOW = SaidToHelper("helper 1", "The worker said yes to me: the company may be told.")

_WHY: dict[type[ChangeRefused], str] = {
    NotFromHere: "not_from_here",
    NotReachableYet: "worker_decides",
    WorkerDecides: "worker_decides",
    ConsentDoesNotCover: "consent_does_not_cover",
    RetaliationOpen: "retaliation_open",
    NotTheirsToClose: "not_theirs_to_close",
    DangerOpen: "danger_open",
    AskOn: "ask_on",
    ClosingReasonMissing: "reason_missing",
}


@dataclass(frozen=True)
class Move:
    """Where a case is to go and the words that say why; for closing the outcome and a word to the worker.

    `safe` says what makes the worker safe now, where the case is in danger; it is kept as a note too.
    `worker_agreed` says that the worker told a helper that the company may hear of it; `why` then says how. `seen_version` is how
    the case stood on the page that it comes from, None where there was no page.
    """

    to: State
    why: str
    submission_id: UUID
    closing_reason: ClosingReason | None = None
    to_worker: str = ""
    safe: str = ""
    worker_agreed: bool = False
    seen_version: int | None = None


class MoveRefused(Exception):
    """The case cannot go there from where it stands; `why` is a code.

    One of not_from_here, worker_decides, consent_does_not_cover, retaliation_open, not_theirs_to_close, danger_open,
    ask_on, reason_missing, word_missing, yes_missing.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class NotTickedByHand(Exception):
    """That clock is not running, or it is met by what people do in Redress and not by saying so."""


def moves_of(case: Case, facts: CaseFacts, by: SignedIn) -> tuple[State, ...]:
    """The states that this member may set now; a closed case is reopened by its worker only."""
    if not case.is_open:
        return ()
    return reachable(_standing(case, facts), _part_of(case, by))


def danger_told_at(session: Session, vault: Vault, case: Case) -> datetime | None:
    """When danger was told last, by a tick, by words or by a helper who saw it; None for a case that is not in danger."""
    if case.urgency is not Urgency.DANGER:
        return None
    acts = read_journal(session, vault, CaseId(case.id))
    told = [entry.at for entry in acts if _tells_danger(entry.act, entry.detail)]
    return max(told, default=case.received_hour)


def _tells_danger(act: str, detail: Mapping[str, Json]) -> bool:
    if act in ("case.filed", "case.danger_told", "case.words_found"):
        return True
    return (act == "case.worse" and bool(detail.get("danger"))) or (
        act == "case.urgency" and detail.get("after") == Urgency.DANGER.value
    )


def change_stage(
    session: Session, vault: Vault, rules: Rules, by: SignedIn, case_id: CaseId, move: Move
) -> None:
    """Move the case on; words are kept as a note, and closing needs them, a reason and a word to the worker.

    Sent twice it moves once; where it has gone elsewhere since, that is refused.

    Raises `CaseMovedOn`, `MoveRefused`, `TextTooLong`, `AlreadySent` and as `change_case`.
    """
    # Under the lock: the same post at the same moment may just be moving it.
    standing = owned_case(session, by, case_id, lock=True)
    if _moved_before(session, vault, by, standing, move):
        if standing.state is not move.to:
            raise CaseMovedOn  # as when its worker reopened it
        return
    case = change_case(session, by, case_id)
    refuse_old_page(case, move.seen_version, unread=move.to is State.CLOSED and case.worker_wrote)
    facts = _with_the_workers_yes(facts_of(vault, case), move)
    closing = None if move.closing_reason is None else Closing(move.closing_reason, move.why, move.safe)
    try:
        standing_now = _standing(case, facts)
        if move.closing_reason is ClosingReason.UNVERIFIED:
            standing_now = replace(standing_now, silent=is_silent_now(session, vault, case_id))
        check_change(standing_now, move.to, _part_of(case, by), closing)
    except ChangeRefused as refused:
        raise MoveRefused(_WHY[type(refused)]) from None
    if says_something(move.why):
        note(session, vault, by, case_id, move.why, move.submission_id)
    if move.to is State.CLOSED:
        if says_something(move.safe):
            note(session, vault, by, case_id, move.safe, uuid5(move.submission_id, "what makes them safe"))
        _tell_worker(session, vault, by, case_id, move)
    elif facts != facts_of(vault, case):
        _record_the_workers_yes(session, vault, by, case, facts)
    before, case.state = case.state, move.to
    case.count_edit()
    if move.to is State.CLOSED:
        _close(session, case, move.closing_reason)
        note_that(session, vault, Happened.CLOSED, case, by=by.member.id)
    if move.to is State.ENGAGING:
        meet_clocks(session, case, ClockAct.ASSESSED)
        # A helper before may have asked it: it is asked anew, and has one date.
        settle_clocks(session, case, {ClockKind.COMPANY_REPLY}, ClockState.ESCALATED)
        start_clocks(session, case, facts, StartEvent.ENGAGING, rules.deadlines)
    detail = {
        "before": before.value,
        "after": move.to.value,
        "reason": None if move.closing_reason is None else move.closing_reason.value,
        "post": str(move.submission_id),
    }
    journal(session, vault, case_id, "case.stage", by.actor, detail)


def is_silent_now(session: Session, vault: Vault, case_id: CaseId) -> bool:
    """Whether a person may decide to close it as unverified: enough questions went unanswered for long enough."""
    return is_silent(tries_in_vain(session, vault, case_id), clock.now())


def mark_done(
    session: Session,
    vault: Vault,
    by: SignedIn,
    case_id: CaseId,
    kind: ClockKind,
    seen_version: int | None = None,
) -> None:
    """Say that something was done outside Redress, such as the safety plan.

    Sent twice it is done once. Raises `CaseMovedOn`, since a newer danger asks for it anew, `NotTickedByHand` and as `change_case`.
    """
    case = change_case(session, by, case_id)
    refuse_old_page(case, seen_version)
    if kind not in TICKED_BY_HAND:
        raise NotTickedByHand
    if not settle_clocks(session, case, {kind}, ClockState.MET):
        if _ticked_before(session, vault, by, case_id, kind):
            return
        raise NotTickedByHand
    journal(session, vault, case_id, "clock.met", by.actor, {"clock": kind.value})


def _with_the_workers_yes(facts: CaseFacts, move: Move) -> CaseFacts:
    """The facts with what the worker told a helper; raises `MoveRefused` where nobody wrote down how."""
    if move.to is not State.ENGAGING or covers_company(facts.consent, facts.tell_company):
        return facts
    if move.worker_agreed and not move.why.strip():
        raise MoveRefused("yes_missing")
    return replace(facts, tell_company=move.worker_agreed)


def _record_the_workers_yes(
    session: Session, vault: Vault, by: SignedIn, case: Case, facts: CaseFacts
) -> None:
    store_facts(vault, case, facts)
    given = ConsentGiven(ConsentHow.HELPER, "en", _COMPANY_MAY_KNOW, by.actor)
    record_consent(session, vault, case, facts.consent, given, tell_company=True)


def _tell_worker(session: Session, vault: Vault, by: SignedIn, case_id: CaseId, move: Move) -> None:
    """The inbox of a closed case says "See the messages": there has to be one."""
    try:
        reply(session, vault, by, case_id, move.to_worker, uuid5(move.submission_id, "word to the worker"))
    except EmptyText:
        raise MoveRefused("word_missing") from None


def _close(session: Session, case: Case, reason: ClosingReason | None) -> None:
    case.closing_reason = reason
    case.is_open = False
    meet_clocks(session, case, ClockAct.CLOSED)
    settle_clocks(session, case, frozenset(ClockKind), ClockState.PAUSED)
    # Nobody may step in any more: what waited wrapped for the standbys is deleted.
    standbys = session.scalars(
        select(Offer).where(Offer.case_id == case.id, Offer.state == OfferState.STANDBY)
    ).all()
    for offer in standbys:
        offer.state, offer.grant_id = OfferState.WITHDRAWN, None
    delete_offered_grants(session, CaseId(case.id))
    store_next_date(session, case)


def _moved_before(session: Session, vault: Vault, by: SignedIn, case: Case, move: Move) -> bool:
    """Whether this member's same post moved the case already: after closing it nothing else would say so."""
    if says_something(move.why):
        query = select(Entry.id).where(
            Entry.submission_id == move.submission_id,
            Entry.case_id == case.id,
            Entry.author_id == by.actor.id,
        )
        return session.scalars(query).first() is not None
    if move.seen_version in (None, case.edit_version):
        return False  # nothing was changed since the page was made
    post = str(move.submission_id)
    return any(
        entry.act == "case.stage" and entry.actor == by.actor and entry.detail.get("post") == post
        for entry in read_journal(session, vault, CaseId(case.id))
    )


def _ticked_before(session: Session, vault: Vault, by: SignedIn, case_id: CaseId, kind: ClockKind) -> bool:
    """Whether it was this member who said last that it was done: the button was pressed twice."""
    ticked = [
        entry
        for entry in read_journal(session, vault, case_id)
        if entry.act == "clock.met" and entry.detail["clock"] == kind.value
    ]
    return bool(ticked) and ticked[-1].actor == by.actor


def _standing(case: Case, facts: CaseFacts) -> CaseStanding:
    in_danger = case.urgency is Urgency.DANGER
    return CaseStanding(case.state, case.retaliation, facts.consent, facts.tell_company, in_danger)


def _part_of(case: Case, by: SignedIn) -> ChangedBy:
    if by.member.role is Role.LEAD:
        return ChangedBy.LEAD
    return ChangedBy.ASSIGNEE if case.assignee_id == by.member.id else ChangedBy.COLLEAGUE
