"""Heeding what a worker writes: words that tell of danger raise a case, and restrict it where the kind of problem asks for that."""

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from app.cases.case import Case, CaseFacts, facts_of, store_facts
from app.cases.changes.raising import raise_case
from app.cases.enums import Urgency
from app.cases.rules import Rules
from app.cases.taxonomy import Handling, Taxonomy
from app.cases.words import DangerKind, codes_of, profile_for, raise_urgency, urgency_of_kinds
from app.database import CaseId
from app.vault import Actor, Vault, journal


@dataclass(frozen=True)
class Heeded:
    """What came of some words: whether somebody has to be called now, and whether the case became restricted by them."""

    calls: bool = False
    restricted: bool = False


def at_filing(
    facts: CaseFacts, words: str, urgency: Urgency, rules: Rules
) -> tuple[CaseFacts, Urgency, tuple[DangerKind, ...]]:
    """The facts and the urgency of a new case, with what its words tell beyond the ticks, and what that is.

    Words are never less than Medium: nobody knows what they hold before somebody has read them.
    """
    kinds = rules.danger.found_in(words)
    if words.strip():
        urgency = raise_urgency(urgency, Urgency.MEDIUM)
    urgency = urgency_of_kinds(kinds, urgency)
    facts = with_kinds(facts, kinds, rules.taxonomy)
    told = rules.helper_words.found_in(words)
    return replace(facts, profile=profile_for(urgency), helper_in_words=told), urgency, kinds


def with_kinds(facts: CaseFacts, kinds: tuple[DangerKind, ...], taxonomy: Taxonomy) -> CaseFacts:
    """The facts with what words told of; a protection that was set once stays."""
    fresh = tuple(code for code in codes_of(kinds) if code not in facts.found)
    if not fresh:
        return facts
    return replace(facts, found=(*facts.found, *fresh), handling=facts.handling | taxonomy.handling(fresh))


def changes(facts: CaseFacts, urgency: Urgency, words: str, rules: Rules) -> bool:
    """Whether these words change anything of a case that stands so, or call for somebody, also when they say it again."""
    return _change(facts, urgency, rules.danger.found_in(words))


def _change(facts: CaseFacts, urgency: Urgency, kinds: tuple[DangerKind, ...]) -> bool:
    more = any(code not in facts.found for code in codes_of(kinds))
    return more or _calls(kinds) or urgency_of_kinds(kinds, urgency) is not urgency


def _calls(kinds: tuple[DangerKind, ...]) -> bool:
    return any(kind.urgency is Urgency.DANGER for kind in kinds)


def heed(session: Session, vault: Vault, rules: Rules, case: Case, words: str, by: Actor) -> Heeded:
    """Raise a case, whose row the caller has locked, by what a worker's later words tell; never lowers anything.

    Danger that was told before calls again: whoever writes it once more has not been helped.
    Where it became restricted the caller sees to it that only the restricted circles keep it, since that needs keys.
    """
    before = facts_of(vault, case)
    kinds = rules.danger.found_in(words)
    if not _change(before, case.urgency, kinds):
        return Heeded()
    facts = with_kinds(before, kinds, rules.taxonomy)
    store_facts(vault, case, facts)
    journal(session, vault, CaseId(case.id), "case.words_found", by, {"kinds": list(codes_of(kinds))})
    raise_case(session, vault, rules, case, urgency_of_kinds(kinds, Urgency.LOW), by)
    return Heeded(
        calls=_calls(kinds),
        restricted=Handling.RESTRICTED in facts.handling and Handling.RESTRICTED not in before.handling,
    )
