"""Grants: each holder opens exactly what its grant names, offered ones open for nobody, and what is taken back stays shut."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain, combinations

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.database import Base, CaseId, CircleId, Database, MemberId, OrganisationId, new_id
from app.vault import (
    Actor,
    CircleKey,
    CircleName,
    CircleRow,
    Compartment,
    CompartmentClosed,
    CompartmentKeyMissing,
    CompartmentKeyRow,
    CompartmentKeys,
    GrantNotOffered,
    GrantRow,
    GrantState,
    JournalChainRow,
    JournalRow,
    MemberKey,
    NewMemberKey,
    NoGrant,
    PublicKey,
    PublicKeyForged,
    Receipt,
    ReceiptKeys,
    ReceiptRow,
    SealBroken,
    Vault,
    accept_grant,
    circle_public_key,
    current_compartments,
    delete_offered_grants,
    end_grants,
    end_receipt,
    find_receipt,
    grants_of_case,
    journal,
    make_circle,
    new_chain,
    new_compartment_versions,
    new_receipt,
    open_circle,
    open_grant,
)
from tests.support.making import new_case, new_place

ALL = frozenset(Compartment)
SUBSETS = tuple(chain.from_iterable(combinations(Compartment, size) for size in (1, 2, 3)))


@dataclass
class Filed:
    """A case as it is right after filing, with its worker and one organisation."""

    case: CaseId
    keys: CompartmentKeys
    receipt: Receipt
    worker: ReceiptKeys
    row: ReceiptRow
    member: NewMemberKey
    circle: CircleRow
    circle_key: CircleKey
    circle_public: PublicKey


@pytest.fixture
def filed(store: Database, vault: Vault) -> Filed:
    receipt, case = new_receipt(), new_case()
    worker, keys = vault.derive_receipt_keys(receipt), vault.make_compartments(case)
    row = vault.register_receipt(case, worker)
    with store.writing() as session:
        member = vault.make_member_key(MemberId(new_id()), "password")
        session.add_all([*keys.rows(), row, member.row, member.public_row])
        circle = make_circle(session, vault, OrganisationId(new_id()), CircleName.EVERYONE, member.public)
        session.add(vault.write_grant(case, keys, ALL, vault.receipt_public_key(row)))
        session.add_all(new_chain(vault, case, [("case.filed", Actor("worker"), {})]))
        public = circle_public_key(session, vault, circle)
        opened = open_circle(session, vault, member.key, circle.id)
    return Filed(case, keys, receipt, worker, row, member, circle, opened, public)


def _live(session: Session, case_id: CaseId) -> list[GrantRow]:
    return [row for row in grants_of_case(session, case_id) if row.state == GrantState.LIVE]


def _grant(
    store: Database, vault: Vault, filed: Filed, names: frozenset[Compartment], *, offered: bool
) -> GrantRow:
    row = vault.write_grant(filed.case, filed.keys, names, filed.circle_public, offered=offered)
    with store.writing() as session:
        session.add(row)
    return row


@pytest.mark.parametrize("names", SUBSETS)
def test_a_holder_opens_exactly_what_its_grant_names(
    store: Database, vault: Vault, filed: Filed, names: tuple[Compartment, ...]
) -> None:
    _grant(store, vault, filed, frozenset(names), offered=False)
    place = new_place()
    sealed = {name: vault.seal_entry(filed.keys.row(name), place, f"in {name}") for name in Compartment}
    with store.reading() as session:
        opened = open_grant(session, vault, filed.case, filed.circle_key)
    assert opened.names == set(names)
    for name in Compartment:
        if name in names:
            assert opened.open_entry(place, name, 1, sealed[name]) == f"in {name}"
        else:
            with pytest.raises(CompartmentClosed):
                opened.open_entry(place, name, 1, sealed[name])


def test_the_worker_opens_everything_with_the_receipt_alone(
    store: Database, vault: Vault, filed: Filed
) -> None:
    again = vault.derive_receipt_keys(filed.receipt)
    with store.reading() as session:
        row = find_receipt(session, again)
        assert row is not None
        assert row.id == filed.row.id
        assert open_grant(session, vault, filed.case, again).names == ALL
        assert find_receipt(session, vault.derive_receipt_keys(new_receipt())) is None


def test_a_replaced_receipt_opens_nothing_any_more(store: Database, vault: Vault, filed: Filed) -> None:
    with store.writing() as session:
        end_receipt(session, filed.row.id)
    with store.reading() as session:
        assert find_receipt(session, filed.worker) is None
        with pytest.raises(NoGrant):
            open_grant(session, vault, filed.case, filed.worker)


def test_an_offered_grant_opens_only_after_it_is_accepted_and_nobody_needs_to_be_there(
    store: Database, vault: Vault, filed: Filed
) -> None:
    grant = _grant(store, vault, filed, ALL, offered=True)
    with store.reading() as session, pytest.raises(NoGrant):
        open_grant(session, vault, filed.case, filed.circle_key)
    with store.writing() as session:
        accept_grant(session, vault, grant.id)
    with store.writing() as session:
        assert open_grant(session, vault, filed.case, filed.circle_key).names == ALL
        with pytest.raises(GrantNotOffered):
            accept_grant(session, vault, grant.id)
        with pytest.raises(GrantNotOffered):
            accept_grant(session, vault, new_id())


def test_calling_an_offered_grant_live_in_the_database_does_not_open_it(
    store: Database, vault: Vault, filed: Filed
) -> None:
    _grant(store, vault, filed, ALL, offered=True)
    with store.writing() as session:
        for row in grants_of_case(session, filed.case):
            row.state = "live"
    with store.reading() as session, pytest.raises(SealBroken):
        open_grant(session, vault, filed.case, filed.circle_key)


def _move_sealed(session: Session, ours: GrantRow, foreign: GrantRow) -> None:
    ours.sealed = foreign.sealed


def _move_case(session: Session, ours: GrantRow, foreign: GrantRow) -> None:
    session.delete(ours)
    session.flush()
    foreign.case_id = ours.case_id


def _cut(session: Session, ours: GrantRow, foreign: GrantRow) -> None:
    assert ours.sealed is not None
    ours.sealed = ours.sealed[:-1]


def _alter(session: Session, ours: GrantRow, foreign: GrantRow) -> None:
    assert ours.sealed is not None
    ours.sealed = ours.sealed[:900] + bytes([ours.sealed[900] ^ 1]) + ours.sealed[901:]


Tamper = Callable[[Session, GrantRow, GrantRow], None]


@pytest.mark.parametrize("tamper", (_move_sealed, _move_case, _cut, _alter))
def test_a_moved_cut_or_altered_grant_fails(
    store: Database, vault: Vault, filed: Filed, tamper: Tamper
) -> None:
    other, keys = new_case(), vault.make_compartments(new_case())
    keys = CompartmentKeys(keys.holder, other, keys.pairs, keys.key_rows)
    ours = _grant(store, vault, filed, ALL, offered=False)
    foreign = vault.write_grant(other, keys, ALL, filed.circle_public)
    with store.writing() as session:
        session.add(foreign)
    with store.writing() as session:
        tamper(session, session.get_one(GrantRow, ours.id), session.get_one(GrantRow, foreign.id))
    with store.reading() as session, pytest.raises(SealBroken):
        open_grant(session, vault, filed.case, filed.circle_key)


@pytest.mark.parametrize(("column", "refused"), (("holder_id", SealBroken), ("case_id", GrantNotOffered)))
def test_an_offered_grant_that_was_moved_cannot_be_accepted(
    store: Database, vault: Vault, filed: Filed, column: str, refused: type[Exception]
) -> None:
    grant = _grant(store, vault, filed, ALL, offered=True)
    with store.writing() as session:
        setattr(session.get_one(GrantRow, grant.id), column, new_id())
    with store.writing() as session, pytest.raises(refused):
        accept_grant(session, vault, grant.id)


def test_strangers_to_a_case_have_no_grant(store: Database, vault: Vault, filed: Filed) -> None:
    stranger = vault.derive_receipt_keys(new_receipt())
    with store.reading() as session:
        for key in (filed.circle_key, filed.member.key, stranger):
            with pytest.raises(NoGrant):
                open_grant(session, vault, filed.case, key)


def test_a_key_of_the_wrong_holder_does_not_open_a_grant(store: Database, vault: Vault, filed: Filed) -> None:
    _grant(store, vault, filed, ALL, offered=False)
    foreign = vault.make_member_key(MemberId(new_id()), "other").key.pair
    impostor = CircleKey(filed.circle_key.circle_id, filed.circle_key.public_key_id, foreign)
    with store.reading() as session, pytest.raises(SealBroken):
        open_grant(session, vault, filed.case, impostor)


def test_nothing_in_the_row_names_what_it_opens(store: Database, vault: Vault, filed: Filed) -> None:
    sizes = set()
    for names in (frozenset({Compartment.BRIEF}), ALL):
        row = vault.write_grant(filed.case, filed.keys, names, filed.circle_public)
        assert row.sealed is not None
        sizes.add((len(row.sealed), len(row.names_veil)))
        for name in Compartment:
            assert name.encode() not in row.sealed + row.names_veil
    assert len(sizes) == 1


def test_a_holder_has_one_grant_for_a_case(store: Database, vault: Vault, filed: Filed) -> None:
    _grant(store, vault, filed, ALL, offered=False)
    with pytest.raises(IntegrityError):
        _grant(store, vault, filed, ALL, offered=True)
    with store.writing() as session:
        end_grants(session, filed.case, {filed.circle.id})
    _grant(store, vault, filed, ALL, offered=True)


def test_ending_drops_what_was_sealed_and_remembers_until_when(
    store: Database, vault: Vault, filed: Filed
) -> None:
    _grant(store, vault, filed, ALL, offered=False)
    with store.writing() as session:
        assert end_grants(session, filed.case, {filed.circle.id, new_id()}) == 1
        assert end_grants(session, filed.case, {filed.circle.id}) == 0
    with store.reading() as session:
        assert [row.holder_id for row in _live(session, filed.case)] == [filed.row.id]
        ended = next(row for row in grants_of_case(session, filed.case) if row.holder_id == filed.circle.id)
        assert (ended.state, ended.sealed) == ("ended", None)
        assert ended.ended_hour is not None
        assert ended.ended_hour.minute == 0
        with pytest.raises(NoGrant):
            open_grant(session, vault, filed.case, filed.circle_key)


def test_only_offered_grants_of_this_case_are_deleted(store: Database, vault: Vault, filed: Filed) -> None:
    _grant(store, vault, filed, ALL, offered=True)
    with store.writing() as session:
        before = len(session.scalars(select(GrantRow)).all())
        assert delete_offered_grants(session, filed.case, {new_id()}) == 0
        assert delete_offered_grants(session, filed.case) == 1
        assert len(session.scalars(select(GrantRow)).all()) == before - 1
        assert len(_live(session, filed.case)) == 1


def test_taking_back_gives_new_versions_to_those_who_stay_and_nothing_to_the_others(
    store: Database, vault: Vault, filed: Filed
) -> None:
    _grant(store, vault, filed, ALL, offered=False)
    brief = frozenset({Compartment.BRIEF})
    union = vault.write_grant(filed.case, filed.keys, brief, filed.member.public, offered=True)
    place = new_place()
    before = vault.seal_entry(filed.keys.row(Compartment.BRIEF), place, "before")
    with store.writing() as session:
        session.add(union)
    with store.writing() as session:
        keep = [vault.receipt_public_key(filed.row), filed.member.public]
        new_compartment_versions(session, vault, filed.case, keep)
    with store.writing() as session:
        newest = current_compartments(session, vault, filed.case)
        assert {row.version for row in newest.values()} == {2}
        after = vault.seal_entry(newest[Compartment.BRIEF], place, "after")
        accept_grant(session, vault, union.id)
    with store.reading() as session:
        for key, names in ((filed.worker, ALL), (filed.member.key, brief)):
            opened = open_grant(session, vault, filed.case, key)
            assert set(opened.pairs) == {(name, version) for name in names for version in (1, 2)}
            assert opened.open_entry(place, Compartment.BRIEF, 1, before) == "before"
            assert opened.open_entry(place, Compartment.BRIEF, 2, after) == "after"
        with pytest.raises(NoGrant):
            open_grant(session, vault, filed.case, filed.circle_key)
    with pytest.raises(CompartmentClosed):
        filed.keys.open_entry(place, Compartment.BRIEF, 2, after)


def test_a_part_of_an_older_grant_cannot_be_put_back_in_another_order(
    store: Database, vault: Vault, filed: Filed
) -> None:
    with store.writing() as session:
        new_compartment_versions(session, vault, filed.case, [vault.receipt_public_key(filed.row)])
    with store.writing() as session:
        (row,) = _live(session, filed.case)
        assert row.sealed is not None
        half = len(row.sealed) // 2
        row.sealed = row.sealed[half:] + row.sealed[:half]
    with store.reading() as session, pytest.raises(SealBroken):
        open_grant(session, vault, filed.case, filed.worker)


def test_current_compartments_are_authenticated(store: Database, vault: Vault, filed: Filed) -> None:
    with store.writing() as session:
        with pytest.raises(CompartmentKeyMissing):
            current_compartments(session, vault, new_case())
        row = current_compartments(session, vault, filed.case)[Compartment.ACCOUNT]
        row.raw = vault.make_compartments(filed.case).row(Compartment.ACCOUNT).raw
        session.flush()
        with pytest.raises(PublicKeyForged):
            current_compartments(session, vault, filed.case)


def test_a_grant_for_another_case_than_the_opened_one_is_refused(vault: Vault, filed: Filed) -> None:
    with pytest.raises(CompartmentClosed):
        vault.write_grant(new_case(), filed.keys, ALL, filed.circle_public)


def test_the_member_key_kept_in_a_session_still_opens_the_circle(
    store: Database, vault: Vault, filed: Filed
) -> None:
    kept = MemberKey.unpacked(filed.member.key.packed())
    with store.reading() as session:
        assert open_circle(session, vault, kept, CircleId(filed.circle.id)) == filed.circle_key


@pytest.mark.parametrize("how", ("its number was taken out", "it was taken away", "it was begun anew"))
def test_an_ended_grant_that_is_put_back_does_not_open_whatever_became_of_the_head(
    store: Database, vault: Vault, filed: Filed, how: str
) -> None:
    before = _grant(store, vault, filed, ALL, offered=False)
    kept = {column.name: getattr(before, column.name) for column in GrantRow.__mapper__.columns}
    with store.writing() as session:
        new_compartment_versions(session, vault, filed.case, [vault.receipt_public_key(filed.row)])
    tables = Base.metadata.tables
    table, heads = tables[GrantRow.__tablename__], tables[JournalChainRow.__tablename__]
    entries = tables[JournalRow.__tablename__]
    with store.engine.begin() as connection:
        connection.execute(update(table).where(table.c.id == before.id).values(**kept))
        if how == "its number was taken out":
            connection.execute(update(heads).where(heads.c.id == filed.case).values(key_version=None))
        else:
            connection.execute(delete(entries).where(entries.c.chain_id == filed.case))
            connection.execute(delete(heads).where(heads.c.id == filed.case))
    if how == "it was begun anew":
        with store.writing() as session:
            journal(session, vault, filed.case, "case.read", Actor("worker"))
    with store.reading() as session:
        with pytest.raises(NoGrant):
            open_grant(session, vault, filed.case, filed.circle_key)
        # Nothing tells any more which keys are the newest, so nothing is sealed to any of them.
        with pytest.raises(CompartmentKeyMissing):
            current_compartments(session, vault, filed.case)


def test_nothing_new_is_sealed_to_older_keys_where_the_newest_were_taken_away(
    store: Database, vault: Vault, filed: Filed
) -> None:
    with store.writing() as session:
        new_compartment_versions(session, vault, filed.case, [vault.receipt_public_key(filed.row)])
    keys = Base.metadata.tables[CompartmentKeyRow.__tablename__]
    with store.engine.begin() as connection:
        connection.execute(delete(keys).where(keys.c.case_id == filed.case, keys.c.version == 2))
    with store.reading() as session, pytest.raises(CompartmentKeyMissing):
        current_compartments(session, vault, filed.case)
