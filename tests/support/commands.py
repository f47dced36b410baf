"""Commands as an operator types them: a process of its own, a private home, nothing of the developer's environment.

Most of a command's time goes into importing the same modules. Run as a program, this module has imported them and forks a process
for each command, which then has words, environment, outputs and an end of its own as any other.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from tests.harness.server import ROOT, free_port, private_environment

Outcome = subprocess.CompletedProcess[str]
Redress = Callable[..., Outcome]

_PATIENCE_SECONDS = 60
_MODULE = "tests.support.commands"


class Commands:
    """A worker's way to run commands; `run` may be called by several threads at once."""

    def __init__(self, asking: socket.socket) -> None:
        self._asking = asking

    def run(self, home: Path, *words: str, **settings: str) -> Outcome:
        """Run one command to its end."""
        asked = {"words": words, "environment": private_environment(home, free_port()) | settings}
        mine, theirs = socket.socketpair()
        with mine, tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            with theirs:
                socket.send_fds(self._asking, [b"."], [theirs.fileno(), output.fileno(), errors.fileno()])
            mine.sendall(json.dumps(asked).encode())
            mine.shutdown(socket.SHUT_WR)
            answer = _read(mine)
            assert answer, "the parent of all commands has ended"
            return Outcome([*words], int(answer), _told(output), _told(errors))


@contextmanager
def commands() -> Iterator[Commands]:
    """Start the parent of all commands; it ends when nobody can ask it any more."""
    mine, theirs = socket.socketpair()
    with mine:
        with theirs:
            parent = subprocess.Popen(
                [sys.executable, "-m", _MODULE, str(theirs.fileno())],
                cwd=ROOT,
                env=private_environment(ROOT, 0),
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        yield Commands(mine)
    assert parent.wait(20) == 0


def complaint(outcome: Outcome, *, status: int = 1) -> str:
    """The one line on standard error of a command that was refused; anything else is a defect."""
    assert outcome.returncode == status, outcome
    lines = outcome.stderr.splitlines()
    assert len(lines) == 1, outcome.stderr
    assert lines[0].startswith("redress: ")
    assert "Traceback" not in outcome.stdout
    return lines[0].removeprefix("redress: ")


def _told(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


def _read(line: socket.socket) -> bytes:
    """All that the other side says until it has said everything."""
    return b"".join(iter(lambda: line.recv(65_536), b""))


def _answer(asking: socket.socket) -> int:
    """Fork a process for each command that is asked for; gives the status of what this process has become."""
    from app.cli.command import run

    while True:
        asked, descriptors, _, _ = socket.recv_fds(asking, 1, 3)
        with suppress(ChildProcessError):  # there is none
            while os.waitpid(-1, 0 if not asked else os.WNOHANG)[0]:
                pass
        if not asked:
            return 0
        if os.fork() == 0:
            asking.close()
            return _run(run, *descriptors)
        for each in descriptors:
            os.close(each)


def _run(run: Callable[[list[str]], int], line: int, output: int, errors: int) -> int:
    """Fork once more: this process tells how the one below it ended."""
    with socket.socket(fileno=line) as telling:
        asked = json.loads(_read(telling))
        child = os.fork()
        if child != 0:
            _, status = os.waitpid(child, 0)
            telling.sendall(str(os.waitstatus_to_exitcode(status)).encode())
            os._exit(0)
    for descriptor, place in ((output, 1), (errors, 2)):
        os.dup2(descriptor, place)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(asked["environment"])
    signal.alarm(_PATIENCE_SECONDS)
    return run(asked["words"])


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as _asking:
        sys.exit(_answer(_asking))
