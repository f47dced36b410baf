"""Whoever can write the database spoils the record of a case: worker and desk write on, it is told, and nobody reads more."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from sqlalchemy import delete, func, insert, select, update

from app import clock
from app.cases.case.access import NoAccess
from app.cases.case.models import Case, Clock
from app.cases.case.record import loose_ends, spoilt_journals
from app.cases.clocks.settling import mark_clocks_missed
from app.cases.desk.answering import reply
from app.cases.enums import ClockState
from app.cases.worker.messages import write
from app.cases.worker.sharing import stop_sharing
from app.database import CaseId, Database, new_id
from app.vault import (
    CompartmentKeyMissing,
    CompartmentKeyRow,
    GrantRow,
    JournalBroken,
    JournalChainRow,
    JournalRow,
    verify_journal,
)
from app.vault.going_on import chain_of
from tests.harness.statements import statements_of
from tests.support.case_views import inbox, read, seen
from tests.support.desk import Desk
from tests.support.past_us import copy_of, put_back, table, write_past_us

HEADS, ENTRIES = table(JournalChainRow), table(JournalRow)
Spoil = Callable[[Database, CaseId], None]


def _one_more_entry(database: Database, chain: CaseId) -> None:
    with database.engine.begin() as connection:
        of_chain = ENTRIES.select().where(ENTRIES.c.chain_id == chain).order_by(ENTRIES.c.seq.desc())
        last = connection.execute(of_chain).mappings().first()
        assert last is not None
        connection.execute(insert(ENTRIES).values({**last, "id": new_id(), "seq": last["seq"] + 1}))


def _one_far_behind(database: Database, chain: CaseId) -> None:
    _one_more_entry(database, chain)
    with database.engine.begin() as connection:
        last = select(func.max(ENTRIES.c.seq)).where(ENTRIES.c.chain_id == chain).scalar_subquery()
        far = update(ENTRIES).where(ENTRIES.c.chain_id == chain, ENTRIES.c.seq == last)
        connection.execute(far.values(seq=2**31 - 1))


def _secret(database: Database, chain: CaseId) -> None:
    write_past_us(database, JournalChainRow, {"id": chain}, secret_veil=b"spoilt")


def _emptied(database: Database, chain: CaseId) -> None:
    write_past_us(database, JournalChainRow, {"id": chain}, secret_veil=None)


def _content(database: Database, chain: CaseId) -> None:
    write_past_us(database, JournalRow, {"chain_id": chain}, content=b"spoilt")


def _length(database: Database, chain: CaseId) -> None:
    write_past_us(database, JournalChainRow, {"id": chain}, seq=1)


def _mac(database: Database, chain: CaseId) -> None:
    write_past_us(database, JournalChainRow, {"id": chain}, mac=b"no such thing")


def _taken_away(database: Database, chain: CaseId) -> None:
    with database.engine.begin() as connection:
        connection.execute(delete(HEADS).where(HEADS.c.id == chain))


def _all_taken_away(database: Database, chain: CaseId) -> None:
    _taken_away(database, chain)
    with database.engine.begin() as connection:
        connection.execute(delete(ENTRIES).where(ENTRIES.c.chain_id == chain))


@pytest.mark.parametrize("spoil", (_one_more_entry, _one_far_behind, _secret, _emptied))
def test_worker_and_desk_write_on_and_it_is_told(desk: Desk, spoil: Spoil) -> None:
    filed, vault = desk.world.file(), desk.world.vault
    case_id, worker = desk.accept(filed), desk.world.enter(filed)
    for number in range(3):
        spoil(desk.database, chain_of(vault, case_id, number))
        with desk.database.writing() as session:
            write(session, vault, desk.world.rules, worker, f"Words {number}.", uuid4())
        desk.reply(desk.lead, case_id, f"Answer {number}.")
        assert read(desk, desk.lead, case_id).reference
    texts = {message.text for message in inbox(desk, worker).messages}
    assert {f"{said} {number}." for said in ("Words", "Answer") for number in range(3)} <= texts
    told = desk.acts(case_id)[-4:]
    assert told == ["journal.spoilt", "case.worker_wrote", "case.replied", "case.read"]
    assert inbox(desk, worker).sightings
    with desk.database.reading() as session:
        assert spoilt_journals(session, vault) == [desk.case(case_id).reference]
        assert {fault.chain_id for fault in verify_journal(session, vault).faults} == {
            chain_of(vault, case_id, number) for number in range(3)
        }
        ends = list(loose_ends(session, vault))
    assert len(ends) == 3
    assert all(desk.case(case_id).reference in end for end in ends)


def test_nothing_is_told_where_nobody_wrote(desk: Desk) -> None:
    with desk.database.reading() as session:
        assert spoilt_journals(session, desk.world.vault) == []


def test_an_entry_that_does_not_open_closes_no_inbox(desk: Desk) -> None:
    filed = desk.world.file()
    case_id, worker = desk.accept(filed), desk.world.enter(filed)
    _content(desk.database, case_id)
    assert inbox(desk, worker).messages
    assert read(desk, desk.lead, case_id).entries


@pytest.mark.parametrize("spoil", (_length, _mac, _taken_away, _all_taken_away))
def test_a_head_that_others_wrote_opens_to_nobody_and_stops_no_other_case(desk: Desk, spoil: Spoil) -> None:
    vault = desk.world.vault
    case_id, other = desk.accepted(), desk.accepted()
    spoil(desk.database, case_id)
    assert case_id not in seen(desk, desk.lead)
    with pytest.raises(NoAccess):
        read(desk, desk.lead, case_id)
    clock.set_offset(60 * 86400)
    with desk.database.writing() as session:
        assert mark_clocks_missed(session, vault, 100) > 1
    with desk.database.reading() as session:
        missed = session.scalars(select(Clock.case_id).where(Clock.state == ClockState.MISSED)).all()
        assert {case_id, other} <= set(missed)
        assert spoilt_journals(session, vault) == [desk.case(case_id).reference]


@pytest.mark.parametrize("secret", ("as it was", "spoilt"))
def test_a_head_that_was_turned_back_opens_no_ended_grant(desk: Desk, secret: str) -> None:
    filed, vault = desk.world.file(), desk.world.vault
    case_id, worker = desk.accept(filed), desk.world.enter(filed)
    kept = copy_of(desk.database, JournalChainRow, id=case_id)
    grant = copy_of(desk.database, GrantRow, case_id=case_id, holder_kind="circle", state="live")
    case = copy_of(desk.database, Case, id=case_id)
    with desk.database.writing() as session:
        stop_sharing(session, vault, worker)
    put_back(desk.database, GrantRow, grant)
    put_back(desk.database, JournalChainRow, kept)
    write_past_us(desk.database, Case, {"id": case_id}, **{name: case[name] for name in case if name != "id"})
    if secret == "spoilt":
        _secret(desk.database, case_id)
    with pytest.raises(JournalBroken):
        read(desk, desk.lead, case_id)
    with pytest.raises(CompartmentKeyMissing), desk.database.writing() as session:
        reply(session, vault, desk.lead, case_id, "Still here.", uuid4())


def test_a_compartment_key_that_others_put_beside_keeps_nobody_from_writing(desk: Desk) -> None:
    filed, vault = desk.world.file(), desk.world.vault
    case_id, worker = desk.accept(filed), desk.world.enter(filed)
    key = copy_of(desk.database, CompartmentKeyRow, case_id=case_id, compartment="account")
    for change in ({"version": 9}, {"compartment": "something", "version": 3}):
        put_back(desk.database, CompartmentKeyRow, key | {"id": new_id()} | change)
    with desk.database.writing() as session:
        write(session, vault, desk.world.rules, worker, "Still here.", uuid4())
    with desk.database.writing() as session:
        stop_sharing(session, vault, worker)
    assert "Still here." in {message.text for message in inbox(desk, worker).messages}


def test_many_spoilt_chains_cost_no_statement_for_each(desk: Desk) -> None:
    case_id, vault = desk.accepted(), desk.world.vault
    asked: list[int] = []
    for number in range(12):
        _one_more_entry(desk.database, chain_of(vault, case_id, number))
        with statements_of(desk.database) as statements:
            desk.reply(desk.lead, case_id, f"Answer {number}.")
        asked.append(len(statements))
    assert asked[-1] <= asked[0] + 3
    assert [act for act in desk.acts(case_id) if act == "journal.spoilt"] == ["journal.spoilt"] * 12
