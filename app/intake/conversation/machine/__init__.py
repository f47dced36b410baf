"""The conversation as a pure machine: what was said, where it stands, what is answered and learned. No I/O."""

from app.intake.conversation.machine.acts import (
    AgreeContact,
    AnswerQuestion,
    ChooseHours,
    ConversationAct,
    DenyDanger,
    DoubtDanger,
    EndTexts,
    ErasePhone,
    FileReport,
    GetWorse,
    HandToPerson,
    OptIn,
    OptOut,
    SendReceipt,
    SetConsent,
    SetDanger,
    Settle,
    StopAsking,
)
from app.intake.conversation.machine.answers import Said, read_text, with_danger, with_thanks
from app.intake.conversation.machine.beginning import begin_called
from app.intake.conversation.machine.changes import CaseChange, Surroundings, change_of
from app.intake.conversation.machine.lookup import Asker, LookedUp, look_up, surroundings_of
from app.intake.conversation.machine.position import Position, Step, WhosePhone
from app.intake.conversation.machine.steps import (
    DOUBT,
    SILENCE,
    Heard,
    Wanted,
    begin,
    fall_silent,
    hear,
    wanted,
)
from app.intake.conversation.machine.terms import CARD, Terms, question
from app.intake.conversation.machine.texts import Texts
from app.intake.conversation.machine.topic_words import TopicWordsRefused, topic_words_in
from app.intake.conversation.machine.wishes import read_wish
from app.intake.conversation.machine.wordless import (
    begin_wordless,
    hear_wordless,
    is_wordless,
    wanted_wordless,
    with_media,
)

__all__ = [
    "CARD",
    "DOUBT",
    "SILENCE",
    "AgreeContact",
    "AnswerQuestion",
    "Asker",
    "CaseChange",
    "ChooseHours",
    "ConversationAct",
    "DenyDanger",
    "DoubtDanger",
    "EndTexts",
    "ErasePhone",
    "FileReport",
    "GetWorse",
    "HandToPerson",
    "Heard",
    "LookedUp",
    "OptIn",
    "OptOut",
    "Position",
    "Said",
    "SendReceipt",
    "SetConsent",
    "SetDanger",
    "Settle",
    "Step",
    "StopAsking",
    "Surroundings",
    "Terms",
    "Texts",
    "TopicWordsRefused",
    "Wanted",
    "WhosePhone",
    "begin",
    "begin_called",
    "begin_wordless",
    "change_of",
    "fall_silent",
    "hear",
    "hear_wordless",
    "is_wordless",
    "look_up",
    "question",
    "read_text",
    "read_wish",
    "surroundings_of",
    "topic_words_in",
    "wanted",
    "wanted_wordless",
    "with_danger",
    "with_media",
    "with_thanks",
]
