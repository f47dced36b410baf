"""Triage: the desk's own category beside the worker's, and the urgency, which only a person lowers."""

from dataclasses import replace

from sqlalchemy.orm import Session

from app.cases.case import Happened, change_case, clean_answer, facts_of, note, restrict_case, store_facts
from app.cases.changes import note_urgency, raise_case
from app.cases.desk.answering import keep_note
from app.cases.enums import Urgency
from app.cases.rules import Rules
from app.cases.taxonomy import Handling, UnknownKind
from app.cases.words import lowers, urgency_of
from app.database import CaseId
from app.language import says_something
from app.network import SignedIn
from app.vault import Vault, journal


class EditConflict(Exception):
    """Somebody changed the case meanwhile: `theirs` is what stands now, `yours` what was asked; nothing was changed."""

    def __init__(self, theirs: str | None, yours: str, version: int) -> None:
        super().__init__("the case was changed meanwhile")
        self.theirs = theirs
        self.yours = yours
        self.version = version


class UnknownCategory(Exception):
    """The taxonomy has no such category."""


class LoweringReasonMissing(Exception):
    """Lowering an urgency needs a reason in words."""


def set_category(
    session: Session,
    vault: Vault,
    rules: Rules,
    by: SignedIn,
    case_id: CaseId,
    category: str,
    seen_version: int,
) -> None:
    """Set triage's category; a graver one raises the urgency, and one that must be restricted restricts the case.

    Raises `EditConflict`, `UnknownCategory` and as `change_case`.
    """
    case = change_case(session, by, case_id)
    try:
        rules.taxonomy.kind(category)
    except UnknownKind:
        raise UnknownCategory from None
    facts = facts_of(vault, case)
    if facts.category == category:
        return
    if case.edit_version != seen_version:
        raise EditConflict(facts.category, category, case.edit_version)
    before = facts.handling
    # A protection that was once set is never taken away by a second thought about the category.
    facts = replace(facts, category=category, handling=before | rules.taxonomy.handling([category]))
    store_facts(vault, case, facts)
    case.count_edit()
    journal(session, vault, case_id, "case.category", by.actor, {"category": category})
    called_for = urgency_of(False, [category], rules.taxonomy)
    if lowers(called_for, case.urgency):
        raise_case(session, vault, rules, case, called_for, by.actor)
    if Handling.RESTRICTED in facts.handling and Handling.RESTRICTED not in before:
        restrict_case(session, vault, by, case)


def set_urgency(
    session: Session,
    vault: Vault,
    rules: Rules,
    by: SignedIn,
    case_id: CaseId,
    urgency: Urgency,
    reason: str,
    seen_version: int,
) -> bool:
    """Set the urgency; a reason is kept as a note, and a lower urgency needs one. Whether that changed anything.

    Raises `EditConflict`, `LoweringReasonMissing`, `TextTooLong` and as `change_case`.
    """
    case = change_case(session, by, case_id)
    if case.urgency is urgency:
        return False
    if case.edit_version != seen_version:
        raise EditConflict(case.urgency.value, urgency.value, case.edit_version)
    if not says_something(reason) and lowers(case.urgency, urgency):
        raise LoweringReasonMissing
    words = clean_answer(reason) if says_something(reason) else ""
    case.count_edit()
    if lowers(case.urgency, urgency):
        note_urgency(session, vault, case, urgency, by.actor)
    else:
        raise_case(session, vault, rules, case, urgency, by.actor)
        note(session, vault, Happened.CALLED, case, by=by.member.id)
    if words:
        keep_note(session, vault, by, case, words)
    return True
