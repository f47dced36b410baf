"""Rows in the place of a grant, by somebody who can write the database: they keep no worker from letting a helper read."""

from typing import Any

import pytest
from sqlalchemy import select

from app.cases.case.models import Case
from app.cases.custody.deciding import place_case
from app.cases.desk.triage import set_category
from app.cases.enums import ConsentLevel
from app.cases.worker.sharing import change_consent, let_one_read, lock_of
from app.database import CaseId, new_id
from app.vault import CircleRow, GrantRow, GrantState, ReceiptRow, forged_rows
from tests.support.case_views import read, seen
from tests.support.desk import Desk
from tests.support.past_us import copy_of, put_back, table


def circles(desk: Desk) -> list[Any]:
    with desk.database.reading() as session:
        return list(session.scalars(select(CircleRow.id)))


def a_grant_for_each_circle(desk: Desk, case_id: CaseId, state: GrantState, kind: str = "circle") -> None:
    """As somebody writes them who knows which circles there are."""
    with desk.database.engine.connect() as connection:
        grants = table(GrantRow)
        any_grant = connection.execute(select(grants).where(grants.c.case_id == case_id)).mappings().first()
        held = set(
            connection.execute(
                select(grants.c.holder_id).where(grants.c.case_id == case_id, grants.c.state != "ended")
            ).scalars()
        )
    assert any_grant is not None
    for circle in circles(desk):
        if circle not in held:
            written = dict(any_grant) | {"id": new_id(), "holder_id": circle, "holder_kind": kind}
            put_back(desk.database, GrantRow, written | {"state": state})


def let_read(desk: Desk, filed: Any) -> None:
    world, worker = desk.world, desk.world.enter(filed)
    with desk.database.writing() as session:
        lock = lock_of(session, world.vault, session.get_one(Case, worker.case_id))
        assert lock
        let_one_read(session, world.vault, world.rules, world.texts, "en", worker, lock)


def consent(desk: Desk, filed: Any, level: ConsentLevel) -> None:
    world, worker = desk.world, desk.world.enter(filed)
    with desk.database.writing() as session:
        change_consent(session, world.vault, world.rules, world.texts, "en", worker, level)


@pytest.mark.parametrize("state", (GrantState.LIVE, GrantState.OFFERED))
def test_a_locked_case_is_opened_by_one_tap_all_the_same(desk: Desk, state: GrantState) -> None:
    filed = desk.world.file(consent=ConsentLevel.NOBODY)
    case_id = desk.world.case_of(filed)
    a_grant_for_each_circle(desk, case_id, state)
    let_read(desk, filed)
    desk.accept(filed)
    assert read(desk, desk.lead, case_id).entries
    assert case_id not in seen(desk, desk.other)
    with desk.database.reading() as session:
        forged = [row for row in forged_rows(session, desk.world.vault) if row.table == "vault_grants"]
    assert len(forged) > 1  # they are still there to be looked at


def test_ended_grants_that_were_put_back_are_in_nobodys_way(desk: Desk) -> None:
    filed = desk.world.file()
    case_id = desk.accept(filed)
    kept = copy_of(desk.database, GrantRow, case_id=case_id, holder_kind="circle", state="live")
    custody = copy_of(desk.database, GrantRow, case_id=case_id, holder_kind="custody", state="live")
    consent(desk, filed, ConsentLevel.NOBODY)
    for grant in (kept, custody):
        put_back(desk.database, GrantRow, grant)
    let_read(desk, filed)
    desk.accept(filed)
    assert read(desk, desk.lead, case_id).entries
    with desk.database.reading() as session:
        states = session.scalars(select(GrantRow.state).where(GrantRow.id.in_((kept["id"], custody["id"]))))
        assert set(states) == {GrantState.ENDED}
        assert session.scalars(select(ReceiptRow.id)).first()


def test_a_custodian_places_a_case_all_the_same(desk: Desk) -> None:
    world = desk.world
    filed = world.file(exclude_other="my cousin Zubin")
    case_id = world.case_of(filed)
    a_grant_for_each_circle(desk, case_id, GrantState.OFFERED)
    with desk.database.writing() as session:
        place_case(session, world.vault, world.rules, desk.custodian, case_id, world.near.id)
    desk.accept(filed)
    assert read(desk, desk.lead, case_id).entries


def test_a_case_is_restricted_all_the_same(desk: Desk) -> None:
    case_id = desk.accepted()
    a_grant_for_each_circle(desk, case_id, GrantState.LIVE)
    with desk.database.writing() as session:
        version = session.get_one(Case, case_id).edit_version
        set_category(session, desk.world.vault, desk.world.rules, desk.lead, case_id, "gbvh", version)
    assert read(desk, desk.lead, case_id).entries
