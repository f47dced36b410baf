"""The page of a case, made from its row and the compartments that its reader opened."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app import clock
from app.cases.case.access import access_of
from app.cases.case.beside import TOLD_BESIDE, ToldBeside, told_beside
from app.cases.case.consent_levels import covers_company
from app.cases.case.facts import CaseFacts
from app.cases.case.models import Case, Clock
from app.cases.case.opened_case import Allowed, CaseDate, OpenedCase, SafetyStrip
from app.cases.case.outside_dates import known_dates
from app.cases.case.states import stage_of
from app.cases.case.tasks import tasks_of
from app.cases.case.text_parts import in_order
from app.cases.case.thread import (
    agreed_calls,
    bodies_of,
    latest_contact,
    read_thread,
    site_by_text,
    written_when,
)
from app.cases.case.veils import facts_of, site_of
from app.cases.enums import ClockState, EntryKind, State, Urgency
from app.database import CaseId, MemberId
from app.network import site_names
from app.vault import JournalEntry, OpenedCompartments, Vault

# How the facts call it while nobody said stop.
_REACHED = ("text", "call")


def show_page(
    session: Session,
    vault: Vault,
    case: Case,
    opened: OpenedCompartments,
    clocks: Iterable[Clock],
    allowed: Allowed,
    late: Collection[UUID],
    told: Iterable[JournalEntry],
) -> OpenedCase:
    """The page of a case whose reader holds these compartments.

    `late` are the clocks that were done after their date, `told` is its journal, this reading already in it.
    """
    facts, site, told = facts_of(vault, case), site_of(vault, case), tuple(told)
    entries, people = read_thread(session, vault, case, opened)
    report = next(filter(None, bodies_of(entries, EntryKind.REPORT)), {})
    contact = latest_contact(bodies_of(entries, EntryKind.CONTACT))
    calls = agreed_calls((each.author_kind, each.body) for each in entries if each.kind is EntryKind.CONTACT)
    return OpenedCase(
        id=CaseId(case.id),
        reference=case.reference,
        state=case.state,
        stage=stage_of(case.state, case.helper_has_read),
        closing_reason=case.closing_reason,
        urgency=case.urgency,
        country=case.country,
        language=case.language,
        practice=case.practice,
        retaliation=case.retaliation,
        on_hold=case.on_hold,
        received_hour=case.received_hour,
        assignee_id=None if case.assignee_id is None else MemberId(case.assignee_id),
        assignee=None if case.assignee_id is None else people.get(case.assignee_id),
        next_kind=case.next_clock,
        next_due=case.next_due_at,
        late=case.next_due_at is not None and case.next_due_at <= clock.now(),
        topics=facts.topics,
        found=facts.found,
        category=facts.category,
        handling=tuple(sorted(facts.handling)),
        site=None if site is None else site_names(session, vault, [site]).get(site),
        site_words=report.get("site") or site_by_text(entries),
        country_from=facts.country_from,
        language_written=facts.language_written,
        strip=_strip(case, facts, report, contact, calls=calls is not None),
        entries=in_order((entry for entry in entries if entry.kind is not EntryKind.CONTACT), written_when),
        dates=tuple(_date(case, row, late) for row in clocks),
        outside=tuple(known_dates(session, vault, [case.id]).get(case.id, ())),
        access=access_of(session, vault, CaseId(case.id), told),
        has_contact=any(contact.get(name) for name in ("name", "phone")),
        edit_version=case.edit_version,
        company_may_know=covers_company(facts.consent, facts.tell_company),
        beyond_inbox=facts.beyond_inbox,
        tasks=tasks_of(session, vault, case),
        beside=_beside(session, vault, case, told),
        may_write=allowed.write,
        moves=allowed.moves,
        colleagues=allowed.colleagues,
    )


def _beside(session: Session, vault: Vault, case: Case, told: Iterable[JournalEntry]) -> ToldBeside | None:
    # The journal says whether there is anybody to look for; few cases have.
    return told_beside(session, vault, case.id) if any(each.act == TOLD_BESIDE for each in told) else None


def _date(case: Case, row: Clock, late: Collection[UUID]) -> CaseDate:
    shown = _shown(case, row, late)
    return CaseDate(row.kind, row.due_at, row.who, row.state, row.law, row.paused_hour, shown)


def _shown(case: Case, row: Clock, late: Collection[UUID]) -> str:
    if row.state is ClockState.MET and row.id in late:
        return "met_late"
    if row.state is ClockState.PAUSED and row.paused_hour is None and case.state is State.CLOSED:
        return "ended"
    return row.state.value


def _strip(
    case: Case, facts: CaseFacts, report: dict[str, Any], contact: dict[str, Any], *, calls: bool
) -> SafetyStrip:
    return SafetyStrip(
        danger=case.urgency is Urgency.DANGER,
        danger_said=facts.danger_said,
        danger_denied=facts.danger_denied,
        contact=contact.get("contact") or None,
        calls=calls and facts.reach in _REACHED,
        safe_times=contact.get("safe_times") or None,
        exclude=tuple(sorted(facts.exclusions)),
        exclude_other=report.get("exclude_other") or None,
        consent=facts.consent,
        stopped=case.stopped_hour is not None,
    )
