"""What a coordinator sees of cases with which a partner is late: whom to call, and nothing that a worker told."""

import pytest

from app.cases.case import Case
from app.database import CaseId
from app.vault import read_journal
from tests.harness.world import World
from tests.support.dates import dates_pass
from tests.support.member import Browse, accepted

WORDS = "They owe us money."


@pytest.fixture
def late(world: World) -> CaseId:
    """A case of which the helper's lead was asked, and then the coordinator."""
    case_id = accepted(world, world.file(words=WORDS, topics=("wages",)))
    for day in range(3, 12):
        dates_pass(world, day)
        if "case.escalated" in _asked(world, case_id):
            break
    return case_id


def _asked(world: World, case_id: CaseId) -> list[str]:
    with world.database.reading() as session:
        return [
            entry.act
            for entry in read_journal(session, world.vault, case_id)
            if entry.detail.get("rung") == "coordinator"
        ]


def _reference(world: World, case_id: CaseId) -> str:
    with world.database.reading() as session:
        return session.get_one(Case, case_id).reference


def test_the_coordinator_is_told_whom_to_call_and_by_when(browse: Browse, world: World, late: CaseId) -> None:
    page = browse("custodian.one").open("/network/")
    assert "Late at a partner" in page.text
    assert _reference(world, late) in page.text
    assert "Mawar Workers Aid" in page.text
    assert "It is taken from them on" in page.text
    assert WORDS not in page.text
    assert f"/desk/cases/{late}" not in page.response.text


def test_it_is_gone_when_the_partner_has_done_it(browse: Browse, world: World, late: CaseId) -> None:
    browse("near.lead").open(f"/desk/cases/{late}")
    dates_pass(world)
    assert _reference(world, late) not in browse("custodian.one").open("/network/").text


def test_a_worker_who_shut_the_coordinator_out_stands_in_no_list(browse: Browse, world: World) -> None:
    case_id = accepted(world, world.file(words=WORDS, exclude_other="Keel Coordination"))
    for day in range(3, 30):
        dates_pass(world, day)
        assert _asked(world, case_id) == []
    assert _reference(world, case_id) not in browse("custodian.one").open("/network/").text
