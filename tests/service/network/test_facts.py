"""What routing is told: stakes and standing at this site only, and exclusions in words when they are certain."""

from datetime import date

import pytest
from sqlalchemy import literal, select

from app.database import SiteId
from app.network import (
    Mandate,
    NotAUnion,
    Organisation,
    OrganisationFacts,
    OrganisationKind,
    OrganisationRefused,
    OrganisationState,
    Sector,
    UnionStanding,
    UnknownOrganisation,
    add_organisation,
    add_site,
    declare_interest,
    get_organisation,
    match_excluded,
    network_facts,
    organisation_named,
    organisations_of,
    set_standing,
)
from app.vault import Place
from tests.support.network import Acts, Network

KIND = OrganisationKind


def site(network: Network, name: str) -> SiteId:
    with network.database.writing() as session:
        return add_site(
            session, network.vault, name=name, town="Penang", country="MY", sector=Sector.BATTERY
        ).id


def stand(network: Network, union: Organisation, at: SiteId, standing: UnionStanding) -> None:
    with network.database.writing() as session:
        set_standing(
            session,
            network.vault,
            union_id=union.id,
            site_id=at,
            standing=standing,
            source="Wanjiru, partner visit",
            as_of=date(2026, 3, 1),
        )


def has_stake(network: Network, organisation: Organisation, at: SiteId) -> None:
    with network.database.writing() as session:
        declare_interest(
            session,
            network.vault,
            organisation_id=organisation.id,
            site_id=at,
            reason="Paid by the owner in 2025",
        )


def facts(network: Network, at: SiteId | None, *possible: SiteId) -> dict[str, OrganisationFacts]:
    with network.database.reading() as session:
        names = {found.id: found.name for found in organisations_of(session)}
        return {names[fact.id]: fact for fact in network_facts(session, at, possible_sites=possible)}


def test_facts_are_those_of_the_organisation(network: Network) -> None:
    with network.database.writing() as session:
        helpers = add_organisation(
            session,
            network.vault,
            kind=KIND.MONITORING_PARTNER,
            name=" Helpers ",
            country="MY",
            mandate=Mandate(("MY", "*"), ("en", "my", "zh-Hans"), ("survivor_care",), capacity=3),
            employer_run=True,
        )
    load = select(literal(2)).where(Organisation.name == "Helpers").correlate(Organisation).scalar_subquery()
    with network.database.reading() as session:
        found = {fact.id: fact for fact in network_facts(session, None, load=load)}[helpers.id]
    assert found == OrganisationFacts(
        id=helpers.id,
        name=helpers.name,
        kind=KIND.MONITORING_PARTNER,
        country="MY",
        countries=frozenset({"MY", "*"}),
        languages=frozenset({"en", "my", "zh-Hans"}),
        trained=frozenset({"survivor_care"}),
        capacity=3,
        open_cases=2,
        frozen=False,
        has_keys=False,
        employer_run=True,
        interest_in_site=False,
        standing=None,
    )
    assert found.capacity_left == 1


def test_an_organisation_has_keys_once_its_first_lead_came_in(network: Network) -> None:
    helpers = network.organisation("Helpers")
    network.invite(helpers, "lead")
    assert not facts(network, None)["Helpers"].has_keys
    network.join(helpers, "lead.two")
    assert facts(network, None)["Helpers"].has_keys
    assert facts(network, None)["Noise Workers Aid"].has_keys
    assert not facts(network, None)["Noise Union"].has_keys


def test_a_frozen_organisation_says_so(network: Network) -> None:
    helpers = network.organisation("Helpers")
    with network.database.writing() as session:
        get_organisation(session, helpers.id).state = OrganisationState.FROZEN
    assert facts(network, None)["Helpers"].frozen
    assert not facts(network, None)["Noise Workers Aid"].frozen


def test_a_stake_counts_at_its_own_site_only(network: Network) -> None:
    helpers = network.organisation("Helpers")
    here, elsewhere = site(network, "Foxway"), site(network, "Lotus")
    has_stake(network, helpers, here)
    has_stake(network, helpers, here)  # told twice
    assert facts(network, here)["Helpers"].interest_in_site
    assert not facts(network, here)["Noise Workers Aid"].interest_in_site
    assert not facts(network, elsewhere)["Helpers"].interest_in_site
    assert not facts(network, None)["Helpers"].interest_in_site


def test_where_the_site_is_not_certain_a_stake_in_any_possible_one_counts(network: Network) -> None:
    helpers = network.organisation("Helpers")
    here, elsewhere = site(network, "Foxway"), site(network, "Lotus")
    has_stake(network, helpers, here)
    assert facts(network, None, elsewhere, here)["Helpers"].interest_in_site


def test_standing_counts_at_its_own_site_and_the_newest_one_holds(network: Network) -> None:
    union, other = (network.organisation(name, KIND.TRADE_UNION) for name in ("Metal union", "Other union"))
    here, elsewhere = site(network, "Foxway"), site(network, "Lotus")
    stand(network, union, here, UnionStanding.INDEPENDENT)
    stand(network, other, elsewhere, UnionStanding.ACCUSED)
    assert facts(network, here)["Metal union"].standing is UnionStanding.INDEPENDENT
    stand(network, union, here, UnionStanding.CONTESTED)
    assert facts(network, here)["Metal union"].standing is UnionStanding.CONTESTED
    assert facts(network, here)["Other union"].standing is None
    assert facts(network, elsewhere)["Metal union"].standing is None
    assert facts(network, None)["Metal union"].standing is None


def test_at_possible_sites_only_the_bad_standings_count(network: Network) -> None:
    union = network.organisation("Metal union", KIND.TRADE_UNION)
    here, elsewhere = site(network, "Foxway"), site(network, "Lotus")
    stand(network, union, here, UnionStanding.INDEPENDENT)
    assert facts(network, None, here, elsewhere)["Metal union"].standing is None
    stand(network, union, elsewhere, UnionStanding.EMPLOYER_DOMINATED)
    assert facts(network, here)["Metal union"].standing is UnionStanding.INDEPENDENT
    for possible in ((here, elsewhere), (elsewhere, here)):
        assert facts(network, None, *possible)["Metal union"].standing is UnionStanding.EMPLOYER_DOMINATED


def test_only_unions_have_a_standing(network: Network) -> None:
    with pytest.raises(NotAUnion):
        stand(network, network.organisation("Helpers"), site(network, "Foxway"), UnionStanding.INDEPENDENT)


def test_sources_and_reasons_are_veiled_and_the_acts_journaled(network: Network, acts: Acts) -> None:
    union, here = network.organisation("Metal union", KIND.TRADE_UNION), site(network, "Foxway")
    with network.database.writing() as session:
        standing = set_standing(
            session,
            network.vault,
            union_id=union.id,
            site_id=here,
            standing=UnionStanding.ACCUSED,
            source="Wanjiru",
            as_of=date(2026, 3, 1),
        )
        interest = declare_interest(
            session, network.vault, organisation_id=union.id, site_id=here, reason="A cousin owns it"
        )
    source = Place("standings", standing.id, "source_veil")
    reason = Place("interests", interest.id, "reason_veil")
    assert b"Wanjiru" not in standing.source_veil
    assert network.vault.unveil(source, standing.source_veil) == "Wanjiru"
    assert network.vault.unveil(reason, interest.reason_veil) == "A cousin owns it"
    assert [act for act, _ in acts()][-2:] == ["standing.set", "interest.declared"]


def test_words_exclude_an_organisation_only_when_they_certainly_name_it(network: Network) -> None:
    with network.database.writing() as session:
        union = add_organisation(
            session,
            network.vault,
            kind=KIND.TRADE_UNION,
            name="Kesatuan Pekerja Logam Utara",
            country="MY",
            aliases=["KPLU", "北方金属工会"],
        )
    south = network.organisation("Kesatuan Pekerja Logam Selatan", KIND.TRADE_UNION)
    for words, found in (
        ("kesatuan pekerja logam utara", union),
        ("KPLU", union),
        ("K.P.L.U.", union),
        ("北方金属工会", union),
        ("Kesatuan Pekerja Logam Selatan.", south),
        ("Kesatuan Pekerja Logam", None),
        ("Kesatuan Pekerja Logam Barat", None),
        # One letter off in a short name: a guess, and an exclusion must not be one.
        ("Noise Onion", None),
        ("the union", None),
        ("KPLU and my agent Rahman", None),
        ("not noise", None),
        ("", None),
    ):
        with network.database.reading() as session:
            matched = match_excluded(session, words)
            assert matched.all_said is (found is not None), words
            if found is not None:
                assert matched.organisations == {found.id}, words


def test_an_organisation_inside_longer_words_is_left_out_and_somebody_still_looks(network: Network) -> None:
    north = network.organisation("Kesatuan Pekerja Logam Utara", KIND.TRADE_UNION)
    south = network.organisation("Kesatuan Pekerja Logam Selatan", KIND.TRADE_UNION)
    chinese = network.organisation("北方金属工会", KIND.TRADE_UNION)
    short = network.organisation("Aid", KIND.MONITORING_PARTNER)
    for words, found in (
        ("Kesatuan Pekerja Logam Utara and my foreman", {north}),
        ("my foreman, and the KESATUAN PEKERJA LOGAM UTARA!", {north}),
        ("kesatuan pekerja logam utara / Kesatuan Pekerja Logam Selatan", {north, south}),
        ("不要告诉北方金属工会和主管", {chinese}),
        ("please do not tell Aid or anybody who knows my cousin there", {short}),
        ("my maid and the aide of the boss", set()),
        ("Kesatuan Pekerja Logam and my foreman", set()),
    ):
        with network.database.reading() as session:
            matched = match_excluded(session, words)
        assert matched.organisations == {each.id for each in found}, words
        assert not matched.all_said, words


@pytest.mark.parametrize(
    ("name", "country", "mandate"),
    (
        ("", "MY", None),
        ("x" * 201, "MY", None),
        ("Helpers", "Malaysia", None),
        ("Helpers", "my", None),
        ("Helpers", "MY", Mandate(("MY", "XX"))),
        ("Helpers", "MY", Mandate(("MY",), ("English",))),
        ("Helpers", "MY", Mandate(("MY",), capacity=-1)),
        ("NOISE workers  aid", "MY", None),
    ),
)
def test_an_organisation_that_cannot_be_is_refused_with_a_reason(
    network: Network, name: str, country: str, mandate: Mandate | None
) -> None:
    with pytest.raises(OrganisationRefused, match=r"\.$"), network.database.writing() as session:
        add_organisation(
            session, network.vault, kind=KIND.PUBLIC_BUYER, name=name, country=country, mandate=mandate
        )


def test_organisations_are_found_by_name_and_kind(network: Network) -> None:
    helpers = network.organisation("Helpers")
    network.organisation("A city", KIND.PUBLIC_BUYER)
    with network.database.reading() as session:
        assert organisation_named(session, " helpers").id == helpers.id
        assert [found.name for found in organisations_of(session, KIND.MONITORING_PARTNER)] == [
            "Helpers",
            "Noise Workers Aid",
        ]
        with pytest.raises(UnknownOrganisation):
            organisation_named(session, "Help")
