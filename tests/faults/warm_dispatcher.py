"""A warm parent for fault tests: imports everything once, then forks dispatchers for each line it is told and kills them.

`python -m tests.faults.warm_dispatcher URL KEYS`; each line is "OFFSET JOB MICROSECONDS [MICROSECONDS ...]": as many children at
once move their clocks, run the job once and are killed with SIGKILL after so many microseconds. The answer is one word for each,
"killed", "finished" or "failed".
"""

import os
import signal
import sys
import time
from pathlib import Path

from app import clock
from app.cases.rules.rule_set import load_rules
from app.consequences import carry_out
from app.database import Database
from app.dispatcher.jobs import JOBS, Errand, Job, run_job
from app.services import Services
from app.settings import PROJECT_ROOT, read_settings
from app.vault import Vault, load_keyring
from tests.harness.dispatching import services_over

_LOOK_AGAIN_SECONDS = 0.0005


def main(url: str, keys: str) -> None:
    """Answer every line of standard input."""
    vault = Vault(load_keyring(Path(keys), "dispatcher"))
    # A mail server, which no job of this test speaks to, for the jobs that write mails down.
    settings = read_settings({"REDRESS_SMTP_URL": "smtp://127.0.0.1:9?from=alerts@help.example"})
    database, rules = Database(url, before_commit=carry_out), load_rules(PROJECT_ROOT / "config")
    tools = services_over(database, vault, rules, settings=settings)
    jobs = {job.name: job for job in JOBS}
    print("ready", flush=True)  # noqa: T201 - this is how a program answers
    for line in sys.stdin:
        offset, name, *microseconds = line.split()
        living = [
            (_fork(jobs[name], tools, int(offset)), time.monotonic() + int(each) / 1_000_000)
            for each in microseconds
        ]
        ended = [end_after(pid, deadline) for pid, deadline in sorted(living, key=lambda one: one[1])]
        print(*ended, flush=True)  # noqa: T201


def _fork(job: Job | Errand, tools: Services, offset: int) -> int:
    child = os.fork()
    if child == 0:
        clock.set_offset(offset)
        try:
            run_job(job, tools)
        except BaseException:  # noqa: BLE001 - a child must never run on into its parent's loop
            os._exit(1)
        os._exit(0)
    return child


def end_after(pid: int, deadline: float) -> str:
    """Let a child live until then, and how it ended: "killed", "finished" or "failed"."""
    ended, status = 0, 0
    while not ended and time.monotonic() < deadline:
        time.sleep(_LOOK_AGAIN_SECONDS)
        ended, status = os.waitpid(pid, os.WNOHANG)
    if not ended:
        os.kill(pid, signal.SIGKILL)
        status = os.waitpid(pid, 0)[1]
    if os.WIFSIGNALED(status):
        return "killed"
    return "finished" if os.waitstatus_to_exitcode(status) == 0 else "failed"


if __name__ == "__main__":
    main(*sys.argv[1:])
