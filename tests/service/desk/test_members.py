"""A lead's page of members: fingerprints, inviting, letting in; and nobody else's members on it."""

import re
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from app.database import MemberId
from app.network import code_now
from app.network.models import Organisation, OrganisationState
from app.vault import HolderKind, circles_of_member, public_key_of
from tests.harness.pages import checked_client
from tests.harness.world import World
from tests.support.browsing import Page
from tests.support.member import Browse, Member

LEADS = ("near.lead", "custodian.one", "union.lead", "buyer.lead")


def _circles(world: World, login: str) -> int:
    with world.database.reading() as session:
        return len(circles_of_member(session, world.sign_in(login).member.id))


@pytest.mark.parametrize("login", LEADS)
def test_leads_of_every_kind_see_their_own_members_only(browse: Browse, world: World, login: str) -> None:
    lead = browse(login)
    page = lead.open("/network/members")
    assert page.status == 200
    assert f"Name of {login}" in page.text
    with world.database.reading() as session:
        own = public_key_of(session, world.vault, HolderKind.MEMBER, world.sign_in("near.lead").member.id)
    assert (own.fingerprint in page.text) == (login == "near.lead")
    assert "Name of other.lead" not in page.text


def test_a_lead_invites_somebody_and_lets_them_in(browse: Browse, app: Flask, world: World) -> None:
    lead = browse("near.lead")
    lead.open("/network/members")
    page = lead.send("/invite", name="Newcomer <b>", login="new.person", role="caseworker")
    found = re.search(r"http://[^/]+(/desk/join/\S+)", page.text)
    assert found, page.text
    link = found.group(1)
    assert "Newcomer <b>" in page.text
    assert link not in lead.open("/network/members").text
    newcomer = Member(checked_client(app))
    secret = newcomer.open(link).form(link).values["secret"][0]
    world.secrets["new.person"] = secret
    newcomer.send(
        link, password="four words that differ", again="four words that differ", code=code_now(secret)
    )
    newcomer.sign_in(world, "new.person", password="four words that differ")
    assert "Nothing is waiting" in newcomer.page.text
    member_id = _id_of(lead.open("/network/members"), "Newcomer <b>")
    refused = lead.send(f"{member_id}/admit", circle="restricted")
    assert refused.status == 400
    assert "tick the training too" in refused.text
    page = lead.send(f"{member_id}/admit", circle=["everyone", "restricted"], trained="1")
    assert page.status == 200, page.text
    assert "Saved." in page.text
    with world.database.reading() as session:
        assert len(circles_of_member(session, member_id)) == 2


def _id_of(page: Page, name: str) -> MemberId:
    """The member whose card on this page has that name."""
    card = next(each for each in page.root.iter("li") if name in "".join(each.itertext()))
    action = next(str(form.get("action")) for form in card.iter("form"))
    return MemberId(UUID(action.split("/")[-2]))


@pytest.mark.parametrize(
    ("answers", "said"),
    (
        ({"name": "A", "login": "near.caseworker", "role": "viewer"}, "has this login already"),
        ({"name": "A", "login": "two words", "role": "viewer"}, "one word"),
        ({"name": " ", "login": "new.person", "role": "viewer"}, "name that colleagues recognise"),
        ({"name": "A", "login": "new.person", "role": "boss"}, "Choose a role."),
    ),
)
def test_an_invitation_that_cannot_be_says_why_and_keeps_what_was_typed(
    browse: Browse, answers: dict[str, Any], said: str
) -> None:
    lead = browse("near.lead")
    lead.open("/network/members")
    page = lead.send("/invite", **answers)
    assert page.status in (400, 409)
    assert said in page.text
    assert page.form("/invite").values["login"] == [answers["login"]]


def test_a_member_of_another_organisation_cannot_be_let_in(browse: Browse, world: World) -> None:
    stranger = world.sign_in("other.lead").member.id
    before = _circles(world, "other.lead")
    lead = browse("near.lead")
    lead.open("/network/members")
    page = lead.post(f"/network/members/{stranger}/admit", circle="everyone")
    assert page.status == 409
    assert _circles(world, "other.lead") == before


def test_a_frozen_organisation_is_logged_out(browse: Browse, world: World) -> None:
    lead = browse("near.lead")
    with world.database.writing() as session:
        session.get_one(Organisation, world.near.id).state = OrganisationState.FROZEN
    assert lead.open("/network/members").response.request.path == "/desk/sign-in"
