"""A new intake key in the place of the current one, which is kept and opens what phones sealed to it for 24 months more."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app import clock
from app.vault.keyring import (
    Key,
    KeyKind,
    Keyring,
    KeyState,
    keyring_path,
    load_keyring,
    new_key,
    written_key,
)
from app.vault.phone_seals import IntakeKey, intake_keys, retired_at, too_old_at
from app.vault.replacing import alone_with_keys, remove_left_behind, replace_private

READINGS_APART = timedelta(days=30)
"""How far apart two readings of the clock lie that together destroy a secret: longer than a clock stays wrong unnoticed."""


class ClockBehind(Exception):
    """The clock says a time before the newest key was made: one of the two is wrong, and a wrong time closes a key too early."""

    def __init__(self, says: datetime, newest: datetime) -> None:
        super().__init__(
            f"The clock says {_said(says)}, but the newest key is of {_said(newest)}: set the clock right first. Nothing was "
            "changed. Where the clock is right now and was wrong then, add --clock-is-right."
        )


def newest_intake_key(folder: Path) -> IntakeKey:
    """The key in the keyring's file; a process that was started before it was made does not know it. Raises as `load_keyring`."""
    [newest] = intake_keys(load_keyring(folder, "web"))
    return newest


def rotate_intake_key(folder: Path, *, clock_is_right: bool = False) -> IntakeKey:
    """Make the key that phones seal to from now on; raises `ClockBehind`, as `load_keyring`, and `OSError` from the disk.

    What a key that opens nothing any more could open is destroyed with its secret half; its id stays, so that a phone is told why.
    `clock_is_right` is the operator's word that the clock was wrong when the newest key was made.
    """
    with alone_with_keys(folder):
        remove_left_behind(folder)
        keyring = load_keyring(folder, "web")
        now = clock.now().replace(microsecond=0)  # as it is written
        newest = keyring.current(KeyKind.INTAKE).created
        if now < newest and not clock_is_right:
            raise ClockBehind(now, newest)
        path = keyring_path(folder, "web")
        content = json.loads(path.read_bytes())
        by_id = {key.id: key for key in keyring.of_kind(KeyKind.INTAKE)}
        for entry in content["keys"]:
            key = by_id.get(entry["id"])
            if key is None:
                continue
            if _may_be_destroyed(keyring, key, now):
                entry["secret"] = None
            entry["state"] = KeyState.RETIRED
            # An operator who errs closes nothing either: what a clock in doubt replaced opens until the next rotation dates it.
            retired = retired_at(keyring, key) or (now if now >= newest else None)
            entry["retired"] = retired and retired.isoformat(timespec="seconds")
        content["keys"].append(written_key(new_key(KeyKind.INTAKE), with_secret=True))
        replace_private(path, json.dumps(content, indent=1))
        # Before anybody else may write: the operator is told, and the journal tells, the key that this rotation made.
        return newest_intake_key(folder)


def _may_be_destroyed(keyring: Keyring, key: Key, now: datetime) -> bool:
    """Whether this reading of the clock and one at an earlier rotation find it too old: a clock that jumps destroys nothing."""
    earlier = (
        each.created for each in keyring.of_kind(KeyKind.INTAKE) if now - each.created >= READINGS_APART
    )
    return too_old_at(keyring, key, now) and any(too_old_at(keyring, key, moment) for moment in earlier)


def _said(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
