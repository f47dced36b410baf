"""Members' keys: two ways in, each with its own price, and nothing that shows which password was nearly right."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from unittest import mock

import pytest

from app.database import MemberId, new_id
from app.vault import (
    Hardness,
    MemberKey,
    NewMemberKey,
    Vault,
    WrongPassword,
    WrongRecoveryCode,
    pretend_unlock,
    unlock_member,
    unlock_with_recovery,
)
from app.vault.keyholder import PASSWORD_HARDNESS
from app.vault.keyring import KeyKind

PASSWORD = "Zaw's café, rain at five"


@pytest.fixture(scope="module")
def made(vault: Vault) -> NewMemberKey:
    return vault.make_member_key(MemberId(new_id()), PASSWORD)


def test_the_password_opens_the_key(vault: Vault, made: NewMemberKey) -> None:
    assert unlock_member(vault, made.row, PASSWORD) == made.key
    assert made.key.pair.public == made.public.raw == made.public_row.raw


def test_the_same_password_from_another_keyboard_opens_it(vault: Vault, made: NewMemberKey) -> None:
    decomposed = PASSWORD.replace("é", "e\N{COMBINING ACUTE ACCENT}")
    assert decomposed != PASSWORD
    assert unlock_member(vault, made.row, decomposed) == made.key


@pytest.mark.parametrize("password", ("", PASSWORD + " ", PASSWORD.upper(), "\udcff", "x" * 10_000))
def test_no_other_password_does(vault: Vault, made: NewMemberKey, password: str) -> None:
    with pytest.raises(WrongPassword):
        unlock_member(vault, made.row, password)


def test_the_recovery_code_opens_it_however_it_is_copied(vault: Vault, made: NewMemberKey) -> None:
    code = made.recovery_code
    assert len(code.replace("-", "")) == 26
    for typed in (code, code.lower(), code.replace("-", " "), code.replace("0", "O").replace("1", "l")):
        assert unlock_with_recovery(vault, made.row, typed) == made.key


def test_no_other_recovery_code_does(vault: Vault, made: NewMemberKey) -> None:
    code = made.recovery_code
    changed = ("8" if code[-1] != "8" else "9").join((code[:-1], ""))
    for typed in ("", code[:-1], code + "0", "U" + code[1:], "Z" + code[1:], changed, "é" * 26, PASSWORD):
        with pytest.raises(WrongRecoveryCode):
            unlock_with_recovery(vault, made.row, typed)


def test_the_password_of_one_member_does_not_open_the_row_of_another(
    vault: Vault, made: NewMemberKey
) -> None:
    other = vault.make_member_key(MemberId(new_id()), "another password")
    other.row.salt, other.row.by_password, other.row.by_recovery = (
        made.row.salt,
        made.row.by_password,
        made.row.by_recovery,
    )
    with pytest.raises(WrongPassword):
        unlock_member(vault, other.row, PASSWORD)
    with pytest.raises(WrongRecoveryCode):
        unlock_with_recovery(vault, other.row, made.recovery_code)


def test_without_the_pepper_neither_password_nor_code_opens_anything(
    vault: Vault, made: NewMemberKey
) -> None:
    keys = tuple(
        replace(key, secret=bytes(32)) if key.kind is KeyKind.INDEX else key for key in vault.keyring.keys
    )
    thief = Vault(replace(vault.keyring, keys=keys), vault.hardness)
    with pytest.raises(WrongPassword):
        unlock_member(thief, made.row, PASSWORD)
    with pytest.raises(WrongRecoveryCode):
        unlock_with_recovery(thief, made.row, made.recovery_code)


def test_the_cost_of_a_guess_is_stored_with_the_row_so_that_it_can_grow(
    vault: Vault, made: NewMemberKey
) -> None:
    assert made.row.hardness == {"memory_kib": 64, "passes": 1, "lanes": 1}
    grown = Vault(vault.keyring, Hardness(memory_kib=128, passes=2))
    assert unlock_member(grown, made.row, PASSWORD) == made.key
    made_later = grown.make_member_key(MemberId(new_id()), PASSWORD)
    assert made_later.row.hardness == {"memory_kib": 128, "passes": 2, "lanes": 1}


def test_outside_tests_a_guess_costs_what_the_design_says(vault: Vault) -> None:
    assert Vault(vault.keyring).hardness == PASSWORD_HARDNESS
    assert (PASSWORD_HARDNESS.memory_kib, PASSWORD_HARDNESS.passes) == (64 * 1024, 3)


def test_many_people_can_sign_in_at_once(vault: Vault) -> None:
    # With more than one lane this waits for ever.
    real = Vault(vault.keyring, Hardness(memory_kib=1024, passes=3))
    row = real.make_member_key(MemberId(new_id()), PASSWORD).row
    with ThreadPoolExecutor(4) as pool:
        keys = list(pool.map(lambda _: unlock_member(real, row, PASSWORD), range(32)))
    assert len(set(keys)) == 1
    with pytest.raises(ValueError, match="one lane"):
        Hardness(memory_kib=1024, passes=3, lanes=2)


def test_an_unknown_login_costs_as_much_as_a_wrong_password(vault: Vault) -> None:
    real = Vault(vault.keyring, Hardness(memory_kib=16 * 1024, passes=1, lanes=1))
    row = real.make_member_key(MemberId(new_id()), PASSWORD).row

    def wrong() -> None:
        with pytest.raises(WrongPassword):
            unlock_member(real, row, "wrong")

    costs = []
    for act in (wrong, lambda: pretend_unlock(real, "wrong")):
        start = time.process_time()
        for _ in range(8):
            act()
        costs.append(time.process_time() - start)
    assert 0.5 < costs[0] / costs[1] < 2


def test_a_key_survives_in_a_session(made: NewMemberKey) -> None:
    assert MemberKey.unpacked(made.key.packed()) == made.key


def test_neither_key_nor_code_shows_when_printed(made: NewMemberKey) -> None:
    assert made.recovery_code not in repr(made)
    assert repr(made.key.pair.private) not in repr(made) + repr(made.key)


@pytest.mark.parametrize(
    "hardness",
    (
        {"memory_kib": 2**31, "passes": 1, "lanes": 1},
        {"memory_kib": 64, "passes": 10**9, "lanes": 1},
        {"memory_kib": 64, "passes": 1, "lanes": 64},
        {"memory_kib": -1, "passes": 1, "lanes": 1},
        {"memory_kib": "64", "passes": 1, "lanes": 1},
        {"memory_kib": 64.5, "passes": 1},
        {"memory_kib": 64},
        {"something": 1},
        ["no", "mapping"],
        None,
    ),
)
def test_a_row_that_somebody_wrote_cannot_make_a_log_in_eat_the_machine(vault: Vault, hardness: Any) -> None:
    row = vault.make_member_key(MemberId(new_id()), PASSWORD).row
    row.hardness = hardness
    with mock.patch("app.vault.members.Argon2id") as argon, pytest.raises(WrongPassword):
        unlock_member(vault, row, PASSWORD)
    argon.assert_not_called()
