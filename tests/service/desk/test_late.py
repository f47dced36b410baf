"""The case page says what comes next, by when and who was asked, and keeps everybody who was asked in its history."""

from sqlalchemy import select

from app.cases.case.models import Escalation
from app.database import CaseId
from tests.harness.world import World
from tests.support.dates import dates_pass
from tests.support.member import Browse


def test_the_case_says_who_was_asked_and_by_when(browse: Browse, world: World, case_id: CaseId) -> None:
    # Read in time; the first answer is late.
    browse("near.lead").open(f"/desk/cases/{case_id}")
    for day in (8, 13):
        dates_pass(world, day)
    with world.database.reading() as session:
        asked = session.scalars(
            select(Escalation).where(Escalation.case_id == case_id).order_by(Escalation.due_at)
        ).all()
    page = browse("near.lead").open(f"/desk/cases/{case_id}")
    told = " ".join(page.text.split())
    assert [rung.rung.value for rung in asked] == ["lead", "coordinator"]
    assert "First answer, late since" in told
    assert "asked now: the coordinator’s lead (Keel Coordination)" in told
    history = told[told.index("What was late, and who was asked") :]
    assert history.index("the helper’s lead (Mawar Workers Aid)") < history.index(
        "did not act, so the next was asked"
    )
    assert history.count("Asked:") == 2
