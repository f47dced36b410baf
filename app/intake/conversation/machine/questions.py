"""How each question of the table is worded where it depends on what is known. No I/O."""

from collections.abc import Callable

from app.intake.conversation.machine.lookup_values import Knowledge
from app.intake.conversation.machine.meanings import is_echoed
from app.intake.conversation.machine.position import Position
from app.intake.conversation.machine.saying import Texts
from app.intake.conversation.machine.texts import Text

Ask = Callable[[Texts, Position, Knowledge], str]
"""Words a question."""


def plainly(text: Text) -> Ask:
    """The same words always."""
    return lambda texts, _position, _know: texts.say(text)


def ask_reach(texts: Texts, _position: Position, know: Knowledge) -> str:
    """May a helper text, and where is it? With the day by which it should be read."""
    if know.read_by is None:
        return texts.say(Text.REACH_WITHOUT_DAY)
    return texts.say(Text.REACH, day=texts.short_day(know.read_by))


def ask_site(texts: Texts, position: Position, _know: Knowledge) -> str:
    """Where it is."""
    return texts.say(Text.SITE_AGAIN if position.site_asked else Text.SITE)


def ask_which(texts: Texts, position: Position, _know: Knowledge) -> str:
    """Which of these places it is."""
    places = " ".join(f"{number} {place}" for number, place in enumerate(position.places, start=1))
    return texts.say(Text.PICK_SITE, places=places)


def ask_which_report(texts: Texts, position: Position, _know: Knowledge) -> str:
    """Which of several reports an answer means: by their days, since nothing else of them may stand in a text."""
    days = (f"{number} {day}" for number, day in enumerate(position.reports, start=1))
    return texts.say(Text.WHICH, places=" ".join(days))


def ask_consent(texts: Texts, position: Position, _know: Knowledge) -> str:
    """Who may know, behind the place that was found."""
    echo = texts.say(Text.ECHO, place=position.places[0]) if is_echoed(position) else ""
    return texts.behind(echo, texts.say(Text.CONSENT))


def ask_contact(texts: Texts, position: Position, know: Knowledge) -> str:
    """May a helper text? With the day by which it should be read, unless danger was told."""
    if position.danger:
        return texts.say(Text.CONTACT_IN_DANGER)
    if know.read_by is None:
        return texts.say(Text.CONTACT_WITHOUT_DAY)
    return texts.say(Text.CONTACT, day=texts.short_day(know.read_by))


def ask_hurt(texts: Texts, position: Position, _know: Knowledge) -> str:
    """How may a trained person reach the worker? In danger with how long the number is kept, which is so only there."""
    return texts.say(Text.HURT_IN_DANGER if position.danger else Text.HURT)
