"""Commands as an operator types them: a process of its own, a private home, nothing of the developer's environment."""

import shutil
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.harness.server import COMMAND, ROOT, free_port, private_environment

Outcome = subprocess.CompletedProcess[str]
Redress = Callable[..., Outcome]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder that does not exist yet."""
    return tmp_path / "home"


@pytest.fixture
def redress(home: Path) -> Redress:
    """Run one command to its end: `redress("org", "list", DATABASE_URL=...)`."""
    return partial(_run, home)


@pytest.fixture(scope="session")
def made_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that `redress init` made; copy it, never use it."""
    made = tmp_path_factory.mktemp("made") / "home"
    outcome = _run(made, "init")
    assert outcome.returncode == 0, outcome
    return made


@pytest.fixture
def ready(redress: Redress, made_home: Path, home: Path) -> Redress:
    """As `redress`, in a home that `init` has made."""
    shutil.copytree(made_home, home)
    return redress


def _run(home: Path, *words: str, **settings: str) -> Outcome:
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
