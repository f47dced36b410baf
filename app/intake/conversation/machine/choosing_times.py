"""What a choice of times means for a case: only what it names changes, the rest stays as it was chosen before. No I/O."""

from collections.abc import Iterable

from app.cases.case import Case, CaseFacts, TextTimes
from app.cases.rules import Rules
from app.intake.conversation.machine.day_words import ChosenTimes


def chosen_before(own: CaseFacts | None, others: Iterable[CaseFacts]) -> TextTimes | None:
    """The times that stand for a phone: those of the case that is talked about, else any that were chosen for another of it."""
    if own is not None and own.text_times is not None:
        return own.text_times
    return next((facts.text_times for facts in others if facts.text_times is not None), None)


def times_chosen(
    rules: Rules, case: Case, facts: CaseFacts, chosen: ChosenTimes, before: TextTimes | None
) -> TextTimes:
    """The times of a case by a choice; `before` is what stands for the phone, for a case that has none of its own."""
    days_off = rules.deadlines.calendar(case.country).weekend
    return rules.deadlines.texts.changed(
        facts.text_times or before, days_off, chosen.choice, chosen.days, chosen.hours
    )
