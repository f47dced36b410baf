"""The whole service as an operator runs it, over a small network, to be killed in parts or altogether and started again."""

import os
import random
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from app import clock
from app.database import Database
from app.network import Organisation
from tests.harness.server import LiveServer, free_port, running
from tests.harness.world import World, light_vault

_DIES_WITHIN = 60.0


class Service:
    """`redress up` over a world's database and keyrings; its port stays the same from one life to the next."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.url = ""
        self.killed: set[int] = set()
        self._folder = folder
        self._port = free_port()
        self._life = ExitStack()
        self._server: LiveServer

    def start(self) -> None:
        """Begin a life; back when it answers."""
        environment = {"DATABASE_URL": self.world.database.url, "REDRESS_TRUSTED_PROXIES": "1"}
        server = running(self._folder, "up", environment=environment, port=self._port)
        self._server = self._life.enter_context(server)
        self.url = self._server.url

    def stop(self) -> None:
        """End this life in order, if it has not ended yet."""
        self._life.close()

    def kill_a_worker(self, dice: random.Random) -> None:
        """SIGKILL to one of the web workers, whatever it is doing; the arbiter replaces it."""
        workers = [pid for child in children(self._server.process.pid) for pid in children(child)]
        if workers:
            victim = dice.choice(workers)
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
                self.killed.add(victim)

    def kill_everybody(self) -> None:
        """SIGKILL to every process of the service, as a power cut would."""
        parent = self._server.process.pid
        group = [parent, *(pid for child in children(parent) for pid in (child, *children(child)))]
        for pid in group:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._server.process.wait(_DIES_WITHIN)
        self._life.close()

    def log(self) -> str:
        """What all lives wrote into the log."""
        return (self._folder / "server.log").read_text()

    def member_cookie(self, login: str) -> str:
        """The cookie of a member who has just logged in."""
        self.world.sign_in(login)
        clock.set_offset(0)
        return f"redress_member={self.world.cookies[login]}"


@contextmanager
def service_over(database: Database, folder: Path) -> Iterator[Service]:
    """A running service with a world of its own on this empty database."""
    home = folder / "home"
    home.mkdir(mode=0o700)
    world = World(database, light_vault(home / "keys"))
    world.make_room()
    with database.writing() as session:
        # A long run files more than one organisation would take on.
        session.get_one(Organisation, world.near.id).capacity = 1_000_000
    service = Service(world, folder)
    try:
        service.start()
        yield service
    finally:
        service.stop()


def children(pid: int) -> list[int]:
    """The living children of a process."""
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(child) for child in re.findall(r"\d+", found.stdout)]


def breathe(dice: random.Random, longest: float) -> None:
    """Wait for a moment nobody can foresee."""
    time.sleep(dice.uniform(0, longest))
