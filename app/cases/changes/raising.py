"""Raising the urgency of a case: one verb for every door, so that the same change leaves the same clocks, flags and journal."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import Case, CaseFacts, Clock, Happened, facts_of, note, store_facts
from app.cases.clocks import ASKING, calendar_of, hasten_clocks, hasten_rung, plan_clocks, store_next_date
from app.cases.enums import ClockKind, ConsentLevel, Profile, StartEvent, Urgency
from app.cases.routing import ask_beside
from app.cases.rules import Rules
from app.cases.words import profile_for, queue_rank, raise_urgency
from app.database import CaseId
from app.vault import SYSTEM, Actor, Json, Vault, journal

_HOUR = timedelta(hours=1)


def raise_case(session: Session, vault: Vault, rules: Rules, case: Case, urgency: Urgency, by: Actor) -> bool:
    """Raise a case, whose row the caller has locked, to at least this urgency; whether it was lower before.

    On the fast track the running clocks come closer and somebody has to reach the worker, also when it was that urgent already.
    A page of the desk that is older than this must not close the case or lower it.
    """
    before, after = case.urgency, raise_urgency(case.urgency, urgency)
    fast = profile_for(urgency) is Profile.FAST_TRACK
    if fast or after is not before:
        case.count_edit()
    if after is not before:
        note_urgency(session, vault, case, after, by)
    if fast:
        note(session, vault, Happened.HASTENED, case)
        _put_on_fast_track(session, vault, rules, case)
    return after is not before


def note_urgency(session: Session, vault: Vault, case: Case, urgency: Urgency, by: Actor) -> None:
    """Set another urgency and its rank in the queue, and write it down; the clocks stay as they are."""
    detail: Mapping[str, Json] = {"before": case.urgency.value, "after": urgency.value}
    case.urgency, case.queue_rank = urgency, queue_rank(urgency)
    journal(session, vault, CaseId(case.id), "case.urgency", by, detail)


def _put_on_fast_track(session: Session, vault: Vault, rules: Rules, case: Case) -> None:
    facts = facts_of(vault, case)
    # Deadlines that were promised stay promised: nothing ever sets the profile back.
    if facts.profile is not Profile.FAST_TRACK:
        facts = replace(facts, profile=Profile.FAST_TRACK)
        store_facts(vault, case, facts)
    if not case.is_open or case.stopped_hour is not None or facts.consent is ConsentLevel.NOBODY:
        return  # nobody can read it, so nobody can be late; what is asked later is asked on the fast track
    for kind, waited in hasten_clocks(session, case, facts, rules.deadlines).items():
        detail: Mapping[str, Json] = {"clock": kind.value, "hours": waited // _HOUR}
        journal(session, vault, CaseId(case.id), "clock.resumed", SYSTEM, detail)
    ask_beside(session, vault, rules, case)
    hasten_rung(session, rules, case, facts)
    _ask_for_safety_contact(session, case, facts, rules)


def _ask_for_safety_contact(session: Session, case: Case, facts: CaseFacts, rules: Rules) -> None:
    """Whoever has the case or gets it has to reach the worker, unless that is asked for already."""
    asked = select(Clock.id).where(
        Clock.case_id == case.id,
        Clock.kind == ClockKind.SAFETY_CONTACT,
        Clock.state.in_(ASKING),
    )
    if session.scalars(asked).first() is not None:
        return
    calendar = calendar_of(case, facts, rules.deadlines)
    planned = plan_clocks(Profile.FAST_TRACK, StartEvent.ACCEPTED, clock.now(), rules.deadlines, calendar)
    for plan in planned:
        if plan.kind is ClockKind.SAFETY_CONTACT:
            session.add(
                Clock(case_id=case.id, kind=plan.kind, due_at=plan.due_at, who=plan.who, law=plan.law)
            )
    store_next_date(session, case)
