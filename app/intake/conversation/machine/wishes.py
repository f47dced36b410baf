"""A wish for a language: the case's becomes that one, the question that stood is asked in it where its texts exist. No I/O.

What else a text says is heard as if it stood alone; its words are kept whole.
"""

from dataclasses import replace

from app.cases.words import Wish
from app.intake.conversation.machine.acts import ConversationAct, FileReport, Keep, SetLanguage, Settle
from app.intake.conversation.machine.answers import Said, read_text
from app.intake.conversation.machine.heard import Heard, answered
from app.intake.conversation.machine.lookup_values import Knowledge
from app.intake.conversation.machine.meanings import Moved
from app.intake.conversation.machine.position import Position, Step
from app.intake.conversation.machine.saying import Texts
from app.intake.conversation.machine.table import TABLE
from app.intake.conversation.machine.texts import Text
from app.intake.conversation.machine.topic_words import TopicWords


def read_wish(said: Said, wish: Wish | None, words: TopicWords, *, begins: bool) -> Said:
    """A text with the wish that was found in it. One that begins a conversation is a report, whatever else it is."""
    if wish is None or said.part is not None or said.keyword is not None:
        return said
    # "Hindi" is a no in Filipino only.
    wished = replace(said, language=wish.language, wish=True, wish_only=not wish.rest, yes=None)
    if begins or not wish.rest or wish.rest == said.words:
        return wished
    beside = read_text(wish.rest, words)
    # An order stands alone in a text.
    return replace(
        beside, whole=said.words, language=wish.language, keyword=None, topics=said.topics, asks=said.asks
    )


def hear_wish(position: Position, said: Said, know: Knowledge, texts: Texts) -> Heard | None:
    """A text that is a wish and nothing else, where something was asked: no answer, and none that was missed."""
    if not said.wish_only:
        return None
    if position.step is Step.NEW_REPORT:
        return Heard(position, texts.say(Text.NEW_REPORT), (Keep(said.words),))
    return answered(Moved(position, (Keep(said.words),)), know, texts) if position.step in TABLE else None


def with_wish(heard: Heard, said: Said, texts: Texts) -> Heard:
    """What came of a text, with the wish that it holds."""
    if said.language is None:
        return heard
    whole = said.whole or said.words
    acts: tuple[ConversationAct, ...] = tuple(
        replace(act, words=whole) if isinstance(act, FileReport | Keep) and act.words == said.words else act
        for act in heard.acts
    )
    # Whoever was kept ready by the language before may not be the right one.
    settled = heard.position.settled and (Settle() in acts or heard.position.step not in TABLE)
    position = replace(heard.position, language=texts.language.code, settled=settled)
    if any(isinstance(act, FileReport) for act in acts):
        return replace(heard, position=position, acts=acts)
    kept = () if any(isinstance(act, Keep) for act in acts) else (Keep(whole),)
    return replace(heard, position=position, acts=(SetLanguage(said.language), *kept, *acts))
