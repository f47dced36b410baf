"""Commands as an operator types them: a process of its own, a private home, nothing of the developer's environment."""

import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.harness.server import COMMAND, ROOT, free_port, private_environment

Outcome = subprocess.CompletedProcess[str]
Redress = Callable[..., Outcome]


def run_command(home: Path, *words: str, **settings: str) -> Outcome:
    return subprocess.run(
        [*COMMAND, *words],
        cwd=ROOT,
        env=private_environment(home, free_port()) | settings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def complaint(outcome: Outcome, *, status: int = 1) -> str:
    """The one line on standard error of a command that was refused; anything else is a defect."""
    assert outcome.returncode == status, outcome
    lines = outcome.stderr.splitlines()
    assert len(lines) == 1, outcome.stderr
    assert lines[0].startswith("redress: ")
    assert "Traceback" not in outcome.stdout
    return lines[0].removeprefix("redress: ")
