"""docs/performance.md: the text stays, the table between its two marks is that of the last whole run."""

from pathlib import Path

BEGIN = "<!-- table: written by make bench -->"
END = "<!-- end of table -->"


class MarksMissing(Exception):
    """The page lacks the two marks between which the table stands."""


def write_page(page: Path, report: str) -> None:
    """Put a run's table into the page; raises `MarksMissing`."""
    before, found, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, closed, after = rest.partition(END)
    if not found or not closed:
        raise MarksMissing(f"{page.name} needs the lines {BEGIN} and {END}")
    page.write_text(f"{before}{BEGIN}\n\n{report.rstrip()}\n\n{END}{after}", encoding="utf-8")
