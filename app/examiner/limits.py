"""What the child takes from itself before it looks at a file: memory, time, files, sockets, children and new rights.

On Linux a filter leaves it no call that names a file, a socket or another process (`app.examiner.calls`). Where there is no filter
nothing can be opened, for no number is left for it; but what stands on the disk could be renamed or deleted by its name.
"""

import contextlib
import ctypes
import resource
import sys

from app.examiner.calls import deny_calls

MEMORY_BYTES = 512 * 1024 * 1024
"""For 40 million pixels of four bytes, once more while they are made smaller, and the interpreter."""
CPU_SECONDS = 10

_NO_NEW_PRIVILEGES = 38  # of <linux/prctl.h>


def shut_in() -> None:
    """Give up all that decoding does not need; after everything was imported, for nothing can be opened any more."""
    _at_most(resource.RLIMIT_AS, MEMORY_BYTES)
    # A second between the signal that says why and the one that says nothing.
    _at_most(resource.RLIMIT_CPU, CPU_SECONDS, CPU_SECONDS + 1)
    _at_most(resource.RLIMIT_CORE, 0)
    _at_most(resource.RLIMIT_FSIZE, 0)
    _at_most(resource.RLIMIT_NPROC, 0)
    _at_most(resource.RLIMIT_NOFILE, 0)
    if sys.platform == "linux":
        system = ctypes.CDLL(None)
        system.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        deny_calls(system)


def _at_most(what: int, limit: int, at_last: int | None = None) -> None:
    # A system that has no such limit, or a lower one already, keeps its own.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(what, (limit, limit if at_last is None else at_last))
