"""The worker's inbox, read in one go: the thread, who has seen what, and what happens next."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import (
    AskedRung,
    Case,
    CaseFacts,
    Offer,
    SpokenYes,
    access_of,
    facts_of,
    spoken_yes,
    stage_of,
    told_beside,
)
from app.cases.changes import yes_in_journal
from app.cases.clocks import ASKING, PlannedClock, clocks_of
from app.cases.enums import ClockKind, OfferState, Rung, State
from app.cases.escalation import rungs_of, standing_rung
from app.cases.followups import has_no_hour, may_be_texted, open_question, wants_texts
from app.cases.worker.entering import Worker
from app.cases.worker.inbox_view import InboxView, OpenQuestion, TextsChoice
from app.cases.worker.seen_by import holders_of, sightings_of
from app.cases.worker.thread import read_thread
from app.database import OrganisationId
from app.network import zone_there
from app.vault import JournalEntry, RowForged, Vault, is_sound, open_grant, read_journal


def open_inbox(session: Session, vault: Vault, worker: Worker) -> InboxView:
    """Read the case with the worker's own grant; raises `RowForged`, and words are still taken."""
    case = session.get_one(Case, worker.case_id)
    if not is_sound(vault, case):
        raise RowForged(f"case {case.id} was not written by this deployment as it stands")
    facts = facts_of(vault, case)
    opened = open_grant(session, vault, worker.case_id, worker.keys)
    following = next_step(session, case)
    zone = zone_there(facts.zone, case.country)
    rungs = rungs_of(session, vault, case)
    asked = _asked(session, case, rungs, zone)
    answer_by, lapsed = _offers(session, vault, case, rungs)
    told = read_journal(session, vault, worker.case_id)
    beside = told_beside(session, vault, worker.case_id)
    return InboxView(
        stage=stage_of(case.state, case.helper_has_read),
        closing_reason=case.closing_reason,
        organisation_id=OrganisationId(case.organisation_id) if case.organisation_id else None,
        also_asked_id=OrganisationId(case.also_asked_id) if case.also_asked_id else None,
        waits_for_custody=following is not None and following.kind is ClockKind.PLACE,
        next_clock=following.kind if following else None,
        next_who=following.who if following else None,
        next_by=following.due_at.astimezone(zone) if following else None,
        consent=facts.consent,
        stopped=case.stopped_hour is not None,
        erase_at=case.erase_at.astimezone(zone) if case.erase_at else None,
        messages=read_thread(session, case, opened, zone),
        sightings=sightings_of(session, vault, told, zone),
        access=holders_of(access_of(session, vault, worker.case_id, told), zone),
        helper_has_read=case.helper_has_read,
        worker_wrote=case.worker_wrote,
        about_helper=facts.about_helper,
        answer_by=None if answer_by is None else answer_by.astimezone(zone),
        lapsed=lapsed,
        asked=asked,
        broken=_broken(rungs, asked, zone),
        zone=zone,
        question=_question(session, vault, case),
        wants_questions=not facts.no_questions,
        texts=_texts(session, vault, case, facts) if may_be_texted(facts) else None,
        beside=beside,
        heard=_heard(session, vault, case, facts, told, zone),
        code_was_seen=beside is not None and beside.first_receipt == worker.receipt_id,
    )


def _texts(session: Session, vault: Vault, case: Case, facts: CaseFacts) -> TextsChoice:
    no_hour = has_no_hour(session, vault, case.id)
    return TextsChoice(wants_texts(case, facts), facts.text_times, facts.text_times_on, no_hour)


def _heard(
    session: Session, vault: Vault, case: Case, facts: CaseFacts, told: Iterable[JournalEntry], zone: tzinfo
) -> SpokenYes | None:
    heard = spoken_yes(session, vault, case.id)
    if heard is None and may_be_texted(facts):
        heard = yes_in_journal(told)
    return None if heard is None else replace(heard, took_place=heard.took_place.astimezone(zone))


def _question(session: Session, vault: Vault, case: Case) -> OpenQuestion | None:
    asked = None if case.stopped_hour is not None else open_question(session, vault, case.id)
    return None if asked is None else OpenQuestion(asked.kind, vault.name_case(asked.id))


def next_step(session: Session, case: Case) -> PlannedClock | None:
    """The step the worker may wait for: a promise to be read comes before the helpers' own deadlines."""
    if case.state is State.CLOSED or case.stopped_hour is not None:
        return None
    rows = [row for row in clocks_of(session, case) if row.state in ASKING]
    clocks = [PlannedClock(row.kind, row.due_at, row.who) for row in rows]
    promised = [row for row in clocks if row.kind in (ClockKind.PLACE, ClockKind.READ)]
    return min(
        promised or clocks, key=lambda row: (row.kind is not ClockKind.PLACE, row.due_at), default=None
    )


def _offers(
    session: Session, vault: Vault, case: Case, rungs: Sequence[AskedRung]
) -> tuple[datetime | None, tuple[OrganisationId, ...]]:
    """The date of the offers that stand, and who let theirs pass; those that others wrote count for nothing."""
    if case.state is not State.OFFERED:
        return None, ()
    query = select(Offer).where(Offer.case_id == case.id).order_by(Offer.position)
    known = [row for row in session.scalars(query) if is_sound(vault, row)]
    dates = [row.expires_at for row in known if row.state is OfferState.OFFERED and row.expires_at]
    # Who lost the case for lateness had taken it: what is told of them is what was late.
    took = {rung.organisation_id for rung in rungs if rung.rung in (Rung.HELPER, Rung.LEAD)}
    expired = (row.organisation_id for row in known if row.state is OfferState.EXPIRED)
    return min(dates, default=None), tuple(OrganisationId(each) for each in expired if each not in took)


def _broken(
    rungs: Sequence[AskedRung], asked: AskedRung | None, zone: tzinfo
) -> tuple[tuple[ClockKind, datetime], ...]:
    """Each date that passed and of which nobody is asked any more, the earliest first: what was done on its day was not late."""
    standing = None if asked is None else asked.clock_id
    ended: dict[tuple[ClockKind, datetime], datetime] = {}
    for rung in rungs:
        if rung.clock_id != standing:
            date, until = (rung.kind, rung.late_since.astimezone(zone)), rung.ended_hour or clock.now()
            ended[date] = max(until, ended.get(date, until))
    late = (
        date
        for date, until in ended.items()
        if until.astimezone(zone).date() > clock.last_moment(date[1]).date()
    )
    return tuple(sorted(late, key=lambda each: each[1]))


def _asked(session: Session, case: Case, rungs: Sequence[AskedRung], zone: tzinfo) -> AskedRung | None:
    asked = standing_rung(case, rungs, clocks_of(session, case))
    if asked is None:
        return None
    late_since, due_at = asked.late_since.astimezone(zone), asked.due_at.astimezone(zone)
    return replace(asked, late_since=late_since, due_at=due_at)
