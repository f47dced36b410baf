"""A photo, a voice note, a place, or nothing at all: it cannot be opened here, and whoever sent it is told so. No I/O.

What kind came stands with the case, so that a helper can ask; nothing of it is fetched or kept. The question that was asked stands.
"""

from dataclasses import replace
from datetime import datetime

from app.intake.conversation.machine.acts import FileReport, Keep
from app.intake.conversation.machine.after_questions import begins_new_report
from app.intake.conversation.machine.answers import Said
from app.intake.conversation.machine.beginning import begin
from app.intake.conversation.machine.lookup_values import Knowledge
from app.intake.conversation.machine.position import Position, Step
from app.intake.conversation.machine.saying import Texts
from app.intake.conversation.machine.steps import SAME_TESTIMONY, Heard, Wanted
from app.intake.conversation.machine.table import TABLE
from app.intake.conversation.machine.texts import Text
from app.language import has_words
from app.messaging.gateways.media import Media


def is_wordless(said: Said) -> bool:
    """Whether there is nothing to read in a text."""
    return not has_words(said.words)


def with_media(heard: Heard, came: tuple[Media, ...]) -> Heard:
    """The same, with the kinds of what came beside the words noted where those are kept."""
    acts = tuple(replace(act, came=came) if isinstance(act, FileReport | Keep) else act for act in heard.acts)
    return replace(heard, acts=acts) if came else heard


def begin_wordless(heard: Heard, texts: Texts, help_number: str) -> Heard:
    """How a conversation begins with a text that has no words: filed, and answered only where any would be."""
    if heard.opened is None or heard.reply is None:
        return heard
    opened = replace(heard.opened, wordless_at=heard.opened.last_free_at)
    reply = texts.cannot_open(help_number, texts.say(Text.WHOSE_PHONE_THEN))
    return replace(heard, position=opened, opened=opened, reply=reply)


def wanted_wordless(position: Position) -> Wanted:
    """What `hear_wordless` will need to know."""
    return Wanted(help_number=True, read_by=position.step is Step.CONTACT and not position.danger)


def hear_wordless(position: Position, said: Said, know: Knowledge, texts: Texts, at: datetime) -> Heard:
    """A text without words in a conversation that exists; several photos at one moment are answered once."""
    if begins_new_report(position, at):
        begun = begin_wordless(begin(said, texts, at, answerable=True), texts, know.help_number)
        return replace(begun, position=position.to(Step.OPEN, last_free_at=None))
    kept = (Keep(said.words),)
    told = position.wordless_at
    row = TABLE.get(position.step)
    if row is None and position.step not in (Step.OPEN, Step.NEW_REPORT):
        return Heard(position, None, kept)
    if told is not None and abs(at - told) <= SAME_TESTIMONY:
        return Heard(position, None, kept)
    question = "" if row is None else row.ask(texts, position, know)
    return Heard(replace(position, wordless_at=at), texts.cannot_open(know.help_number, question), kept)
