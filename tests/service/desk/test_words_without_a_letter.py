"""What members write holds a letter or a digit, or nothing was written: a dot meets no date and gives no reason."""

import pytest
from sqlalchemy import select

from app.cases.case.models import Case, Clock
from app.cases.enums import ClockKind, ClockState
from app.database import CaseId
from tests.harness.world import World
from tests.support.member import Browse, accepted

WORDLESS = (".", " ... ", "!?", "\u3002", "\u2026\n-", "\U0001f64f", "\u3164.", "_*_", "\u0301\u0964")
SHORT = ("1", "\u597d", "\u0995\u09bf", "x.", "\u0663")


@pytest.mark.parametrize("typed", WORDLESS)
def test_a_reply_without_a_letter_is_none_and_meets_no_date(browse: Browse, world: World, typed: str) -> None:
    case_id = accepted(world)
    helper = browse("near.lead")
    helper.open(f"/desk/cases/{case_id}")
    for form in ("/reply", "/note"):
        assert helper.send(form, text=typed).status == 400
    assert helper.send("/reply", text=typed, channel="text").status in (400, 409)
    assert _first_answer(world, case_id) is ClockState.RUNNING
    assert helper.send("/urgency", urgency="low", reason=typed).status == 400
    assert helper.send("/stage", to="engaging", agreed="yes", note=typed).status == 409
    assert helper.send("/close", outcome="referred", note="They said it.", word=typed).status == 409
    assert (
        helper.send("/close", outcome="referred", note=typed, word="Go to the labour office.").status == 409
    )
    with world.database.reading() as session:
        assert session.get_one(Case, case_id).is_open


@pytest.mark.parametrize("typed", SHORT)
def test_one_letter_or_digit_of_any_script_is_an_answer(browse: Browse, world: World, typed: str) -> None:
    case_id = accepted(world)
    helper = browse("near.lead")
    helper.open(f"/desk/cases/{case_id}")
    assert helper.send("/reply", text=typed).status == 200
    assert _first_answer(world, case_id) is ClockState.MET


@pytest.mark.parametrize("typed", WORDLESS[:3])
def test_custodians_give_a_reason_in_words(browse: Browse, world: World, typed: str) -> None:
    waiting = world.case_of(world.file(exclude_other="my cousin Zubin", site="the blue factory"))
    custodian = browse("custodian.one")
    custodian.open(f"/network/waiting/{waiting}")
    assert custodian.send("/note", reason=typed).status == 400
    assert custodian.send("/ask", reason=typed).status == 400


def _first_answer(world: World, case_id: CaseId) -> ClockState:
    with world.database.reading() as session:
        clocks = select(Clock.state).where(Clock.case_id == case_id, Clock.kind == ClockKind.ACKNOWLEDGE)
        return session.scalars(clocks).one()
