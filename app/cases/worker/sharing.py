"""What a worker decides from the inbox: who may know, stop and undo, and a new receipt for one that somebody saw.

Each verb takes the worker as `worker_of` gave it and locks the case first. Taking back comes before anything else in its unit.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import (
    Case,
    Consent,
    ConsentTexts,
    Happened,
    facts_of,
    key_of_holder,
    note,
)
from app.cases.changes import ask_helpers, reopen, set_consent, shut_out_helpers
from app.cases.consent import (
    ConsentGiven,
    ConsentSigner,
    is_kept_ready,
    record_consent,
    withdraw_consents,
)
from app.cases.enums import (
    ClosingReason,
    ConsentHow,
    ConsentLevel,
    State,
)
from app.cases.rules import Rules
from app.cases.worker.entering import Worker, locked_case_of, session_for
from app.cases.worker.writing_budget import spend_change
from app.vault import (
    HolderKind,
    OpenedCompartments,
    ReceiptKeys,
    ReceiptRow,
    Vault,
    end_receipt,
    end_sessions_of,
    grants_that_stand,
    journal,
    new_compartment_versions,
    open_grant,
)

ERASED_AFTER = timedelta(days=30)
STOPPED = "case.stopped"
"""The journal's word for a stop; where a press stood behind it, with the id of that."""


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
) -> bool:
    """Change who may know; whether anything changed.

    To nobody: all access ends now. From nobody: a helper is looked for, also when the case was closed. To nobody is kept also while
    sharing is stopped: whoever starts it again shares with nobody then. Raises `SharingStopped` for what is no taking back, and
    `BudgetSpent` likewise.
    """
    case = locked_case_of(session, worker)
    if case.stopped_hour is not None and level is not ConsentLevel.NOBODY:
        raise SharingStopped
    if facts_of(vault, case).consent is level and not (
        # By text it only rests: what is still kept ready goes with the first nobody of the code.
        level is ConsentLevel.NOBODY and is_kept_ready(session, case)
    ):
        return False
    if level is not ConsentLevel.NOBODY:
        spend_change(session, vault, worker.case_id)
    opened = open_grant(session, vault, worker.case_id, worker.keys)
    set_consent(session, vault, rules, case, level, _given(worker, texts, language), opened)
    return True


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


def stop_sharing(session: Session, vault: Vault, worker: Worker, pressed: UUID | None = None) -> bool:
    """Stop: every helper's access ends now and the case is to be erased after 30 days; `pressed` is the id of the press.

    Stopping twice changes nothing; whether this did.
    """
    case = locked_case_of(session, worker)
    if case.stopped_hour is not None:
        return False
    receipt = session.get_one(ReceiptRow, worker.receipt_id)
    opened = open_grant(session, vault, worker.case_id, worker.keys)
    shut_out_helpers(session, vault, case, vault.receipt_public_key(receipt), opened)
    withdraw_consents(session, case)
    journal(session, vault, worker.case_id, "consent.withdrawn", worker.actor)
    hour = clock.hour_of(clock.now())
    case.stopped_hour, case.erase_at = hour, hour + ERASED_AFTER
    case.state, case.closing_reason, case.is_open = State.CLOSED, ClosingReason.WITHDRAWN, False
    _edited(session, case)
    note(session, vault, Happened.STOPPED, case)
    detail = None if pressed is None else {"submission": str(pressed)}
    journal(session, vault, worker.case_id, STOPPED, worker.actor, detail)
    return True


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
    level = facts_of(vault, case).consent
    record_consent(session, vault, case, level, _given(worker, texts, language))
    if level is not ConsentLevel.NOBODY:
        note(session, vault, Happened.UNLOCKED, case)
        ask_helpers(session, vault, rules, case, open_grant(session, vault, worker.case_id, worker.keys))
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
        for grant in grants_that_stand(session, worker.case_id)
        if grant.holder_kind != HolderKind.RECEIPT
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


def _given(worker: Worker, texts: ConsentTexts, language: str) -> ConsentGiven:
    signer = ConsentSigner(worker.keys, worker.receipt_id)
    return ConsentGiven(ConsentHow.INBOX, language, texts, worker.actor, signer)


def _edited(session: Session, case: Case) -> None:
    case.count_edit()
    session.flush()
