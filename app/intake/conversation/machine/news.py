"""How it goes, asked for while a question stands: it is told, and the question comes again. No I/O."""

from app.intake.conversation.machine.after_questions import asks_open
from app.intake.conversation.machine.answers import Said
from app.intake.conversation.machine.heard import Heard
from app.intake.conversation.machine.lookup_values import Knowledge
from app.intake.conversation.machine.position import Position, WhosePhone
from app.intake.conversation.machine.table import TABLE
from app.intake.conversation.machine.texts import Texts

_NEWS = 8


def asks_news(position: Position, said: Said) -> bool:
    """Whether a text asks how it goes while a question stands that has no such digit, on the worker's own phone."""
    row = TABLE.get(position.step)
    if row is None or position.whose is not WhosePhone.OWN or said.keyword is not None:
        return False
    typed = bool(said.digits) or said.lone is not None
    return asks_open(said) == _NEWS and not (typed and _NEWS in row.answers)


def tell_news(position: Position, know: Knowledge, texts: Texts) -> Heard:
    """How the case stands, with the question again behind it where there is room: it stands all the same."""
    asked = TABLE[position.step].ask(texts, position, know)
    if know.stage is None:
        return Heard(position, asked)
    told = texts.status(know.stage, know.next_day, asked=True)
    both = texts.behind(told, asked)
    return Heard(position, told if both == asked else both)
