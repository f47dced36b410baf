"""Databases quote in their errors what they were given: none of it may reach a log, or a page other than the worker's own."""

import io
import logging
import sys
import threading
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from app import logs
from app.intake import Filed, SealedGrievance, file_grievance, reporting
from app.vault import Vault, format_receipt
from app.web.desk import sign_in
from app.web.worker import entering
from tests.harness.world import World
from tests.support.addresses import DORMITORY, Phone

WORDS, NAME, NUMBER, PLACE = "Zawadi-hid-the-payslips", "Amina-Okello", "+60 12 345 6789", "Foxglove-Circuits"
PLANTED = (WORDS, NAME, NUMBER, PLACE, DORMITORY)
EVERYTHING = " ".join(PLANTED)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that this process logs, as it would stand on standard error; logging is put back afterwards."""
    root, events = logging.getLogger(), logs._OWN
    handlers, level, events_level = root.handlers[:], root.level, events.level
    hooks = logging.raiseExceptions, sys.excepthook, threading.excepthook
    stream = io.StringIO()
    logs.configure_logs(stream)
    yield stream
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    logging.raiseExceptions, sys.excepthook, threading.excepthook = hooks
    root.setLevel(level)
    events.setLevel(events_level)


@pytest.fixture(autouse=True)
def _taken(world: World) -> None:
    """A table that takes each text once, and has taken everything that the worker will write."""
    with world.database.writing() as session:
        session.execute(text("CREATE TABLE taken (words VARCHAR(400) PRIMARY KEY)"))
        _take(session)


def _take(session: Session) -> None:
    session.execute(text("INSERT INTO taken VALUES (:words)"), {"words": EVERYTHING})


def _cast(session: Session) -> None:
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    question = "SELECT json(:words)" if on_sqlite else "SELECT CAST(:words AS INTEGER)"
    session.execute(text(question), {"words": EVERYTHING})


FAILURES = (
    pytest.param(_take, IntegrityError, id="a unique violation"),
    pytest.param(_cast, DBAPIError, id="a driver error"),
)
Fail = Callable[[Session], None]


@pytest.mark.parametrize(("fail", "kind"), FAILURES)
def test_the_database_would_tell(world: World, fail: Fail, kind: type[DBAPIError], log: io.StringIO) -> None:
    """What these tests stand on: PostgreSQL quotes the value in its own words, and a plain traceback would print them."""
    with pytest.raises(kind) as failed, world.database.writing() as session:
        fail(session)
    if world.database.url.startswith("postgresql"):
        assert WORDS in str(failed.value)
    logging.getLogger("somewhere").error("failed", exc_info=failed.value)
    _silent(log)


@pytest.mark.parametrize(("fail", "kind"), FAILURES)
def test_a_report_that_the_database_refuses_stays_out_of_the_log(
    phone: Phone, log: io.StringIO, monkeypatch: pytest.MonkeyPatch, fail: Fail, kind: type[DBAPIError]
) -> None:
    def file(session: Session, vault: Vault, sealed: SealedGrievance) -> Filed:
        file_grievance(session, vault, sealed)
        fail(session)
        raise AssertionError("it did not fail")

    monkeypatch.setattr(reporting, "file_grievance", file)
    worker = phone(DORMITORY)
    worker.open("/en/")
    page = worker.send("/report", words=WORDS, name=NAME, phone=NUMBER, site=PLACE)
    assert page.status == 503
    assert page.form("/report").values["words"] == [WORDS]
    assert "endpoint=worker.report" in log.getvalue()
    _silent(log)


@pytest.mark.parametrize(("fail", "kind"), FAILURES)
def test_a_receipt_that_the_database_refuses_stays_out_of_the_log(
    phone: Phone,
    world: World,
    log: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
    fail: Fail,
    kind: type[DBAPIError],
) -> None:
    monkeypatch.setattr(entering, "session_for", lambda session, *_given: fail(session))
    code = format_receipt(world.file(words=WORDS).receipt)
    worker = phone(DORMITORY)
    worker.open("/en/inbox")
    assert worker.send("/inbox", receipt=code).status == 503
    assert "endpoint=worker.enter" in log.getvalue()
    _silent(log, code, code.replace(" ", ""))


@pytest.mark.parametrize(("fail", "kind"), FAILURES)
def test_a_log_in_that_the_database_refuses_stays_out_of_the_log_and_of_the_page(
    phone: Phone,
    world: World,
    log: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
    fail: Fail,
    kind: type[DBAPIError],
) -> None:
    monkeypatch.setattr(sign_in, "take_sign_in", lambda session, *_given: fail(session))
    member = phone(DORMITORY)
    page = member.sign_in(world, "near.lead")
    assert page.status == 503
    assert WORDS not in page.text
    assert "endpoint=desk.take_sign_in_form" in log.getvalue()
    _silent(log, "near.lead")


def _silent(log: io.StringIO, *others: str) -> None:
    shown = log.getvalue()
    assert shown
    assert [planted for planted in (*PLANTED, *others) if planted in shown] == []
