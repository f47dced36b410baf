"""The language of a case becomes that of the worker's own words as soon as some of them tell it for sure."""

from dataclasses import replace

from sqlalchemy.orm import Session

from app.cases.case import facts_of, store_facts
from app.cases.rules import Rules
from app.cases.worker.inbox import Worker, locked_case_of
from app.vault import Vault


def note_language(session: Session, vault: Vault, rules: Rules, worker: Worker, words: str) -> None:
    """Read the language of words from the inbox, unless earlier words told it; then the page's language no longer stands."""
    case = locked_case_of(session, worker)
    facts = facts_of(vault, case)
    written = None if facts.language_written else rules.written.tell(words, case.language)
    if written is None:
        return
    case.language = written
    store_facts(vault, case, replace(facts, language_written=True))
