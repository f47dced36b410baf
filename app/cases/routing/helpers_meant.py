"""What a worker writes later may be about a helper: by its name, or as "your staff" (config/danger_words.toml, about_helper).

Whoever is named and does not have the case never gets it. Where nobody has taken it, words without a name bring it to custody. From
whoever has taken it nothing moves in silence: the worker is told that *It is about the helper* goes past them.
"""

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy.orm import Session

from app.cases.case import Case, CaseFacts, facts_of, store_facts
from app.cases.enums import State
from app.cases.routing.routing_again import route_again
from app.cases.rules import Rules
from app.database import CaseId, OrganisationId
from app.network import helpers_named
from app.vault import Actor, Vault, is_sound, journal


def means_holder(session: Session, rules: Rules, case: Case, words: str) -> bool:
    """Whether the words are about the organisation that has taken the case; False where none has."""
    holder = _holder(case)
    if holder is None:
        return False
    return rules.helper_words.found_in(words) or holder in helpers_named(session, words)


def may_mean_helper(rules: Rules, facts: CaseFacts, words: str, named: Collection[OrganisationId]) -> bool:
    """Whether `heed_helpers` may have something to do for these words, which name these organisations."""
    return not facts.excluded.issuperset(named) or (
        not facts.helper_in_words and rules.helper_words.found_in(words)
    )


def heed_helpers(session: Session, vault: Vault, rules: Rules, case: Case, words: str, by: Actor) -> None:
    """Keep a case, whose row the caller has locked, from whom a worker's later words mean; whoever has taken it keeps it."""
    if not is_sound(vault, case):
        return  # whose it is, nobody can tell: `redress doctor` names it
    facts, holder = facts_of(vault, case), _holder(case)
    named = helpers_named(session, words) - facts.excluded - {holder}
    unnamed = holder is None and not facts.helper_in_words and rules.helper_words.found_in(words)
    if not (named or unnamed):
        return
    store_facts(
        vault,
        case,
        replace(facts, excluded=facts.excluded | named, helper_in_words=facts.helper_in_words or unnamed),
    )
    meant = sorted(str(organisation) for organisation in named)
    journal(
        session, vault, CaseId(case.id), "case.helper_meant", by, {"organisations": meant, "unnamed": unnamed}
    )
    # Nobody else is asked for it yet, or will be without a look at the facts: only an offer that stands has to be taken back.
    if case.state is State.OFFERED and (unnamed or not named.isdisjoint(case.partners)):
        route_again(session, vault, rules, case, complete=False, custody_first=unnamed)


def _holder(case: Case) -> OrganisationId | None:
    if case.organisation_id is None or case.state is State.OFFERED or case.stopped_hour is not None:
        return None
    return OrganisationId(case.organisation_id)
