"""An organisation follows a law of its own: the cases that it accepts keep the dates of that law, and no others do."""

from types import SimpleNamespace
from typing import cast

import pytest
from sqlalchemy import select

from app import clock
from app.cases.case import facts_of
from app.cases.case.models import Case, Clock
from app.cases.enums import ClockKind, ClockState
from app.cases.escalation import without_next_step
from app.cases.routing.offers import DeclineReason, accept_offer, decline_offer
from app.cli.deployment import Deployment
from app.cli.procedures import procedures
from app.database import CaseId
from app.network import Organisation, ProfileUnknown, RegionUnknown, choose_procedure, get_organisation
from app.vault import forged_rows
from tests.support.desk import Desk
from tests.support.past_us import write_past_us

LAW = "csddd_procedure"
DAY = 86_400


def choose(desk: Desk, profile: str, region: str = "") -> None:
    profiles = desk.world.rules.deadlines.profiles
    with desk.database.writing() as session:
        choose_procedure(
            session, desk.world.vault, desk.lead, profile, region, profiles=profiles, regions=("MY-10",)
        )


def laws(desk: Desk, case_id: CaseId) -> dict[ClockKind, str | None]:
    """By which law each clock holds that still runs."""
    with desk.database.reading() as session:
        running = select(Clock).where(Clock.case_id == case_id, Clock.state == ClockState.RUNNING)
        return {row.kind: row.law for row in session.scalars(running)}


def follows(desk: Desk, case_id: CaseId) -> tuple[str, str]:
    with desk.database.reading() as session:
        facts = facts_of(desk.world.vault, session.get_one(Case, case_id))
        return facts.law, facts.region


def test_a_case_takes_the_law_of_whoever_accepts_it(desk: Desk) -> None:
    before, elsewhere = desk.accepted(), desk.offered()
    choose(desk, LAW, "MY-10")
    clock.set_offset(DAY)
    case_id = desk.accepted()
    assert follows(desk, case_id) == (LAW, "MY-10")
    assert laws(desk, case_id)[ClockKind.ACKNOWLEDGE] == LAW  # which began with the filing
    assert laws(desk, case_id)[ClockKind.ASSESSMENT] == LAW  # and which with the acceptance
    assert laws(desk, case_id)[ClockKind.READ] is None  # of which the law says nothing
    assert set(laws(desk, before).values()) == {None}
    with desk.database.writing() as session:
        world = desk.world
        decline_offer(session, world.vault, world.rules, desk.lead, elsewhere, DeclineReason.TOO_FAR)
    with desk.database.writing() as session:
        assert accept_offer(session, world.vault, world.rules, desk.far, elsewhere).taken
    assert follows(desk, elsewhere) == ("", "")
    assert set(laws(desk, elsewhere).values()) == {None}
    choose(desk, "")
    assert follows(desk, desk.accepted()) == ("", "")
    with desk.database.reading() as session:
        assert without_next_step(session, desk.world.vault) == []


def test_a_law_that_gives_less_time_holds_from_the_filing_and_makes_nobody_late_at_once(desk: Desk) -> None:
    choose(desk, LAW)
    filed = desk.world.file()
    clock.set_offset(30 * DAY)  # when it is accepted, the law's seven days are over
    case_id = desk.accept(filed)
    with desk.database.reading() as session:
        due = select(Clock.due_at).where(Clock.case_id == case_id, Clock.law == LAW)
        assert min(session.scalars(due)) > clock.now()


def test_what_there_is_not_is_refused(desk: Desk) -> None:
    choose(desk, LAW, "MY-10")
    with pytest.raises(ProfileUnknown):
        choose(desk, "law_of_the_jungle")
    with pytest.raises(RegionUnknown):
        choose(desk, LAW, "DE-BY")
    for _ in range(2):
        choose(desk, LAW, "MY-10")
    with desk.database.reading() as session:
        kept = get_organisation(session, desk.lead.organisation.id)
        assert (kept.legal_profile, kept.region) == (LAW, "MY-10")
        assert list(forged_rows(session, desk.world.vault)) == []
    write_past_us(desk.database, Organisation, {"id": desk.world.near.id}, legal_profile="eu_whistleblower")
    with desk.database.reading() as session:
        assert [row.table for row in forged_rows(session, desk.world.vault)] == ["organisations"]


def test_the_doctor_says_who_follows_a_law_that_is_not_in_the_file_any_more(desk: Desk) -> None:
    deployment = cast(Deployment, SimpleNamespace(database=desk.database, rules=desk.world.rules))
    choose(desk, LAW)
    assert list(procedures(deployment)) == []
    with desk.database.writing() as session:
        session.get_one(Organisation, desk.world.near.id).legal_profile = "of_last_year"
    (found,) = procedures(deployment)
    assert found.text.startswith(
        "Mawar Workers Aid follows the legal profile of_last_year, and deadlines.toml has no [profile.of_last_year]:"
    )
    # Its cases keep the network's own dates, and none is forgotten for it.
    assert set(laws(desk, desk.accepted()).values()) == {None}
    with desk.database.reading() as session:
        assert without_next_step(session, desk.world.vault) == []
