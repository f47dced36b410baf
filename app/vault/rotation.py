"""A new intake key in the place of the current one, which is kept and opens what phones sealed to it for 24 months more."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.vault.keyring import (
    KeyKind,
    KeyState,
    keyring_path,
    load_keyring,
    new_key,
    replace_private,
    written_key,
)
from app.vault.phone_seals import IntakeKey, intake_keys, opens_no_more


def newest_intake_key(folder: Path) -> IntakeKey:
    """The key in the keyring's file; a process that was started before it was made does not know it. Raises as `load_keyring`."""
    [newest] = intake_keys(load_keyring(folder, "web"))
    return newest


def rotate_intake_key(folder: Path) -> IntakeKey:
    """Make the key that phones seal to from now on; raises as `load_keyring`, and `OSError` where the file cannot be replaced.

    What a key that opens nothing any more could open is destroyed with its secret half; its id stays, so that a phone is told why.
    """
    with _alone(folder):
        keyring = load_keyring(folder, "web")
        path = keyring_path(folder, "web")
        content = json.loads(path.read_bytes())
        by_id = {key.id: key for key in keyring.of_kind(KeyKind.INTAKE)}
        for entry in content["keys"]:
            key = by_id.get(entry["id"])
            if key is None:
                continue
            if opens_no_more(keyring, key):
                entry["secret"] = None
            entry["state"] = KeyState.RETIRED
        content["keys"].append(written_key(new_key(KeyKind.INTAKE), with_secret=True))
        replace_private(path, json.dumps(content, indent=1))
    return newest_intake_key(folder)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two at once would each write a keyring without the other's key, and a phone may have sealed to it by then."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
