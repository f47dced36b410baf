"""A warm parent whose children tick once and die at a statement: what they were about to say to the database is never said.

`python -m tests.faults.mortal_dispatcher URL KEYS`; each line is "OFFSET STATEMENT": a child moves its clock, runs the jobs on
cases and is killed with SIGKILL just before its statement of that number, commits among them; 0 lets it live. The answer is
"killed", or "finished" and how many statements there were.
"""

import os
import signal
import sys
from pathlib import Path

from sqlalchemy import event

from app import clock
from app.cases.rules.rule_set import load_rules
from app.consequences import carry_out
from app.database import Database
from app.services import Services
from app.settings import PROJECT_ROOT
from app.vault import Vault, load_keyring
from tests.harness.dispatching import services_over
from tests.support.ticking import tick

_FAILED = 1


class Mortal:
    """Counts what is said to the database, and ends this process without another word when the number is reached."""

    def __init__(self, last: int) -> None:
        self.said, self._last = 0, last

    def listen(self, database: Database) -> None:
        """Hear every statement and every commit before it goes out."""
        for name in ("before_cursor_execute", "commit"):
            event.listen(database.engine, name, self._count)

    def _count(self, *_what: object) -> None:
        self.said += 1
        if self.said == self._last:
            os.kill(os.getpid(), signal.SIGKILL)


def main(url: str, keys: str) -> None:
    """Answer every line of standard input."""
    vault = Vault(load_keyring(Path(keys), "dispatcher"))
    tools = services_over(Database(url, before_commit=carry_out), vault, load_rules(PROJECT_ROOT / "config"))
    tick(tools)  # so that no child has to compile each statement anew
    tools.database.engine.dispose()
    print("ready", flush=True)  # noqa: T201 - this is how a program answers
    for line in sys.stdin:
        offset, last = (int(word) for word in line.split())
        print(_ended(tools, offset, last), flush=True)  # noqa: T201


def _ended(tools: Services, offset: int, last: int) -> str:
    hearing, telling = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(hearing)
        _live(tools, offset, last, telling)
    os.close(telling)
    with open(hearing, encoding="ascii") as told:  # noqa: PTH123 - a pipe has no path
        said = told.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return "killed"
    return f"finished {said}" if os.waitstatus_to_exitcode(status) == 0 else "failed"


def _live(tools: Services, offset: int, last: int, telling: int) -> None:
    mortal = Mortal(last)
    try:
        clock.set_offset(offset)
        mortal.listen(tools.database)
        tick(tools)
        os.write(telling, str(mortal.said).encode())
    except BaseException:  # noqa: BLE001 - a child must never run on into its parent's loop
        os._exit(_FAILED)
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
