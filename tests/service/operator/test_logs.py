"""A log line never holds what a person typed, whoever wrote the line."""

import io
import logging
import sys
import threading
import warnings
from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app import logs
from app.database import Database
from app.network import site_by_code

SECRET = "Amina-Okello-4821"
SECRET_CODE = "2345wxyz"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that this process logs, as it would stand on standard error; logging is put back afterwards."""
    root, events = logging.getLogger(), logs._OWN
    before = (
        root.handlers[:],
        root.level,
        events.level,
        logging.raiseExceptions,
        sys.excepthook,
        threading.excepthook,
    )
    stream = io.StringIO()
    logs.configure_logs(stream)
    yield stream
    logging.captureWarnings(False)
    root.handlers[:], level, events_level, logging.raiseExceptions, sys.excepthook, threading.excepthook = (
        before
    )
    root.setLevel(level)
    events.setLevel(events_level)


def test_an_event_shows_its_facts(log: io.StringIO) -> None:
    logs.log_event("job.done", job="expire_offers", pieces=3, nothing=None)
    assert log.getvalue().endswith(" info job.done job=expire_offers pieces=3\n")
    assert log.getvalue()[:20].endswith("Z")


@pytest.mark.parametrize(
    "logger", ("werkzeug", "sqlalchemy.engine", "app", "app.web", "gunicorn.error", "alembic")
)
def test_the_words_of_other_loggers_are_dropped(log: io.StringIO, logger: str) -> None:
    logging.getLogger(logger).error("GET /en/s/%s from 10.0.0.7", SECRET)
    logging.getLogger(logger).error(f"already formatted {SECRET}")  # noqa: G004 - as some libraries do
    assert SECRET not in log.getvalue()
    assert "10.0.0.7" not in log.getvalue()
    assert f"error {logger} at test_logs." in log.getvalue()


def test_an_exception_shows_its_kind_and_our_own_frames_only(log: io.StringIO, database: Database) -> None:
    cascade = " CASCADE" if database.url.startswith("postgresql") else ""
    try:
        with database.writing() as session:
            session.execute(text("DROP TABLE sites" + cascade))
            site_by_code(session, SECRET_CODE)
    except SQLAlchemyError as error:
        logs.log_failure("worker.report", error)
        logging.getLogger("flask.app").exception("on %s", SECRET)
    shown = log.getvalue()
    assert SECRET not in shown
    assert SECRET_CODE not in shown
    assert "endpoint=worker.report error=" in shown
    assert "app/network/sites.py:" in shown
    assert len(shown.splitlines()) == 2


def test_an_error_in_a_log_call_does_not_print_its_arguments(
    log: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger("somewhere").error("%d numbers", SECRET)
    assert SECRET not in log.getvalue() + capsys.readouterr().err


def test_a_warning_shows_no_words(log: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn(f"odd value {SECRET}", stacklevel=1)
        logging.captureWarnings(False)
    assert "py.warnings" in log.getvalue()
    assert SECRET not in log.getvalue()


def test_what_nobody_caught_shows_its_kind_only(log: io.StringIO) -> None:
    def fail() -> None:
        raise ValueError(SECRET)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    try:
        fail()
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
    assert SECRET not in log.getvalue()
    assert "endpoint=thread error=ValueError" in log.getvalue()
    assert "endpoint=process error=ValueError" in log.getvalue()


def test_the_arbiters_own_words_are_kept(log: io.StringIO) -> None:
    record = logging.LogRecord(
        "gunicorn.error",
        logging.ERROR,
        "/x/gunicorn/arbiter.py",
        1,
        "Worker (pid:%s) was sent SIGKILL!",
        (7,),
        None,
    )
    logging.getLogger("gunicorn.error").handle(record)
    assert "Worker (pid:7) was sent SIGKILL!" in log.getvalue()
