"""The parts, each run in a process of its own, so that none carries what another one left behind."""

import importlib
import multiprocessing
import signal
import sys
from multiprocessing.connection import Connection
from types import FrameType

from bench.figures import Result

# Memory comes first, before the disk's cache and the machine are busy with the others.
PARTS = {
    "memory": "bench.memory",
    "phone": "bench.phone",
    "photo": "bench.photo",
    "receipts": "bench.receipts",
    "queue": "bench.queue",
    "today": "bench.today",
    "search": "bench.search",
    "overview": "bench.overview",
    "followups": "bench.followups",
    "filing": "bench.filing",
    "outbox": "bench.outbox",
    "sending": "bench.sending",
    "texts": "bench.texts",
}


def run_apart(name: str) -> Result | None:
    """What a part brings back, or None when it failed; its own trace is on standard error."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    part = context.Process(target=_measure, args=(PARTS[name], theirs), name=name)
    part.start()
    theirs.close()
    try:
        result: Result = ours.recv()
        part.join()
    except EOFError:
        part.join()
        return None
    finally:
        if part.is_alive():
            part.terminate()  # its own handler lets it stop what it started
            part.join(60)
    return result


def _measure(module: str, pipe: Connection) -> None:
    signal.signal(signal.SIGTERM, _leave)
    # Ctrl-C reaches the whole group; the parent passes it on once, as a termination.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    result: Result = importlib.import_module(module).measure()
    pipe.send(result)
    pipe.close()


def _leave(_number: int, _frame: FrameType | None) -> None:
    sys.exit(1)
