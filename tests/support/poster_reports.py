"""Reports from the page of a poster, and where they went."""

from typing import Any

from app.cases.custody.deciding import waiting_for_custody
from app.cases.rules.routing import RoutingOutcome
from app.database import CaseId
from tests.harness.world import World
from tests.support.member import Member

WORDS = "They lock us in at night."


def send(phone: Member, world: World, **answers: Any) -> str:
    """File a report from the poster's page; its code, or nothing when it was not taken."""
    phone.open(f"/en/s/{world.site.code}")
    return phone.send("/report", **{"words": WORDS, **answers}).code


def waiting(world: World) -> list[tuple[CaseId, RoutingOutcome]]:
    """The cases that wait with custody, and why."""
    with world.database.reading() as session:
        found = waiting_for_custody(session, world.vault, world.rules, world.sign_in("custodian.one"))
    return [(case.case_id, case.why) for case in found]
