"""What a step of the conversation asks the verbs to do: plain values, carried out in their order by `hearing`."""

from dataclasses import dataclass, field
from uuid import UUID

from app.cases.case import Part, TextTimes
from app.cases.enums import ConsentLevel, FollowupAnswer
from app.intake.conversation.machine.day_words import ChosenTimes
from app.intake.conversation.machine.position import WhosePhone
from app.intake.report import ContactWay
from app.messaging.gateways.media import Media


@dataclass(frozen=True)
class FileReport:
    """These words are a report of their own: file them as a new conversation, with the topics and the language clear in them.

    `came` is what came beside the words, or instead of them, and was not kept; `locked` says that by these words nobody may know.
    """

    words: str = field(repr=False)
    topics: tuple[str, ...] = ()
    came: tuple[Media, ...] = ()
    language: str | None = None
    locked: bool = False


@dataclass(frozen=True)
class Keep:
    """Keep these words with the case; `joins` says that they belong to the testimony before them, `part` where in it.

    `came` is what came beside the words, or instead of them, and was not kept.
    """

    words: str = field(repr=False)
    joins: bool = False
    part: Part | None = None
    came: tuple[Media, ...] = ()


@dataclass(frozen=True)
class KeepForHelper:
    """Keep these words with the case for whoever helps there, and not in the inbox: nobody has shown whose phone they are from.

    `case` is that of a question which they answer, None the conversation's own.
    """

    words: str = field(repr=False)
    case: UUID | None = None


@dataclass(frozen=True)
class SetPhone:
    """The worker said whose phone it is."""

    whose: WhosePhone


@dataclass(frozen=True)
class SetDanger:
    """Somebody is in danger now: raise the urgency, page whoever may know.

    In these cases of the phone, where a question about them was answered, else in that of the conversation.
    """

    cases: tuple[UUID, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class GetWorse:
    """It got worse: urgent from then on, whatever is answered to the question of danger."""


@dataclass(frozen=True)
class SetSite:
    """Where it is: a site that was matched, or None when only a person can tell from the words (kept, as the site's words)."""

    site_id: UUID | None
    words: str = field(repr=False, default="")


@dataclass(frozen=True)
class SetTopics:
    """What it is about; `chosen` by digit, else understood from clear words. `gbvh` makes the case restricted."""

    topics: tuple[str, ...]
    chosen: bool


@dataclass(frozen=True)
class SetLanguage:
    """The language that the worker wishes for, whatever earlier words were written in."""

    code: str


@dataclass(frozen=True)
class SetConsent:
    """Who may know, by text."""

    level: ConsentLevel


@dataclass(frozen=True)
class AgreeContact:
    """How a helper may reach the worker here: `text` or `call`; `inbox` when not, and the number is erased at the end."""

    how: ContactWay


@dataclass(frozen=True)
class Settle:
    """Run the routing on what is known by now, and offer the case to whom it permits."""


@dataclass(frozen=True)
class AnswerQuestion:
    """The answer to a question about a case of this phone that was texted without the worker having written first."""

    case: UUID
    question: UUID
    answer: FollowupAnswer


@dataclass(frozen=True)
class StopAsking:
    """No more texts that come by themselves, about no case of this phone; a helper may still text."""


@dataclass(frozen=True)
class ChooseHours:
    """Texts that come by themselves, about any case of this phone, may come at these times, also where none were wanted before."""

    chosen: ChosenTimes
    told: TextTimes | None = None
    """What was told to hold from then on about the case of the conversation."""


@dataclass(frozen=True)
class KeepDays:
    """The same once texts were stopped: they stay stopped, about whichever case they were."""

    chosen: ChosenTimes
    told: TextTimes


@dataclass(frozen=True)
class DenyDanger:
    """Nobody is in danger now, by the worker's own answer; nothing that was raised goes down by it. `cases` as of `SetDanger`."""

    cases: tuple[UUID, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class DoubtDanger:
    """Whether anybody is in danger was answered with neither yes nor no: urgent from then on. `cases` as of `SetDanger`."""

    cases: tuple[UUID, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class SendReceipt:
    """The worker asked for the secret code: make a new receipt and send `Texts.receipt`."""


@dataclass(frozen=True)
class OptOut:
    """STOP: remember it for number and line, cancel what waits, mark the case as not reachable by text."""


@dataclass(frozen=True)
class EndTexts:
    """No texts any more about any other case of this phone either."""


@dataclass(frozen=True)
class OptIn:
    """START: texts may go out again."""


@dataclass(frozen=True)
class HandToPerson:
    """The questions did not work: flag the case for a person."""


@dataclass(frozen=True)
class ErasePhone:
    """Nothing more may be sent to this number for this case: forget it, unless another conversation still needs it."""


ConversationAct = (
    FileReport
    | Keep
    | KeepForHelper
    | SetPhone
    | SetDanger
    | GetWorse
    | SetSite
    | SetTopics
    | SetLanguage
    | SetConsent
    | AgreeContact
    | Settle
    | AnswerQuestion
    | StopAsking
    | ChooseHours
    | KeepDays
    | DenyDanger
    | DoubtDanger
    | SendReceipt
    | OptOut
    | EndTexts
    | OptIn
    | HandToPerson
    | ErasePhone
)
