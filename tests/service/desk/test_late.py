"""The case page says what comes next, by when and who was asked, and keeps everybody who was asked in its history."""

import re

from sqlalchemy import select

from app.cases.case.models import Case, Clock, Escalation
from app.cases.enums import ClockKind, State
from app.database import CaseId
from tests.harness.world import World
from tests.support.clocks import set_clocks
from tests.support.dates import DAY, dates_pass
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


def test_what_was_passed_on_says_where_its_date_stands(browse: Browse, world: World, case_id: CaseId) -> None:
    browse("near.lead").open(f"/desk/cases/{case_id}")
    with world.database.writing() as session:
        late = Clock.case_id == case_id, Clock.kind == ClockKind.ACKNOWLEDGE
        set_clocks(session, *late, law="eu_whistleblower")
    for day in range(8, 40):
        dates_pass(world, day)
        with world.database.reading() as session:
            if session.get_one(Case, case_id).state is State.OFFERED:
                break
    world.cookies["test clock"] = str(day * DAY + 600)  # signing in moves it on from here
    far = browse("far.lead")
    far.open("/desk/")
    far.send(f"/{case_id}/accept")
    told = " ".join(far.open(f"/desk/cases/{case_id}").text.split())
    source = r"First answer, the helper EU directive 2019/1937, article 9\(1\)\(b\)"
    assert re.search(rf"{source} \w+ \d+ \w+, \d\d:\d\d \w+ passed on", told)
    # Another one runs since then for whoever took it over.
    assert re.search(r"First answer, the helper This network’s own procedure [^,]+, [\d:]+ \w+ to do", told)
