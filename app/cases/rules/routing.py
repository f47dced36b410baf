"""Who gets a case: one pure function of plain values, the same for the same input in any order.

Exclude before ranking. Everybody left out has a reason, kept veiled with the decision, so that every routing can be explained and
no organisation slips in because a rule was forgotten.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any
from uuid import UUID

from app.cases.case import CaseFacts
from app.cases.config_file import Table
from app.cases.enums import ConsentLevel, Exclusion, Profile
from app.cases.taxonomy import Taxonomy
from app.database import OrganisationId
from app.network import REMOTE, OrganisationFacts, OrganisationKind, UnionStanding

_MOST_STANDBYS = 3

AT_ONCE = {Profile.STANDARD: 1, Profile.FAST_TRACK: 2}
"""How many partners are asked at once; the first to accept has the case alone."""


class Reason(StrEnum):
    """Why an organisation does not get a case; the first that holds, the gravest first."""

    EXCLUDED_BY_WORKER = "excluded_by_worker"
    INTEREST_IN_SITE = "interest_in_site"
    SITE_IN_DOUBT = "site_in_doubt"
    EMPLOYER_RUN = "employer_run"
    NOT_INDEPENDENT = "not_independent"
    FROZEN = "frozen"
    NO_KEYS = "no_keys"
    KIND = "kind"
    NOT_TRAINED = "not_trained"
    WRONG_COUNTRY = "wrong_country"
    NO_LANGUAGE = "no_language"
    FULL = "full"
    SHARE = "share"
    ABOUT_HELPER = "about_helper"
    RANKED_LOWER = "ranked_lower"
    HELD = "held"
    LOCKED = "locked"


FORBIDDING = frozenset(
    {
        Reason.EXCLUDED_BY_WORKER,
        Reason.INTEREST_IN_SITE,
        Reason.SITE_IN_DOUBT,
        Reason.EMPLOYER_RUN,
        Reason.NOT_INDEPENDENT,
        Reason.FROZEN,
        Reason.NO_KEYS,
        Reason.KIND,
        Reason.NOT_TRAINED,
        Reason.ABOUT_HELPER,
        Reason.LOCKED,
    }
)
"""Reasons that nobody may overrule; a custodian may place a case against the others, and acceptance checks only these."""


class RoutingOutcome(StrEnum):
    """What the routing came to, for the coordinator and, in plain words, for the worker."""

    CHOSEN = "chosen"
    LOCKED = "locked"
    ABOUT_HELPER = "about_helper"
    HELPER_IN_WORDS = "helper_in_words"
    UNMATCHED_EXCLUSION = "unmatched_exclusion"
    OVER_LIMIT = "over_limit"
    NOBODY_ELIGIBLE = "nobody_eligible"
    NOBODY_ACCEPTED = "nobody_accepted"
    LATE = "late"
    MAY_NOT_KEEP = "may_not_keep"


@dataclass(frozen=True)
class RoutingRules:
    """The sizes from config/routing.toml; built by `read_routing` only."""

    standbys: int


@dataclass(frozen=True)
class Routing:
    """The decision: who is asked, who stands by, why nobody else, and which coordinator may hold the case.

    `custodian` may get the custody grant whether or not a partner was chosen; `custody` says that the case now waits for it.
    With neither a partner nor a custodian nobody at all may hold the case, and the worker is told so.
    """

    chosen: OrganisationId | None
    standbys: tuple[OrganisationId, ...]
    reasons: tuple[tuple[OrganisationId, Reason], ...]
    custodian: OrganisationId | None
    custody: bool
    why: RoutingOutcome

    def as_json(self) -> dict[str, Any]:
        """Plain values for the veil of the routing record."""
        return {
            "chosen": None if self.chosen is None else str(self.chosen),
            "standbys": [str(organisation) for organisation in self.standbys],
            "reasons": {str(organisation): reason.value for organisation, reason in self.reasons},
            "custodian": None if self.custodian is None else str(self.custodian),
            "custody": self.custody,
            "why": self.why.value,
        }


def routing_from(values: dict[str, Any]) -> Routing:
    """The decision out of what `as_json` wrote."""
    return Routing(
        chosen=_organisation(values["chosen"]),
        standbys=tuple(OrganisationId(UUID(text)) for text in values["standbys"]),
        reasons=tuple((OrganisationId(UUID(text)), Reason(code)) for text, code in values["reasons"].items()),
        custodian=_organisation(values["custodian"]),
        custody=values["custody"],
        why=RoutingOutcome(values["why"]),
    )


def route(
    facts: CaseFacts,
    country: str | None,
    language: str,
    candidates: Iterable[OrganisationFacts],
    taxonomy: Taxonomy,
    rules: RoutingRules,
    *,
    from_here: int = 0,
) -> Routing:
    """Choose a partner and its standbys among the candidates, or say who holds the case instead and why.

    `from_here` is how many reports of today helpers were already asked for that came from the same address.
    """
    everyone = sorted(candidates, key=lambda candidate: candidate.id.bytes)
    if facts.consent is ConsentLevel.NOBODY:
        locked = tuple((candidate.id, Reason.LOCKED) for candidate in everyone)
        return Routing(None, (), locked, None, custody=False, why=RoutingOutcome.LOCKED)
    reasons: dict[OrganisationId, Reason] = {}
    eligible = []
    for candidate in everyone:
        reason = why_not(facts, country, language, candidate, taxonomy) or _share(candidate, from_here)
        if reason is None:
            eligible.append(candidate)
        else:
            reasons[candidate.id] = reason
    custodian = next((candidate.id for candidate in everyone if _may_hold(candidate, facts)), None)
    why_held = _why_held(facts)
    if why_held is not None:
        reasons |= {candidate.id: Reason.HELD for candidate in eligible}
        return _held(reasons, custodian, why_held)
    if not eligible:
        flooded = Reason.SHARE in reasons.values()
        return _held(
            reasons, custodian, RoutingOutcome.OVER_LIMIT if flooded else RoutingOutcome.NOBODY_ELIGIBLE
        )
    useful = taxonomy.useful_training(facts.codes)
    ranked = sorted(eligible, key=lambda candidate: _rank(candidate, country, language, useful))
    first, *others = [candidate.id for candidate in ranked]
    standbys = tuple(others[: rules.standbys])
    reasons |= dict.fromkeys(others[rules.standbys :], Reason.RANKED_LOWER)
    return Routing(first, standbys, _listed(reasons), custodian, custody=False, why=RoutingOutcome.CHOSEN)


def asked_first(routing: Routing, profile: Profile) -> tuple[OrganisationId, ...]:
    """Of the partners that a routing leads to those who are asked now, the first choice first."""
    ranked = () if routing.chosen is None else (routing.chosen, *routing.standbys)
    return ranked[: AT_ONCE[profile]]


def why_not(
    facts: CaseFacts, country: str | None, language: str, candidate: OrganisationFacts, taxonomy: Taxonomy
) -> Reason | None:
    """The first reason that keeps the case from this organisation, or none; asked again before every acceptance."""
    if facts.consent is ConsentLevel.NOBODY:
        return Reason.LOCKED
    return (
        _conflict(candidate, facts)
        or (Reason.SITE_IN_DOUBT if candidate.site_in_doubt else None)
        or _unfit(candidate)
        or _perhaps_meant(facts)
        or _untrained(candidate, facts, taxonomy)
        or _out_of_reach(candidate, country, language)
    )


def read_routing(file: Table) -> RoutingRules:
    """The rules from their file; mistakes are noted on the table."""
    rules = RoutingRules(standbys=file.whole("standbys", least=0, most=_MOST_STANDBYS))
    file.done()
    return rules


def _conflict(candidate: OrganisationFacts, facts: CaseFacts) -> Reason | None:
    if candidate.id in facts.excluded or candidate.kind in _kinds_excluded(facts):
        return Reason.EXCLUDED_BY_WORKER
    if candidate.interest_in_site:
        return Reason.INTEREST_IN_SITE
    if candidate.employer_run:
        return Reason.EMPLOYER_RUN
    if candidate.standing not in (None, UnionStanding.INDEPENDENT):
        return Reason.NOT_INDEPENDENT
    return None


def _kinds_excluded(facts: CaseFacts) -> set[OrganisationKind]:
    # Which union is the one at work, and which offices talk to the police, nobody knows for certain: so all of the kind.
    kinds = set()
    if Exclusion.UNION in facts.exclusions:
        kinds.add(OrganisationKind.TRADE_UNION)
    if Exclusion.POLICE in facts.exclusions:
        kinds.add(OrganisationKind.PUBLIC_BUYER)
    return kinds


def _perhaps_meant(facts: CaseFacts) -> Reason | None:
    """A complaint about a helper whom nobody knows for certain may mean any of them."""
    return Reason.ABOUT_HELPER if facts.about_helper and not facts.helper_excluded else None


def _unfit(candidate: OrganisationFacts) -> Reason | None:
    if candidate.frozen:
        return Reason.FROZEN
    if not candidate.has_keys:
        return Reason.NO_KEYS
    if candidate.kind is not OrganisationKind.MONITORING_PARTNER:
        return Reason.KIND
    return None


def _untrained(candidate: OrganisationFacts, facts: CaseFacts, taxonomy: Taxonomy) -> Reason | None:
    trained = taxonomy.demanded_training(facts.codes) <= candidate.trained
    return None if trained else Reason.NOT_TRAINED


def _out_of_reach(candidate: OrganisationFacts, country: str | None, language: str) -> Reason | None:
    if REMOTE not in candidate.countries and country not in candidate.countries:
        return Reason.WRONG_COUNTRY
    if _spoken(language) not in {_spoken(tag) for tag in candidate.languages}:
        return Reason.NO_LANGUAGE
    if candidate.open_cases >= candidate.capacity:
        return Reason.FULL
    return None


def _share(candidate: OrganisationFacts, from_here: int) -> Reason | None:
    # Half of what is left, each day anew: many addresses together come near the end of a helper's room, and never reach it soon.
    return Reason.SHARE if from_here and from_here >= candidate.capacity_left else None


def _may_hold(candidate: OrganisationFacts, facts: CaseFacts) -> bool:
    return (
        candidate.kind is OrganisationKind.COORDINATOR
        and _conflict(candidate, facts) is None
        and not candidate.frozen
        and candidate.has_keys
    )


def _why_held(facts: CaseFacts) -> RoutingOutcome | None:
    """Why a person has to look before the first offer goes out, whoever could have the case."""
    held = (
        # A helper must not judge another one before somebody above them has looked. Words alone may mislead: they forbid nobody.
        (facts.about_helper, RoutingOutcome.ABOUT_HELPER),
        (facts.helper_in_words, RoutingOutcome.HELPER_IN_WORDS),
        (facts.unmatched_exclusion, RoutingOutcome.UNMATCHED_EXCLUSION),
        # Words that name nobody for certain may mean any. A flood must not fill the queues, nor a true report in it be lost.
        (facts.over_limit, RoutingOutcome.OVER_LIMIT),
    )
    return next((why for holds, why in held if holds), None)


def _held(
    reasons: dict[OrganisationId, Reason], custodian: OrganisationId | None, why: RoutingOutcome
) -> Routing:
    return Routing(None, (), _listed(reasons), custodian, custody=custodian is not None, why=why)


def _listed(reasons: dict[OrganisationId, Reason]) -> tuple[tuple[OrganisationId, Reason], ...]:
    return tuple(sorted(reasons.items(), key=lambda item: item[0].bytes))


def _rank(
    candidate: OrganisationFacts, country: str | None, language: str, useful: frozenset[str]
) -> tuple[bool, bool, int, Fraction, bytes]:
    """The smaller the better: the exact language, the country itself, training, free capacity, and for equals the id."""
    return (
        _tag(language) not in {_tag(tag) for tag in candidate.languages},
        country not in candidate.countries,
        -len(useful & candidate.trained),
        Fraction(candidate.open_cases, candidate.capacity),
        candidate.id.bytes,
    )


def _tag(language: str) -> str:
    return language.lower().replace("_", "-")


def _spoken(language: str) -> str:
    return _tag(language).partition("-")[0]


def _organisation(text: str | None) -> OrganisationId | None:
    return None if text is None else OrganisationId(UUID(text))
