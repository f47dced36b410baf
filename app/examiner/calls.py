"""What the child may still ask of the system, by a filter that it hangs on itself: on Linux, on the two machines we know.

It reads and writes what it was given open, has memory and ends. None of these calls names a file, a socket or a process.
"""

import ctypes
import errno
import os
import struct

_SET_SECCOMP, _FILTER = 22, 2  # of <linux/prctl.h> and <linux/seccomp.h>
_ALLOW, _DENY = 0x7FFF0000, 0x00050000 | errno.EPERM
_LOAD, _IF_EQUAL, _RETURN = 0x20, 0x15, 0x06  # of <linux/bpf_common.h>
_NUMBER_AT, _MACHINE_AT = 0, 4

# `newfstatat` is not here, though Python asks it for the size of what it reads: it takes a path too, and reading goes without.
_X86_64 = {
    "read": 0,
    "write": 1,
    "close": 3,
    "fstat": 5,
    "lseek": 8,
    "mmap": 9,
    "mprotect": 10,
    "munmap": 11,
    "brk": 12,
    "rt_sigaction": 13,
    "rt_sigprocmask": 14,
    "rt_sigreturn": 15,
    "sched_yield": 24,
    "mremap": 25,
    "madvise": 28,
    "getpid": 39,
    "exit": 60,
    "futex": 202,
    "clock_gettime": 228,
    "exit_group": 231,
    "getrandom": 318,
}
_ARM_64 = {
    "close": 57,
    "lseek": 62,
    "read": 63,
    "write": 64,
    "fstat": 80,
    "exit": 93,
    "exit_group": 94,
    "futex": 98,
    "clock_gettime": 113,
    "sched_yield": 124,
    "rt_sigaction": 134,
    "rt_sigprocmask": 135,
    "rt_sigreturn": 139,
    "getpid": 172,
    "brk": 214,
    "munmap": 215,
    "mremap": 216,
    "mmap": 222,
    "mprotect": 226,
    "madvise": 233,
    "getrandom": 278,
}
ALLOWED = {"x86_64": (0xC000003E, _X86_64), "aarch64": (0xC00000B7, _ARM_64)}
"""The number of each machine, and the only calls that are allowed there."""


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def deny_calls(system: ctypes.CDLL) -> None:
    """Hang the filter on this process, which can gain no rights any more; where it cannot be, nothing happens."""
    known = ALLOWED.get(os.uname().machine)
    if known is not None:
        steps = filter_of(*known)
        program = _Program(len(steps) // 8, steps)
        system.prctl(_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0)


def filter_of(machine: int, allowed: dict[str, int]) -> bytes:
    """The filter's program: an allowed call jumps to the end; any other, or one in another machine's name, is denied."""
    numbers = sorted(allowed.values())
    left = len(numbers)
    steps = [
        struct.pack("=HBBI", _LOAD, 0, 0, _MACHINE_AT),
        struct.pack("=HBBI", _IF_EQUAL, 0, left + 1, machine),
        struct.pack("=HBBI", _LOAD, 0, 0, _NUMBER_AT),
        *(struct.pack("=HBBI", _IF_EQUAL, left - place, 0, number) for place, number in enumerate(numbers)),
        struct.pack("=HBBI", _RETURN, 0, 0, _DENY),
        struct.pack("=HBBI", _RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(steps)
