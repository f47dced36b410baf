"""People get dates: no text of ours says in how many days something comes, or how long ago it was."""

import re

from babel.messages.pofile import read_po

from app.settings import PROJECT_ROOT

_COUNTED = re.compile(
    r"\b(in|after) (%\(\w+\)s|an?|one|two|three|\d+) (working )?(hour|day|week|month)s?\b"
    r"|\b(hours?|days?|weeks?|months?) (ago|left|from now)\b|\b(tomorrow|yesterday)\b",
    re.IGNORECASE,
)
# No dates of a case: how many tests a day has, and who counts as new.
_RULES = re.compile("Try again tomorrow|less than seven days ago")


def test_no_text_counts_the_days_until_something() -> None:
    with (PROJECT_ROOT / "translations" / "messages.pot").open("rb") as file:
        said = {
            form
            for text in read_po(file)
            if text.id
            for form in ([text.id] if isinstance(text.id, str) else text.id)
        }
    assert len(said) > 1000
    assert _COUNTED.search("It comes in 2 days.")
    assert _COUNTED.search("due in %(days)s working days")
    assert sorted(text for text in said if _COUNTED.search(_RULES.sub("", text))) == []
