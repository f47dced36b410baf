"""Circles and members' rows, and the deployment that all of it is bound to."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from app.database import CircleId, Database, MemberId, OrganisationId, new_id
from app.vault import (
    AlreadyInCircle,
    CircleMemberRow,
    CircleName,
    CircleRow,
    DeploymentMissing,
    DeploymentRow,
    HolderKind,
    KeyringOfAnotherDeployment,
    MemberKeyChanged,
    NewMemberKey,
    NotInCircle,
    PublicKeyForged,
    PublicKeyMissing,
    PublicKeyRow,
    SealBroken,
    Vault,
    WrongPassword,
    WrongRecoveryCode,
    admit_to_circle,
    bind_deployment,
    check_deployment,
    circle_name,
    circle_of,
    circle_public_key,
    circle_public_keys,
    circles_of_member,
    is_in_circle,
    load_keyring,
    make_circle,
    member_key_row,
    open_circle,
    open_membership,
    public_key_of,
    rewrap,
    unlock_member,
    unlock_with_recovery,
)
from app.vault.keyring import KeyKind
from tests.support.making import FAST, new_place, new_vault

PASSWORD = "a password"
HOME = OrganisationId(new_id())


def _member(store: Database, vault: Vault, password: str = PASSWORD) -> NewMemberKey:
    made = vault.make_member_key(MemberId(new_id()), password)
    with store.writing() as session:
        session.add_all([made.row, made.public_row])
    return made


def _circle(
    store: Database, vault: Vault, first: NewMemberKey, name: CircleName = CircleName.EVERYONE
) -> CircleRow:
    with store.writing() as session:
        return make_circle(session, vault, HOME, name, first.public)


def test_a_circle_opens_for_its_members_and_nobody_else(store: Database, vault: Vault) -> None:
    first, second, outsider = (_member(store, vault) for _ in range(3))
    circle = _circle(store, vault, first)
    with store.writing() as session:
        opened = open_circle(session, vault, first.key, circle.id)
        admit_to_circle(session, vault, circle.id, opened, second.public, first.key.member_id)
    with store.writing() as session:
        assert open_circle(session, vault, second.key, circle.id) == opened
        assert opened.pair.public == circle_public_key(session, vault, circle).raw
        assert all(is_in_circle(session, circle.id, each.key.member_id) for each in (first, second))
        assert not is_in_circle(session, circle.id, outsider.key.member_id)
        with pytest.raises(NotInCircle):
            open_circle(session, vault, outsider.key, circle.id)
        for row in session.scalars(select(CircleMemberRow).where(CircleMemberRow.circle_id == circle.id)):
            with pytest.raises(NotInCircle):
                open_membership(vault, row, outsider.key)
        with pytest.raises(AlreadyInCircle):
            admit_to_circle(session, vault, circle.id, opened, second.public, first.key.member_id)
        with pytest.raises(NotInCircle):
            admit_to_circle(session, vault, CircleId(new_id()), opened, outsider.public, first.key.member_id)


def test_a_membership_moved_to_another_member_does_not_open(store: Database, vault: Vault) -> None:
    first, intruder = _member(store, vault), _member(store, vault)
    circle = _circle(store, vault, first)
    with store.writing() as session:
        row = session.scalars(select(CircleMemberRow).where(CircleMemberRow.circle_id == circle.id)).one()
        row.member_id = intruder.key.member_id
    with store.reading() as session, pytest.raises(SealBroken):
        open_circle(session, vault, intruder.key, circle.id)


def test_circles_are_found_by_name_though_the_database_does_not_show_it(
    store: Database, vault: Vault
) -> None:
    first = _member(store, vault)
    rows = {name: _circle(store, vault, first, name) for name in CircleName}
    with store.reading() as session:
        for name, row in rows.items():
            found = circle_of(session, vault, HOME, name)
            assert found is not None
            assert found.id == row.id
            assert circle_name(vault, row) is name
            assert name.encode() not in row.name_veil
        assert len({len(row.name_veil) for row in rows.values()}) == 1
        assert circle_of(session, vault, OrganisationId(new_id()), CircleName.EVERYONE) is None
        assert {row.id for row in circles_of_member(session, first.key.member_id)} == {
            row.id for row in rows.values()
        }
        assert circles_of_member(session, MemberId(new_id())) == []
        assert circle_public_key(session, vault, rows[CircleName.CUSTODY]).kind is HolderKind.CUSTODY


def test_a_public_key_slipped_into_the_database_is_found_out(store: Database, vault: Vault) -> None:
    first, thief = _member(store, vault), _member(store, vault)
    circle = _circle(store, vault, first)
    with store.writing() as session:
        row = session.scalars(select(PublicKeyRow).where(PublicKeyRow.holder_id == circle.id)).one()
        row.raw, row.mac = thief.public_row.raw, thief.public_row.mac
    with store.reading() as session:
        with pytest.raises(PublicKeyForged):
            circle_public_key(session, vault, circle)
        with pytest.raises(PublicKeyMissing):
            public_key_of(session, vault, HolderKind.MEMBER, new_id())


def test_the_number_by_which_the_newest_key_is_chosen_cannot_be_changed(
    store: Database, vault: Vault
) -> None:
    circle = _circle(store, vault, _member(store, vault))
    with store.writing() as session:
        session.scalars(select(PublicKeyRow).where(PublicKeyRow.holder_id == circle.id)).one().version = 7
    with store.reading() as session:
        with pytest.raises(PublicKeyForged):
            circle_public_key(session, vault, circle)
        wanted = {circle.organisation_id: CircleName.EVERYONE}
        assert circle_public_keys(session, vault, wanted) == {}


def test_a_note_to_custody_opens_for_a_custodian_in_its_place_only(store: Database, vault: Vault) -> None:
    custodian = _member(store, vault)
    circle, place = _circle(store, vault, custodian, CircleName.CUSTODY), new_place("cases_routing_notes")
    with store.reading() as session:
        note = vault.seal_for(circle_public_key(session, vault, circle), place, {"site": "a mill"})
        key = open_circle(session, vault, custodian.key, circle.id)
    assert vault.open_sealed(key, place, note) == {"site": "a mill"}
    for holder, where in ((key, new_place("cases_routing_notes")), (custodian.key, place)):
        with pytest.raises(SealBroken):
            vault.open_sealed(holder, where, note)


def test_a_new_password_and_code_take_the_place_of_the_old_ones(store: Database, vault: Vault) -> None:
    made = _member(store, vault, "old password")
    wrap = vault.wrap_member_key(made.key, "new password")
    with store.writing() as session:
        rewrap(session, wrap)
    with store.reading() as session:
        row = member_key_row(session, made.key.member_id)
    assert row is not None
    assert unlock_member(vault, row, "new password").pair == made.key.pair
    assert unlock_with_recovery(vault, row, wrap.recovery_code).pair == made.key.pair
    with pytest.raises(WrongPassword):
        unlock_member(vault, row, "old password")
    with pytest.raises(WrongRecoveryCode):
        unlock_with_recovery(vault, row, made.recovery_code)


def test_a_recovery_code_serves_once_even_in_two_windows(store: Database, vault: Vault) -> None:
    made = _member(store, vault)
    keys = [unlock_with_recovery(vault, made.row, made.recovery_code) for _ in range(2)]
    wraps = [vault.wrap_member_key(key, f"password {number}") for number, key in enumerate(keys)]
    with store.writing() as session:
        rewrap(session, wraps[0])
    with pytest.raises(MemberKeyChanged), store.writing() as session:
        rewrap(session, wraps[1])
    with store.reading() as session:
        row = member_key_row(session, made.key.member_id)
        assert member_key_row(session, MemberId(new_id())) is None
    assert row is not None
    assert unlock_member(vault, row, "password 0").pair == made.key.pair


def test_a_keyring_of_another_deployment_is_refused(store: Database, vault: Vault, stranger: Vault) -> None:
    with store.writing() as session:
        check_deployment(session, vault)
        bind_deployment(session, vault)
        assert len(session.scalars(select(DeploymentRow)).all()) == 1
        for act in (check_deployment, bind_deployment):
            with pytest.raises(KeyringOfAnotherDeployment) as refused:
                act(session, stranger)
            assert "\n" not in str(refused.value)


@pytest.mark.parametrize("kind", (KeyKind.FIELD, KeyKind.INDEX))
def test_a_keyring_with_the_right_name_and_wrong_keys_is_refused(
    store: Database, vault: Vault, stranger: Vault, kind: KeyKind
) -> None:
    keys = tuple(key for key in vault.keyring.keys if key.kind is not kind) + stranger.keyring.of_kind(kind)
    with store.reading() as session, pytest.raises(KeyringOfAnotherDeployment):
        check_deployment(session, Vault(replace(vault.keyring, keys=keys), FAST))


def test_both_processes_belong_to_the_same_deployment(database: Database, folder: Path) -> None:
    web = new_vault(folder / "keys")
    dispatcher = Vault(load_keyring(folder / "keys", "dispatcher"))
    with database.writing() as session:
        with pytest.raises(DeploymentMissing, match="redress init"):
            check_deployment(session, web)
        bind_deployment(session, web)
        check_deployment(session, dispatcher)
