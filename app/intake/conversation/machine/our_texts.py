"""What the answers mean that are about our own texts: which report one is about, and when they may come. No I/O."""

from uuid import UUID

from app.cases.enums import FollowupAnswer, TextHours
from app.intake.conversation.machine.acts import AnswerQuestion, ChooseHours, StopAsking
from app.intake.conversation.machine.day_words import ChosenTimes
from app.intake.conversation.machine.meanings import Meaning, Moved
from app.intake.conversation.machine.position import Position, Step
from app.intake.conversation.machine.texts import Text


def which_report(number: int) -> Meaning:
    """One of the reports that an answer may mean."""
    return lambda position: _answer(position, position.meant[number - 1 : number])


def every_report(position: Position) -> Moved | None:
    """All of them."""
    return _answer(position, position.meant)


def pack_answer(case: UUID, question: UUID, answer: FollowupAnswer) -> str:
    """An answer as a position keeps it until it is said which report is meant."""
    return f"{case}/{question}/{answer.value}"


def _answer(position: Position, meant: tuple[str, ...]) -> Moved | None:
    if not meant:
        return None
    acts = []
    for each in meant:
        case, question, answer = each.split("/")
        acts.append(AnswerQuestion(UUID(case), UUID(question), FollowupAnswer(answer)))
    return Moved(
        position.to(position.back or Step.OPEN, back=None, meant=(), reports=()),
        tuple(acts),
        Text.ANSWER_KEPT,
    )


def text_hours(choice: TextHours) -> Meaning:
    """When texts may come that come by themselves, by digit."""
    return text_times(ChosenTimes(choice))


def text_times(chosen: ChosenTimes) -> Meaning:
    """The same, in words: what these leave out stays as it was."""
    return lambda position: Moved(position.to(position.back or Step.OPEN, back=None), (ChooseHours(chosen),))


def no_text_hours(position: Position) -> Moved:
    """Never."""
    return Moved(position.to(position.back or Step.OPEN, back=None), (StopAsking(),), Text.NOT_ASKED)
