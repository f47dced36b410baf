"""What a phone sealed opens with the key it was sealed to, for 24 months after that one was replaced, and nowhere else."""

import copy
import json
import os
import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from app import clock
from app.vault import (
    RETIRED_OPENS_FOR,
    ClockBehind,
    IntakeKey,
    IntakeKeyRetired,
    IntakeKeyUnknown,
    KeyringUnreadable,
    PhoneSeal,
    SealBroken,
    Vault,
    load_keyring,
    make_keyrings,
    phone_seals,
    rotate_intake_key,
)
from app.vault.keyring import KeyKind
from tests.support.outbox import Kit, Sealing, from_base_64

DAY = 86_400


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "keys"
    make_keyrings(made)
    return made


def _vault(folder: Path) -> Vault:
    return Vault(load_keyring(folder, "web"))


def _sealed(vault: Vault, body: bytes = b"words") -> PhoneSeal:
    envelope = Sealing(Kit.of(vault)).envelope(plain=body)
    enc, ct = from_base_64(envelope["enc"]), from_base_64(envelope["ct"])
    return PhoneSeal(envelope["key"], envelope["submission"], enc, ct)


@pytest.mark.parametrize("body", (b"", b"words", bytes(range(256)) * 400))
def test_what_was_sealed_to_the_current_key_opens(folder: Path, body: bytes) -> None:
    vault = _vault(folder)
    assert vault.open_phone_seal(_sealed(vault, body)) == body


def test_a_key_that_was_replaced_opens_for_24_months_and_is_never_handed_out(folder: Path) -> None:
    seal = _sealed(_vault(folder))
    made = rotate_intake_key(folder)
    assert made.id != seal.key
    assert _vault(folder).intake_keys() == (made,)
    assert _vault(folder).open_phone_seal(seal) == b"words"
    clock.set_offset(365 * DAY)
    assert _vault(folder).open_phone_seal(seal) == b"words"
    clock.set_offset(730 * DAY)
    assert _vault(folder).open_phone_seal(seal) == b"words"
    clock.set_offset(round(RETIRED_OPENS_FOR.total_seconds()) + 60)
    with pytest.raises(IntakeKeyRetired):
        _vault(folder).open_phone_seal(seal)


def test_the_months_count_from_when_it_was_replaced_and_not_from_when_it_was_made(folder: Path) -> None:
    seal = _sealed(_vault(folder))
    clock.set_offset(1000 * DAY)
    rotate_intake_key(folder)
    clock.set_offset(1100 * DAY)
    rotate_intake_key(folder)
    clock.set_offset(1729 * DAY)
    assert _vault(folder).open_phone_seal(seal) == b"words"
    clock.set_offset(1732 * DAY)
    with pytest.raises(IntakeKeyRetired):
        _vault(folder).open_phone_seal(seal)


def test_the_secret_of_a_key_that_opens_nothing_any_more_is_destroyed_and_its_id_is_still_known(
    folder: Path,
) -> None:
    seal = _sealed(_vault(folder))
    rotate_intake_key(folder)
    rotate_intake_key(folder)
    clock.set_offset(740 * DAY)
    rotate_intake_key(folder)
    clock.set_offset(780 * DAY)
    rotate_intake_key(folder)
    keys = load_keyring(folder, "web").of_kind(KeyKind.INTAKE)
    assert [key.secret is None for key in keys] == [False, True, True, False, False]
    clock.set_offset(0)  # a clock that went back brings nothing back
    with pytest.raises(IntakeKeyRetired):
        _vault(folder).open_phone_seal(seal)


def _secrets_left(folder: Path) -> list[bool]:
    keys = json.loads((folder / "web.json").read_text())["keys"]
    return [key["secret"] is not None for key in keys if key["kind"] == "intake"]


def test_no_key_is_replaced_while_the_clock_is_behind(folder: Path) -> None:
    before = (folder / "web.json").read_bytes()
    clock.set_offset(-100 * DAY)
    with pytest.raises(ClockBehind, match="set the clock right"):
        rotate_intake_key(folder)
    assert (folder / "web.json").read_bytes() == before


def test_an_operator_who_takes_a_clock_that_is_behind_for_right_loses_no_report(folder: Path) -> None:
    """The key was used for three years, and the clock of the machine fell back to before it was made."""
    seal = _sealed(_vault(folder))
    clock.set_offset(-100 * DAY)
    rotate_intake_key(folder, clock_is_right=True)
    for day in (1101, 1900):
        clock.set_offset(day * DAY)
        assert _vault(folder).open_phone_seal(seal) == b"words"
    rotate_intake_key(folder)
    clock.set_offset(2600 * DAY)
    assert _vault(folder).open_phone_seal(seal) == b"words"
    clock.set_offset(2640 * DAY)
    with pytest.raises(IntakeKeyRetired):
        _vault(folder).open_phone_seal(seal)


def test_a_key_that_was_made_by_a_clock_far_ahead_is_replaced_on_the_operators_word(folder: Path) -> None:
    clock.set_offset(20_000 * DAY)
    rotate_intake_key(folder)
    ahead = _sealed(_vault(folder))
    clock.set_offset(DAY)
    with pytest.raises(ClockBehind):
        rotate_intake_key(folder)
    rotate_intake_key(folder, clock_is_right=True)
    clock.set_offset(2 * DAY)
    rotate_intake_key(folder)  # from now on without that word
    assert _vault(folder).open_phone_seal(ahead) == b"words"


def test_a_clock_that_jumps_ahead_destroys_nothing_however_often_one_rotates(folder: Path) -> None:
    seal = _sealed(_vault(folder))
    rotate_intake_key(folder)
    for day in (20_000, 20_001, 20_002):
        clock.set_offset(day * DAY)
        rotate_intake_key(folder)
    clock.set_offset(3 * DAY)
    rotate_intake_key(folder, clock_is_right=True)
    assert all(_secrets_left(folder))
    assert _vault(folder).open_phone_seal(seal) == b"words"


def test_keys_that_an_older_version_replaced_open_as_long_as_is_certain(folder: Path) -> None:
    """It wrote no time of that down, and replaced a key also while the clock was behind."""
    first = _sealed(_vault(folder))
    rotate_intake_key(folder)
    second = _sealed(_vault(folder))
    clock.set_offset(10 * DAY)
    rotate_intake_key(folder)
    path = folder / "web.json"
    content = json.loads(path.read_text())
    intake = [key for key in content["keys"] if key["kind"] == "intake"]
    for key in intake:
        key.pop("retired", None)
    intake[2]["created"] = "2020-01-01T00:00:00+00:00"
    path.write_text(json.dumps(content))
    clock.set_offset(740 * DAY)
    with pytest.raises(IntakeKeyRetired):
        _vault(folder).open_phone_seal(first)
    assert _vault(folder).open_phone_seal(second) == b"words"


def test_a_moment_without_its_zone_is_no_moment(folder: Path) -> None:
    rotate_intake_key(folder)
    path = folder / "web.json"
    whole = json.loads(path.read_text())
    for name in ("created", "retired"):
        changed = copy.deepcopy(whole)
        next(key for key in changed["keys"] if key.get("retired"))[name] = "2026-01-01T00:00:00"
        path.write_text(json.dumps(changed))
        with pytest.raises(KeyringUnreadable, match="damaged"):
            load_keyring(folder, "web")


def test_rotating_changes_nothing_else(folder: Path) -> None:
    before, dispatcher = load_keyring(folder, "web"), (folder / "dispatcher.json").read_bytes()
    rotate_intake_key(folder)
    after = load_keyring(folder, "web")
    assert after.deployment == before.deployment
    assert [key for key in after.keys if key.kind is not KeyKind.INTAKE] == [
        key for key in before.keys if key.kind is not KeyKind.INTAKE
    ]
    assert (folder / "dispatcher.json").read_bytes() == dispatcher
    assert sorted(path.name for path in folder.iterdir()) == ["dispatcher.json", "web.json"]
    assert (folder / "web.json").stat().st_mode & 0o777 == 0o600


def test_two_who_rotate_at_once_lose_no_key(folder: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: rotate_intake_key(folder), range(8)))
    keys = load_keyring(folder, "web").of_kind(KeyKind.INTAKE)
    assert len(keys) == 9
    assert {key.id for key in made} <= {key.id for key in keys}


@pytest.mark.skipif(os.geteuid() != 0, reason="NOT CHECKED: only root writes what another user reads")
def test_a_keyring_that_root_replaces_stays_with_the_user_who_reads_it(folder: Path) -> None:
    os.chown(folder / "web.json", 12345, 0)
    rotate_intake_key(folder)
    made = (folder / "web.json").stat()
    assert (made.st_uid, made.st_mode & 0o777) == (12345, 0o600)


@pytest.mark.parametrize("part", ("key", "submission", "enc", "ct"))
def test_nothing_that_was_changed_or_moved_opens(folder: Path, part: str) -> None:
    vault, other = _vault(folder), Sealing(Kit.of(_vault(folder)))
    seal = _sealed(vault)
    given = vars(seal)
    changed = {
        "key": rotate_intake_key(folder).id,
        "submission": other.submission,
        "enc": seal.enc[:-1] + bytes([seal.enc[-1] ^ 1]),
        "ct": seal.ct[:-1] + bytes([seal.ct[-1] ^ 1]),
    }
    with pytest.raises(SealBroken):
        _vault(folder).open_phone_seal(PhoneSeal(**given | {part: changed[part]}))


@pytest.mark.parametrize(
    "enc", (b"", b"\x04" * 64, b"\x04" + bytes(64), bytes(65), b"\x02" + bytes(32), bytes(200))
)
def test_what_is_no_point_opens_nothing(folder: Path, enc: bytes) -> None:
    vault = _vault(folder)
    with pytest.raises(SealBroken):
        vault.open_phone_seal(PhoneSeal(vault.intake_keys()[0].id, "x", enc, bytes(64)))


def test_a_key_of_another_kind_is_unknown(folder: Path) -> None:
    vault = _vault(folder)
    for key in vault.keyring.keys:
        if key.kind is not KeyKind.INTAKE:
            with pytest.raises(IntakeKeyUnknown):
                vault.open_phone_seal(PhoneSeal(key.id, "x", bytes(65), bytes(64)))


@pytest.mark.parametrize("damage", ("gone", "no public half", "another public half", "no secret", "zero"))
def test_a_keyring_without_a_whole_intake_key_is_refused(folder: Path, tmp_path: Path, damage: str) -> None:
    make_keyrings(tmp_path / "other")
    other = load_keyring(tmp_path / "other", "web").current(KeyKind.INTAKE)
    assert other.public is not None
    path = folder / "web.json"
    content = json.loads(path.read_text())
    [key] = [each for each in content["keys"] if each["kind"] == "intake"]
    if damage == "gone":
        content["keys"].remove(key)
    elif damage == "no public half":
        key["public"] = None
    elif damage == "another public half":
        written = json.loads((tmp_path / "other" / "web.json").read_text())["keys"]
        key["public"] = next(each["public"] for each in written if each["kind"] == "intake")
    elif damage == "no secret":
        key["secret"] = None
    else:
        key["secret"] = "A" * 43 + "="
    path.write_text(json.dumps(content))
    with pytest.raises(KeyringUnreadable, match="intake"):
        load_keyring(folder, "web")


def test_a_fingerprint_is_five_words_that_depend_on_every_bit_of_the_key() -> None:
    keys = [IntakeKey("aaaaaaaa", secrets.token_bytes(65)) for _ in range(200)]
    words = [key.fingerprint for key in keys]
    assert len(set(words)) == len(keys)
    assert all(len(each.split()) == 5 for each in words)
    assert len({word for each in words for word in each.split()}) > 800
    flipped = IntakeKey("aaaaaaaa", keys[0].public[:-1] + bytes([keys[0].public[-1] ^ 1]))
    assert flipped.fingerprint != words[0]


def test_the_words_of_a_key_never_change() -> None:
    """Posters hang for years: other letters or another way to count would make each of them a lie."""
    assert IntakeKey("any", bytes(range(65))).fingerprint == "kugin bojoj hanuv dabad bisuf"


def test_words_are_made_as_proquints_are() -> None:
    """The examples of the paper: 127.0.0.1 and 63.84.220.193."""
    written = [
        " ".join(phone_seals._word(number) for number in (0x7F00, 0x0001)),
        " ".join(phone_seals._word(number) for number in (0x3F54, 0xDCC1)),
    ]
    assert written == ["lusab babad", "gutih tugad"]


def test_months_are_counted_from_a_clock_that_may_be_set() -> None:
    assert timedelta(days=730) <= RETIRED_OPENS_FOR < timedelta(days=732)
