"""What Redress writes into its logs, and what can never get there.

A log outlives the case, is copied to places nobody thinks of and is read by people without a grant. So a line is made of an
event's name and a few short facts that our own code chose. Text that comes from elsewhere (a library's message, the arguments of a
log call, the words of an exception) may hold a worker's words, an address, a number or a URL with a site's code, and is dropped:
what remains of it is where it happened and which kind of error it was. Requests that went well are not logged at all: a list of the
exact moments at which reports came in would undo, for whoever sees a phone's traffic, that the database keeps hours only.
"""

import logging
import sys
import threading
import traceback
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TextIO

_OWN_FOLDER = Path(__file__).resolve().parent
_OWN = logging.getLogger("app.events")

Fact = str | int | float | bool | None


class SafeFormatter(logging.Formatter):
    """Formats our own events with their facts; of any other record only its logger, its place and the kind of its error."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, in UTC; never the message or the arguments of a record that `log_event` did not make."""
        at = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        facts: dict[str, Fact] | None = getattr(record, "facts", None)
        if facts is not None:
            words = [
                str(record.msg),
                *(f"{name}={value}" for name, value in facts.items() if value is not None),
            ]
        elif record.name == "gunicorn.error" and record.module == "arbiter":
            # The arbiter never sees a request: it speaks of its own processes only.
            words = [" ".join(record.getMessage().split())]
        else:
            words = [f"{record.name} at {record.module}.{record.funcName}:{record.lineno}"]
        if record.exc_info and record.exc_info[1] is not None:
            words.append(describe(record.exc_info[1]))
        return f"{at} {record.levelname.lower()} {' '.join(words)}"


def configure_logs(stream: TextIO | None = None) -> None:
    """Send every log line, warning and unexpected error of this process through the safe formatter to standard error."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(SafeFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    _OWN.setLevel(logging.INFO)
    logging.getLogger("gunicorn.error").setLevel(logging.WARNING)
    logging.captureWarnings(True)
    # A failing log call would print its record's arguments to standard error.
    logging.raiseExceptions = False
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread


def log_event(event: str, *, level: int = logging.INFO, **facts: Fact) -> None:
    """Log a named event with short facts: names from the code, counts, durations; never anything that somebody typed."""
    _OWN.log(level, event, extra={"facts": facts})


def log_failure(endpoint: str | None, error: BaseException) -> None:
    """Log an error that nobody expected: its kind and our own frames, without its message."""
    log_event("failure", level=logging.ERROR, endpoint=endpoint or "unknown", error=describe(error))


def describe(error: BaseException) -> str:
    """The kinds of an error and of what caused it, and where in our own code it passed; a driver's message may hold data."""
    kinds: list[str] = []
    link: BaseException | None = error
    while link is not None and len(kinds) < 5:
        kinds.append(type(link).__name__)
        link = link.__cause__ or link.__context__
    places = [
        f"{Path(frame.filename).relative_to(_OWN_FOLDER.parent)}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(_OWN_FOLDER)
    ]
    return f"{' from '.join(kinds)} in {' > '.join(places) or 'a library'}"


def _log_uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:  # what sys.excepthook is called with
    if not issubclass(kind, KeyboardInterrupt):
        log_failure("process", error.with_traceback(trace))


def _log_uncaught_in_thread(uncaught: threading.ExceptHookArgs) -> None:
    if uncaught.exc_value is not None:
        log_failure("thread", uncaught.exc_value)
