"""What a coordinator sees of cases with which a partner is late: whom to call, and nothing that a worker told."""

import re

import pytest
from sqlalchemy import select

from app.cases.case import Case, Clock, Escalation, Offer
from app.cases.enums import ClockKind, ClockState, OfferState, RungState, Who
from app.cases.escalation import at_partners
from app.cases.routing.asking import drop_offer
from app.database import CaseId
from app.vault import read_journal
from tests.harness.world import World
from tests.support.clocks import set_clocks
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
    assert "It is taken from them then" in page.text
    assert "Call them by" in page.text
    assert WORDS not in page.text
    assert f"/desk/cases/{late}" not in page.response.text


def test_where_nobody_stands_by_it_comes_to_the_coordinator(
    browse: Browse, world: World, late: CaseId
) -> None:
    with world.database.writing() as session:
        standby = Offer.case_id == late, Offer.state == OfferState.STANDBY
        for offer in session.scalars(select(Offer).where(*standby)):
            drop_offer(session, offer, OfferState.WITHDRAWN)
    page = browse("custodian.one").open("/network/")
    assert "It is taken from them then and waits here for a new helper" in page.text


def test_what_never_is_taken_away_is_not_said_to_be(browse: Browse, world: World) -> None:
    case_id = accepted(world, world.file(words=WORDS))
    with world.database.writing() as session:
        others = (Clock.case_id == case_id, Clock.kind != ClockKind.OUTCOME_FEEDBACK)
        set_clocks(session, *others, state=ClockState.MET)
    for day in range(92, 110, 2):
        dates_pass(world, day)
        if _asked(world, case_id):
            break
    _, its_row = browse("custodian.one").open("/network/").text.split(_reference(world, case_id))
    assert "Call them by" in its_row
    follows = re.search("Nobody is asked after you|It is taken from them", its_row)
    assert follows is not None
    assert follows.group() == "Nobody is asked after you"


def test_what_the_company_lets_pass_is_not_counted_as_the_partners(browse: Browse, world: World) -> None:
    case_id, _ = (accepted(world, world.file(words=WORDS)) for _ in range(2))
    with world.database.writing() as session:
        of_company = Clock.case_id == case_id, Clock.kind == ClockKind.OUTCOME_FEEDBACK
        set_clocks(session, *of_company, kind=ClockKind.COMPANY_REPLY, who=Who.COMPANY)
        others = Clock.kind.not_in((ClockKind.COMPANY_REPLY, ClockKind.OUTCOME_FEEDBACK))
        set_clocks(session, others, state=ClockState.MET)
    for day in range(92, 110, 2):
        dates_pass(world, day)
        if _asked(world, case_id):
            break
    coordinator = browse("custodian.one")
    page = coordinator.open("/network/")
    assert _reference(world, case_id) in page.text, "whoever is asked sees what of"
    assert "The company has not answered. The partner is not late." in page.text
    assert page.text.count("The partner is not late.") == 1
    # The cases that are counted are those that stand below, and of each it is said whose silence it is.
    listed = page.text.count("Call them by")
    assert f"{listed} cases." in page.text
    shown = "Mawar Workers Aid : 2 (in 1 of them the company has not answered"
    assert shown in page.text
    assert sum(map(int, re.findall(r"(?:Aid|Centre) : (\d+)", page.text))) == listed
    overview = coordinator.open("/network/overview").response.text
    rows = [row for row in re.findall(r"<tr>.*?</tr>", overview, re.DOTALL) if "Mawar Workers Aid" in row]
    assert re.findall(r'<td data-label="All"><strong>(\d+)', rows[0]) == ["1"]


def test_of_very_many_the_first_are_shown(
    browse: Browse, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [accepted(world, world.file(words=WORDS)) for _ in range(2)]
    for day in range(3, 12):
        dates_pass(world, day)
        if all(_asked(world, case_id) for case_id in cases):
            break
    more = "There are more. They come here when these are done."
    text = browse("custodian.one").open("/network/").text
    assert all(_reference(world, case_id) in text for case_id in cases)
    assert more not in text
    monkeypatch.setattr(at_partners, "_MOST", 1)
    text = browse("custodian.one").open("/network/").text
    assert sum(_reference(world, case_id) in text for case_id in cases) < 2
    assert more in text


def test_who_places_cases_reads_by_when_they_were_asked_again(browse: Browse, world: World) -> None:
    filed = world.file(words=WORDS, exclude_other="my cousin Zubin")
    case_id = world.case_of(filed)
    asked = None
    for day in range(1, 20):
        dates_pass(world, day)
        with world.database.reading() as session:
            rung = select(Escalation).where(
                Escalation.case_id == case_id, Escalation.state == RungState.ASKED
            )
            asked = session.scalars(rung).first()
        if asked is not None:
            break
    assert asked is not None
    world.cookies["test clock"] = str(day * 86_400)
    page = browse("custodian.one").open("/network/")
    rows = [" ".join("".join(row.itertext()).split()) for row in page.root.iter("tbody")]
    (said,) = (row for row in rows if _reference(world, case_id) in row)
    assert f'datetime="{asked.due_at.isoformat()}"' in page.response.text
    assert "late since" in said
    assert "asked again, by" in said


def test_it_is_gone_when_the_partner_has_done_it(browse: Browse, world: World, late: CaseId) -> None:
    browse("near.lead").open(f"/desk/cases/{late}")
    # At once, and not only when the dispatcher has noted it.
    assert _reference(world, late) not in browse("custodian.one").open("/network/").text


def test_a_worker_who_shut_the_coordinator_out_stands_in_no_list(browse: Browse, world: World) -> None:
    case_id = accepted(world, world.file(words=WORDS, exclude_other="Keel Coordination"))
    for day in range(3, 30):
        dates_pass(world, day)
        assert _asked(world, case_id) == []
    assert _reference(world, case_id) not in browse("custodian.one").open("/network/").text
