"""A case as it is stored, found by its code."""

from app.cases.case.facts import CaseFacts
from app.cases.case.models import Case
from app.cases.case.veils import facts_of
from app.database import CaseId
from app.vault import Receipt, find_receipt
from tests.harness.world import World

SELF_HARM = "I want to kill myself."


def case_of(world: World, code: str) -> CaseId:
    """The case that a code leads to."""
    keys = world.vault.derive_receipt_keys(Receipt(code.replace(" ", "")))
    with world.database.reading() as session:
        row = find_receipt(session, keys)
    assert row is not None
    return CaseId(row.case_id)


def stored(world: World, code: str) -> tuple[Case, CaseFacts]:
    """Its row, and what is known of it."""
    case_id = case_of(world, code)
    with world.database.reading() as session:
        case = session.get_one(Case, case_id)
        session.expunge(case)
        return case, facts_of(world.vault, case)
