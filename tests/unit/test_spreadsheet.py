"""Files for a spreadsheet: no cell is run, no small count leaves; and the lengths of bars in a drawing."""

import csv
import io

import pytest

from app.web.network.bars import LENGTH, bar, longest_of
from app.web.network.spreadsheet import few, harmless, is_few, spreadsheet


@pytest.mark.parametrize(
    "cell",
    ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u00a0=1", "＝1", "－1"),
)
def test_a_cell_that_would_begin_a_formula_begins_with_an_apostrophe(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ("", "12", "<5", "Mawar = Workers", "45%", "2026-11", "কর্মী"))
def test_any_other_cell_stays_as_it_is(cell: str) -> None:
    assert harmless(cell) == cell


def test_small_counts_leave_as_less_than_five() -> None:
    assert [few(number) for number in (0, 1, 4, 5, 1200)] == ["0", "<5", "<5", "5", "1200"]
    assert [is_few(number) for number in (0, 1, 4, 5)] == [False, True, True, False]


def test_a_file_is_read_back_as_it_was_written_and_kept_by_nobody() -> None:
    rows = [["Month", '=HYPERLINK("x")'], ["2026-11", 'a "b", c\nd']]
    answer = spreadsheet(rows, "months")
    body = answer.get_data().decode("utf-8-sig")
    assert answer.get_data().startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(body, newline=""))) == [
        ["Month", '\'=HYPERLINK("x")'],
        ["2026-11", 'a "b", c\nd'],
    ]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="months.csv"'
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"


def test_the_stretches_of_a_bar_follow_each_other_and_end_within_it() -> None:
    made = bar("Name", [("a", 1), ("none", 0), ("b", 600), ("c", 400)], 1001, "1001")
    assert [part.kind for part in made.stretches] == ["a", "b", "c"]
    assert all(part.length >= 4 for part in made.stretches)  # what is not nothing is seen
    for before, after in zip(made.stretches, made.stretches[1:], strict=False):
        assert after.begins == before.begins + before.length
    assert made.stretches[-1].begins + made.stretches[-1].length <= LENGTH
    assert bar("Name", [("a", 0)], longest_of([]), "0").stretches == ()
    assert longest_of([0, 0]) == 1
