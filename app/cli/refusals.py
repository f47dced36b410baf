"""What the operator reads when something cannot be done: one line for each kind of trouble, in words that say what to do."""

import errno
import os
import sys
from collections.abc import Callable, Sequence

from sqlalchemy.exc import DatabaseError, InterfaceError, OperationalError

from app import logs
from app.cases.rules import RulesRefused
from app.database import DatabaseUnavailable, SchemaOutOfDate
from app.intake.conversation.machine import TopicWordsRefused
from app.language import LanguagesRefused
from app.messaging.gateways.registry import GatewaysRefused
from app.settings import Settings
from app.vault import (
    ClockBehind,
    DeploymentMissing,
    KeyringMissing,
    KeyringOfAnotherDeployment,
    KeyringUnreadable,
)

_FULL_LINE = "The disk is full; nothing was lost that had been answered. Make room for {home}."
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_HELD_LINE = "The database is held by another program: stop it and try again."
_CLOSED = frozenset(
    {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.ENOENT, errno.EISDIR}
)


# Their texts are written for the operator.
_PLAIN = (
    SchemaOutOfDate,
    DeploymentMissing,
    KeyringMissing,
    KeyringUnreadable,
    KeyringOfAnotherDeployment,
    ClockBehind,
)


class CommandRefused(Exception):
    """The command cannot do what was asked; `lines` is what the operator reads."""

    def __init__(self, *lines: str) -> None:
        super().__init__("; ".join(lines))
        self.lines = list(lines)


def guarded(settings: Settings, command: str, work: Callable[[], int]) -> int:
    """Do the work of a command and give its exit status; whatever stops it becomes one line on standard error and 1."""
    try:
        return work()
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output left, as `| head` does; Python must not complain about it once more at its exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:  # noqa: BLE001 - the outermost edge: nothing may reach the operator as a stack trace
        lines = lines_of(error, settings)
        if lines is None:
            logs.log_failure(f"cli.{command}", error)
            lines = ["Something unexpected went wrong; the line above says where."]
        return complain(lines, 1)


def complain(lines: Sequence[str], status: int) -> int:
    """Print the lines to standard error and give back the exit status."""
    for line in lines:
        print(f"redress: {line}", file=sys.stderr)
    return status


def lines_of(error: Exception, settings: Settings) -> list[str] | None:
    """The lines for an error that an operator can mend, or None when it is a defect of ours."""
    if isinstance(error, CommandRefused | RulesRefused | TopicWordsRefused):
        return list(error.lines)
    if isinstance(error, LanguagesRefused | GatewaysRefused):
        return error.mistakes
    if isinstance(error, _PLAIN):
        return [" ".join(str(error).split())]
    if isinstance(error, OSError):
        return _file_trouble(error, settings)
    if isinstance(error, DatabaseUnavailable | OperationalError | InterfaceError | DatabaseError):
        return _database_trouble(error, settings)
    return None


def _file_trouble(error: OSError, settings: Settings) -> list[str] | None:
    if error.errno in _FULL:
        return [_FULL_LINE.format(home=settings.home)]
    if error.errno in _CLOSED:
        return [f"Cannot write or read {error.filename or settings.home}: {error.strerror}."]
    return None


# What SQLite says about a file, and what that means to an operator.
_SQLITE_TROUBLES = {
    "full": _FULL_LINE,
    "unable to open": "Cannot open the database in {home}: it is not there, or the folder's owner or mode is wrong.",
    "readonly": "Cannot open the database in {home} for writing: check the folder's owner and mode.",
    "malformed": "The database file is damaged or is not a Redress database: restore it from a backup.",
    "not a database": "The database file is damaged or is not a Redress database: restore it from a backup.",
    "disk i/o error": "The disk refuses to write to {home}: it is full, or it fails.",
    "locked": _HELD_LINE,
}


def _database_trouble(
    error: DatabaseUnavailable | DatabaseError | InterfaceError, settings: Settings
) -> list[str] | None:
    if isinstance(error, DatabaseUnavailable):
        cause = error.__cause__
        return _file_trouble(cause, settings) if isinstance(cause, OSError) else [_HELD_LINE]
    # Never the driver's own words: they can hold the password of the URL or a row's values.
    if not settings.database_url.startswith("sqlite"):
        if isinstance(error, OperationalError | InterfaceError):
            return [
                "Cannot reach PostgreSQL, or it refused us: see that it runs, and check DATABASE_URL's user and password."
            ]
        return None
    said = str(error.orig).lower()
    for sign, line in _SQLITE_TROUBLES.items():
        if sign in said:
            return [line.format(home=settings.home)]
    return None
