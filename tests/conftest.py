"""Fixtures of every test: fresh databases, the real server, a real browser; and the life of what a run shares."""

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy.orm import Session

from app import clock
from app.database import Database
from tests.harness import databases as harness
from tests.harness.engines import one_engine_after_another
from tests.harness.run import TestRun

pytest.register_assert_rewrite("tests.harness.pages", "tests.support")
pytest_plugins = ["tests.harness.server", "tests.harness.browser", "tests.support.joining"]

# How long an example takes says what else the machine does.
settings.register_profile("redress", settings(), deadline=None, suppress_health_check=(HealthCheck.too_slow,))
settings.load_profile("redress")

_RUN = pytest.StashKey[TestRun]()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Make the folder that this run's workers share; only the controller does.

    Every test's own folder stands in it: in memory no commit waits for a disk (10 ms on a busy one), and no test cuts the power.
    Who wants to see the files of a test that failed says --basetemp.
    """
    if not hasattr(config, "workerinput"):
        config.stash[_RUN] = TestRun()
        if config.option.basetemp is None:
            config.option.basetemp = config.stash[_RUN].folder / "tmp"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Measure coverage where a test runs for the first time: on PostgreSQL it goes through the same lines once more."""
    for item in items:
        call: Any = getattr(item, "callspec", None)
        if call and call.params.get("database") == "postgresql":
            item.add_marker("no_cover")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Let the garbage collector rest while tests are found: all that is made then stays, and it would look through it each time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell each worker where that folder is."""
    node.workerinput["redress_shared"] = str(node.config.stash[_RUN].folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers of this run and remove its folder."""
    if _RUN in config.stash:
        config.stash[_RUN].close()


@pytest.fixture(scope="session")
def shared_folder(pytestconfig: pytest.Config) -> Path:
    """The folder shared by all workers of this run."""
    workerinput: dict[str, str] | None = getattr(pytestconfig, "workerinput", None)
    if workerinput is not None:
        return Path(workerinput["redress_shared"])
    return pytestconfig.stash[_RUN].folder


@pytest.fixture(scope="session", autouse=True)
def _one_engine_after_another() -> Iterator[None]:
    with one_engine_after_another():
        yield


@pytest.fixture(scope="session")
def databases(shared_folder: Path, pytestconfig: pytest.Config) -> Iterator[harness.Databases]:
    """This worker's source of fresh databases, for tests that need more than the one `database`."""
    workerinput: dict[str, str] = getattr(pytestconfig, "workerinput", {})
    source = harness.Databases(shared_folder, workerinput.get("workerid", "alone"))
    yield source
    source.close()


@pytest.fixture(params=harness.KINDS)
def database(
    request: pytest.FixtureRequest, databases: harness.Databases, tmp_path: Path
) -> Iterator[Database]:
    """A migrated, empty database of this test's own; the test runs once on SQLite and once on PostgreSQL."""
    with databases.fresh(request.param, tmp_path) as fresh:
        yield fresh


@pytest.fixture
def sqlite_database(databases: harness.Databases, tmp_path: Path) -> Iterator[Database]:
    """A migrated, empty SQLite database, for tests in which the kind of database makes no difference."""
    with databases.fresh("sqlite", tmp_path) as fresh:
        yield fresh


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """One open unit of work on this test's database, committed when the test ends well."""
    with database.writing() as unit:
        yield unit


@pytest.fixture(autouse=True)
def _right_clock() -> Iterator[None]:
    """A test that moved the clock leaves it as it was."""
    yield
    clock.set_offset(0)
