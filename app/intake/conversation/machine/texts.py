"""Every text that the conversation sends, in one language, within three segments whatever stands in it.

A phone is looked at by others: no text names employer, union or organisation, or what a worker wrote about. A place shows as its
first letter and its town. Questions offer digits only: words such as YES, HELP, END or STOP belong to the phone companies.
"""

import re
import unicodedata
from datetime import date
from enum import StrEnum

from babel.dates import format_skeleton, get_day_names

from app.cases.case import EVERY_DAY
from app.cases.enums import Stage
from app.intake.conversation.machine.lookup_values import OfferedHours
from app.language import Language
from app.messaging.composing import MOST_SEGMENTS, count_segments, fits_gsm, plain_signs, without_accents
from app.network.matching import plain_text

LONGEST_TOWN = 16
LONGEST_NUMBER = 16
"""A plus and fifteen digits: no country's numbers are longer (E.164)."""

_OPTION = re.compile(r"(?<!\S)(\d)\s+(\D+?)(?=\s\d\s|[.(]|$)")


_COMMAS = re.compile(r"[,،、，၊]")


def pgettext(_context: str, message: str) -> str:
    """Mark a text for the translators; it is looked up when it is sent, in the language of the conversation."""
    return message


class Text(StrEnum):
    """The texts, and the pieces that are joined to them."""

    WHOSE_PHONE = pgettext("sms", "Got it. Whose phone is this? 1 Only mine 2 Shared 3 Company")
    # After two answers that were not understood; whoever holds the phone may read it.
    WHOSE_PHONE_UNSURE = pgettext(
        "sms",
        "We cannot tell whose phone this is. Until we know, we ask nothing else. A helper may read what you wrote."
        " 1 Only mine 2 Shared 3 Company",
    )
    WHOSE_PHONE_UNSURE_LOCKED = pgettext(
        "sms",
        "We cannot tell whose phone this is. Until we know, we ask nothing else. It is locked: nobody reads it."
        " 1 Only mine 2 Shared 3 Company",
    )
    # The last text to a phone that others see; whoever writes from it is heard all the same.
    PHONE_SEEN = pgettext(
        "sms",
        "Thank you. Others may see this phone, so we text nothing more about this. A helper may read what you wrote."
        " Delete these texts.",
    )
    PHONE_SEEN_LOCKED = pgettext(
        "sms",
        "Thank you. Others may see this phone, so we text nothing more about this. It is locked: nobody reads it."
        " Delete these texts.",
    )
    DANGER = pgettext("sms", "Is anyone in danger now? 1 Yes 2 No")
    HELPER_TOLD = pgettext("sms", "A helper is being told. If you can, go to a safe place.")
    # Where nobody has left an address for alerts, or the case is stopped, nobody is being told.
    HELPER_LATER = pgettext("sms", "Maybe nobody comes soon. If you can, go to a safe place.")
    CALL = pgettext("sms", "Emergency: call %(number)s.")
    REACH = pgettext(
        "sms",
        "A helper should read it by %(day)s. May they text you? 1 Yes (8 asks for news) 2 No 4 Secret code."
        " Where do you work? Name, town.",
    )
    REACH_WITHOUT_DAY = pgettext(
        "sms",
        "May a helper text you? 1 Yes (8 asks for news) 2 No 4 Secret code. Where do you work? Name, town.",
    )
    REACH_IN_DANGER = pgettext(
        "sms", "May they 1 text 2 call 3 not contact you? We keep the number two days."
    )
    MAY_TEXT = pgettext("sms", "A helper may text you.")
    MAY_CALL = pgettext("sms", "A helper may call you.")
    SITE = pgettext("sms", "Where do you work? Name and town, or the code on our card.")
    SITE_AGAIN = pgettext("sms", "Please write the name and the town again.")
    PICK_SITE = pgettext("sms", "Which place? %(places)s 0 None of these")
    PLACE = pgettext("sms", "%(letter)s... in %(town)s")
    ECHO = pgettext("sms", "%(place)s? If not, text 9.")
    TOPIC = pgettext(
        "sms",
        "What is it about? 1 Pay 2 Hours 3 Danger, sick 4 Passport, debt 5 Hurt, touched, threatened"
        " 6 Union 7 Lost job 8 Child 9 Land, water 0 Other",
    )
    CONSENT = pgettext(
        "sms",
        "Who may know? 1 Only a helper 2 Helper, union 3 Helper, union, public buyers, never your name"
        " 4 Nobody yet",
    )
    LOCKED = pgettext(
        "sms",
        "It is locked. Nobody reads it, so nobody can help. 1 Let a helper read it 2 Leave it locked"
        " 4 Secret code to open it later",
    )
    LOCKED_IN_DANGER = pgettext(
        "sms",
        "Nobody will come unless a helper reads this. May one helper read it? 1 Yes 2 No 4 Secret code",
    )
    CONTACT = pgettext(
        "sms",
        "Thanks. A helper should read it by %(day)s. May they text you? 1 Yes (8 asks for news) 2 No"
        " 4 Secret code. Delete these texts.",
    )
    # Who is in danger was told already that a helper knows, and reads the rest when there is time.
    CONTACT_IN_DANGER = pgettext(
        "sms", "May a helper text you? 1 Yes 2 No 4 Secret code. Delete these texts."
    )
    CONTACT_WITHOUT_DAY = pgettext(
        "sms",
        "Thanks. May a helper text you? 1 Yes (8 asks for news) 2 No 4 Secret code. Delete these texts.",
    )
    HURT = pgettext(
        "sms",
        "We are sorry. It is not your fault. You need not write more. A trained person can help."
        " May they 1 call 2 text 3 not contact you? 4 Secret code",
    )
    # In danger the number is kept for longer than anybody else's, and so said.
    HURT_IN_DANGER = pgettext(
        "sms",
        "We are sorry. It is not your fault. May a trained person 1 call 2 text 3 not contact you?"
        " 4 Secret code. We keep the number two days.",
    )
    # The same where the worker said before how to be reached.
    HURT_TOLD = pgettext(
        "sms",
        "We are sorry. It is not your fault. You need not write more. A trained person can help.",
    )
    CODE = pgettext("sms", "Who sees the secret code can read the answers. Send it to this phone? 1 Yes 2 No")
    NO_CODE = pgettext("sms", "The code was not sent.")
    LATE = pgettext(
        "sms", "We do not know any more what this answers. Please write in a few words what you want to say."
    )
    HANDED = pgettext("sms", "Thank you. A person will read what you wrote. Delete these texts.")
    # Before the next question, where the words could not be understood as an answer.
    PERSON_READS = pgettext("sms", "A person will read that.")
    # After the last answer, where everything else was said before.
    DONE = pgettext("sms", "Thank you, that was the last question. 8 asks for news. Delete these texts.")
    DONE_QUIETLY = pgettext("sms", "Thank you. A helper may read it. We will not text you again.")
    STAYS_LOCKED = pgettext(
        "sms", "It stays locked. Nobody reads it. We text again only if you write of danger."
    )
    CANNOT_OPEN = pgettext(
        "sms",
        "We can only read words. We cannot open photos, voice notes or places. Please write it in words.",
    )
    WHOSE_PHONE_THEN = pgettext("sms", "Whose phone is this? 1 Only mine 2 Shared 3 Company")
    KEPT = pgettext("sms", "Got it. We keep it. 2 starts a new report. 8 asks for news.")
    # A helper has the case, and these words may be about that helper: nothing moves by itself. Whoever translates it: what is to
    # be written has to be found in that language (config/danger_words.toml, about_helper).
    ABOUT_HELPER = pgettext(
        "sms",
        "The helper can read it. To complain about them, text 2, then write: about the helper, and what was done."
        " Another person reads that first.",
    )
    NEW_REPORT = pgettext("sms", "Write now what happened. A few words are enough.")
    # After an answer to a question that we texted.
    ANSWER_KEPT = pgettext("sms", "Thank you. Your answer is kept with what you told us. Delete these texts.")
    # Before such a question, where the words that came could not be read as an answer.
    ANSWER_BY_NUMBER = pgettext("sms", "We keep what you wrote. Please answer with one number.")
    QUESTION_OVER = pgettext(
        "sms", "That question is not open any more. Your answer is kept all the same. 8 asks for news."
    )
    NOT_ASKED = pgettext(
        "sms",
        "We will not ask you again by text. A helper may still text you. 0 ends all texts."
        " If you want to be asked again, text 1.",
    )
    # Where a question stands, whose digits mean something else.
    NOT_ASKED_HERE = pgettext("sms", "We will not ask you again by text how it is.")
    # After 1, in answer to a question that we texted.
    TEXT_HOURS = pgettext("sms", "When may our texts come? 1 By day 2 Mornings 3 Evenings 4 Days off 0 Never")
    WHICH = pgettext("sms", "You wrote to us more than once. Which do you mean? %(places)s 0 All")
    REPORT = pgettext("sms", "The one of %(day)s")
    HOURS_KEPT = pgettext(
        "sms", "Our texts now come from %(first)s to %(last)s, the time at your work place."
    )
    # Where nobody knows the work place.
    HOURS_KEPT_SOMEWHERE = pgettext("sms", "Our texts now come from %(first)s to %(last)s.")
    HOURS_KEPT_ON_DAYS_SOMEWHERE = pgettext(
        "sms", "Our texts now come from %(first)s to %(last)s, only on %(days)s."
    )
    # About work places in countries that rest on other days.
    HOURS_KEPT_ON_DAYS_OFF = pgettext(
        "sms", "Our texts now come from %(first)s to %(last)s, only on days off where you work."
    )
    HOURS_KEPT_ON_DAYS = pgettext(
        "sms", "Our texts now come from %(first)s to %(last)s, the time at your work place, only on %(days)s."
    )
    NO_HOUR = pgettext("sms", "At these times a text can never come, so nothing was changed.")
    # Where a question stands, whose digits mean something else.
    STATUS_ONLY = pgettext("sms", "%(stage)s. Next date: %(day)s.")
    STATUS_ONLY_WITHOUT_DAY = pgettext("sms", "%(stage)s.")
    STATUS = pgettext("sms", "%(stage)s. Next date: %(day)s. 2 starts a new report.")
    STATUS_WITHOUT_DAY = pgettext("sms", "%(stage)s. 2 starts a new report.")
    STATUS_LATE = pgettext("sms", "%(stage)s. The next step is late. We are sorry.")
    STATUS_LATE_BY = pgettext("sms", "%(stage)s. The next step is late. We asked again, to do it by %(day)s.")
    # Before each, where a phone wrote to us more than once; and where there are more than a text can hold.
    STATUS_OF = pgettext("sms", "The one of %(day)s:")
    STATUS_OF_MORE = pgettext("sms", "And %(number)s more.")
    RECEIPT = pgettext(
        "sms",
        "Your secret code: %(code)s. Use it at %(host)s. Anyone with it can read the answers. Delete this text.",
    )
    FAREWELL = pgettext("sms", "We will not text you again. We keep your message.")
    # After words that no texts are wanted, where nothing of the kind was asked.
    NO_MORE_TEXTS = pgettext(
        "sms",
        "We will not text you again. We keep your message. If you want texts again, write: you can text me.",
    )
    STARTED = pgettext("sms", "You can get texts from us again. Write here what happened.")
    ABOUT = pgettext(
        "sms",
        "Write here what happened, in any language. It is free. A person reads it."
        " Texts are not secret: delete them.",
    )
    STAGE_RECEIVED = pgettext("sms", "Received")
    STAGE_READ = pgettext("sms", "Read")
    STAGE_CHECKING = pgettext("sms", "Checking")
    STAGE_ASKED = pgettext("sms", "Asked, waiting for an answer")
    STAGE_CHECKING_REMEDY = pgettext("sms", "Checking what was done")
    STAGE_CLOSED = pgettext("sms", "Closed")


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
        if fits_gsm(plain_signs(self.language.catalogue.pgettext("sms", text))):
            # An accent in a town's name would make a text in seven-bit letters twice as long.
            values = {name: without_accents(value) for name, value in values.items()}
        return plain_signs(self.language.pgettext("sms", text, **values))

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
        times = offered.times
        hours = {"first": str(times.first), "last": str(times.last)}
        if not offered.same_days:
            return self.say(Text.HOURS_KEPT_ON_DAYS_OFF, **hours)
        if times.days == EVERY_DAY:
            return self.say(Text.HOURS_KEPT if offered.at_work else Text.HOURS_KEPT_SOMEWHERE, **hours)
        names = get_day_names("abbreviated", "stand-alone", locale=self.language.locale)
        days = ", ".join(names[day] for day in sorted(times.days))
        text = Text.HOURS_KEPT_ON_DAYS if offered.at_work else Text.HOURS_KEPT_ON_DAYS_SOMEWHERE
        return self.say(text, days=days, **hours)

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
