"""Keyrings: who holds which half, who may read the files, and one clear line for each way they can be wrong."""

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.vault import (
    KeyringExists,
    KeyringMissing,
    KeyringUnreadable,
    Vault,
    load_keyring,
    make_keyrings,
)
from app.vault.keyring import Key, KeyKind, _point
from app.vault.pairs import Pair, encrypt_to


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "keys"
    make_keyrings(made)
    return made


def _kinds(folder: Path, name: Any) -> dict[KeyKind, Key]:
    return {key.kind: key for key in load_keyring(folder, name).keys}


def test_only_the_owner_may_read_the_files(folder: Path) -> None:
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == {"web.json": 0o600, "dispatcher.json": 0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_each_process_holds_the_secrets_it_needs_and_no_other(folder: Path) -> None:
    web, dispatcher = _kinds(folder, "web"), _kinds(folder, "dispatcher")
    assert {kind for kind, key in web.items() if key.secret} == {KeyKind.FIELD, KeyKind.INDEX, KeyKind.INTAKE}
    assert {kind for kind, key in dispatcher.items() if key.secret} == {
        KeyKind.FIELD,
        KeyKind.INDEX,
        KeyKind.CONTACT,
        KeyKind.ROOT,
    }
    assert set(web) - {kind for kind, key in web.items() if key.secret} == {KeyKind.CONTACT}


def test_what_the_web_seals_to_contact_only_the_dispatcher_opens(folder: Path) -> None:
    public, secret = (
        _kinds(folder, "web")[KeyKind.CONTACT].public,
        _kinds(folder, "dispatcher")[KeyKind.CONTACT].secret,
    )
    assert public is not None
    assert secret is not None
    assert Pair(secret).open(encrypt_to(public, b"+95 9 123", b"here"), b"here") == b"+95 9 123"


def test_both_processes_veil_and_find_alike(folder: Path) -> None:
    web, dispatcher = Vault(load_keyring(folder, "web")), Vault(load_keyring(folder, "dispatcher"))
    assert web.lookup("login", "mya") == dispatcher.lookup("login", "mya")
    assert web.lookup("login", "mya") != web.lookup("town", "mya")


def test_keys_are_never_overwritten(folder: Path) -> None:
    before = (folder / "web.json").read_bytes()
    (folder / "dispatcher.json").unlink()
    with pytest.raises(KeyringExists):
        make_keyrings(folder)
    assert (folder / "web.json").read_bytes() == before
    assert not (folder / "dispatcher.json").exists()


def test_a_missing_keyring_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(KeyringMissing, match="redress init"):
        load_keyring(tmp_path, "web")


@pytest.mark.parametrize("mode", (0o640, 0o604, 0o660, 0o610))
def test_a_keyring_that_others_can_open_is_refused(folder: Path, mode: int) -> None:
    (folder / "web.json").chmod(mode)
    with pytest.raises(KeyringUnreadable, match="0600"):
        load_keyring(folder, "web")


def _drop(kind: str) -> Callable[[dict[str, Any]], None]:
    def damage(content: dict[str, Any]) -> None:
        content["keys"] = [key for key in content["keys"] if key["kind"] != kind]

    return damage


def _change(of: str, **values: Any) -> Callable[[dict[str, Any]], None]:
    def damage(content: dict[str, Any]) -> None:
        for key in content["keys"]:
            if key["kind"] == of:
                key.update(values)

    return damage


def _double(content: dict[str, Any]) -> None:
    content["keys"].append(content["keys"][0])


@pytest.mark.parametrize(
    "damage",
    (
        _drop("field"),
        _drop("index"),
        _drop("contact"),
        _double,
        _change("index", secret=None),
        _change("index", secret="YWJj"),
        _change("index", secret="not base 64!"),
        _change("field", state="retired"),
        _change("field", kind="unheard of"),
        _change("field", id="xyz"),
        _change("field", id="abcd"),
        lambda content: content.update(keyring="dispatcher"),
        lambda content: content.update(format=2),
        lambda content: content.update(deployment="here"),
        lambda content: content.update(keys=None),
    ),
)
def test_a_damaged_keyring_is_refused_in_one_line(
    folder: Path, damage: Callable[[dict[str, Any]], None]
) -> None:
    path = folder / "web.json"
    content = json.loads(path.read_text())
    damage(content)
    path.write_text(json.dumps(content))
    with pytest.raises(KeyringUnreadable) as refused:
        load_keyring(folder, "web")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("raw", (b"", b"\xff\xfe", b"[]", b"null", b"{}", b'{"format": 1'))
def test_anything_else_is_refused_in_one_line(folder: Path, raw: bytes) -> None:
    (folder / "web.json").write_bytes(raw)
    with pytest.raises(KeyringUnreadable, match="damaged"):
        load_keyring(folder, "web")


def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "web.json").mkdir()
    with pytest.raises(KeyringUnreadable):
        load_keyring(tmp_path, "web")


def test_secrets_do_not_show_when_a_keyring_is_printed(folder: Path) -> None:
    keyring = load_keyring(folder, "web")
    printed = repr(keyring)
    assert all(repr(key.secret) not in printed for key in keyring.keys if key.secret)


# Of 379 the first coordinate begins with an empty byte, of 43 the second.
@pytest.mark.parametrize("secret", (1, 43, 379))
def test_the_point_of_a_key_is_written_as_browsers_read_it(secret: int) -> None:
    private = ec.derive_private_key(secret, ec.SECP256R1())
    assert _point(private) == private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
