"""The first text of a number that we are not in a conversation with. No I/O."""

from dataclasses import replace
from datetime import datetime

from app.cases.enums import ConsentLevel
from app.intake.conversation.machine.acts import FileReport, OptIn, OptOut
from app.intake.conversation.machine.answers import Said
from app.intake.conversation.machine.heard import Heard
from app.intake.conversation.machine.position import Position, Step
from app.intake.conversation.machine.saying import Texts
from app.intake.conversation.machine.table import TABLE
from app.intake.conversation.machine.texts import Text
from app.intake.conversation.machine.told_words import Told
from app.intake.conversation.machine.topic_words import Keyword
from app.messaging.composing import looks_cut


def begin(said: Said, texts: Texts, at: datetime, *, answerable: bool) -> Heard:
    """The first text of a number without a conversation: a report, or an order that is obeyed without a case.

    `answerable` is False for a sender that no text can reach, or that said stop and not START since: filed and never answered.
    """
    language = texts.language.code
    nothing = Position(Step.ENDED, language)
    if said.keyword is Keyword.STOP:
        return Heard(nothing, None, (OptOut(),))
    if said.keyword is Keyword.START:
        return Heard(nothing, texts.say(Text.STARTED), (OptIn(),))
    if said.keyword is Keyword.HELP:
        return Heard(nothing, texts.say(Text.ABOUT) if answerable else None)
    if said.thanks and not said.greets:
        # Thanks after a conversation whose number is forgotten: a report that says nothing, and its questions, would be the answer.
        return Heard(nothing)
    if only_answers(said, texts):
        # It answers what nobody remembers, and would be a report that says nothing.
        return Heard(nothing, texts.say(Text.LATE) if answerable else None)
    step = Step.WHOSE_PHONE if answerable else Step.QUIET
    opened = Position(step, language, topics=said.topics, last_free_at=at, cut=looks_cut(said.words))
    opened = replace(opened, last=said.mark, last_at=at, replied=answerable)
    locked = said.told is Told.NOBODY
    if locked:
        opened = replace(opened, consent=ConsentLevel.NOBODY)
    reply = texts.say(Text.WHOSE_PHONE) if answerable else None
    report = FileReport(said.words, said.topics, locked=locked)
    return Heard(opened, reply, (report, OptIn()) if said.starts else (report,), opened)


def begin_called(heard: Heard, said: Said, texts: Texts, help_number: str) -> Heard:
    """How a conversation begins with words that call for somebody at once: with whom to call, before anything is asked.

    Nobody knows yet who else sees this phone: no more is told than a number, and the rest with the next answer.
    """
    if not said.calls or heard.opened is None or heard.reply is None:
        return heard
    opened = replace(heard.opened, called=True)
    reply = texts.call_first(
        help_number, texts.say(Text.WHOSE_PHONE_THEN if help_number else Text.WHOSE_PHONE)
    )
    return replace(heard, position=opened, opened=opened, reply=reply)


def only_answers(said: Said, texts: Texts) -> bool:
    """Whether a text is nothing but the answer to a question: digits, yes or no, a digit with its words, whose phone it is."""
    if said.digits or said.part is not None:
        return bool(said.digits) and not said.rest
    if said.lone is None:
        whose = Step.WHOSE_PHONE in said.named or said.bare in texts.options(Text.WHOSE_PHONE)
        return whose or said.yes is not None
    chosen = (texts.options(row.text).get(said.bare) for row in TABLE.values())
    return not said.bare or said.yes is not None or said.lone in {*chosen, *said.named.values()}
