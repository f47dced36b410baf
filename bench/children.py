"""The processes that the bench starts: each in a group of its own, ended with the bench however that ends."""

import ctypes
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.harness.server import COMMAND, ROOT, free_port, private_environment, stop

_STARTS_WITHIN = 60.0
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Server:
    """A running server, and how many seconds passed from its start to its first 200."""

    port: int
    process: "subprocess.Popen[bytes]"
    started_in: float


@contextmanager
def private_folder() -> Iterator[Path]:
    """A folder on a real disk, removed at the end; PostgreSQL's own user must be able to walk through it."""
    with tempfile.TemporaryDirectory(prefix="redress-bench-", dir=_on_disk()) as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder


@contextmanager
def redress(
    home: Path, command: str, *, first: str | None = "/healthz", environment: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """`redress COMMAND` on this home, as an operator would type it; `first` is the page whose first 200 is waited for."""
    port = free_port()
    # As shipped: what the tests turn on to see more would be measured with it.
    settings = private_environment(home, port) | dict(environment or {})
    settings.pop("PYTHONWARNINGS")
    with child([*COMMAND, command], home.parent / f"{command}.log", port, first, settings) as server:
        yield server


def run_redress(home: Path, command: str, environment: Mapping[str, str] | None = None) -> None:
    """Run a command of Redress that ends by itself."""
    settings = private_environment(home, 1) | dict(environment or {})
    done = subprocess.run(
        [*COMMAND, command], check=False, cwd=ROOT, env=settings, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"redress {command} failed: {done.stderr[-2000:]}")


@contextmanager
def child(
    command: Sequence[str], log: Path, port: int, first: str | None, environment: Mapping[str, str]
) -> Iterator[Server]:
    """A server of any kind; waits until it answers `first` with 200, or not at all when that is None."""
    began = time.perf_counter()
    with log.open("ab") as output:
        process = subprocess.Popen(
            list(command),
            cwd=ROOT,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=_end_with_bench,  # noqa: PLW1509 - nothing else runs in the bench while it starts servers
        )
    try:
        if first is not None:
            _await(process, port, first, log)
        yield Server(port, process, time.perf_counter() - began)
    finally:
        stop(process)


def fetch(port: int, path: str) -> bytes:
    """The whole answer to one request on a connection of its own, to the last byte."""
    head = (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=30) as wire:
        wire.sendall(head.encode())
        answer = bytearray()
        while chunk := wire.recv(65536):
            answer += chunk
    return bytes(answer)


def _await(process: "subprocess.Popen[bytes]", port: int, first: str, log: Path) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN
    while True:
        try:
            if fetch(port, first).startswith(b"HTTP/1.1 200 "):
                return
        except OSError:
            pass
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"a server did not start; its log ends:\n{log.read_text()[-3000:]}")
        time.sleep(0.01)


def _on_disk() -> str:
    # A database in memory would make "durable" cost nothing, so the usual folder is passed over where it lies in memory.
    for folder in (tempfile.gettempdir(), "/var/tmp"):  # noqa: S108 - the folder inside gets a random name
        if filesystem_of(Path(folder)) != "tmpfs":
            return folder
    return tempfile.gettempdir()


def filesystem_of(folder: Path) -> str:
    """The kind of file system that a folder lies on, as the kernel names it."""
    best, kind = "", "unknown"
    for line in Path("/proc/self/mounts").read_text().splitlines():
        _, mount, found, *_ = line.split()
        if folder.resolve().is_relative_to(mount) and len(mount) >= len(best):
            best, kind = mount, found
    return kind


def _end_with_bench() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
