"""The countries whose public holidays a start works out: the network's own, and no others."""

from app.network import Mandate, OrganisationKind, Sector, add_organisation, add_site, network_countries
from tests.support.network import Network


def test_the_countries_of_organisations_mandates_and_workplaces_are_the_networks(network: Network) -> None:
    with network.database.writing() as session:
        before = network_countries(session)
        add_organisation(
            session,
            network.vault,
            kind=OrganisationKind.MONITORING_PARTNER,
            name="Partner of three countries",
            country="DE",
            mandate=Mandate(countries=("VN", "*")),
        )
        add_site(
            session, network.vault, name="Plant", town="Gazipur", country="BD", sector=Sector.ELECTRONICS
        )
    assert before.isdisjoint({"DE", "VN", "BD"})
    with network.database.reading() as session:
        assert network_countries(session) == before | {"DE", "VN", "BD"}
