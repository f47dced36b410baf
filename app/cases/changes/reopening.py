"""Reopening a closed case: one verb for every door, so that each leaves the same flags, dates and journal."""

from sqlalchemy.orm import Session

from app.cases.case import Case, Happened, facts_of, note
from app.cases.clocks import resume_clocks
from app.cases.enums import State
from app.cases.rules import Rules, rules_of
from app.database import CaseId
from app.vault import Actor, Vault, journal


def reopen_by_words(
    session: Session, vault: Vault, rules: Rules, case: Case, words: str, by: Actor, *, more: bool = False
) -> None:
    """Open a closed case again by what its worker writes, unless that only says thanks or hello; `more` came beside the words."""
    if more or not rules.thanks.is_all(words):
        reopen(session, vault, case, by)


def reopen(session: Session, vault: Vault, case: Case, by: Actor) -> None:
    """Open a closed case, whose row the caller has locked, again. An open one and one whose sharing is stopped stay as they are.

    Who held it holds it again, with the dates it had, or new ones where those have passed. Where everybody's access was taken back
    it only counts as received: whoever is asked next gets dates of their own.
    """
    if case.is_open or case.stopped_hour is not None:
        return
    held = case.organisation_id is not None
    case.state, case.closing_reason, case.is_open = State.ACCEPTED if held else State.RECEIVED, None, True
    if held:
        resume_clocks(session, case, facts_of(vault, case), rules_of(session).deadlines)
    case.count_edit()
    note(session, vault, Happened.REOPENED, case)
    journal(session, vault, CaseId(case.id), "case.reopened", by)
