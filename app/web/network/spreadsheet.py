"""Files for a spreadsheet, which leave Redress with whoever downloads them."""

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response

# What begins a formula in a spreadsheet; some take the full-width twins for one too (OWASP, CSV injection).
_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Without it Excel reads UTF-8 as if it were the machine's own old code page, and every translated heading is spoilt.
_MARK = "\ufeff"

_FEWEST = 5


def few(number: int) -> str:
    """A count as it may leave: below five it could point at somebody, so no more is said than that; nothing is nothing."""
    return f"<{_FEWEST}" if 0 < number < _FEWEST else str(number)


def is_few(number: int) -> bool:
    """Whether a count is too small to leave as it is."""
    return 0 < number < _FEWEST


def harmless(cell: str) -> str:
    """A cell that no spreadsheet runs: one that would begin a formula begins with an apostrophe instead."""
    return f"'{cell}" if cell.lstrip(" \u00a0").startswith(_BEGINS_FORMULA) else cell


def spreadsheet(rows: Iterable[Sequence[str]], name: str) -> Response:
    """The rows as a CSV file (RFC 4180, UTF-8 with its mark), to be kept by no browser and no cache; its name says nothing."""
    written = io.StringIO(newline="")
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows([harmless(cell) for cell in row] for row in rows)
    return Response(
        (_MARK + written.getvalue()).encode(),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.csv"',
            "Cache-Control": "no-store",
        },
    )
