"""A table in config/ that is made from the CLDR and read finished: written anew, or checked against its source."""

import sys
from collections.abc import Callable
from pathlib import Path

CONFIG = Path(__file__).resolve().parents[3] / "config"


def write_or_check(words: list[str], module: str, table: str, make: Callable[[], str]) -> int:
    """Do what the words of the command say, for the module that makes this table; gives the exit status."""
    if words not in (["write"], ["check"]):
        sys.stderr.write(f"usage: python -m {module} write|check\n")
        return 2
    file, made = CONFIG / table, make()
    if words == ["write"]:
        file.write_text(made, encoding="utf-8")
    elif not file.is_file() or file.read_text(encoding="utf-8") != made:
        sys.stderr.write(f"{table} lags behind; run: python -m {module} write\n")
        return 1
    return 0
