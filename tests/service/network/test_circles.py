"""Admission: a lead opens circles to trained members of their own organisation, and nothing else."""

from collections.abc import Collection

import pytest

from app.network import (
    CircleMissing,
    LeadsOnly,
    Member,
    MemberState,
    NotAdmissible,
    NotInCircle,
    NotTrained,
    Organisation,
    OrganisationFrozen,
    OrganisationKind,
    OrganisationState,
    Role,
    SignedIn,
    admit_member,
    colleagues,
    read_invitation,
    record_training,
)
from app.vault import CircleName, circle_of, open_circle
from tests.support.network import Acts, Network, Person

BOTH = (CircleName.EVERYONE, CircleName.RESTRICTED)


@pytest.fixture
def helpers(network: Network) -> Organisation:
    return network.organisation("Helpers")


@pytest.fixture
def lead(network: Network, helpers: Organisation) -> SignedIn:
    return network.enter(network.join(helpers, "lead"))


@pytest.fixture
def cas(network: Network, lead: SignedIn, helpers: Organisation) -> Person:
    return network.join(helpers, "cas", Role.CASEWORKER)


def admit(network: Network, by: SignedIn, person: Person, circles: Collection[CircleName]) -> None:
    with network.database.writing() as session:
        admit_member(session, network.vault, by, person.invited.member_id, circles)


def train(network: Network, by: SignedIn, person: Person, *, trained: bool = True) -> None:
    with network.database.writing() as session:
        record_training(session, network.vault, by, person.invited.member_id, trained=trained)


def test_an_admitted_member_opens_the_same_circle_key(
    network: Network, helpers: Organisation, lead: SignedIn, cas: Person, acts: Acts
) -> None:
    train(network, lead, cas)
    admit(network, lead, cas, BOTH)
    admit(network, lead, cas, BOTH)  # once more changes nothing
    member = network.enter(cas)
    with network.database.reading() as session:
        for name in BOTH:
            circle = circle_of(session, network.vault, helpers.id, name)
            assert circle is not None
            opened = [open_circle(session, network.vault, by.key, circle.id) for by in (lead, member)]
            assert opened[0] == opened[1]
    assert [act for act, _ in acts()][-4:] == [
        "member.trained",
        "member.admitted",
        "member.admitted",
        "sign_in",
    ]


def test_the_list_of_colleagues_says_who_is_where(
    network: Network, helpers: Organisation, lead: SignedIn, cas: Person
) -> None:
    network.invite(helpers, "a.new.one")
    gone = network.join(helpers, "gone")
    with network.database.writing() as session:
        session.get_one(Member, gone.invited.member_id).state = MemberState.DEPARTED
    admit(network, lead, cas, [CircleName.EVERYONE])
    with network.database.reading() as session:
        lines = colleagues(session, network.vault, helpers.id)
    assert [(line.name, line.role, line.state.value, sorted(line.circles)) for line in lines] == [
        ("Name of a.new.one", Role.LEAD, "invited", []),
        ("Name of cas", Role.CASEWORKER, "active", ["everyone"]),
        ("Name of lead", Role.LEAD, "active", ["everyone", "restricted"]),
    ]


def test_restricted_cases_are_for_trained_members(network: Network, lead: SignedIn, cas: Person) -> None:
    with pytest.raises(NotTrained):
        admit(network, lead, cas, BOTH)
    train(network, lead, cas)
    train(network, lead, cas, trained=False)
    with pytest.raises(NotTrained):
        admit(network, lead, cas, [CircleName.RESTRICTED])
    admit(network, lead, cas, [CircleName.EVERYONE])


def test_only_leads_admit_and_only_their_own(
    network: Network, helpers: Organisation, lead: SignedIn, cas: Person
) -> None:
    other_lead = network.enter(network.join(network.organisation("Others"), "other.lead"))
    for by, error in ((network.enter(cas), LeadsOnly), (other_lead, NotAdmissible)):
        with pytest.raises(error):
            admit(network, by, cas, [CircleName.EVERYONE])
        with pytest.raises(error):
            train(network, by, cas)
    token = network.invite(helpers, "waiting", Role.CASEWORKER)
    with network.database.reading() as session:
        waiting = Person("waiting", "", "", "", read_invitation(session, network.vault, token))
    with pytest.raises(NotAdmissible):
        admit(network, lead, waiting, [CircleName.EVERYONE])


def test_a_lead_without_the_key_cannot_open_it_to_others(
    network: Network, helpers: Organisation, lead: SignedIn, cas: Person
) -> None:
    second = network.join(helpers, "second.lead")
    by = network.enter(second)
    with pytest.raises(NotInCircle):
        admit(network, by, cas, [CircleName.EVERYONE])
    admit(network, lead, second, [CircleName.EVERYONE])
    admit(network, by, cas, [CircleName.EVERYONE])


def test_custody_needs_a_coordinator(network: Network, lead: SignedIn, cas: Person) -> None:
    with pytest.raises(CircleMissing):
        admit(network, lead, cas, [CircleName.CUSTODY])
    coordinator = network.organisation("Coordinator", OrganisationKind.COORDINATOR)
    first = network.enter(network.join(coordinator, "custodian.one"))
    second = network.join(coordinator, "custodian.two")
    admit(network, first, second, [CircleName.CUSTODY])
    with network.database.reading() as session:
        lines = colleagues(session, network.vault, coordinator.id)
    assert all(CircleName.CUSTODY in line.circles for line in lines)


def test_a_frozen_organisation_admits_nobody(network: Network, lead: SignedIn, cas: Person) -> None:
    with network.database.writing() as session:
        session.get_one(Organisation, lead.organisation.id).state = OrganisationState.FROZEN
    with pytest.raises(OrganisationFrozen):
        admit(network, lead, cas, [CircleName.EVERYONE])
