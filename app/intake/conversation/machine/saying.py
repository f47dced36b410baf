"""The texts as they are said in one language. A place shows as its first letter and its town."""

import re
import unicodedata
from dataclasses import replace
from datetime import date
from enum import StrEnum

from babel.dates import format_skeleton, get_day_names

from app.cases.case import EVERY_DAY
from app.cases.enums import Stage
from app.intake.conversation.machine.lookup_values import OfferedHours
from app.intake.conversation.machine.texts import Text
from app.language import Language
from app.messaging.composing import MOST_SEGMENTS, count_segments, fits_gsm, with_plain_signs, without_accents
from app.network.matching import plain_text

LONGEST_TOWN = 16
LONGEST_NUMBER = 16
"""A plus and fifteen digits: no country's numbers are longer (E.164)."""

_OPTION = re.compile(r"(?<!\S)(\d)\s+(\D+?)(?=\s\d\s|[.(]|$)")
_COMMAS = re.compile(r"[,،、，၊]")

_STAGES = {
    Stage.RECEIVED: Text.STAGE_RECEIVED,
    Stage.READ: Text.STAGE_READ,
    Stage.CHECKING: Text.STAGE_CHECKING,
    Stage.COMPANY_ASKED: Text.STAGE_ASKED,
    Stage.CHECKING_REMEDY: Text.STAGE_CHECKING_REMEDY,
    Stage.CLOSED: Text.STAGE_CLOSED,
}


class Texts:
    """The texts of the conversation in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def say(self, text: Text, **values: str) -> str:
        """The text with its values; in seven-bit letters wherever the language has no others."""
        if fits_gsm(with_plain_signs(self.language.catalogue.pgettext("sms", text))):
            # An accent in a town's name would make a text in seven-bit letters twice as long.
            values = {name: without_accents(value) for name, value in values.items()}
        return with_plain_signs(self.language.pgettext("sms", text, **values))

    def behind(self, before: str, spoken: str) -> str:
        """Both pieces in one text; only the later one when both together would cost more than three segments."""
        both = f"{before} {spoken}" if before else spoken
        return both if count_segments(both).count <= MOST_SEGMENTS else spoken

    def options(self, text: StrEnum) -> dict[str, int]:
        """The digits of a question by what they are called, in plain form: people also answer with the words.

        Of an option such as "Danger, sick" each part is a name too, where no other option has it.
        """
        spoken = self.language.catalogue.pgettext("sms", text)
        labels = [(label, int(digit)) for digit, label in _OPTION.findall(spoken)]
        named: dict[str, set[int]] = {}
        for label, digit in labels:
            for part in _COMMAS.split(label):
                named.setdefault(plain_text(part), set()).add(digit)
        parts = {part: digits.pop() for part, digits in named.items() if part and len(digits) == 1}
        return parts | {plain_text(label): digit for label, digit in labels}

    def place(self, name: str, town: str) -> str:
        """A site as a text may show it: the first letter of its name, and its town in the first of its spellings."""
        letter = _first_letter(name)
        shown = _clipped(town.split("/", maxsplit=1)[0].strip(), LONGEST_TOWN)
        return self.say(Text.PLACE, letter=letter, town=shown) if shown else f"{letter}..."

    def status(self, stage: Stage, next_day: date | None, *, asked: bool = False, late: bool = False) -> str:
        """How a case stands: the stage and the next date, and nothing else; `asked` says that a question stands beside it.

        `late` says that a date has passed: then the next one is by when somebody who was asked again has to do it.
        """
        word = self.language.pgettext("sms", _STAGES[stage])
        if next_day is None:
            alone = Text.STATUS_ONLY_WITHOUT_DAY if asked else Text.STATUS_WITHOUT_DAY
            return self.say(Text.STATUS_LATE if late else alone, stage=word)
        text = Text.STATUS_LATE_BY if late else Text.STATUS_ONLY if asked else Text.STATUS
        return self.say(text, stage=word, day=self.short_day(next_day))

    def hours_kept(self, offered: OfferedHours) -> str:
        """When texts come by themselves from now on, as it was kept for every case of the phone."""
        if offered.at_work:
            texts = Text.HOURS_KEPT, Text.HOURS_KEPT_ON_DAYS, Text.HOURS_KEPT_ON_DAYS_OFF
        else:
            texts = Text.HOURS_KEPT_SOMEWHERE, Text.HOURS_KEPT_ON_DAYS_SOMEWHERE, Text.HOURS_KEPT_ON_DAYS_OFF
        return self._times_kept(offered, *texts)

    def times_kept(self, offered: OfferedHours) -> str:
        """The times that were kept though no text comes by itself."""
        texts = Text.TIMES_KEPT, Text.TIMES_KEPT_ON_DAYS, Text.TIMES_KEPT_ON_DAYS_OFF
        return self._times_kept(offered, *texts)

    def _times_kept(self, offered: OfferedHours, every_day: Text, on_days: Text, on_days_off: Text) -> str:
        told = ""
        for day, times in offered.each:
            one = self._times_kept(
                replace(offered, times=times, same_days=True, each=()), every_day, on_days, on_days_off
            )
            told = self.behind(told, f"{self.say(Text.STATUS_OF, day=self.short_day(day))} {one}")
        if told:
            return told
        times = offered.times
        hours = {"first": str(times.first), "last": str(times.last)}
        if not offered.same_days:
            return self.say(on_days_off, **hours)
        if times.days == EVERY_DAY:
            return self.say(every_day, **hours)
        names = get_day_names("abbreviated", "stand-alone", locale=self.language.locale)
        return self.say(on_days, days=", ".join(names[day] for day in sorted(times.days)), **hours)

    def receipt(self, code: str, host: str) -> str:
        """The secret code, for a worker who asked for it; `host` is where it is used, without a path."""
        return self.say(Text.RECEIPT, code=code, host=host)

    def in_danger(self, number: str, spoken: str, *, alertable: bool = True) -> str:
        """What somebody in danger reads before the next question; `number` is a checked one of the country, or empty.

        `alertable` says that somebody is really being told. Where a language has no room for all of it, the number goes before the
        promise.
        """
        told = self.say(Text.HELPER_TOLD if alertable else Text.HELPER_LATER)
        call = self._call(number)
        if not spoken:
            return f"{told} {call}".strip()
        for before in (f"{told} {call}".strip(), call or told):
            both = self.behind(before, spoken)
            if both != spoken:
                return both
        return self.behind(told, spoken)

    def call_first(self, number: str, spoken: str) -> str:
        """Whom to call, before a question that is asked of whoever holds the phone; the question alone where no number is known."""
        call = self._call(number)
        return f"{call} {spoken}" if call else spoken

    def _call(self, number: str) -> str:
        number = number.replace(" ", "").replace("-", "")
        return self.say(Text.CALL, number=number) if 0 < len(number) <= LONGEST_NUMBER else ""

    def cannot_open(self, number: str, spoken: str) -> str:
        """What somebody reads who sent something without words, with whom to call instead and the question, if there is room."""
        told = self.say(Text.CANNOT_OPEN)
        call = self._call(number)
        pieces = ((told, call, spoken), (told, spoken), (told, call))
        whole = (" ".join(filter(None, each)) for each in pieces)
        return next((each for each in whole if count_segments(each).count <= MOST_SEGMENTS), told)

    def short_day(self, day: date) -> str:
        """A day as short as people still understand it: "Thu, 26 Nov"."""
        return format_skeleton("MMMEd", day, locale=self.language.locale)


def _first_letter(name: str) -> str:
    """The first letter with the marks on it; names begin with signs and digits too."""
    letters = name.strip()[:1].upper()
    for sign in name.strip()[1:]:
        if unicodedata.category(sign)[0] != "M":
            break
        letters += sign
    return letters


def _clipped(text: str, length: int) -> str:
    if len(text) <= length:
        return text
    end = length
    while end and unicodedata.category(text[end])[0] == "M":
        end -= 1
    return text[:end].strip()
