"""The child itself: a file on standard input, a line of JSON on standard output and behind it what was made of the file."""

import json
import sys

from app.examiner.limits import shut_in
from app.examiner.pictures import remake
from app.examiner.sounds import listen
from app.examiner.verdicts import Refused, Verdict

_LOOKS = {"photo": remake, "voice": listen}


def main(kind: str) -> None:
    """Look at one file of this kind."""
    look = _LOOKS[kind]
    shut_in()
    body = sys.stdin.buffer.read()
    try:
        verdict: Verdict | Refused = look(body)
    except Refused as refused:
        verdict = refused
    except MemoryError:
        verdict = Refused("unreadable")
    if isinstance(verdict, Refused):
        _say(json.dumps({"refused": verdict.reason}).encode(), b"")
    else:
        _say(json.dumps({"type": verdict.type, "seconds": verdict.seconds}).encode(), verdict.made)


def _say(line: bytes, made: bytes) -> None:
    sys.stdout.buffer.write(line + b"\n" + made)
    sys.stdout.buffer.flush()
