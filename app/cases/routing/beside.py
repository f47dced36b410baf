"""On the fast track two are asked at once: where one is left, or a case comes onto it, another one is asked beside them."""

from sqlalchemy.orm import Session

from app.cases.case import Case, Happened, facts_of, note
from app.cases.clocks import clock_rows, clocks_of, settle_clocks, start_clocks
from app.cases.enums import ClockKind, ClockState, OfferState, StartEvent, State
from app.cases.routing.asking import note_offered, offers_open
from app.cases.routing.handing_on import standbys_of
from app.cases.rules import AT_ONCE, Rules
from app.vault import SYSTEM, Vault, is_sound


def ask_beside(session: Session, vault: Vault, rules: Rules, case: Case) -> None:
    """Give who is asked for a case, whose row the caller has locked, no longer than anybody who is asked now, and ask one more.

    Who is asked beside has the full time, also where the first one's is nearly over. The one clock is theirs then.
    """
    if case.state is not State.OFFERED or not is_sound(vault, case):
        return
    facts = facts_of(vault, case)
    planned = clock_rows(case, facts, StartEvent.OFFERED, rules.deadlines)
    answer_by = next(row.due_at for row in planned if row.kind is ClockKind.ACCEPT)
    asked = offers_open(session, vault, case)
    for offer in asked:
        offer.expires_at = answer_by if offer.expires_at is None else min(offer.expires_at, answer_by)
    if not 0 < len(asked) < AT_ONCE[facts.profile]:
        return
    standbys = standbys_of(session, vault, rules, case)
    another = next((offer for offer, reason in standbys if reason is None), None)
    if another is None:
        return
    another.state, another.expires_at = OfferState.OFFERED, answer_by
    case.also_asked_id = another.organisation_id
    if not any(
        row.kind is ClockKind.ACCEPT and row.state is ClockState.RUNNING and row.due_at >= answer_by
        for row in clocks_of(session, case)
    ):
        settle_clocks(session, case, {ClockKind.ACCEPT}, ClockState.ESCALATED)
        start_clocks(session, case, facts, StartEvent.OFFERED, rules.deadlines)
    note(session, vault, Happened.OFFERED, case)
    note_offered(session, vault, case, another, SYSTEM)
