"""A warm parent for fault tests: imports everything once, then forks a dispatcher's job for each line it is told and kills it.

`python -m tests.faults.warm_dispatcher URL KEYS`; each line is "OFFSET JOB MICROSECONDS": the child moves its clock, runs the job
once and is killed with SIGKILL after so many microseconds. The answer is "killed" or "finished".
"""

import os
import signal
import sys
import time
from pathlib import Path

from app import clock
from app.cases.rules import load_rules
from app.database import Database
from app.dispatcher.jobs import JOBS, Tools, run_job
from app.settings import PROJECT_ROOT
from app.vault import Vault, load_keyring


def main(url: str, keys: str) -> None:
    """Answer every line of standard input."""
    tools = Tools(
        Database(url), Vault(load_keyring(Path(keys), "dispatcher")), load_rules(PROJECT_ROOT / "config")
    )
    jobs = {job.name: job for job in JOBS}
    print("ready", flush=True)  # noqa: T201 - this is how a program answers
    for line in sys.stdin:
        offset, name, microseconds = line.split()
        child = os.fork()
        if child == 0:
            clock.set_offset(int(offset))
            run_job(jobs[name], tools)
            os._exit(0)
        deadline = time.monotonic() + int(microseconds) / 1_000_000
        ended, status = 0, 0
        while not ended and time.monotonic() < deadline:
            time.sleep(0.0005)
            ended, status = os.waitpid(child, os.WNOHANG)
        if not ended:
            os.kill(child, signal.SIGKILL)
            status = os.waitpid(child, 0)[1]
        print("killed" if os.WIFSIGNALED(status) else "finished", flush=True)  # noqa: T201 - as above


if __name__ == "__main__":
    main(*sys.argv[1:])
