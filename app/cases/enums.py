"""The closed lists of words that a case is described with; the database and the config files hold exactly these values."""

from enum import StrEnum


class Urgency(StrEnum):
    """How soon somebody must act, the most urgent first."""

    DANGER = "danger"
    URGENT = "urgent"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class FirstAnswer(StrEnum):
    """How a helper's first answer to the worker came: by the date that the worker was given, or after it."""

    IN_TIME = "in_time"
    LATE = "late"


class State(StrEnum):
    """Where a case stands, for the people who work on it."""

    RECEIVED = "received"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    ASSESSING = "assessing"
    ENGAGING = "engaging"
    REMEDY_AGREED = "remedy_agreed"
    DELIVERING = "delivering"
    RESOLVED = "resolved"
    CLOSED = "closed"


class Stage(StrEnum):
    """Where a case stands, in the six words that a worker reads."""

    RECEIVED = "received"
    READ = "read"
    CHECKING = "checking"
    COMPANY_ASKED = "company_asked"
    CHECKING_REMEDY = "checking_remedy"
    CLOSED = "closed"


class ClosingReason(StrEnum):
    """Why a case was closed; only `resolved` ever counts as remedied."""

    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"
    UNVERIFIED = "unverified"
    UNFOUNDED = "unfounded"
    REFERRED = "referred"
    OUT_OF_SCOPE = "out_of_scope"
    MERGED = "merged"
    UNRESOLVED = "unresolved"


class CountryFrom(StrEnum):
    """What a case's country was told by; only a site and a helper tell it for certain."""

    SITE = "site"
    HELPER = "helper"
    WORDS = "words"  # of the worker, about the workplace
    PHONE = "phone"  # the number that a text came from
    UNKNOWN = ""


class ConsentLevel(StrEnum):
    """Who may know, as the form asks it; each level includes the ones before it."""

    NOBODY = "nobody"
    HELPER = "helper"
    UNION = "union"
    BUYERS = "buyers"


class ConsentHow(StrEnum):
    """How a consent came to us; what was skipped on the form is told apart from what was chosen.

    `text` is an answer by text; `text_sent` is the first text itself, since posters and cards say that a helper reads it.
    `beside_tap` and `beside_voice` were given beside a helper: tapped by the worker, or said and written down by the helper.
    """

    FORM = "form"
    FORM_SKIPPED = "form_skipped"
    INBOX = "inbox"
    HELPER = "helper"
    TEXT = "text"
    TEXT_SENT = "text_sent"
    BESIDE_TAP = "beside_tap"
    BESIDE_VOICE = "beside_voice"


class Exclusion(StrEnum):
    """Who must not know, as the form asks it (`exclude`); `other` comes with words of the worker's own."""

    UNION = "union"
    AGENT = "agent"
    POLICE = "police"
    OTHER = "other"


class EntryKind(StrEnum):
    """What an entry of the timeline is."""

    REPORT = "report"
    CONTACT = "contact"
    WORKER_MESSAGE = "worker_message"
    REPLY = "reply"
    NOTE = "note"
    WORSE = "worse"
    ANSWER = "answer"
    SYSTEM = "system"
    FILE = "file"
    """A photo or voice note of the worker's, or why one is not here."""


class TalkHow(StrEnum):
    """How a helper talked with a worker, or tried to, outside Redress."""

    CALL = "call"
    VISIT = "visit"


class AuthorKind(StrEnum):
    """Who wrote an entry."""

    WORKER = "worker"
    MEMBER = "member"
    SYSTEM = "system"


class OfferState(StrEnum):
    """What became of an offer; a standby becomes offered when those before it declined or let it expire.

    `taken_elsewhere` is that of two partners who were asked at once the other one was faster.
    """

    STANDBY = "standby"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    TAKEN_ELSEWHERE = "taken_elsewhere"


class ClockState(StrEnum):
    """What became of a clock; it is never edited, only met, missed, paused or escalated."""

    RUNNING = "running"
    MET = "met"
    MISSED = "missed"
    PAUSED = "paused"
    ESCALATED = "escalated"


class Who(StrEnum):
    """Who has to act before a clock runs out."""

    WORKER = "worker"
    PARTNER = "partner"
    COORDINATOR = "coordinator"
    COMPANY = "company"
    SYSTEM = "system"


class ClockKind(StrEnum):
    """What has to happen before a clock runs out (domain table of deadlines)."""

    ACCEPT = "accept"
    PLACE = "place"
    READ = "read"
    ACKNOWLEDGE = "acknowledge"
    SAFETY_CONTACT = "safety_contact"
    SAFETY_PLAN = "safety_plan"
    FIRST_UPDATE = "first_update"
    ASSESSMENT = "assessment"
    COMPANY_REPLY = "company_reply"
    OUTCOME_FEEDBACK = "outcome_feedback"


class Rung(StrEnum):
    """Who is asked when a clock was missed, in the order in which a ladder is climbed."""

    HELPER = "helper"
    LEAD = "lead"
    COORDINATOR = "coordinator"
    STANDBY = "standby"
    CUSTODIAN = "custodian"


class RungState(StrEnum):
    """What became of a rung: who was asked has their time, the next one was asked, nobody is left to ask, or it is over."""

    ASKED = "asked"
    PASSED_ON = "passed_on"
    LAST = "last"
    MOVED = "moved"
    ENDED = "ended"


class StartEvent(StrEnum):
    """What starts clocks: the filing, an offer to a partner, the wait for a custodian, acceptance, asking the company."""

    FILED = "filed"
    OFFERED = "offered"
    HELD = "held"
    ACCEPTED = "accepted"
    ENGAGING = "engaging"


class OutsideDateKind(StrEnum):
    """A date that the world sets and nobody in Redress can move."""

    LEGAL_LIMIT = "legal_limit"
    PERMIT_ENDS = "permit_ends"
    FLIGHT = "flight"
    HEARING = "hearing"
    CONTRACT_ENDS = "contract_ends"


class Profile(StrEnum):
    """Which of the two columns of deadlines a case runs on."""

    FAST_TRACK = "fast_track"
    STANDARD = "standard"


class FollowupKind(StrEnum):
    """What a worker is asked without having to come first; the one that matters most stands first.

    Each is one question on one card, and the answers to it stand in `ANSWERS_TO`.
    """

    AFTER_CLOSING = "after_closing"
    WORSE = "worse"
    PUT_RIGHT = "put_right"
    NEWS = "news"


class FollowupState(StrEnum):
    """What became of a follow-up. Only one that is planned can be asked, and only one that is asked answered."""

    PLANNED = "planned"
    ASKED = "asked"
    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    """Another question took its place before it was answered."""
    MERGED = "merged"
    """It was due together with another, and only that one was asked."""
    MISSED = "missed"
    """It could not be asked while it was still right; a person sees that."""
    CALLED_OFF = "called_off"


class FollowupAnswer(StrEnum):
    """What a worker answers to a follow-up, by a tap."""

    WORSE = "worse"
    SAME = "same"
    BETTER = "better"
    PUT_RIGHT = "put_right"
    NOT_RIGHT = "not_right"


_HOW_IT_IS = (FollowupAnswer.WORSE, FollowupAnswer.SAME, FollowupAnswer.BETTER)
_IS_IT_RIGHT = (FollowupAnswer.PUT_RIGHT, FollowupAnswer.NOT_RIGHT, FollowupAnswer.WORSE)
ANSWERS_TO: dict[FollowupKind, tuple[FollowupAnswer, ...]] = {
    FollowupKind.AFTER_CLOSING: _IS_IT_RIGHT,
    FollowupKind.WORSE: _HOW_IT_IS,
    FollowupKind.PUT_RIGHT: _IS_IT_RIGHT,
    FollowupKind.NEWS: _HOW_IT_IS,
}
"""The answers to each question, in the order of their buttons; that it got worse can be said to every one."""


class TextAbout(StrEnum):
    """What a text that comes by itself tells a worker."""

    LATE = "late"
    QUESTION = "question"


class TextState(StrEnum):
    """What became of a text that is to come by itself."""

    PLANNED = "planned"
    WRITTEN = "written"
    """It lies in the outgoing queue, and nobody has looked yet whether it went out."""
    SENT = "sent"
    MISSED = "missed"
    """There was no hour for it while it was still right."""
    CALLED_OFF = "called_off"
    NO_HOUR = "no_hour"
    """The worker's hours and the clocks where they may be have none in common: it can never come."""


class TextHours(StrEnum):
    """When a worker lets such texts come, as a text offers it by digit; what each means is in config/deadlines.toml."""

    BY_DAY = "by_day"
    MORNINGS = "mornings"
    EVENINGS = "evenings"
    DAYS_OFF = "days_off"


class AccessAct(StrEnum):
    """What the journal calls it when somebody saw something of a case; the worker is told of each."""

    READ = "case.read"
    READ_IN_SEARCH = "case.read_in_search"
    FOUND_BY_CONTACT = "case.found_by_contact"
    CONTACT_SHOWN = "case.contact_shown"
    FILE_OPENED = "case.file_opened"
    NOTE_READ = "custody.note_read"
    READ_FROM_CUSTODY = "custody.read"
