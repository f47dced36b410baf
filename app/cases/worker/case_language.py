"""The language of a case becomes that of the worker's own words as soon as some tell it for sure, and any that they wish for."""

from dataclasses import replace

from sqlalchemy.orm import Session

from app.cases.case import facts_of, store_facts
from app.cases.rules import Rules
from app.cases.worker.entering import Worker, locked_case_of
from app.vault import Vault


def note_language(session: Session, vault: Vault, rules: Rules, worker: Worker, words: str) -> None:
    """Read the language of words from the inbox, and a wish for one; then the page's language no longer stands."""
    case = locked_case_of(session, worker)
    facts = facts_of(vault, case)
    wish = rules.wish_in(words, case.language, case.country)
    # What was written first tells it once; who wishes for another has changed their mind.
    first = None if facts.language_written else rules.written.tell(words, case.language)
    language = wish.language if wish else first
    if language is None:
        return
    case.language = language
    store_facts(vault, case, replace(facts, language_written=True))
