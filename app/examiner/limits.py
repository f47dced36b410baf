"""What the child takes from itself before it looks at a file: memory, time, files, sockets, children and new rights.

With no number left for another open file there is no socket and no file either, whatever a broken decoder is made to do.
"""

import contextlib
import ctypes
import resource
import sys

MEMORY_BYTES = 512 * 1024 * 1024
"""For 40 million pixels of four bytes, once more while they are made smaller, and the interpreter."""
CPU_SECONDS = 10

_NO_NEW_PRIVILEGES = 38  # of <linux/prctl.h>


def shut_in() -> None:
    """Give up all that decoding does not need; after everything was imported, for nothing can be opened any more."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    _at_most(resource.RLIMIT_AS, MEMORY_BYTES)
    _at_most(resource.RLIMIT_CPU, CPU_SECONDS)
    _at_most(resource.RLIMIT_CORE, 0)
    _at_most(resource.RLIMIT_FSIZE, 0)
    _at_most(resource.RLIMIT_NPROC, 0)
    _at_most(resource.RLIMIT_NOFILE, 0)


def _at_most(what: int, limit: int) -> None:
    # A system that has no such limit, or a lower one already, keeps its own.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(what, (limit, limit))
