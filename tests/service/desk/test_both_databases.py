"""One walk through every members' page on each kind of database; the rest of the pages' tests use the quicker one."""

from pathlib import Path

from app.database import Database
from tests.harness.beginnings import Beginnings
from tests.harness.pages import checked_client
from tests.harness.world import World
from tests.support.member import Member, make_app


def test_every_page_on_each_database(database: Database, worlds: Beginnings[World], tmp_path: Path) -> None:
    world = worlds.copy_into(database)
    app = make_app(world, tmp_path)
    offered = world.case_of(world.file(words="They owe us.", topics=("wages",)))
    held = world.case_of(world.file(words="Water.", exclude_other="my cousin Zubin"))
    partner, custodian = Member(checked_client(app)), Member(checked_client(app))

    partner.sign_in(world, "near.lead")
    assert "They owe us." in partner.send(f"{offered}/accept").text
    assert "We act." in partner.send("/reply", text="We act.").text
    assert "Noted." in partner.send("/note", text="Noted.").text
    assert "It is yours." in partner.send("/claim").text
    assert "Category saved." in partner.send("/category", category="wages.overtime_pay").text
    assert "Urgency saved." in partner.send("/urgency", urgency="high", reason="Rent is due.").text
    assert "Moved." in partner.send("/stage", to="assessing").text
    assert "Marked as done." in partner.send("/done").text
    assert "1 case found" in partner.send("/desk/search", sought="we act").text
    assert "Foxglove Circuits" in partner.open("/desk/?mine=1&urgency=high&stage=checking&country=MY").text
    assert partner.open("/network/members").status == 200

    custodian.sign_in(world, "custodian.one")
    assert custodian.open(f"/network/waiting/{held}").status == 200
    assert "Zubin" in custodian.send("/note", reason="No partner fits.").text
    assert "Offered to that helper." in custodian.send("/place", organisation=str(world.near.id)).text
    assert "Offered to you" in partner.open("/desk/").text
    assert "Locked." in partner.send("/desk/lock").text
