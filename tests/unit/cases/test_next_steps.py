"""Who is asked next when a date passed, and the one next step of a case, as rules."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.cases.clocks.next_steps import (
    AskingClock,
    Beside,
    NextStep,
    OpenOffer,
    StandingRung,
    WhereItStands,
    next_step,
)
from app.cases.clocks.rungs import Footing, next_rung, rungs_for
from app.cases.enums import ClockKind, ClockState, OutsideDateKind, Rung, State, Who
from tests.harness.world import shipped_rules

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
PARTNER, OTHER = UUID(int=1), UUID(int=2)
LATE = AskingClock(UUID(int=10), ClockKind.READ, NOW, ClockState.MISSED, Who.PARTNER)
LATER = AskingClock(
    UUID(int=11), ClockKind.ASSESSMENT, NOW + timedelta(days=9), ClockState.RUNNING, Who.PARTNER
)
COMPANY = AskingClock(UUID(int=12), ClockKind.COMPANY_REPLY, NOW, ClockState.MISSED, Who.COMPANY)
PLACE = AskingClock(UUID(int=13), ClockKind.PLACE, NOW, ClockState.RUNNING, Who.COORDINATOR)
BESIDE = Beside(NOW + timedelta(days=3))
FLIGHT = Beside(NOW + timedelta(days=2), OutsideDateKind.FLIGHT)
OF_COMPANY = StandingRung(COMPANY.id, Rung.LEAD, NOW + timedelta(days=2), last=False)
ASKED = StandingRung(LATE.id, Rung.LEAD, NOW + timedelta(days=2), last=False)


@pytest.mark.parametrize(
    ("footing", "rungs"),
    (
        (Footing(ClockKind.READ, Who.PARTNER, helper=True, standby=True), "helper lead coordinator standby"),
        (Footing(ClockKind.READ, Who.PARTNER), "lead coordinator custodian"),
        (Footing(ClockKind.READ, Who.PARTNER, coordinator=False, standby=True), "lead standby"),
        (Footing(ClockKind.READ, Who.PARTNER, coordinator=False), "lead"),
        (Footing(ClockKind.OUTCOME_FEEDBACK, Who.PARTNER, standby=True), "lead coordinator"),
        (Footing(ClockKind.COMPANY_REPLY, Who.COMPANY, helper=True, standby=True), "helper lead coordinator"),
        (Footing(ClockKind.READ, Who.PARTNER, lead=False, standby=True), "coordinator standby"),
        (Footing(ClockKind.READ, Who.PARTNER, lead=False, coordinator=False, standby=True), "lead standby"),
        (Footing(ClockKind.PLACE, Who.COORDINATOR), "custodian coordinator"),
        (Footing(ClockKind.READ, Who.PARTNER, helper=True, forged=True), "custodian"),
    ),
)
def test_whom_a_late_clock_is_put_before(footing: Footing, rungs: str) -> None:
    ladder, climbed = shipped_rules().ladder, list[Rung]()
    while rung := next_rung(footing, ladder, climbed):
        climbed.append(rung)
    assert (
        [rung.value for rung in climbed]
        == rungs.split()
        == [each.value for each in rungs_for(footing, ladder)]
    )


def test_a_ladder_is_never_climbed_down() -> None:
    """Somebody took the case in hand after its lead was asked."""
    footing = Footing(ClockKind.READ, Who.PARTNER, helper=True)
    assert next_rung(footing, shipped_rules().ladder, {Rung.LEAD}) is Rung.COORDINATOR


HELD = WhereItStands(State.ACCEPTED, PARTNER, (LATER, LATE))
OFFERED = WhereItStands(State.OFFERED, PARTNER, (LATER,), (OpenOffer(PARTNER, NOW),))
TWO = replace(
    OFFERED,
    offers=(OpenOffer(PARTNER, NOW), OpenOffer(OTHER, NOW + timedelta(hours=1))),
    also_asked_id=OTHER,
)
WAITING = WhereItStands(State.RECEIVED, None, (LATER, PLACE))


@pytest.mark.parametrize(
    ("case", "step"),
    (
        (HELD, NextStep(ClockKind.READ, Who.PARTNER, NOW, NOW)),
        (replace(HELD, rungs=(ASKED,)), NextStep(ClockKind.READ, Who.PARTNER, ASKED.due_at, NOW, Rung.LEAD)),
        (
            replace(HELD, clocks=(LATER,), rungs=(ASKED,)),
            NextStep(ClockKind.ASSESSMENT, Who.PARTNER, LATER.due_at),
        ),
        (replace(HELD, clocks=(COMPANY,)), NextStep(ClockKind.COMPANY_REPLY, Who.PARTNER, NOW, NOW)),
        (
            replace(HELD, clocks=(LATER, COMPANY), rungs=(OF_COMPANY,)),
            NextStep(ClockKind.COMPANY_REPLY, Who.PARTNER, OF_COMPANY.due_at, NOW, Rung.LEAD),
        ),
        (OFFERED, NextStep(ClockKind.ACCEPT, Who.PARTNER, NOW)),
        (TWO, NextStep(ClockKind.ACCEPT, Who.PARTNER, NOW + timedelta(hours=1))),
        (WAITING, NextStep(ClockKind.PLACE, Who.COORDINATOR, NOW)),
        (
            WhereItStands(State.RECEIVED, None, (LATER,), kept_ready=True),
            NextStep(ClockKind.ASSESSMENT, Who.SYSTEM, LATER.due_at),
        ),
        # What comes beside the clocks comes sooner, and neither hides what is late nor stands for a clock.
        (
            replace(HELD, clocks=(LATER,), beside=(BESIDE, FLIGHT)),
            NextStep(OutsideDateKind.FLIGHT, Who.PARTNER, FLIGHT.due_at),
        ),
        (replace(HELD, clocks=(LATER,), beside=(BESIDE,)), NextStep(None, Who.PARTNER, BESIDE.due_at)),
        (
            replace(HELD, clocks=(LATER,), beside=(replace(BESIDE, due_at=LATER.due_at),)),
            NextStep(ClockKind.ASSESSMENT, Who.PARTNER, LATER.due_at),
        ),
        (
            replace(HELD, beside=(replace(BESIDE, due_at=NOW - timedelta(days=1)),)),
            NextStep(ClockKind.READ, Who.PARTNER, NOW, NOW),
        ),
        (replace(HELD, clocks=(), beside=(BESIDE,)), None),
        # Nothing, nobody, no date, or more than one.
        (replace(HELD, clocks=()), None),
        (replace(HELD, clocks=(PLACE,)), None),
        (replace(HELD, organisation_id=None), None),
        (replace(HELD, rungs=(ASKED, replace(ASKED, rung=Rung.COORDINATOR))), None),
        (replace(OFFERED, offers=()), None),
        (replace(OFFERED, offers=(OpenOffer(PARTNER, None),)), None),
        (replace(OFFERED, offers=(OpenOffer(OTHER, NOW),)), None),
        (replace(OFFERED, offers=(OpenOffer(PARTNER, NOW), OpenOffer(OTHER, NOW))), None),
        (replace(TWO, offers=(OpenOffer(PARTNER, NOW),)), None),
        (replace(TWO, offers=(OpenOffer(PARTNER, NOW), OpenOffer(OTHER, None))), None),
        (replace(TWO, offers=(OpenOffer(PARTNER, NOW), OpenOffer(PARTNER, NOW))), None),
        (replace(TWO, offers=(*TWO.offers, OpenOffer(UUID(int=3), NOW))), None),
        (replace(HELD, also_asked_id=OTHER), None),
        (replace(WAITING, clocks=(LATER,)), None),
    ),
)
def test_a_case_has_one_next_step_or_is_named(case: WhereItStands, step: NextStep | None) -> None:
    assert next_step(case) == step
