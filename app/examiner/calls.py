"""What the child may not ask of the system any more, by a filter that it hangs on itself: on Linux, on the two machines we know.

It is denied what would open, connect, start or reach another process; decoding asks for none of it. Elsewhere limits stand alone.
"""

import ctypes
import errno
import os
import struct

_SET_SECCOMP, _FILTER = 22, 2  # of <linux/prctl.h> and <linux/seccomp.h>
_ALLOW, _DENY = 0x7FFF0000, 0x00050000 | errno.EPERM
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # of <linux/bpf_common.h>
_NUMBER_AT, _MACHINE_AT = 0, 4
_OTHER_NUMBERS_FROM = 0x40000000  # a second way to the same calls on x86

_SAME_EVERYWHERE = {
    "pidfd_send_signal": 424,
    "io_uring_setup": 425,
    "pidfd_open": 434,
    "clone3": 435,
    "openat2": 437,
    "pidfd_getfd": 438,
    "process_madvise": 440,
}
_X86_64 = _SAME_EVERYWHERE | {
    "open": 2,
    "socket": 41,
    "connect": 42,
    "socketpair": 53,
    "clone": 56,
    "fork": 57,
    "vfork": 58,
    "execve": 59,
    "kill": 62,
    "creat": 85,
    "ptrace": 101,
    "rt_sigqueueinfo": 129,
    "prctl": 157,
    "mount": 165,
    "tkill": 200,
    "tgkill": 234,
    "add_key": 248,
    "keyctl": 250,
    "openat": 257,
    "unshare": 272,
    "rt_tgsigqueueinfo": 297,
    "perf_event_open": 298,
    "prlimit64": 302,
    "setns": 308,
    "process_vm_readv": 310,
    "process_vm_writev": 311,
    "seccomp": 317,
    "bpf": 321,
    "execveat": 322,
    "userfaultfd": 323,
}
_ARM_64 = _SAME_EVERYWHERE | {
    "mount": 40,
    "openat": 56,
    "unshare": 97,
    "ptrace": 117,
    "kill": 129,
    "tkill": 130,
    "tgkill": 131,
    "rt_sigqueueinfo": 138,
    "prctl": 167,
    "socket": 198,
    "socketpair": 199,
    "connect": 203,
    "add_key": 217,
    "keyctl": 219,
    "clone": 220,
    "execve": 221,
    "rt_tgsigqueueinfo": 240,
    "perf_event_open": 241,
    "prlimit64": 261,
    "setns": 268,
    "process_vm_readv": 270,
    "process_vm_writev": 271,
    "seccomp": 277,
    "bpf": 280,
    "execveat": 281,
    "userfaultfd": 282,
}
DENIED = {"x86_64": (0xC000003E, _X86_64), "aarch64": (0xC00000B7, _ARM_64)}
"""The number of each machine, and the calls that are denied there."""


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def deny_calls(system: ctypes.CDLL) -> None:
    """Hang the filter on this process, which can gain no rights any more; where it cannot be, nothing happens."""
    known = DENIED.get(os.uname().machine)
    if known is not None:
        steps = _steps(*known)
        program = _Program(len(steps) // 8, steps)
        system.prctl(_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0)


def _steps(machine: int, denied: dict[str, int]) -> bytes:
    """The filter: each call that is denied jumps to the end, and so does one that comes in another machine's name."""
    numbers = sorted(denied.values())
    questions = [(_IF_AT_LEAST, _OTHER_NUMBERS_FROM), *((_IF_EQUAL, number) for number in numbers)]
    left = len(questions)
    steps = [
        struct.pack("=HBBI", _LOAD, 0, 0, _MACHINE_AT),
        struct.pack("=HBBI", _IF_EQUAL, 0, left + 2, machine),
        struct.pack("=HBBI", _LOAD, 0, 0, _NUMBER_AT),
        *(struct.pack("=HBBI", how, left - place, 0, value) for place, (how, value) in enumerate(questions)),
        struct.pack("=HBBI", _RETURN, 0, 0, _ALLOW),
        struct.pack("=HBBI", _RETURN, 0, 0, _DENY),
    ]
    return b"".join(steps)
