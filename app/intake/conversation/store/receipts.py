"""A secret code by text: it opens stage, adding and later answers, never the number and never an earlier word."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.case import Case, key_of_holder
from app.database import CaseId
from app.intake.sealing import WORKER
from app.vault import (
    Compartment,
    HolderKind,
    ReceiptKeys,
    ReceiptRow,
    Vault,
    end_receipt,
    end_sessions_of,
    grants_that_stand,
    journal,
    new_compartment_versions,
)

OPENS = frozenset({Compartment.ACCOUNT, Compartment.BRIEF})
"""What such a code opens, from now on."""


def give_receipt(session: Session, vault: Vault, case: Case, fresh: ReceiptKeys) -> None:
    """Give the case, whose row the caller has locked, a new receipt; one that was sent before is useless from now on.

    Whoever picks up the phone can ask for a code, so everything that the code shall not open stays in the older versions.
    """
    case_id = CaseId(case.id)
    keep = [
        key_of_holder(session, vault, grant)
        for grant in grants_that_stand(session, case_id)
        if grant.holder_kind != HolderKind.RECEIPT
    ]
    later = new_compartment_versions(session, vault, case_id, keep)
    earlier = session.scalars(
        select(ReceiptRow.id).where(ReceiptRow.case_id == case_id, ReceiptRow.ended_hour.is_(None))
    ).all()
    for receipt_id in earlier:
        end_receipt(session, receipt_id)
        end_sessions_of(session, vault, receipt_id)
    row = vault.register_receipt(case_id, fresh)
    session.add_all([row, vault.write_grant(case_id, later, OPENS, vault.receipt_public_key(row))])
    session.flush()
    journal(session, vault, case_id, "receipt.sent", WORKER)
