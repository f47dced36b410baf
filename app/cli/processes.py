"""A parent that works itself and the child beside it: web and dispatcher live and end together."""

import ctypes
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from types import FrameType

from app import logs
from app.logs import log_event

_PR_SET_PDEATHSIG = 1
_STOPS_WITHIN_SECONDS = 30
_ENDINGS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def work_apart(work: Callable[[], bytes]) -> Callable[[], bytes]:
    """Begin work in a child and go on; the function given back waits for what it made, which is nothing where it failed.

    What it opens or imports ends with it. For what leaves much behind while it is made, too: memory that a process once broke into
    pieces it seldom gives back.
    """
    reading, writing = os.pipe()

    def write() -> int:
        os.close(reading)
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(work())
        return 0

    pid = _fork(write, apart=False)
    os.close(writing)

    def made() -> bytes:
        with os.fdopen(reading, "rb") as pipe:
            told = pipe.read()
        return told if _status_of(os.waitpid(pid, 0)[1]) == 0 else b""

    return made


def hear_endings() -> Callable[[], bool]:
    """From now on a signal does not end this process: the function given back tells it that it should end, and soon."""
    asked: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        asked.append(number)
        _end_soon()

    for ending in _ENDINGS:
        signal.signal(ending, note)
    return lambda: bool(asked)


class Child:
    """A forked process that lives as long as this one; it ends well only when `stop` asked it to."""

    def __init__(self, name: str, work: Callable[[], int]) -> None:
        self._name = name
        self._pid = _fork(work, apart=True)
        self._ended = False

    def has_ended(self) -> bool:
        """Whether it ended by itself; then this process should end too, and soon."""
        if not self._ended and (status := self._reap()) is not None:
            log_event("process.ended", level=logging.ERROR, process=self._name, status=status)
            _end_soon()
        return self._ended

    def stop(self) -> bool:
        """Ask it to end, and make it after a while; False when it had ended by itself or did not end well."""
        if self._ended:
            return False
        os.kill(self._pid, signal.SIGTERM)
        deadline = time.monotonic() + _STOPS_WITHIN_SECONDS
        while (status := self._reap()) is None:
            if time.monotonic() > deadline:
                log_event("process.killed", level=logging.ERROR, process=self._name)
                os.kill(self._pid, signal.SIGKILL)
            time.sleep(0.02)
        return status == 0

    def _reap(self) -> int | None:
        ended, status = os.waitpid(self._pid, os.WNOHANG)
        if not ended:
            return None
        self._ended = True
        return _status_of(status)


def _end_soon() -> None:
    """Whatever this process still has to finish, it will not keep the machine from stopping; every job bears being cut off."""
    signal.signal(signal.SIGALRM, _cut_off)
    signal.alarm(_STOPS_WITHIN_SECONDS + 5)


def _cut_off(_number: int, _frame: FrameType | None) -> None:
    log_event("process.killed", level=logging.ERROR, process="dispatcher")
    os._exit(1)


def _fork(work: Callable[[], int], *, apart: bool) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        for ending in _ENDINGS:
            signal.signal(ending, signal.SIG_DFL)
        if apart:
            # Ctrl-C reaches a terminal's whole group, and would cut off answers; so only the parent hears it and passes it on.
            os.setpgid(0, 0)
        _follow(parent)
        status = work()
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else 1
    except BaseException as error:  # noqa: BLE001 - a forked child must never run on into its parent's code
        logs.log_failure("process", error)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _follow(parent: int) -> None:
    """On Linux the kernel ends this child when its parent was killed; elsewhere a killed parent leaves its children running."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)


def _status_of(wait_status: int) -> int:
    code = os.waitstatus_to_exitcode(wait_status)
    return code if code >= 0 else 128 - code
