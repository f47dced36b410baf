"""One parent and its two children: web and dispatcher live and end together."""

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
_STOPS_WITHIN_SECONDS = 30.0
_ENDINGS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def run_in_child(work: Callable[[], int]) -> int:
    """Do the work in a child and give back its exit status: whatever it opens or imports is gone when it ends."""
    return _status_of(os.waitpid(_fork(work, apart=False), 0)[1])


def run_together(children: dict[str, Callable[[], int]]) -> int:
    """Fork every child and wait; when one ends or a signal comes, end the others. 0 only for an ending by signal."""
    asked: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        asked.append(number)

    before = {ending: signal.signal(ending, note) for ending in _ENDINGS}
    living = {_fork(work, apart=True): name for name, work in children.items()}
    failed = False
    try:
        # Polling, so that no signal can slip in between looking and sleeping; a child's end is seen at once.
        while not asked and not failed:
            failed = _reap(living)
            time.sleep(0.1)
    finally:
        failed = _stop(living) or failed
        for ending, handler in before.items():
            signal.signal(ending, handler)
    return 1 if failed else 0


def _reap(living: dict[int, str]) -> bool:
    """Take note of children that ended by themselves; True when there were any."""
    for pid in list(living):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            log_event(
                "process.ended", level=logging.ERROR, process=living.pop(pid), status=_status_of(status)
            )
            return True
    return False


def _stop(living: dict[int, str]) -> bool:
    """Ask the children to end, and make them after a while; True when one did not end well."""
    for pid in living:
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + _STOPS_WITHIN_SECONDS
    failed = False
    while living:
        for pid in list(living):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                del living[pid]
                failed = failed or _status_of(status) != 0
            elif time.monotonic() > deadline:
                log_event("process.killed", level=logging.ERROR, process=living[pid])
                os.kill(pid, signal.SIGKILL)
                failed = True
        time.sleep(0.02)
    return failed


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
