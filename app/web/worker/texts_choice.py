"""Whether, in which hours and on which days a worker is asked by text too: the part of the inbox that chooses it."""

from dataclasses import dataclass

from babel.dates import get_day_names

from app import clock
from app.cases.case import EVERY_DAY, HOURS_OF_A_DAY, NoHourLeft, TextTimes
from app.cases.worker import InboxView
from app.web.language import page_language, pgettext
from app.web.services import services
from app.web.worker.intent import Intent


@dataclass(frozen=True)
class TextsForm:
    """The form in the page's words: what is chosen of the hours and days, and whether to ask if they are still right."""

    come: bool
    says: str
    ask_hours: bool
    """Whether it is asked if they are still right, beside a question; `ask_alone` also where there is none."""
    ask_alone: bool
    first: int
    last: int
    days: tuple[tuple[int, str, bool], ...]
    hours: tuple[tuple[int, str], ...] = tuple((hour, f"{hour:02}:00") for hour in range(HOURS_OF_A_DAY + 1))


def texts_form(view: InboxView, meant: Intent) -> TextsForm | None:
    """The form, with what was filled in before if it could not be taken; None where no text can come at all."""
    if view.texts is None or view.stopped or not view.wants_questions:
        return None
    rules = services().rules.deadlines.texts
    times = view.texts.times or rules.times
    first, last, days = times.first, times.last, times.days
    if meant.texts:
        first = int(meant.from_hour) if meant.from_hour else first
        last = int(meant.to_hour) if meant.to_hour else last
        days = frozenset(map(int, meant.days))
    are_old = view.texts.come and rules.are_old(view.texts.times_on, clock.now().date())
    names = get_day_names("wide", "stand-alone", locale=page_language().locale)
    first_day = page_language().locale.first_week_day
    order = [(first_day + number) % 7 for number in range(7)]
    return TextsForm(
        come=view.texts.come,
        says=_says(view, times),
        ask_hours=are_old,
        ask_alone=are_old and view.texts.times_on is not None,
        first=first,
        last=last,
        days=tuple((day, names[day], day in days) for day in order),
    )


def chosen_times(intent: Intent) -> TextTimes | None:
    """The times that were chosen, None for *only here*; raises `NoHourLeft`, also where something was left out."""
    if intent.texts != "yes":
        return None
    if not (intent.from_hour and intent.to_hour):
        raise NoHourLeft
    return TextTimes(int(intent.from_hour), int(intent.to_hour), frozenset(map(int, intent.days)))


def no_hour_words() -> str:
    """Why such times cannot be taken."""
    return pgettext(
        "worker-texts",
        "These times leave no hour for a text, so nothing was changed. Choose two different hours and a day, or more hours.",
    )


def _says(view: InboxView, times: TextTimes) -> str:
    if view.texts is None or not view.texts.come:
        return pgettext(
            "worker-texts", "From time to time we ask you here how it is. We send you no text for it."
        )
    if view.texts.no_hour:
        return pgettext(
            "worker-texts",
            "We cannot send you a text: it is never a good time both at your work place and where your number is from. "
            "Choose times below, and they count at your work place.",
        )
    hours = {"first": f"{times.first:02}:00", "last": f"{times.last:02}:00"}
    if times.days == EVERY_DAY:
        return pgettext(
            "worker-texts",
            "From time to time we ask you how it is, here and by a short text. It does not say what it is about. "
            "It comes from %(first)s to %(last)s, at the time of your work place.",
            **hours,
        )
    return pgettext(
        "worker-texts",
        "From time to time we ask you how it is, here and by a short text. It does not say what it is about. "
        "It comes from %(first)s to %(last)s on the days you chose, at the time of your work place.",
        **hours,
    )
