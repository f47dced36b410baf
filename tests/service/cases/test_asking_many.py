"""Questions of many cases are put together: in a few statements however many they are, and none waits for one that cannot be."""

from uuid import UUID

import pytest
from sqlalchemy import insert, select

from app import clock
from app.cases.enums import FollowupState
from app.cases.followups import followups_of, still_fits
from app.database import CaseId, new_id
from app.followups import ask_due
from app.vault import JournalRow, verify_journal
from tests.harness.statements import sendings_of
from tests.support.desk import Desk
from tests.support.past_us import table

DUE = 15 * 86_400


def tick(desk: Desk, limit: int = 50) -> int:
    with desk.database.writing() as session:
        return ask_due(session, desk.world.vault, desk.world.rules, limit)


def states(desk: Desk, case_id: CaseId) -> set[FollowupState]:
    with desk.database.reading() as session:
        return {row.state for row in followups_of(session, desk.world.vault, case_id)}


def asked(desk: Desk, cases: list[CaseId]) -> list[bool]:
    """Of each case whether it has a question on the card that the journal knows of, once."""
    return [
        FollowupState.ASKED in states(desk, case_id) and desk.acts(case_id).count("followup.asked") == 1
        for case_id in cases
    ]


def test_many_cases_cost_no_statement_for_each(desk: Desk) -> None:
    clock.set_offset(DUE)
    while tick(desk):
        pass  # what the fixture brought
    sent = []
    for number in (2, 12):
        clock.set_offset(0)
        cases = [desk.offered(words=f"Report {each}.") for each in range(number)]
        clock.set_offset(DUE)
        with sendings_of(desk.database) as sendings:
            assert tick(desk) == number
        sent.append(len(sendings))
        assert all(asked(desk, cases))
    assert sent[0] == sent[1]


def test_a_case_that_cannot_be_asked_keeps_no_other_from_its_turn(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    cases = [desk.accepted() for _ in range(3)]
    stumbles_over: set[UUID] = {cases[1]}

    def stumbling(case: object, *others: object) -> bool:
        if case.id in stumbles_over:  # type: ignore[attr-defined]
            raise ValueError("nobody can handle this one")
        return still_fits(case, *others)  # type: ignore[arg-type]

    monkeypatch.setattr("app.followups.asking.still_fits", stumbling)
    clock.set_offset(DUE)
    while tick(desk, limit=200) > 1:
        pass
    assert asked(desk, cases) == [True, False, True]
    assert "followups.failed" in caplog.text
    # It is left as it was, and asked once it can be.
    assert states(desk, cases[1]) == {FollowupState.PLANNED}
    stumbles_over.clear()
    tick(desk)
    assert asked(desk, cases) == [True, True, True]
    with desk.database.reading() as session:
        assert verify_journal(session, desk.world.vault).faults == ()


def test_a_spoilt_record_keeps_nobody_from_being_asked(desk: Desk) -> None:
    cases, entries = [desk.accepted() for _ in range(3)], table(JournalRow)
    with desk.database.engine.begin() as connection:
        of_chain = select(entries).where(entries.c.chain_id == cases[1]).order_by(entries.c.seq.desc())
        last = dict(connection.execute(of_chain).mappings().first() or {})
        connection.execute(insert(entries).values(last | {"id": new_id(), "seq": last["seq"] + 1}))
    clock.set_offset(DUE)
    tick(desk, limit=200)
    assert asked(desk, cases) == [True, True, True]
    assert [desk.acts(case_id).count("journal.spoilt") for case_id in cases] == [0, 1, 0]
