"""What a worker decides from the inbox: who may know, stop and undo, and a new receipt for one that somebody saw.

Each verb takes the worker as `worker_of` gave it and locks the case first. Taking back comes before anything else in its unit.
"""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import (
    Case,
    CaseFacts,
    Consent,
    ConsentTexts,
    Entry,
    Happened,
    body_of,
    facts_of,
    key_of_holder,
    note,
    site_of,
    store_facts,
)
from app.cases.changes import reopen
from app.cases.clocks import clock_rows, start_clocks, store_next_date
from app.cases.consent import (
    ConsentSigner,
    consent_row,
    keys_held_by,
    opens_from_the_start,
    take_back,
    withdraw_consents,
)
from app.cases.enums import (
    ClosingReason,
    ConsentHow,
    ConsentLevel,
    EntryKind,
    StartEvent,
    State,
)
from app.cases.routing import (
    candidates_at,
    hold_with_custody,
    keep_routing_note,
    route_to_keys,
    routing_note,
    routing_record,
    write_offers,
)
from app.cases.rules import Rules
from app.cases.worker.inbox import Worker, locked_case_of, session_for
from app.cases.worker.writing_budget import spend_change
from app.vault import (
    SYSTEM,
    HolderKind,
    OpenedCompartments,
    PublicKey,
    ReceiptKeys,
    ReceiptRow,
    Vault,
    add_grants,
    end_receipt,
    end_sessions_of,
    grants_of_case,
    journal,
    new_compartment_versions,
    open_grant,
)

ERASED_AFTER = timedelta(days=30)


class NothingToUndo(Exception):
    """Sharing was not stopped, was started again already, or was stopped so long ago that it stays so."""


class SharingStopped(Exception):
    """Sharing is stopped: it has to be started again before anything else is changed."""


def change_consent(
    session: Session,
    vault: Vault,
    rules: Rules,
    texts: ConsentTexts,
    language: str,
    worker: Worker,
    level: ConsentLevel,
) -> None:
    """Change who may know. To nobody: all access ends now. From nobody: a helper is looked for, also when the case was closed.

    To nobody is kept also while sharing is stopped: whoever starts it again shares with nobody then. Raises `SharingStopped` for
    what is no taking back, and `BudgetSpent` likewise.
    """
    case = locked_case_of(session, worker)
    if case.stopped_hour is not None and level is not ConsentLevel.NOBODY:
        raise SharingStopped
    facts = facts_of(vault, case)
    if facts.consent is level:
        return
    if level is not ConsentLevel.NOBODY:
        spend_change(session, vault, worker.case_id)
    before = facts.consent
    facts = replace(facts, consent=level, tell_company=False)
    store_facts(vault, case, facts)
    if level is ConsentLevel.NOBODY:
        _take_back(session, vault, worker, case)
    _record_consent(session, vault, worker, case, level, texts, language)
    if before is ConsentLevel.NOBODY:
        # Who lets somebody know again has not had the help that the case was closed after.
        reopen(session, vault, case, worker.actor)
        _ask_helpers(session, vault, rules, worker, case, facts)
    _edited(session, case)


def lock_of(session: Session, vault: Vault, case: Case) -> str:
    """What pages call the lock that stands on a case whose worker lets nobody know; empty where there is none.

    It names the very consent: a page that is sent again opens no lock that was set after it.
    """
    if facts_of(vault, case).consent is not ConsentLevel.NOBODY or case.stopped_hour is not None:
        return ""
    live = select(Consent.id).where(Consent.case_id == case.id, Consent.withdrawn_hour.is_(None))
    consent_id = session.scalars(live.order_by(Consent.id.desc())).first()
    return vault.name_case(case.id if consent_id is None else consent_id)


def let_one_read(
    session: Session,
    vault: Vault,
    rules: Rules,
    texts: ConsentTexts,
    language: str,
    worker: Worker,
    lock: str,
) -> None:
    """Let one helper read a locked case, by one tap; nothing is changed where this lock is not the one that stands.

    Raises `BudgetSpent`.
    """
    case = locked_case_of(session, worker)
    if lock and lock_of(session, vault, case) == lock:
        change_consent(session, vault, rules, texts, language, worker, ConsentLevel.HELPER)


def stop_sharing(session: Session, vault: Vault, worker: Worker) -> None:
    """Stop: every helper's access ends now and the case is to be erased after 30 days. Stopping twice changes nothing."""
    case = locked_case_of(session, worker)
    if case.stopped_hour is not None:
        return
    _take_back(session, vault, worker, case)
    _withdraw_consents(session, vault, worker, case)
    hour = clock.hour_of(clock.now())
    case.stopped_hour, case.erase_at = hour, hour + ERASED_AFTER
    case.state, case.closing_reason, case.is_open = State.CLOSED, ClosingReason.WITHDRAWN, False
    _edited(session, case)
    journal(session, vault, worker.case_id, "case.stopped", worker.actor)


def undo_stop(
    session: Session, vault: Vault, rules: Rules, texts: ConsentTexts, language: str, worker: Worker
) -> None:
    """Take a stop back: the same consent is given anew and a helper is asked again; raises `NothingToUndo` or `BudgetSpent`."""
    case = locked_case_of(session, worker)
    if case.stopped_hour is None or (case.erase_at is not None and case.erase_at <= clock.now()):
        raise NothingToUndo
    spend_change(session, vault, worker.case_id)
    case.stopped_hour = case.erase_at = None
    reopen(session, vault, case, worker.actor)
    facts = facts_of(vault, case)
    _record_consent(session, vault, worker, case, facts.consent, texts, language)
    if facts.consent is not ConsentLevel.NOBODY:
        _ask_helpers(session, vault, rules, worker, case, facts)
    _edited(session, case)
    journal(session, vault, worker.case_id, "case.stop_undone", worker.actor)


def replace_receipt(session: Session, vault: Vault, worker: Worker, fresh: ReceiptKeys) -> str:
    """Make the old receipt useless and the new one the only way in; gives the cookie of a new session.

    Everything later is sealed to new versions, so that whoever copied the old receipt's grant learns nothing new.
    """
    locked_case_of(session, worker)
    opened = open_grant(session, vault, worker.case_id, worker.keys)
    keep = [
        key_of_holder(session, vault, grant)
        for grant in grants_of_case(session, worker.case_id)
        if grant.ended_hour is None and grant.holder_kind != HolderKind.RECEIPT
    ]
    later = new_compartment_versions(session, vault, worker.case_id, keep)
    row = vault.register_receipt(worker.case_id, fresh)
    # Only what the old one opened: a code that came by text never opens the number, and neither does the one that replaces it.
    both = OpenedCompartments(vault, worker.case_id, {**opened.pairs, **later.pairs})
    grant = vault.write_grant(worker.case_id, both, opened.names, vault.receipt_public_key(row))
    session.add_all([row, grant])
    end_receipt(session, worker.receipt_id)
    end_sessions_of(session, vault, worker.receipt_id)
    session.flush()
    journal(session, vault, worker.case_id, "receipt.replaced", worker.actor)
    return session_for(session, vault, row, fresh)


def _take_back(session: Session, vault: Vault, worker: Worker, case: Case) -> None:
    receipt = session.get_one(ReceiptRow, worker.receipt_id)
    keep = [vault.receipt_public_key(receipt)]
    if not opens_from_the_start(session, case, open_grant(session, vault, worker.case_id, worker.keys)):
        # Of a report by text the worker's code opens the later part only: without custody the first words would be lost for ever.
        keep += keys_held_by(session, vault, case, [HolderKind.CUSTODY])
    take_back(session, vault, case, keep)


def _withdraw_consents(session: Session, vault: Vault, worker: Worker, case: Case) -> None:
    withdraw_consents(session, case)
    journal(session, vault, worker.case_id, "consent.withdrawn", worker.actor)


def _record_consent(
    session: Session,
    vault: Vault,
    worker: Worker,
    case: Case,
    level: ConsentLevel,
    texts: ConsentTexts,
    language: str,
) -> None:
    _withdraw_consents(session, vault, worker, case)
    signer = ConsentSigner(worker.keys, worker.receipt_id)
    row = consent_row(vault, case, level, ConsentHow.INBOX, language, texts, signer)
    session.add(row)
    journal(session, vault, worker.case_id, "consent.given", worker.actor, {"level": level.value})


def _ask_helpers(
    session: Session, vault: Vault, rules: Rules, worker: Worker, case: Case, facts: CaseFacts
) -> None:
    """Run the routing anew and seal the case to whom it leads; the promise to be read starts now."""
    opened = open_grant(session, vault, worker.case_id, worker.keys)
    if not opens_from_the_start(session, case, opened):
        # The worker cannot hand on what this code does not open; custody kept it, unread, and can.
        start_clocks(session, case, facts, StartEvent.FILED, rules.deadlines)
        hold_with_custody(session, vault, rules, case)
        return
    candidates = candidates_at(session, site_of(vault, case))
    routing, recipients = route_to_keys(session, vault, rules, facts, case.country, case.language, candidates)
    session.add(routing_record(vault, worker.case_id, routing))
    add_grants(session, vault, write_offers(vault, case, facts, opened, recipients, rules.deadlines))
    session.add_all(clock_rows(case, facts, StartEvent.FILED, rules.deadlines))
    note(session, vault, Happened.OFFERED if recipients.partners else Happened.HELD, case)
    if recipients.custody is not None:
        _note_for_custody(session, vault, worker, opened, recipients.custody)
    store_next_date(session, case)
    if routing.chosen is not None:
        offered = {"organisation": str(routing.chosen)}
        journal(session, vault, worker.case_id, "case.offered", SYSTEM, offered)


def _note_for_custody(
    session: Session, vault: Vault, worker: Worker, opened: OpenedCompartments, custody: PublicKey
) -> None:
    """A custodian who has to place the case needs its words about place and exclusions, and no others."""
    report = session.scalars(
        select(Entry).where(Entry.case_id == worker.case_id, Entry.kind == EntryKind.REPORT)
    ).first()
    body = None if report is None else body_of(opened, report)
    if body is None:
        return  # others changed it: what custody then would read as the worker's words may be somebody else's
    note = {name: body[name] for name in ("site", "exclude", "exclude_other")}
    if note["site"] or note["exclude_other"]:
        keep_routing_note(session, vault, routing_note(vault, worker.case_id, custody, **note))


def _edited(session: Session, case: Case) -> None:
    case.count_edit()
    session.flush()
