"""The real server for browser tests: the command an operator types, on a private port with a private home folder."""

import ctypes
import fcntl
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.harness.run import locked

ROOT = Path(__file__).resolve().parents[2]
# The one place that says how the server is started.
COMMAND = [sys.executable, "-c", "import sys; from app.cli import main; sys.exit(main())"]
_STARTS_WITHIN = 120.0
_STOPS_WITHIN = 60.0
_PR_SET_PDEATHSIG = 1
# Below those that Linux and macOS give out by themselves.
_PORTS = range(20_000, 32_000)
_HELD: deque[int] = deque()
_MOST_HELD = 100


@dataclass(frozen=True)
class LiveServer:
    """A running Redress."""

    url: str
    home: Path
    process: "subprocess.Popen[bytes]"
    log: Path
    ahead: int = 0
    """By how many seconds its clock is ahead, where the story goes on some days later."""

    def logins(self) -> list[dict[str, str]]:
        """The demo network's logins, as the server wrote them for people who try it out."""
        logins: list[dict[str, str]] = json.loads((self.home / "demo-logins.json").read_text())
        return logins


@contextmanager
def running(
    folder: Path, *words: str, environment: Mapping[str, str] | None = None, port: int | None = None
) -> Iterator[LiveServer]:
    """Run `redress WORDS` (for example "up", "--demo") in this folder until the block ends."""
    port = port or free_port()
    home = folder / "home"
    log = folder / "server.log"
    settings = private_environment(home, port) | dict(environment or {})
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*COMMAND, *words],
            cwd=ROOT,
            env=settings,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=_die_with_tests(),  # noqa: PLW1509 - a pytest worker starts no other threads here
        )
    try:
        ahead = int(settings.get("REDRESS_CLOCK_OFFSET", 0))
        server = LiveServer(f"http://127.0.0.1:{port}", home, process, log, ahead)
        _await(server)
        yield server
    finally:
        stop(process)


@contextmanager
def running_demo(folder: Path, shared: Path) -> Iterator[LiveServer]:
    """Run `redress up --demo` in this folder, over a copy of a home that holds the demo: loading it takes twice as long as a start.

    It is loaded once for all workers of a run, whose shared folder the other one is.
    """
    loaded = shared / "demo"
    with locked(shared / "demo.lock"):
        if not loaded.exists():
            with running(Path(tempfile.mkdtemp(dir=shared)), "up", "--demo") as server:
                pass
            server.home.rename(loaded)
    shutil.copytree(loaded, folder / "home")
    with running(folder, "up", "--demo") as server:
        yield server


def private_environment(home: Path, port: int) -> dict[str, str]:
    """An environment that shares nothing with the developer's own: no settings of theirs, their own home folder and port."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR", "TZ") if name in os.environ}
    return kept | {
        "REDRESS_HOME": str(home),
        "PORT": str(port),
        "PYTHONWARNINGS": "default",
        "PYTHONUNBUFFERED": "1",
    }


def free_port() -> int:
    """A port of the loopback that nobody uses, and that no other test on this machine is given for a while.

    The kernel's own free ports would soon be somebody else's: a server listens seconds after it was told its port, and until then
    whoever asks the kernel for any port may get that one. It never gives out these by itself.
    """
    folder = Path(tempfile.gettempdir()) / f"redress-tests-ports-{os.geteuid()}"
    folder.mkdir(exist_ok=True)
    while True:
        port = random.choice(_PORTS)  # noqa: S311 - no secret
        lock = os.open(folder / str(port), os.O_CREAT | os.O_RDWR, 0o600)
        with socket.socket() as probe:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                probe.bind(("127.0.0.1", port))
            except OSError:
                os.close(lock)
                continue
        _HELD.append(lock)
        if len(_HELD) > _MOST_HELD:
            os.close(_HELD.popleft())
        return port


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End a server and all it started: first as an operator would, then by force."""
    if process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_STOPS_WITHIN)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.fixture(scope="session")
def live_server(tmp_path_factory: pytest.TempPathFactory, shared_folder: Path) -> Iterator[LiveServer]:
    """`redress up --demo`, one for each pytest worker. Its tests share the data, so each brings a case of its own."""
    with running_demo(tmp_path_factory.mktemp("live"), shared_folder) as server:
        yield server


def _await(server: LiveServer) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN
    while True:
        try:
            with urllib.request.urlopen(f"{server.url}/healthz", timeout=5):  # noqa: S310 - our own loopback
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if server.process.poll() is not None or time.monotonic() > deadline:
                text = server.log.read_text(errors="replace")[-4000:]
                pytest.fail(f"the server did not start; its log ends:\n{text}", pytrace=False)
            time.sleep(0.1)


def _die_with_tests() -> Any:
    """For Linux: a killed test run leaves no server behind."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
