"""Members at the pages of a desk, on a small network with other people's cases as noise."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask

from app import clock
from app.cases.routing.offers import accept_offer
from app.database import CaseId, Database
from app.intake import Filed
from app.messaging.gateways.registry import Gateways, load_gateways
from app.network import (
    Role,
    admit_member,
    code_now,
    record_training,
)
from app.settings import read_settings
from app.vault import CircleName, Vault
from tests.harness.application import application
from tests.harness.world import PASSWORD, World
from tests.support.browsing import Page, Visitor


class Member(Visitor):
    """A member at a browser without scripts."""

    def sign_in(self, world: World, login: str, *, password: str = PASSWORD, code: str | None = None) -> Page:
        """Fill in the log-in page as it stands, with a code that was not used yet unless the test brings one."""
        clock.set_offset(world_offset(world))
        self.open("/desk/sign-in")
        return self.send(
            "/desk/sign-in", login=login, password=password, code=code or code_now(world.secrets[login])
        )

    def post(self, address: str, **fields: str) -> Page:
        """Send what no page offers, with this session's own form token taken from the Lock button."""
        token = self.page.form("/desk/lock").values["form_token"]
        self.page = Page(self.client.post(address, data={"form_token": token, **fields}))
        return self.page


def world_offset(world: World) -> int:
    """Half a minute later than the last time, since no code works twice."""
    later = int(world.cookies.get("test clock", "30")) + 30
    world.cookies["test clock"] = str(later)
    return later


def make_world(database: Database, vault: Vault) -> World:
    """The world with a viewer, members let in to circles, and cases that no test is about."""
    world = World(database, vault)
    world.join(world.near, "near.viewer", Role.VIEWER)
    for login in ("near.caseworker", "near.viewer"):
        let_in(world, "near.lead", login, [CircleName.EVERYONE])
    world.admit("custodian.one", "custodian.two", list(CircleName))
    world.file(words="Noise about water.", site_code=world.other_site.code)
    taken = world.case_of(world.file(words="Noise about the bus.", site_code=world.other_site.code))
    other = world.sign_in("other.lead")
    with database.writing() as session:
        accept_offer(session, vault, world.rules, other, taken)
    # Each of those log-ins went half a minute on; the next one at a page takes a later code.
    world.cookies["test clock"] = str(round((clock.now() - datetime.now(UTC)).total_seconds()))
    return world


def let_in(world: World, lead: str, login: str, circles: list[CircleName]) -> None:
    """Let a member in to these circles."""
    by, member = world.sign_in(lead), world.sign_in(login).member
    with world.database.writing() as session:
        if CircleName.RESTRICTED in circles:
            record_training(session, world.vault, by, member.id, trained=True)
        admit_member(session, world.vault, by, member.id, circles)


def make_app(world: World, home: Path, **environment: str) -> Flask:
    """The application over this world."""
    settings = read_settings({"REDRESS_HOME": str(home), **environment})
    return application(world, settings)


Browse = Callable[[str], Member]


def accepted(world: World, filed: Filed | None = None) -> CaseId:
    """A case that the near lead has accepted."""
    case_id = world.case_of(filed or world.file())
    lead = world.sign_in("near.lead")
    with world.database.writing() as session:
        assert accept_offer(session, world.vault, world.rules, lead, case_id).taken
    return case_id


def gateways_of(world: World, home: Path) -> Gateways:
    """The gateways of a deployment without settings: the simulator."""
    return load_gateways(read_settings({"REDRESS_HOME": str(home)}), world.vault, world.database, {})
