"""What the operator reads when something cannot be done: one line for each kind of trouble, in words that say what to do."""

import errno
import os
import sys
from collections.abc import Callable, Sequence

from sqlalchemy.exc import DatabaseError, InterfaceError, OperationalError

from app import logs
from app.cases import RulesRefused
from app.language import LanguagesRefused
from app.schema import SchemaOutOfDate
from app.settings import Settings
from app.vault import KeyringMissing, KeyringOfAnotherDeployment, KeyringUnreadable

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_CLOSED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST})


class Refused(Exception):
    """The command cannot do what was asked; the text is the operator's line."""


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
    if isinstance(error, RulesRefused):
        return list(error.lines)
    if isinstance(error, LanguagesRefused):
        return error.mistakes
    if isinstance(
        error, Refused | SchemaOutOfDate | KeyringMissing | KeyringUnreadable | KeyringOfAnotherDeployment
    ):
        return [" ".join(str(error).split())]
    if isinstance(error, OSError):
        return _file_trouble(error, settings)
    if isinstance(error, OperationalError | InterfaceError | DatabaseError):
        return _database_trouble(error, settings)
    return None


def _file_trouble(error: OSError, settings: Settings) -> list[str] | None:
    if error.errno in _FULL:
        return [f"The disk is full; nothing was lost that had been answered. Make room for {settings.home}."]
    if error.errno in _CLOSED:
        return [f"Cannot write or read {error.filename or settings.home}: {error.strerror}."]
    return None


def _database_trouble(error: DatabaseError, settings: Settings) -> list[str] | None:
    # Never the driver's own words: they can hold the password of the URL or a row's values.
    reason = str(error.orig).lower() if isinstance(error, OperationalError) else ""
    if settings.database_url.startswith("sqlite"):
        if "full" in reason:
            return [f"The disk is full; nothing was lost that had been answered. Make room for {settings.home}."]
        if "unable to open" in reason or "readonly" in reason or "read-only" in reason:
            return [f"Cannot open the database under {settings.home} for writing: check that folder's owner and mode."]
        if "malformed" in str(error.orig).lower() or "not a database" in str(error.orig).lower():
            return ["The database file is damaged or is not a Redress database: restore it from a backup."]
        if "locked" in reason:
            return ["The database is held by another program: stop it and try again."]
        return None
    if isinstance(error, OperationalError | InterfaceError):
        return ["Cannot reach PostgreSQL, or it refused us: check that it runs, and the user and password in DATABASE_URL."]
    return None
