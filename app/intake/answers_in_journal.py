"""What the journal of a case tells of the answers that went out as texts, or were to, and that nobody heard."""

from collections.abc import Iterator, Sequence

from app.cases.desk import REPLIED
from app.cases.followups import TALKED
from app.vault import JournalEntry

TEXTED, CALLED_OFF, NOT_HEARD = "case.texted", "case.text_called_off", "case.text_not_heard"
"""The acts: an answer was written down as a text; somebody called it off; it ended otherwise without reaching the phone."""

UNHEARD = frozenset({CALLED_OFF, NOT_HEARD})
"""An answer of which one of these stands in the journal has met nothing."""


def unheard_answers(told: Sequence[JournalEntry]) -> Iterator[JournalEntry]:
    """The answers by text that nobody heard and after which no other answer or talk came, the newest first."""
    off = {entry.detail["entry"] for entry in told if entry.act in UNHEARD}
    for entry in reversed(told):
        if entry.act == REPLIED and entry.detail["entry"] not in off:
            return
        if entry.act == TALKED and entry.detail["reached"]:
            return
        if entry.act == TEXTED and entry.detail["entry"] in off:
            yield entry
