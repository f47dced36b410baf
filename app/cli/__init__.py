"""The `redress` command: what an operator types."""

import os
import sys
from collections.abc import Sequence

__all__ = ["main"]

_STAYING = ("up", "serve", "dispatch")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it did what was asked, 1 when it could not, 2 when it was asked wrongly or settings are wrong."""
    if arguments is None and sys.argv[1:2] and sys.argv[1] in _STAYING:
        _begin_without_docstrings()
    # Only now: what is imported before would be imported twice.
    from app.cli.command import run

    return run(arguments)


def _begin_without_docstrings() -> None:
    """Begin this process anew with `-OO`: nobody reads the docstrings of a server, and they are a fifteenth of its memory."""
    if sys.flags.optimize < 2:
        os.execv(sys.executable, [sys.executable, "-OO", *sys.orig_argv[1:]])  # noqa: S606 - what runs already
