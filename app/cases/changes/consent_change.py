"""Changing who may know: one verb for every door, so that each leaves the same consents, offers, clocks and journal.

What differs is what a door brings: a receipt that signs and opens the case, or a text that does neither.
"""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.case import Case, Entry, Happened, body_of, facts_of, note, site_of, store_facts
from app.cases.changes.reopening import reopen
from app.cases.clocks import clock_rows, store_next_date
from app.cases.consent import (
    ConsentGiven,
    keys_held_by,
    opens_from_the_start,
    record_consent,
    rest_unread,
    take_back,
)
from app.cases.enums import ConsentLevel, EntryKind, StartEvent
from app.cases.routing import (
    candidates_at,
    keep_routing_note,
    route_again,
    route_to_keys,
    routing_note,
    routing_record,
    write_offers,
)
from app.cases.rules import Rules, asked_first
from app.database import CaseId
from app.vault import (
    SYSTEM,
    HolderKind,
    OpenedCompartments,
    PublicKey,
    ReceiptRow,
    Vault,
    add_grants,
    journal,
)


def set_consent(
    session: Session,
    vault: Vault,
    rules: Rules,
    case: Case,
    level: ConsentLevel,
    given: ConsentGiven,
    opened: OpenedCompartments | None = None,
) -> None:
    """Let those of `level` know a case whose row the caller has locked; `opened` is what the worker's own code opens of it.

    Nobody: all access ends now. Somebody again: a closed case opens and a helper is asked. Also the same level is recorded, since
    an answer confirms what a card only said.
    """
    facts = facts_of(vault, case)
    before, facts = facts.consent, replace(facts, consent=level, tell_company=False)
    store_facts(vault, case, facts)
    if level is ConsentLevel.NOBODY and (before is not level or given.signer is not None):
        _lock(session, vault, case, given, opened)
    record_consent(session, vault, case, level, given)
    if level is not before and ConsentLevel.NOBODY in (level, before):
        locked = level is ConsentLevel.NOBODY
        note(session, vault, Happened.LOCKED if locked else Happened.UNLOCKED, case)
    if before is ConsentLevel.NOBODY and level is not before:
        # Who lets somebody know again has not had the help that the case was closed after.
        reopen(session, vault, case, given.by)
        ask_helpers(session, vault, rules, case, opened)
    case.count_edit()
    session.flush()


def shut_out_helpers(
    session: Session, vault: Vault, case: Case, receipt: PublicKey, opened: OpenedCompartments
) -> None:
    """End all access but that of the worker's own code."""
    keep = [receipt]
    if not opens_from_the_start(session, case, opened):
        # Of a report by text the worker's code opens the later part only: without custody the first words would be lost for ever.
        keep += keys_held_by(session, vault, case, [HolderKind.CUSTODY])
    take_back(session, vault, case, keep)


def _lock(
    session: Session, vault: Vault, case: Case, given: ConsentGiven, opened: OpenedCompartments | None
) -> None:
    if given.signer is not None and opened is not None:
        receipt = session.get_one(ReceiptRow, given.signer.receipt_id)
        shut_out_helpers(session, vault, case, vault.receipt_public_key(receipt), opened)
    elif not rest_unread(session, case):
        # By text nobody can seal it anew: what no helper could read yet stays ready while it is asked whether this is meant.
        keep = keys_held_by(session, vault, case, (HolderKind.CUSTODY, HolderKind.RECEIPT))
        take_back(session, vault, case, keep)


def ask_helpers(
    session: Session, vault: Vault, rules: Rules, case: Case, opened: OpenedCompartments | None
) -> None:
    """Run the routing anew and seal the case to whom it leads; the promise to be read starts now.

    What the worker's code does not open nobody but custody can hand on, or whoever is kept ready.
    """
    if opened is None or not opens_from_the_start(session, case, opened):
        route_again(session, vault, rules, case, complete=False)
        return
    facts = facts_of(vault, case)
    candidates = candidates_at(session, site_of(vault, case))
    routing, recipients = route_to_keys(session, vault, rules, facts, case.country, case.language, candidates)
    session.add(routing_record(vault, CaseId(case.id), routing))
    add_grants(session, vault, write_offers(vault, case, facts, opened, recipients, rules.deadlines))
    session.add_all(clock_rows(case, facts, StartEvent.FILED, rules.deadlines))
    note(session, vault, Happened.OFFERED if recipients.partners else Happened.HELD, case)
    if recipients.custody is not None:
        _note_for_custody(session, vault, case, opened, recipients.custody)
    store_next_date(session, case)
    for partner in asked_first(routing, facts.profile):
        journal(session, vault, CaseId(case.id), "case.offered", SYSTEM, {"organisation": str(partner)})


def _note_for_custody(
    session: Session, vault: Vault, case: Case, opened: OpenedCompartments, custody: PublicKey
) -> None:
    """A custodian who has to place the case needs its words about place and exclusions, and no others."""
    report = session.scalars(
        select(Entry).where(Entry.case_id == case.id, Entry.kind == EntryKind.REPORT)
    ).first()
    body = None if report is None else body_of(opened, report)
    if body is None:
        return  # others changed it: what custody then would read as the worker's words may be somebody else's
    told = {name: body[name] for name in ("site", "exclude", "exclude_other")}
    if told["site"] or told["exclude_other"]:
        keep_routing_note(session, vault, routing_note(vault, CaseId(case.id), custody, **told))
