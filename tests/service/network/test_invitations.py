"""Coming in: a link that works once and for 48 hours, of which the database knows only a tag."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.network import (
    CodeRefused,
    FirstMemberLeads,
    InvitationExpired,
    InvitationUnknown,
    InvitationUsed,
    LeadsOnly,
    LoginTaken,
    LoginUnusable,
    Member,
    MemberState,
    NameMissing,
    Organisation,
    OrganisationFrozen,
    OrganisationKind,
    OrganisationRefused,
    OrganisationState,
    PasswordRefused,
    PreparedMembership,
    Role,
    SignedIn,
    code_now,
    expire_invitations,
    invite_member,
    new_totp_secret,
    prepare_membership,
    read_invitation,
    take_up_invitation,
)
from app.vault import CircleName, CircleRow, circle_name, circles_of_member
from tests.support.network import PASSWORD, Acts, Network


def circles(network: Network, organisation: Organisation) -> set[CircleName]:
    with network.database.reading() as session:
        rows = session.scalars(select(CircleRow).where(CircleRow.organisation_id == organisation.id))
        return {circle_name(network.vault, row) for row in rows}


def test_a_link_shows_who_is_invited_and_makes_them_a_member(network: Network, acts: Acts) -> None:
    helpers = network.organisation("Helpers")
    token = network.invite(helpers, "Mei@Helpers.example")
    with network.database.reading() as session:
        invited = read_invitation(session, network.vault, token)
    assert (invited.login, invited.name) == ("mei@helpers.example", "Name of Mei@Helpers.example")
    assert (invited.organisation_name, invited.role) == ("Helpers", Role.LEAD)
    person = network.join(helpers, "lea@helpers.example")
    assert network.enter(person).member.state is MemberState.ACTIVE
    assert [act for act, _ in acts()] == [
        "organisation.added", "member.invited", "member.invited", "member.joined", "sign_in",
    ]  # fmt: skip


def test_neither_link_nor_login_nor_name_stand_in_the_database(
    network: Network, stored: Callable[[], bytes]
) -> None:
    token = network.invite(network.organisation("Helpers"), "zanele.unseen")
    network.join(network.organisation("Others"), "xolani.unseen")
    everything = stored()
    assert b"Helpers" in everything  # organisations are public; so the search itself works
    for word in (token, "zanele.unseen", "Name of", "xolani", PASSWORD):
        assert word.encode() not in everything


def test_a_link_works_for_48_hours_and_not_a_second_longer(network: Network) -> None:
    token = network.invite(network.organisation("Helpers"), "lea")
    network.watch.pass_by(hours=48, seconds=-1)
    with network.database.reading() as session:
        invited = read_invitation(session, network.vault, token)
    secret = new_totp_secret()
    prepared = prepare_membership(network.vault, invited, PASSWORD, secret, code_now(secret))
    network.watch.pass_by(seconds=1)
    with network.database.reading() as session, pytest.raises(InvitationExpired):
        read_invitation(session, network.vault, token)
    with pytest.raises(InvitationExpired), network.database.writing() as session:
        take_up_invitation(session, network.vault, prepared)


def test_a_link_works_once_even_in_two_windows(network: Network) -> None:
    token = network.invite(network.organisation("Helpers"), "lea")
    with network.database.reading() as session:
        invited = read_invitation(session, network.vault, token)
    secret = new_totp_secret()
    first, second = (
        prepare_membership(network.vault, invited, PASSWORD, secret, code_now(secret)) for _ in range(2)
    )
    with network.database.writing() as session:
        take_up_invitation(session, network.vault, first)
    with pytest.raises(InvitationUsed), network.database.writing() as session:
        take_up_invitation(session, network.vault, second)
    with network.database.reading() as session, pytest.raises(InvitationUsed):
        read_invitation(session, network.vault, token)


def test_inviting_again_ends_the_older_link(network: Network) -> None:
    helpers = network.organisation("Helpers")
    old = network.invite(helpers, "lea")
    new = network.invite(helpers, " LEA ", Role.LEAD)
    with network.database.reading() as session:
        assert read_invitation(session, network.vault, new).login == "lea"
        with pytest.raises(InvitationExpired):
            read_invitation(session, network.vault, old)


@pytest.mark.parametrize("token", ("", "no such token", "x" * 43, "\x00", "\ud83d"))
def test_a_link_that_was_never_given_out_is_unknown(network: Network, token: str) -> None:
    network.invite(network.organisation("Helpers"), "lea")
    with network.database.reading() as session, pytest.raises(InvitationUnknown):
        read_invitation(session, network.vault, token)


def test_the_first_person_of_an_organisation_leads(network: Network) -> None:
    helpers = network.organisation("Helpers")
    with pytest.raises(FirstMemberLeads):
        network.invite(helpers, "cas", Role.CASEWORKER)
    network.invite(helpers, "lea")
    # The only lead cannot be turned into something else either.
    with pytest.raises(FirstMemberLeads):
        network.invite(helpers, "lea", Role.VIEWER)
    network.invite(helpers, "cas", Role.CASEWORKER)


def test_a_login_belongs_to_one_person(network: Network) -> None:
    helpers, others = network.organisation("Helpers"), network.organisation("Others")
    network.join(helpers, "lea@example.org")
    network.invite(others, "waiting@example.org")
    for organisation, login in (
        (helpers, "LEA@example.org"),
        (others, "lea@example.org"),
        (helpers, "waiting@example.org"),
    ):
        with pytest.raises(LoginTaken):
            network.invite(organisation, login)


@pytest.mark.parametrize("login", ("", "  ", "two words", "x" * 201, "nul\x00"))
def test_a_login_is_one_word_that_can_be_seen(network: Network, login: str) -> None:
    with pytest.raises(LoginUnusable):
        network.invite(network.organisation("Helpers"), login)


def test_a_member_needs_a_name(network: Network) -> None:
    helpers = network.organisation("Helpers")
    with pytest.raises(NameMissing), network.database.writing() as session:
        invite_member(
            session, network.vault, organisation_id=helpers.id, role=Role.LEAD, login="lea", name=" \u200e "
        )


def test_password_and_code_are_checked_before_anything_is_written(network: Network) -> None:
    token = network.invite(network.organisation("Helpers"), "lea")
    with network.database.reading() as session:
        invited = read_invitation(session, network.vault, token)
    secret = new_totp_secret()
    with pytest.raises(PasswordRefused):
        prepare_membership(network.vault, invited, "short", secret, code_now(secret))
    with pytest.raises(CodeRefused):
        prepare_membership(network.vault, invited, PASSWORD, secret, code_now(new_totp_secret())[::-1] + "1")


def test_the_first_lead_makes_the_circles_and_nobody_else_does(network: Network) -> None:
    helpers = network.organisation("Helpers")
    network.invite(helpers, "slow.lead")
    caseworker = network.join(helpers, "cas", Role.CASEWORKER)
    assert circles(network, helpers) == set()
    lead = network.join(helpers, "first.lead")
    second = network.join(helpers, "second.lead")
    assert circles(network, helpers) == {CircleName.EVERYONE, CircleName.RESTRICTED}
    with network.database.reading() as session:
        held = {
            person.login: len(circles_of_member(session, person.invited.member_id))
            for person in (caseworker, lead, second)
        }
    assert held == {"cas": 0, "first.lead": 2, "second.lead": 0}


def test_two_leads_coming_in_at_once_make_one_set_of_circles(network: Network) -> None:
    helpers = network.organisation("Helpers")
    tokens = [network.invite(helpers, f"lead.{number}") for number in range(4)]
    prepared = []
    for token in tokens:
        with network.database.reading() as session:
            invited = read_invitation(session, network.vault, token)
        secret = new_totp_secret()
        prepared.append(prepare_membership(network.vault, invited, PASSWORD, secret, code_now(secret)))

    def take_up(one: PreparedMembership) -> None:
        with network.database.writing() as session:
            take_up_invitation(session, network.vault, one)

    with ThreadPoolExecutor(len(prepared)) as pool:
        list(pool.map(take_up, prepared))
    with network.database.reading() as session:
        made = session.scalars(select(CircleRow).where(CircleRow.organisation_id == helpers.id)).all()
    assert len(made) == 2


def test_only_a_coordinator_has_custody(network: Network) -> None:
    for kind in OrganisationKind:
        organisation = network.organisation(f"The {kind}", kind)
        network.join(organisation, f"lead.{kind}")
        assert (CircleName.CUSTODY in circles(network, organisation)) is (
            kind is OrganisationKind.COORDINATOR
        )


def test_a_lead_invites_into_their_own_organisation_only(network: Network) -> None:
    helpers, others = network.organisation("Helpers"), network.organisation("Others")
    lead = network.enter(network.join(helpers, "lead"))
    caseworker = network.enter(network.join(helpers, "cas", Role.CASEWORKER))

    def invite(by: SignedIn, organisation: Organisation) -> None:
        with network.database.writing() as session:
            invite_member(
                session,
                network.vault,
                organisation_id=organisation.id,
                role=Role.LEAD,
                login="new",
                name="New",
                by=by,
            )

    for by, organisation in ((caseworker, helpers), (lead, others)):
        with pytest.raises(LeadsOnly):
            invite(by, organisation)
    invite(lead, helpers)


def test_a_frozen_organisation_takes_nobody_in(network: Network) -> None:
    helpers = network.organisation("Helpers")
    token = network.invite(helpers, "lead")
    with network.database.reading() as session:
        invited = read_invitation(session, network.vault, token)
    secret = new_totp_secret()
    prepared = prepare_membership(network.vault, invited, PASSWORD, secret, code_now(secret))
    with network.database.writing() as session:
        session.get_one(Organisation, helpers.id).state = OrganisationState.FROZEN
    with pytest.raises(OrganisationFrozen):
        network.invite(helpers, "other")
    with network.database.reading() as session, pytest.raises(OrganisationFrozen):
        read_invitation(session, network.vault, token)
    with pytest.raises(OrganisationFrozen), network.database.writing() as session:
        take_up_invitation(session, network.vault, prepared)
    with network.database.reading() as session:
        assert session.get_one(Member, invited.member_id).state is MemberState.INVITED


def test_a_link_is_forgotten_a_month_after_it_ran_out_and_not_before(network: Network) -> None:
    helpers = network.organisation("Helpers")
    token = network.invite(helpers, "lead")

    def expire() -> int:
        with network.database.writing() as session:
            return expire_invitations(session, 50)

    network.watch.pass_by(days=31, hours=23)
    assert expire() == 0
    with network.database.reading() as session, pytest.raises(InvitationExpired):
        read_invitation(session, network.vault, token)
    network.watch.pass_by(days=1)
    assert (expire(), expire()) == (3, 0)  # the noise's two among them
    with network.database.reading() as session, pytest.raises(InvitationUnknown):
        read_invitation(session, network.vault, token)


def test_a_login_copied_with_signs_that_nobody_sees_is_the_same_one(network: Network) -> None:
    """Every door reads a login in one way: who could sign in with it can be invited with it, and is told that it is taken."""
    aid = network.organisation("Rambutan Aid")
    person = network.join(aid, "le\u200ba@\u00adexample.org")
    assert person.invited.login == "lea@example.org"
    network.cookie(replace(person, login="lea\u2060@example.org"))
    with pytest.raises(LoginTaken):
        network.invite(aid, "\ufefflea@example.org")


@pytest.mark.parametrize("nothing", (".", "\u200b", "- -", "\u3164", "!?"))
def test_a_name_or_login_without_a_letter_is_none(network: Network, nothing: str) -> None:
    aid = network.organisation("Rambutan Aid")
    for login, name, refused in (("lea", nothing, NameMissing), (nothing, "Lea", LoginUnusable)):
        with pytest.raises(refused), network.database.writing() as session:
            invite_member(
                session, network.vault, organisation_id=aid.id, role=Role.LEAD, login=login, name=name
            )
    with pytest.raises(OrganisationRefused):
        network.organisation(nothing)


@pytest.mark.parametrize("same_organisation", (True, False))
def test_two_invitations_of_one_login_at_once_make_one_member(
    network: Network, *, same_organisation: bool
) -> None:
    first = network.organisation("Rambutan Aid")
    second = first if same_organisation else network.organisation("Durian Aid")

    def invite(organisation: Organisation) -> str:
        try:
            return network.invite(organisation, "lea")
        except LoginTaken:
            return ""

    for _ in range(3):
        with ThreadPoolExecutor(2) as pool:
            tokens = list(pool.map(invite, (first, second)))
        with network.database.reading() as session:
            good = [token for token in tokens if token and _leads_somewhere(session, network, token)]
        assert len(good) == 1


def _leads_somewhere(session: Session, network: Network, token: str) -> bool:
    try:
        read_invitation(session, network.vault, token)
    except InvitationExpired:
        return False
    return True
