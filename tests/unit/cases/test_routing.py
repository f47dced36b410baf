from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.case.facts import CaseFacts, facts_from
from app.cases.enums import ConsentLevel, Exclusion, Profile
from app.cases.rules.routing import (
    FORBIDDING,
    Reason,
    Routing,
    RoutingOutcome,
    RoutingRules,
    route,
    routing_from,
    why_not,
)
from app.cases.rules.rule_set import load_rules
from app.cases.taxonomy import ABOUT_HELPER, FORM_TOPICS, Handling
from app.database import OrganisationId
from app.network import OrganisationFacts, OrganisationKind, UnionStanding
from tests.support.project import CONFIG

RULES = load_rules(CONFIG)
TAXONOMY = RULES.taxonomy
FACTS = CaseFacts(topics=("wages",), profile=Profile.STANDARD, consent=ConsentLevel.HELPER)
TRAINED = frozenset({"survivor_care", "child_protection", "coerced_work", "chemical_hazards"})


def organisation_id(number: int) -> OrganisationId:
    return OrganisationId(UUID(int=number))


def partner(number: int, **changes: Any) -> OrganisationFacts:
    """A Malaysian partner that nothing speaks against."""
    plain = OrganisationFacts(
        id=organisation_id(number),
        name=f"Partner {number}",
        kind=OrganisationKind.MONITORING_PARTNER,
        country="MY",
        countries=frozenset({"MY"}),
        languages=frozenset({"en", "ms", "ne"}),
        trained=TRAINED,
        capacity=20,
        open_cases=3,
        frozen=False,
        has_keys=True,
        employer_run=False,
        interest_in_site=False,
        standing=None,
    )
    return replace(plain, **changes)


def coordinator(number: int, **changes: Any) -> OrganisationFacts:
    return partner(number, kind=OrganisationKind.COORDINATOR, countries=frozenset({"*"}), **changes)


def union(number: int, **changes: Any) -> OrganisationFacts:
    return partner(number, kind=OrganisationKind.TRADE_UNION, **changes)


def routed(
    *candidates: OrganisationFacts, facts: CaseFacts = FACTS, country: str | None = "MY", language: str = "ne"
) -> Routing:
    return route(facts, country, language, candidates, TAXONOMY, RULES.routing)


def order(routing: Routing) -> list[int]:
    """The numbers of whoever gets an offer, first choice first."""
    chosen = [] if routing.chosen is None else [routing.chosen]
    return [organisation.int for organisation in (*chosen, *routing.standbys)]


def reasons(routing: Routing) -> dict[int, Reason]:
    return {organisation.int: reason for organisation, reason in routing.reasons}


@pytest.mark.parametrize(
    ("changes", "reason"),
    (
        ({"interest_in_site": True}, Reason.INTEREST_IN_SITE),
        ({"employer_run": True}, Reason.EMPLOYER_RUN),
        ({"standing": UnionStanding.ACCUSED}, Reason.NOT_INDEPENDENT),
        ({"frozen": True}, Reason.FROZEN),
        ({"has_keys": False}, Reason.NO_KEYS),
        ({"kind": OrganisationKind.PUBLIC_BUYER}, Reason.KIND),
        ({"kind": OrganisationKind.TRADE_UNION, "standing": UnionStanding.INDEPENDENT}, Reason.KIND),
        ({"kind": OrganisationKind.COORDINATOR}, Reason.KIND),
        ({"trained": frozenset({"survivor_care"})}, Reason.NOT_TRAINED),
        ({"countries": frozenset({"VN", "TH"})}, Reason.WRONG_COUNTRY),
        ({"languages": frozenset({"en", "ms"})}, Reason.NO_LANGUAGE),
        ({"open_cases": 20}, Reason.FULL),
        ({"capacity": 0, "open_cases": 0}, Reason.FULL),
    ),
)
def test_an_organisation_is_left_out_for_its_reason(changes: dict[str, Any], reason: Reason) -> None:
    facts = replace(FACTS, topics=("forced_labour",))
    routing = routed(partner(1, **changes), partner(2), coordinator(9), facts=facts)
    assert order(routing) == [2]
    assert reasons(routing)[1] is reason


def test_what_the_worker_named_is_left_out_before_anything_else_is_looked_at() -> None:
    facts = replace(FACTS, excluded=frozenset({organisation_id(1)}))
    routing = routed(partner(1, interest_in_site=True, frozen=True), partner(2), facts=facts)
    assert order(routing) == [2]
    assert reasons(routing) == {1: Reason.EXCLUDED_BY_WORKER}


@pytest.mark.parametrize(
    ("excluded", "kind"),
    (
        (Exclusion.UNION, OrganisationKind.TRADE_UNION),
        (Exclusion.POLICE, OrganisationKind.PUBLIC_BUYER),
    ),
)
def test_a_class_that_must_not_know_is_excluded_as_a_whole(
    excluded: Exclusion, kind: OrganisationKind
) -> None:
    facts = replace(FACTS, exclusions=frozenset({excluded}))
    routing = routed(partner(1), partner(2, kind=kind, standing=UnionStanding.INDEPENDENT), facts=facts)
    assert reasons(routing) == {2: Reason.EXCLUDED_BY_WORKER}
    assert order(routing) == [1]


@pytest.mark.parametrize(
    "standing", (UnionStanding.CONTESTED, UnionStanding.EMPLOYER_DOMINATED, UnionStanding.ACCUSED)
)
def test_a_union_that_is_not_independent_at_the_site_is_left_out_for_that(standing: UnionStanding) -> None:
    routing = routed(partner(1), union(2, standing=standing), union(3, standing=UnionStanding.INDEPENDENT))
    assert reasons(routing) == {2: Reason.NOT_INDEPENDENT, 3: Reason.KIND}


def test_the_exact_language_comes_before_the_country_itself() -> None:
    near = partner(1, languages=frozenset({"zh-Hans"}))
    remote = partner(2, languages=frozenset({"zh-Hant"}), countries=frozenset({"*"}))
    assert order(routed(near, remote, language="zh-Hant")) == [2, 1]
    assert order(routed(near, remote, language="zh_hant")) == [2, 1]


def test_the_country_itself_comes_before_a_remote_mandate() -> None:
    remote = partner(1, countries=frozenset({"*"}), open_cases=0)
    here = partner(2, open_cases=15)
    assert order(routed(remote, here)) == [2, 1]


def test_training_comes_before_load_and_less_load_before_more() -> None:
    facts = replace(FACTS, topics=("chemicals",))
    idle = partner(1, trained=frozenset(), open_cases=0)
    busy = partner(2, open_cases=15)
    free = partner(3, open_cases=5)
    assert order(routed(idle, busy, free, facts=facts)) == [3, 2, 1]
    half_full_but_small = partner(4, capacity=4, open_cases=2)
    assert order(routed(busy, half_full_but_small, free)) == [3, 4, 2]


def test_a_restricted_topic_in_triage_demands_training_too() -> None:
    facts = replace(FACTS, category="gbvh.assault")
    routing = routed(partner(1, trained=frozenset({"child_protection"})), partner(2), facts=facts)
    assert order(routing) == [2]
    assert reasons(routing) == {1: Reason.NOT_TRAINED}


def test_at_most_three_stand_by_and_the_others_are_told_why_not() -> None:
    routing = routed(*(partner(number) for number in range(1, 7)))
    assert order(routing) == [1, 2, 3, 4]
    assert reasons(routing) == {5: Reason.RANKED_LOWER, 6: Reason.RANKED_LOWER}


def test_the_number_of_standbys_is_the_operators() -> None:
    routing = route(
        FACTS, "MY", "ne", [partner(1), partner(2), partner(3)], TAXONOMY, RoutingRules(standbys=1)
    )
    assert order(routing) == [1, 2]


def test_an_unknown_country_is_for_remote_mandates_only() -> None:
    routing = routed(partner(1), partner(2, countries=frozenset({"*"})), country=None)
    assert order(routing) == [2]
    assert reasons(routing) == {1: Reason.WRONG_COUNTRY}


def test_a_chosen_partner_leaves_the_coordinator_its_key_but_not_the_case() -> None:
    routing = routed(partner(1), coordinator(9))
    assert (routing.chosen, routing.custodian, routing.custody) == (
        organisation_id(1),
        organisation_id(9),
        False,
    )
    assert routing.why is RoutingOutcome.CHOSEN


def test_nobody_eligible_waits_with_the_coordinator_and_says_so() -> None:
    routing = routed(partner(1, frozen=True), coordinator(9))
    assert (order(routing), routing.custodian, routing.custody) == ([], organisation_id(9), True)
    assert routing.why is RoutingOutcome.NOBODY_ELIGIBLE
    assert reasons(routing) == {1: Reason.FROZEN, 9: Reason.KIND}


def test_words_that_name_nobody_for_certain_hold_the_case_before_any_offer() -> None:
    facts = replace(FACTS, unmatched_exclusion=True)
    routing = routed(partner(1), partner(2, frozen=True), coordinator(9), facts=facts)
    assert (order(routing), routing.custody) == ([], True)
    assert routing.why is RoutingOutcome.UNMATCHED_EXCLUSION
    assert reasons(routing) == {1: Reason.HELD, 2: Reason.FROZEN, 9: Reason.KIND}


def test_a_report_out_of_a_flood_waits_for_a_person_and_words_about_exclusion_go_before() -> None:
    facts = replace(FACTS, over_limit=True)
    routing = routed(partner(1), partner(2, frozen=True), coordinator(9), facts=facts)
    assert (order(routing), routing.custody, routing.why) == ([], True, RoutingOutcome.OVER_LIMIT)
    assert reasons(routing) == {1: Reason.HELD, 2: Reason.FROZEN, 9: Reason.KIND}
    both = replace(facts, unmatched_exclusion=True)
    assert routed(partner(1), coordinator(9), facts=both).why is RoutingOutcome.UNMATCHED_EXCLUSION
    locked = replace(facts, consent=ConsentLevel.NOBODY)
    assert routed(partner(1), coordinator(9), facts=locked).why is RoutingOutcome.LOCKED


def test_words_about_a_helper_hold_a_case_and_forbid_nobody() -> None:
    facts = replace(FACTS, helper_in_words=True)
    routing = routed(partner(1), partner(2, frozen=True), coordinator(9), facts=facts)
    assert (order(routing), routing.custody, routing.why) == ([], True, RoutingOutcome.HELPER_IN_WORDS)
    assert reasons(routing) == {1: Reason.HELD, 2: Reason.FROZEN, 9: Reason.KIND}
    assert why_not(facts, "MY", "ne", partner(1), TAXONOMY) is None
    assert not facts_from(
        {k: v for k, v in facts.as_json().items() if k != "helper_in_words"}
    ).helper_in_words
    ticked = replace(facts, topics=(ABOUT_HELPER,))
    assert routed(partner(1), coordinator(9), facts=ticked).why is RoutingOutcome.ABOUT_HELPER


def test_facts_from_before_there_were_limits_are_under_them() -> None:
    written = FACTS.as_json()
    del written["over_limit"]
    assert facts_from(written) == FACTS


@pytest.mark.parametrize(
    "changes", ({"interest_in_site": True}, {"frozen": True}, {"has_keys": False}, {"employer_run": True})
)
def test_a_coordinator_with_something_against_it_holds_nothing(changes: dict[str, Any]) -> None:
    routing = routed(coordinator(9, **changes))
    assert (routing.custodian, routing.custody) == (None, False)


def test_a_coordinator_that_the_worker_shut_out_holds_nothing() -> None:
    facts = replace(FACTS, excluded=frozenset({organisation_id(9)}))
    assert routed(partner(1), coordinator(9), facts=facts).custodian is None
    alone = routed(coordinator(9), facts=facts)
    assert (alone.custodian, alone.custody, alone.why) == (None, False, RoutingOutcome.NOBODY_ELIGIBLE)


@pytest.mark.parametrize(
    ("changes", "reason"),
    (
        ({}, Reason.ABOUT_HELPER),
        # Whoever else must not know says nothing about which helper is meant.
        ({"excluded": frozenset({organisation_id(7)})}, Reason.ABOUT_HELPER),
        ({"excluded": frozenset({organisation_id(2)}), "helper_excluded": True}, None),
        ({"excluded": frozenset({organisation_id(1)}), "helper_excluded": True}, Reason.EXCLUDED_BY_WORKER),
    ),
    ids=("nobody known", "another kind known", "another helper known", "this one"),
)
def test_a_complaint_about_a_helper_is_kept_from_every_helper_that_may_be_meant(
    changes: dict[str, Any], reason: Reason | None
) -> None:
    facts = replace(FACTS, topics=(ABOUT_HELPER,), **changes)
    assert why_not(facts, "MY", "ne", partner(1), TAXONOMY) is reason
    routing = routed(partner(1), coordinator(9), facts=facts)
    assert (routing.chosen, routing.custodian, routing.why) == (
        None,
        organisation_id(9),
        RoutingOutcome.ABOUT_HELPER,
    )
    assert Reason.ABOUT_HELPER in FORBIDDING


def test_nobody_yet_means_nobody_not_even_custody() -> None:
    facts = replace(FACTS, consent=ConsentLevel.NOBODY)
    routing = routed(partner(1), coordinator(9), facts=facts)
    assert (order(routing), routing.custodian, routing.custody) == ([], None, False)
    assert routing.why is RoutingOutcome.LOCKED
    assert reasons(routing) == {1: Reason.LOCKED, 9: Reason.LOCKED}
    assert why_not(facts, "MY", "ne", partner(1), TAXONOMY) is Reason.LOCKED


def test_a_decision_and_the_facts_come_back_from_their_veils() -> None:
    facts = CaseFacts(
        topics=("gbvh", "wages"),
        profile=Profile.FAST_TRACK,
        consent=ConsentLevel.UNION,
        category="gbvh.touching",
        handling=frozenset({Handling.RESTRICTED, Handling.NO_MEDIATION}),
        exclusions=frozenset({Exclusion.UNION, Exclusion.OTHER}),
        excluded=frozenset({organisation_id(3)}),
        helper_excluded=True,
        unmatched_exclusion=False,
        helper_in_words=True,
        over_limit=True,
        tell_company=True,
    )
    assert facts_from(facts.as_json()) == facts
    for routing in (
        routed(partner(1), partner(3), coordinator(9), facts=facts),
        routed(partner(1), coordinator(9), facts=replace(facts, over_limit=False)),
        routed(partner(2, frozen=True)),
    ):
        assert routing_from(routing.as_json()) == routing


def _bool(share: int) -> st.SearchStrategy[bool]:
    """True once in so many."""
    return st.integers(1, share).map(lambda number: number == 1)


organisations = st.lists(
    st.builds(
        OrganisationFacts,
        id=st.integers(1, 30).map(organisation_id),
        kind=st.sampled_from([*OrganisationKind, *[OrganisationKind.MONITORING_PARTNER] * 6]),
        country=st.just("MY"),
        countries=st.frozensets(st.sampled_from(["MY", "VN", "*"]), min_size=1),
        languages=st.frozensets(st.sampled_from(["en", "ms", "ne", "zh-Hans", "zh-Hant"]), min_size=2),
        trained=st.just(TRAINED) | st.frozensets(st.sampled_from(sorted(TRAINED))),
        capacity=st.integers(0, 5),
        open_cases=st.integers(0, 5),
        frozen=_bool(6),
        has_keys=_bool(6).map(lambda lacking: not lacking),
        employer_run=_bool(6),
        interest_in_site=_bool(6),
        standing=st.sampled_from([None, None, None, *UnionStanding]),
    ),
    max_size=10,
    unique_by=lambda organisation: organisation.id,
)
case_facts = st.builds(
    CaseFacts,
    topics=st.lists(st.sampled_from(FORM_TOPICS), max_size=3, unique=True).map(tuple),
    profile=st.just(Profile.STANDARD),
    consent=st.sampled_from([ConsentLevel.NOBODY, *[ConsentLevel.HELPER, ConsentLevel.UNION] * 3]),
    exclusions=st.frozensets(st.sampled_from(Exclusion), max_size=2),
    excluded=st.frozensets(st.integers(1, 30).map(organisation_id), max_size=8),
    unmatched_exclusion=_bool(6),
    helper_in_words=_bool(6),
    over_limit=_bool(6),
)
countries = st.sampled_from([None, "MY", "MY", "VN"])
languages = st.sampled_from(["en", "ne", "zh-Hant"])


def asked(routing: Routing) -> set[OrganisationId]:
    return set(routing.standbys) | ({routing.chosen} if routing.chosen else set())


@given(candidates=organisations, facts=case_facts, country=countries, language=languages)
def test_nobody_excluded_or_in_conflict_ever_gets_a_case(
    candidates: list[OrganisationFacts], facts: CaseFacts, country: str | None, language: str
) -> None:
    routing = route(facts, country, language, candidates, TAXONOMY, RULES.routing)
    by_id = {candidate.id: candidate for candidate in candidates}
    for organisation in asked(routing):
        candidate = by_id[organisation]
        assert candidate.kind is OrganisationKind.MONITORING_PARTNER
        assert candidate.id not in facts.excluded
        assert not (candidate.interest_in_site)
        assert not (candidate.employer_run)
        assert not candidate.frozen
        assert candidate.standing in (None, UnionStanding.INDEPENDENT)
        assert candidate.has_keys
        assert candidate.open_cases < candidate.capacity
        assert "*" in candidate.countries or country in candidate.countries
        assert not ("gbvh" in facts.topics and "survivor_care" not in candidate.trained)
        assert facts.consent is not ConsentLevel.NOBODY
        assert not facts.unmatched_exclusion
        assert not facts.helper_in_words
        assert not facts.over_limit
    if routing.custodian is not None:
        custodian = by_id[routing.custodian]
        assert custodian.kind is OrganisationKind.COORDINATOR
        assert custodian.id not in facts.excluded
        assert not custodian.interest_in_site
        assert not custodian.frozen


@given(candidates=organisations, facts=case_facts, country=countries, language=languages)
def test_everybody_is_either_asked_or_told_why_not(
    candidates: list[OrganisationFacts], facts: CaseFacts, country: str | None, language: str
) -> None:
    routing = route(facts, country, language, candidates, TAXONOMY, RULES.routing)
    left_out = [organisation for organisation, _ in routing.reasons]
    assert sorted([*left_out, *asked(routing)]) == sorted(candidate.id for candidate in candidates)
    assert len(set(left_out)) == len(left_out)
    assert len(routing.standbys) <= 3
    assert (routing.chosen is not None) == (routing.why is RoutingOutcome.CHOSEN)
    assert not (routing.custody and (routing.chosen or routing.custodian is None))


@given(
    candidates=organisations,
    facts=case_facts,
    country=countries,
    language=languages,
    more=st.frozensets(st.integers(1, 30).map(organisation_id)),
    classes=st.frozensets(st.sampled_from(Exclusion)),
    words=st.booleans(),
)
def test_excluding_more_never_lets_anybody_in(
    candidates: list[OrganisationFacts],
    facts: CaseFacts,
    country: str | None,
    language: str,
    more: frozenset[OrganisationId],
    classes: frozenset[Exclusion],
    words: bool,
) -> None:
    everyone = RoutingRules(standbys=len(candidates))
    before = route(facts, country, language, candidates, TAXONOMY, everyone)
    narrower = replace(
        facts,
        excluded=facts.excluded | more,
        exclusions=facts.exclusions | classes,
        unmatched_exclusion=facts.unmatched_exclusion or words,
    )
    after = route(narrower, country, language, candidates, TAXONOMY, everyone)
    assert asked(after) <= asked(before)
    assert not asked(after) & more
    assert after.custodian not in more


@given(data=st.data(), facts=case_facts, country=countries, language=languages)
def test_the_order_of_the_organisations_does_not_matter(
    data: st.DataObject, facts: CaseFacts, country: str | None, language: str
) -> None:
    candidates = data.draw(organisations)
    shuffled = data.draw(st.permutations(candidates))
    first = route(facts, country, language, candidates, TAXONOMY, RULES.routing)
    assert route(facts, country, language, shuffled, TAXONOMY, RULES.routing) == first


@given(candidates=organisations, facts=case_facts, country=countries, language=languages)
def test_a_reason_that_may_be_overruled_never_hides_one_that_may_not(
    candidates: list[OrganisationFacts], facts: CaseFacts, country: str | None, language: str
) -> None:
    """A custodian places against country, language or load; underneath there must be no conflict left unseen."""
    for candidate in candidates:
        reason = why_not(facts, country, language, candidate, TAXONOMY)
        if reason is None or reason in FORBIDDING:
            continue
        at_ease = replace(
            candidate, countries=frozenset({"*"}), languages=frozenset({language}), capacity=9, open_cases=0
        )
        assert why_not(facts, country, language, at_ease, TAXONOMY) is None


@pytest.mark.parametrize(
    ("from_here", "left", "asked"), ((0, 1, True), (1, 2, True), (4, 5, True), (5, 5, False), (9, 5, False))
)
def test_reports_from_one_address_take_at_most_half_of_the_room_that_is_left(
    from_here: int, left: int, asked: bool
) -> None:
    only = partner(1, capacity=20, open_cases=20 - left)
    routing = route(FACTS, "MY", "ne", [only, coordinator(9)], TAXONOMY, RULES.routing, from_here=from_here)
    assert (routing.chosen == only.id) is asked
    if not asked:
        assert reasons(routing)[1] is Reason.SHARE
        assert (routing.why, routing.custody) == (RoutingOutcome.OVER_LIMIT, True)


def test_who_has_more_room_is_asked_for_the_rest_of_a_flood() -> None:
    nearly_full, roomy = partner(1, open_cases=17), partner(2, open_cases=0)
    routing = route(FACTS, "MY", "ne", [nearly_full, roomy], TAXONOMY, RULES.routing, from_here=5)
    assert order(routing) == [2]
    assert reasons(routing) == {1: Reason.SHARE}
