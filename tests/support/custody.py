"""Cases that wait with custody, and whom it may place them with."""

from typing import Any

from app.cases.custody.deciding import (
    WaitingCase,
    placements,
    waiting_for_custody,
)
from app.cases.rules.routing import Reason
from app.database import CaseId
from app.intake import Filed
from app.network import SignedIn
from tests.support.desk import Desk


def reasons(desk: Desk, case_id: CaseId) -> dict[str, Reason | None]:
    """Why custody may not place it with each organisation, by name."""
    with desk.database.reading() as session:
        places = placements(session, desk.world.vault, desk.world.rules, desk.custodian, case_id)
    return {place.name: place.reason for place in places}


def held(desk: Desk, **answers: Any) -> Filed:
    """A case that waits, because its worker named somebody whom nobody knows for certain."""
    return desk.world.file(**{"exclude_other": "my cousin Zubin", **answers})


def waiting(desk: Desk, by: SignedIn | None = None) -> tuple[WaitingCase, ...]:
    """What waits with custody."""
    with desk.database.reading() as session:
        return waiting_for_custody(session, desk.world.vault, desk.world.rules, by or desk.custodian)
