"""A whole hour as people type it: the usual spellings are read, anything else is refused as it was typed."""

import pytest

from app.web.desk.typed_hours import NoWholeHour, read_hour


@pytest.mark.parametrize(
    ("typed", "hour"),
    (
        *(
            ("0", 0),
            ("7", 7),
            ("07", 7),
            ("24", 24),
            (" 19 ", 19),
            ("19:00", 19),
            ("19.00", 19),
            ("1900", 19),
        ),
        *(("0700", 7), ("24:00", 24), ("00:00", 0), ("19h", 19), ("19 h", 19), ("19h00", 19), ("19H00", 19)),
        *(("19:00 hrs", 19), ("19 hours", 19), ("7pm", 19), ("7 PM", 19), ("7 p.m.", 19), ("7:00 pm", 19)),
        *(("7am", 7), ("12 am", 0), ("12pm", 12), ("7 o\u2019clock", 7), ("\u0967\u096f", 19), ("१९:००", 19)),
        *(
            ("\u0661\u0669", 19),
            ("\uff11\uff19\uff1a\uff10\uff10", 19),
            ("\u200e19\u200f", 19),
            ("19\u00a0h", 19),
        ),
    ),
)
def test_the_usual_spellings_of_a_whole_hour(typed: str, hour: int) -> None:
    assert read_hour(typed) == hour


@pytest.mark.parametrize(
    "typed",
    (
        *(
            "",
            "-1",
            "−1",
            "+1",
            "1-5",
            "²",
            "1²",
            "①",
            "½",
            "19:30",
            "1930",
            "7:15 pm",
            "25",
            "99",
            "100",
            "700",
        ),
        *(
            "13pm",
            "0 am",
            "19 pm",
            "19:00:00",
            "7 8",
            "7,5",
            "7.5",
            "in the evening",
            "seven",
            "pm",
            "h",
            "1 9",
        ),
        *("1" * 5_000, "\x00", "19\x00"),
    ),
)
def test_anything_else_is_no_whole_hour(typed: str) -> None:
    with pytest.raises(NoWholeHour) as refused:
        read_hour(typed)
    assert refused.value.typed == typed
