"""A warm parent for fault tests: imports everything once, then forks dispatchers that only send texts, and kills them.

`python -m tests.faults.warm_sender URL KEYS PROVIDER`; each line is "MICROSECONDS [MICROSECONDS ...]": as many children at once
send until nothing is left, each killed with SIGKILL after so many microseconds. The answer is one word for each, "killed",
"finished" or "failed". Claims and pauses are as in production, only shorter.
"""

import os
import sys
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from app.database import Database
from app.messaging.delivery import FINAL, Delivery
from app.messaging.gateways.registry import load_gateways
from app.messaging.models import OutgoingText
from app.messaging.sending import recording
from app.messaging.sending import send_batch as sending
from app.messaging.sending.claims import ClaimWatch, Pace
from app.settings import read_settings
from app.vault import RowSigner, Vault, load_keyring
from tests.faults.warm_dispatcher import end_after
from tests.harness.provider import environment_of

PACE = Pace(batch=8, at_once=4, claim_seconds=3.0, call_seconds=1.5, grace_seconds=1.0)
_DONE = (*FINAL, Delivery.ACCEPTED, Delivery.SENT)


def main(url: str, keys: str, provider: str) -> None:
    """Answer every line of standard input."""
    vault = Vault(load_keyring(Path(keys), "dispatcher"))
    import app.messaging.gateways.twilio_gateway  # noqa: F401 - once, before the forks

    sending._AFTER_THE_OTHER = sending._NEXT_TIME = timedelta(seconds=0.3)
    recording._FIRST_PAUSE = recording._LOOK_AGAIN = timedelta(seconds=0.5)
    print("ready", flush=True)  # noqa: T201 - this is how a program answers
    for line in sys.stdin:
        living = [
            (_fork(Database(url), vault, provider), time.monotonic() + int(each) / 1_000_000)
            for each in line.split()
        ]
        print(*[end_after(pid, at) for pid, at in sorted(living, key=lambda one: one[1])], flush=True)  # noqa: T201


def _fork(database: Database, vault: Vault, provider: str) -> int:
    child = os.fork()
    if child == 0:
        try:
            database.sign_with(RowSigner(lambda: vault))
            _send_everything(database, vault, provider)
        except BaseException:  # noqa: BLE001 - a child must never run on into its parent's loop
            os._exit(1)
        os._exit(0)
    return child


def _send_everything(database: Database, vault: Vault, provider: str) -> None:
    settings = read_settings(environment_of(provider))
    gateways, watch = load_gateways(settings, vault, database, {}), ClaimWatch(PACE)
    unfinished = select(OutgoingText.id).where(OutgoingText.state.not_in(_DONE)).limit(1)
    while True:
        sending.send_due(database, vault, gateways, settings, PACE)
        watch.take_over(database)
        with database.reading() as session:
            if session.scalar(unfinished) is None:
                return
        time.sleep(0.02)


if __name__ == "__main__":
    main(*sys.argv[1:])
