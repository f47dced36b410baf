"""`redress up`: the dispatcher, and the web under it; they start together and end together, whatever happens."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.harness.databases import Databases
from tests.harness.server import COMMAND, ROOT, LiveServer, private_environment, running


def _children(pid: int) -> list[int]:
    """The living children of a process, and theirs."""
    found = subprocess.run(
        ["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False
    ).stdout.split()
    return [each for child in map(int, found) for each in (child, *_children(child))]


def _family(pid: int) -> list[int]:
    """The same once there are three: the first worker may answer before the second was forked."""
    deadline = time.monotonic() + 60
    while len(found := _children(pid)) < 3 and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def _alive(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return state.stdout.strip()[:1] not in ("", "Z")


def _gone(pids: list[int]) -> bool:
    deadline = time.monotonic() + 60
    while any(map(_alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return not any(map(_alive, pids))


def _get(server: LiveServer, path: str) -> tuple[int, dict[str, str], str]:
    with urllib.request.urlopen(f"{server.url}{path}", timeout=10) as answer:  # noqa: S310 - our own loopback
        return answer.status, dict(answer.headers), answer.read().decode()


def test_up_serves_says_nothing_of_itself_and_ends_on_a_signal(tmp_path: Path) -> None:
    with running(tmp_path, "up", environment={"HOME": str(tmp_path)}) as server:
        status, headers, body = _get(server, "/healthz")
        assert status == 200
        assert json.loads(body)["ok"] is True
        assert headers["Server"] == "web"
        processes = _family(server.process.pid)
        assert len(processes) == 3  # the arbiter and its two workers; the dispatcher is the parent
        # gunicorn's control socket would stand there.
        assert not (tmp_path / ".gunicorn").exists()
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(60) == 0
        assert _gone(processes)
    assert "Traceback" not in server.log.read_text()


def test_when_the_web_half_dies_the_other_ends_too_and_the_status_says_so(tmp_path: Path) -> None:
    with running(tmp_path, "up") as server:
        processes = _family(server.process.pid)
        os.kill(processes[0], signal.SIGKILL)
        assert server.process.wait(60) == 1
        assert _gone(processes)
    assert "process.ended process=web" in server.log.read_text()


def test_what_never_comes_to_its_end_is_cut_off(tmp_path: Path) -> None:
    """A job that hangs in a driver must not keep a machine from stopping."""
    program = (
        "import threading; from app import logs; from app.cli import processes; logs.configure_logs();"
        "processes._STOPS_WITHIN_SECONDS = -4; asked = processes.hear_endings(); print('ready', flush=True);"
        "threading.Event().wait()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as hanging:
        assert hanging.stdout is not None
        assert hanging.stderr is not None
        hanging.stdout.readline()
        hanging.terminate()
        try:
            assert hanging.wait(20) == 1
        finally:
            hanging.kill()
        assert b"process.killed" in hanging.stderr.read()


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="only Linux tells how a process began")
def test_servers_hold_no_docstrings(tmp_path: Path) -> None:
    with running(tmp_path, "up") as server:
        assert b"-OO" in Path(f"/proc/{server.process.pid}/cmdline").read_bytes().split(b"\0")


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="only Linux ends children with their parent")
def test_a_killed_parent_leaves_nobody_behind(tmp_path: Path) -> None:
    with running(tmp_path, "up") as server:
        processes = _children(server.process.pid)
        server.process.kill()
        server.process.wait(10)
        assert _gone(processes)


def test_every_worker_has_connections_of_its_own_on_postgresql(databases: Databases, tmp_path: Path) -> None:
    """Connections made before a fork would be shared, and answers of one worker would reach the other."""
    with (
        databases.empty("postgresql", tmp_path) as database,
        running(tmp_path, "up", environment={"DATABASE_URL": database.url}) as server,
        ThreadPoolExecutor(12) as pool,
    ):
        answers = pool.map(lambda _: _get(server, "/healthz"), range(120))
        assert all(json.loads(body)["ok"] for _, _, body in answers)


def test_web_and_dispatcher_run_apart_too(made_home: Path, tmp_path: Path) -> None:
    shutil.copytree(made_home, tmp_path / "home")
    with closing(sqlite3.connect(tmp_path / "home" / "redress.sqlite3")) as kept:
        kept.execute("DELETE FROM ticks")  # else the beats of who made the home may be heard
        kept.commit()
    dispatcher = subprocess.Popen(
        [*COMMAND, "dispatch"],
        cwd=ROOT,
        env=private_environment(tmp_path / "home", 8001),
    )
    try:
        with running(tmp_path, "serve") as server:
            # By its heart's beat, which comes after its first word: before that a signal simply ends it.
            assert _beats(server)
            dispatcher.terminate()
            assert dispatcher.wait(60) == 0
            server.process.send_signal(signal.SIGTERM)
            assert server.process.wait(60) == 0
    finally:
        dispatcher.kill()
        dispatcher.wait()


def _beats(server: LiveServer) -> bool:
    """Whether the web half hears the dispatcher within a minute; until then it answers that it does not."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(urllib.error.HTTPError):
            return json.loads(_get(server, "/healthz")[2])["dispatcher"] is True
        time.sleep(0.1)
    return False


def test_what_up_makes_is_closed_to_others(tmp_path: Path) -> None:
    with running(tmp_path, "up") as server:
        assert stat.S_IMODE(server.home.stat().st_mode) == 0o700
        for path in server.home.rglob("*"):
            mode = stat.S_IMODE(path.stat().st_mode)
            assert mode & 0o077 == 0, (path, oct(mode))


def test_a_report_in_the_url_or_a_poster_never_reaches_the_log(tmp_path: Path) -> None:
    with running(tmp_path, "up") as server:
        for path in ("/en/s/2345wxyz", "/nowhere/Amina-Okello?receipt=48217730915420673398"):
            with suppress(urllib.error.HTTPError):
                _get(server, path)
        with socket.create_connection(("127.0.0.1", int(server.url.rsplit(":", 1)[1]))) as rude:
            rude.sendall(b"GET /Amina-Okello \x00\xff HTTP/9.9\r\n\r\n")
            assert b"400" in rude.recv(200)
    log = server.log.read_text()
    for word in ("2345wxyz", "Amina", "48217730", "127.0.0.1 ", "nowhere"):
        assert word not in log, log


def test_silent_and_trickling_connections_do_not_keep_others_waiting(tmp_path: Path) -> None:
    with running(tmp_path, "up", environment={"REDRESS_WEB_WORKERS": "1"}) as server:
        port = int(server.url.rsplit(":", 1)[1])
        slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(60)]
        try:
            for connection in slow[:5]:
                connection.sendall(b"POST /en/report HTTP/1.1\r\nHost: x\r\n")
            started = time.monotonic()
            assert _get(server, "/healthz")[0] == 200
            # Whoever dawdles is given up after fifteen seconds: nobody waited for that.
            assert time.monotonic() - started < 10
        finally:
            for connection in slow:
                connection.close()


def test_running_again_keeps_the_demo(tmp_path: Path) -> None:
    with running(tmp_path, "up", "--demo") as server:
        logins = server.logins()
        path = server.home / "demo-logins.json"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    first = server.log.read_text()
    assert all(login["password"] in first for login in logins)
    kinds = [login["kind"] for login in logins]
    assert kinds.count("coordinator") == 2
    assert {"monitoring_partner", "trade_union", "public_buyer"} <= set(kinds)
    assert {tuple(sorted(login)) for login in logins} == {
        ("kind", "login", "organisation", "password", "role", "totp_secret")
    }
    with running(tmp_path, "up", "--demo") as again:
        assert again.logins() == logins
    second = again.log.read_text()[len(first) :]
    assert "as you left it" in second
    assert not any(login["password"] in second for login in logins)
