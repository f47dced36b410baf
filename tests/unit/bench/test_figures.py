"""What the bench makes of its measurements: when a figure counts as missed, and what the table and the page show."""

from pathlib import Path

import pytest

from bench.figures import Asked, Figure, number, percentile, table
from bench.performance_page import BEGIN, END, MarksMissing, write_page


@pytest.mark.parametrize(
    ("value", "floor", "asked", "missed"),
    (
        (150.0, None, Asked(at_most=150), False),
        (150.1, None, Asked(at_most=150), True),
        (999.0, None, Asked(at_least=1000), True),
        (1000.0, None, Asked(at_least=1000), False),
        (50.0, 100.0, Asked(at_least=0.5, of_ratio=True), False),
        (49.0, 100.0, Asked(at_least=0.5, of_ratio=True), True),
        (131.0, 100.0, Asked(at_most=1.3, of_ratio=True), True),
        (12.0, 11.0, Asked(at_least=11, at_most=11), True),
        (5.0, None, Asked(at_least=0.5, of_ratio=True), True),
        (1e9, 1.0, None, False),
    ),
)
def test_a_figure_is_missed_when_it_or_its_ratio_leaves_the_bound(
    value: float, floor: float | None, asked: Asked | None, missed: bool
) -> None:
    assert Figure("part", "what", value, "ms", floor, asked).missed is missed


def test_the_table_shows_the_ratio_the_bound_and_whether_it_was_met() -> None:
    ratio = Asked(at_least=0.5, of_ratio=True)
    shown = table(
        [
            Figure("filing", "SQLite", 40.0, "/s", 100.0, ratio),
            Figure("memory", "up", 129.26, "MB", asked=Asked(at_most=150)),
            Figure("memory", "serve", 98.0, "MB"),
        ]
    )
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in shown.splitlines()]
    assert cells[2] == ["filing", "SQLite", "40 /s", "100 /s", "0.40", "ratio >= 0.5", "NO"]
    assert cells[3] == ["memory", "up", "129 MB", "", "", "<= 150", "yes"]
    assert cells[4] == ["memory", "serve", "98 MB", "", "", "reported", ""]
    assert len({len(line) for line in shown.splitlines()}) == 1


def test_numbers_keep_the_digits_that_mean_something() -> None:
    assert [number(value) for value in (0, 0.6923, 17.52, 129.3, 2408.4, 14600)] == [
        "0",
        "0.692",
        "17.5",
        "129",
        "2,408",
        "14,600",
    ]


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [float(value) for value in range(1, 201)]
    assert percentile(values, 0.5) == 100.0
    assert percentile(values, 0.99) == 198.0
    assert percentile(values, 1.0) == 200.0
    assert percentile([7.0], 0.99) == 7.0


def test_the_page_keeps_its_text_and_takes_the_new_table(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text(f"# Before\n\n{BEGIN}\nold\n{END}\n\nAfter\n")
    write_page(page, "| new |\n")
    write_page(page, "| newer |\n")
    assert page.read_text() == f"# Before\n\n{BEGIN}\n\n| newer |\n\n{END}\n\nAfter\n"


def test_a_page_without_marks_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text(f"text\n{BEGIN}\n")
    with pytest.raises(MarksMissing):
        write_page(page, "| new |\n")
    assert page.read_text() == f"text\n{BEGIN}\n"
