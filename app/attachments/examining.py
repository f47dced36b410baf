"""Having a file looked at by a child process without keys: it gets the bytes, it gives a verdict and, of a photo, a new picture.

Nothing is decoded here. The child has an empty environment, takes from itself all it does not need (`app.examiner.limits`), and is
ended when it takes too long. Of a machine's children one works at a time: each may take much memory.
"""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import IO

from app.attachments.kinds import LARGEST_FILE, LONGEST_SECONDS, FileKind, FileRefusal, FileRefused
from app.services import Services
from app.settings import PROJECT_ROOT
from app.vault import Slots, TooBusy

SECONDS_AT_MOST = 30.0
"""By the wall's clock; the child has its own limit of work, so that this is only met where the machine is busy."""

_START = "import sys; sys.path.insert(0, sys.argv[1]); from app.examiner.child import main; main(sys.argv[2])"
# How a decoder ends that was made to go wrong, or to work without end.
_BROKEN_BY_THE_FILE = frozenset(
    {signal.SIGXCPU, signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL}
)
_LONGEST_LINE = 1024
_TYPES = {FileKind.PHOTO: {"image/jpeg"}, FileKind.VOICE: {"audio/webm", "audio/ogg", "audio/mp4"}}
# A voice note is what came, and was told by the child; a picture is what the child made.
_STARTS = {FileKind.PHOTO: b"\xff\xd8\xff", FileKind.VOICE: b""}


class ExaminerBroken(Exception):
    """The child could not do its work, and the file is not to blame."""


@dataclass(frozen=True)
class Examined:
    """A file that is taken: its type, how long it lasts, and its bytes as they are kept."""

    type: str
    seconds: float
    body: bytes | bytearray = field(repr=False)


def examine(
    services: Services,
    kind: FileKind,
    body: bytes | bytearray,
    begins: Callable[[], None] = lambda: None,
) -> Examined:
    """Have a file looked at; raises `FileRefused`, `TooBusy` or `ExaminerBroken`.

    `begins` is called when it is this file's turn and the child is about to start; whatever it raises keeps it from starting.
    """
    with _slots(services.settings.home / "examiner").one(spare=1):
        begins()
        status, told = _run(kind, body)
    if len(told) > LARGEST_FILE:
        raise ExaminerBroken("the child has no end of words")
    if -status in _BROKEN_BY_THE_FILE:
        raise FileRefused(FileRefusal.UNREADABLE)
    if status == -signal.SIGKILL:
        raise TooBusy
    line, found, made = told.partition(b"\n")
    if status != 0 or not found or len(line) > _LONGEST_LINE:
        raise ExaminerBroken(f"the child ended with {status}")
    return _read(kind, line, made if kind is FileKind.PHOTO else body)


@cache
def _slots(folder: Path) -> Slots:
    """One object a process, which bounds how many of its threads wait: most stay with the workers who file."""
    return Slots(folder)


def _run(kind: FileKind, body: bytes | bytearray) -> tuple[int, bytes]:
    """How the child ended and what it said, never more of it than a file may be."""
    command = [sys.executable, "-I", "-B", "-c", _START, str(PROJECT_ROOT), kind.value]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
    ) as child:
        late = threading.Timer(SECONDS_AT_MOST, child.kill)
        late.start()
        try:
            told = _hand_over(child.stdin, child.stdout, body)
            if len(told) > LARGEST_FILE:
                child.kill()  # whatever it still wants to say is too much
            status = child.wait()
        finally:
            late.cancel()
            child.kill()  # one that is done does not notice
        return status, told


def _hand_over(into: IO[bytes] | None, out: IO[bytes] | None, body: bytes | bytearray) -> bytes:
    if into is None or out is None:
        raise ExaminerBroken("the child has no pipes")
    try:
        # It reads all before it says anything, so neither waits for the other.
        into.write(body)
        into.close()
    except BrokenPipeError:
        return b""
    return out.read(LARGEST_FILE + 1)


def _read(kind: FileKind, line: bytes, body: bytes | bytearray) -> Examined:
    """Believe no more of what the child says than can be: it read something that may have taken it over."""
    try:
        told = json.loads(line)
        if "refused" in told:
            raise FileRefused(FileRefusal(told["refused"]))
        examined = Examined(str(told["type"]), float(told["seconds"]), body)
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        raise ExaminerBroken("the child said what nobody understands") from None
    # What is not a number is not between two either.
    lasts = 0 <= examined.seconds <= LONGEST_SECONDS
    if examined.type not in _TYPES[kind] or not lasts or not body.startswith(_STARTS[kind]):
        raise ExaminerBroken("the child said what cannot be")
    return examined
