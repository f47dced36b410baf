"""The journal: what was written is read back, and the first entry that somebody touched is named."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.database import CaseId, Database, new_id
from app.vault import (
    Actor,
    JournalChainRow,
    JournalFault,
    JournalFaultKind,
    JournalRow,
    Vault,
    journal,
    read_journal,
    verify_journal,
)
from app.vault.journal_chains import entry_hash
from app.vault.journal_heads import CHAIN_START
from tests.support.making import new_case

ACTS = ("case.filed", "case.offered", "case.accepted", "case.read", "case.replied")


@pytest.fixture
def case(store: Database, vault: Vault) -> CaseId:
    """A case with five entries in its chain."""
    case = new_case()
    for act in ACTS:
        with store.writing() as session:
            journal(session, vault, case, act, Actor("system"), {"number": ACTS.index(act)})
    return case


def _faults(store: Database, vault: Vault) -> tuple[JournalFault, ...]:
    with store.reading() as session:
        return verify_journal(session, vault).faults


def test_entries_come_back_in_order_with_their_exact_time(
    store: Database, vault: Vault, case: CaseId
) -> None:
    actor = Actor("member", new_id(), new_id())
    with store.writing() as session:
        journal(session, vault, case, "case.noted", actor, {"words": 3})
    with store.reading() as session:
        entries = read_journal(session, vault, case)
        assert [entry.act for entry in entries] == [*ACTS, "case.noted"]
        assert [entry.seq for entry in entries] == [1, 2, 3, 4, 5, 6]
        assert (entries[-1].actor, entries[-1].detail) == (actor, {"words": 3})
        assert clock.now() - entries[-1].at < timedelta(minutes=1)
        assert (entries[-1].hour.minute, entries[-1].hour.second) == (0, 0)
        assert read_journal(session, vault, new_case()) == []


def test_several_entries_in_one_unit_of_work_stay_in_order(store: Database, vault: Vault) -> None:
    case = new_case()
    with store.writing() as session:
        for act in ACTS:
            journal(session, vault, case, act, Actor("worker"))
    with store.reading() as session:
        assert [entry.act for entry in read_journal(session, vault, case)] == list(ACTS)
    assert not _faults(store, vault)


def test_an_untouched_journal_is_sound_and_counted(store: Database, vault: Vault, case: CaseId) -> None:
    with store.reading() as session:
        verdict = verify_journal(session, vault)
        assert verdict.sound
        assert verdict.chains == 1 + 2 + 1  # the deployment's, the noise, this case
        assert verdict.entries == 2 + 2 + len(ACTS)


def test_what_is_rolled_back_leaves_no_entry_and_no_gap(store: Database, vault: Vault, case: CaseId) -> None:
    with suppress(RuntimeError), store.writing() as session:
        journal(session, vault, case, "case.closed", Actor("system"))
        raise RuntimeError
    with store.writing() as session:
        journal(session, vault, case, "case.read", Actor("system"))
    with store.reading() as session:
        assert [entry.seq for entry in read_journal(session, vault, case)] == [1, 2, 3, 4, 5, 6]
    assert not _faults(store, vault)


def test_writers_at_the_same_time_get_one_order(store: Database, vault: Vault, case: CaseId) -> None:
    def write(number: int) -> None:
        with store.writing() as session:
            journal(session, vault, case, "case.read", Actor("system"), {"by": number})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(20)))
    with store.reading() as session:
        entries = read_journal(session, vault, case)
    assert [entry.seq for entry in entries] == list(range(1, len(ACTS) + 21))
    assert {entry.detail["by"] for entry in entries[len(ACTS) :]} == set(range(20))
    assert not _faults(store, vault)


def test_neither_acts_nor_details_show_in_the_database(store: Database, vault: Vault, case: CaseId) -> None:
    with store.writing() as session:
        journal(session, vault, case, "case.category", Actor("system"), {"to": "gbvh" * 10})
    with store.reading() as session:
        for row in session.scalars(select(JournalRow)):
            stored = row.commitment + (row.content or b"") + row.hash
            assert b"gbvh" not in stored
            assert b"case." not in stored


def _rows(session: Session, case: CaseId) -> list[JournalRow]:
    return list(
        session.scalars(select(JournalRow).where(JournalRow.chain_id == case).order_by(JournalRow.seq))
    )


def _change_content(session: Session, rows: list[JournalRow]) -> None:
    content = rows[2].content or b""
    rows[2].content = content[:-1] + bytes([content[-1] ^ 1])


def _drop_content(session: Session, rows: list[JournalRow]) -> None:
    rows[2].content = None


def _change_commitment(session: Session, rows: list[JournalRow]) -> None:
    rows[2].commitment = bytes(32)


def _change_hour(session: Session, rows: list[JournalRow]) -> None:
    rows[2].hour += timedelta(hours=1)


def _change_hash(session: Session, rows: list[JournalRow]) -> None:
    rows[2].hash = bytes(32)


def _copy_content(session: Session, rows: list[JournalRow]) -> None:
    rows[2].content, rows[2].commitment = rows[1].content, rows[1].commitment


def _remove(session: Session, rows: list[JournalRow]) -> None:
    session.delete(rows[2])


def _remove_first(session: Session, rows: list[JournalRow]) -> None:
    session.delete(rows[0])


def _remove_tail(session: Session, rows: list[JournalRow]) -> None:
    session.delete(rows[4])
    session.delete(rows[3])


def _remove_all(session: Session, rows: list[JournalRow]) -> None:
    for row in rows:
        session.delete(row)


def _swap(session: Session, rows: list[JournalRow]) -> None:
    rows[2].seq = 99
    session.flush()
    rows[3].seq = 3
    session.flush()
    rows[2].seq = 4


def _remove_and_close_up(session: Session, rows: list[JournalRow]) -> None:
    session.delete(rows[2])
    session.flush()
    rows[3].seq = 3
    session.flush()
    rows[4].seq = 4


def _append(session: Session, rows: list[JournalRow]) -> None:
    last = rows[4]
    session.add(
        JournalRow(
            id=new_id(),
            chain_id=last.chain_id,
            seq=6,
            hour=last.hour,
            commitment=last.commitment,
            content=last.content,
            hash=last.hash,
        )
    )


def _cut_head(session: Session, rows: list[JournalRow]) -> None:
    # The tail goes, and the head is made to look as if it had never been.
    head = session.get_one(JournalChainRow, rows[0].chain_id)
    session.delete(rows[4])
    head.seq, head.hash = 4, rows[3].hash


def _change_secret(session: Session, rows: list[JournalRow]) -> None:
    session.get_one(JournalChainRow, rows[0].chain_id).secret_veil = bytes(100)


def _remove_head(session: Session, rows: list[JournalRow]) -> None:
    session.delete(session.get_one(JournalChainRow, rows[0].chain_id))


Tamper = Callable[[Session, list[JournalRow]], None]


@pytest.mark.parametrize(
    ("tamper", "seq", "kind"),
    (
        (_change_content, 3, JournalFaultKind.CHANGED),
        (_drop_content, 3, JournalFaultKind.CHANGED),
        (_change_commitment, 3, JournalFaultKind.CHANGED),
        (_change_hour, 3, JournalFaultKind.CHANGED),
        (_change_hash, 3, JournalFaultKind.CHANGED),
        (_copy_content, 3, JournalFaultKind.CHANGED),
        (_remove, 3, JournalFaultKind.REMOVED),
        (_remove_first, 1, JournalFaultKind.REMOVED),
        (_remove_tail, 4, JournalFaultKind.REMOVED),
        (_remove_all, 1, JournalFaultKind.REMOVED),
        (_swap, 3, JournalFaultKind.REORDERED),
        (_remove_and_close_up, 3, JournalFaultKind.REORDERED),
        (_append, 6, JournalFaultKind.ADDED),
        (_cut_head, 4, JournalFaultKind.HEAD),
        (_change_secret, 1, JournalFaultKind.HEAD),
        (_remove_head, 1, JournalFaultKind.HEAD),
    ),
)
def test_the_first_touched_entry_is_named(
    store: Database, vault: Vault, case: CaseId, tamper: Tamper, seq: int, kind: JournalFaultKind
) -> None:
    assert not _faults(store, vault)
    with store.writing() as session:
        tamper(session, _rows(session, case))
    assert _faults(store, vault) == (JournalFault(case, seq, kind),)


def _change_hour_back(rows: list[JournalRow]) -> None:
    rows[2].hour -= timedelta(hours=5)


def _swap_commitment(rows: list[JournalRow]) -> None:
    rows[2].commitment = rows[1].commitment


@pytest.mark.parametrize("change", (_change_hour_back, _swap_commitment))
def test_hashes_mended_after_a_change_do_not_hide_it(
    store: Database, vault: Vault, case: CaseId, change: Callable[[list[JournalRow]], None]
) -> None:
    with store.writing() as session:
        rows, last = _rows(session, case), CHAIN_START
        change(rows)
        for row in rows:
            row.hash = last = entry_hash(vault, case, row.seq, row.id, row.hour, row.commitment, last)
        session.get_one(JournalChainRow, case).hash = last
    assert _faults(store, vault) == (JournalFault(case, 3, JournalFaultKind.CHANGED),)


def test_hashes_mended_after_a_removal_do_not_hide_it(store: Database, vault: Vault, case: CaseId) -> None:
    with store.writing() as session:
        _remove_and_close_up(session, _rows(session, case))
        session.flush()
        last = CHAIN_START
        for row in _rows(session, case):
            row.hash = last = entry_hash(vault, case, row.seq, row.id, row.hour, row.commitment, last)
        head = session.get_one(JournalChainRow, case)
        head.seq, head.hash = 4, last
    assert _faults(store, vault) == (JournalFault(case, 3, JournalFaultKind.REORDERED),)


def test_several_touched_chains_are_all_named(store: Database, vault: Vault, case: CaseId) -> None:
    other = new_case()
    with store.writing() as session:
        journal(session, vault, other, "case.filed", Actor("worker"))
    with store.writing() as session:
        _rows(session, other)[0].commitment = bytes(32)
        _remove(session, _rows(session, case))
    assert {(fault.chain_id, fault.seq) for fault in _faults(store, vault)} == {(case, 3), (other, 1)}


def test_a_changed_head_and_content_close_nothing_and_are_not_mended(
    store: Database, vault: Vault, case: CaseId
) -> None:
    with store.writing() as session:
        _change_content(session, _rows(session, case))
        session.get_one(JournalChainRow, case).seq = 3
    with store.writing() as session:
        journal(session, vault, case, "case.read", Actor("system"))
    with store.reading() as session:
        entries = read_journal(session, vault, case)
        assert [fault.chain_id for fault in verify_journal(session, vault).faults] == [case]
    closed = ACTS[2]
    assert [entry.act for entry in entries] == [
        *(act for act in ACTS if act != closed),
        "journal.spoilt",
        "case.read",
    ]
    assert [entry.seq for entry in entries] == [1, 2, 4, 5, 6, 7]


def test_entries_are_read_in_the_order_that_they_were_written_in(
    store: Database, vault: Vault, case: CaseId
) -> None:
    with store.writing() as session:
        _swap(session, _rows(session, case))
    with store.reading() as session:
        assert [entry.act for entry in read_journal(session, vault, case)] == list(ACTS)


def test_the_deployments_own_chain_is_apart(store: Database, vault: Vault, case: CaseId) -> None:
    with store.writing() as session:
        journal(session, vault, None, "member.invited", Actor("operator"))
    with store.reading() as session:
        assert [entry.act for entry in read_journal(session, vault, None)] == [
            "sign_in",
            "sign_in",
            "member.invited",
        ]
        assert session.scalar(select(func.count()).where(JournalRow.chain_id == case)) == len(ACTS)
