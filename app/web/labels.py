"""People's words for the codes of the database: stages, urgency, topics, reasons, clocks. One place, so that they never differ.

The words are looked up when a page is rendered, in that page's language.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, get_timezone_location, parse_pattern
from flask import g

# Lazy on purpose: the tables below are made once, long before it is known who reads. The plain name keeps extraction simple.
from app.language import to_ascii
from app.network import zone_info
from app.web import topic_words
from app.web.language import LazyText, page_language
from app.web.language import lazy_pgettext as pgettext

Labels = dict[str, LazyText]

GROUP: Labels = topic_words.GROUP
TOPIC: Labels = topic_words.TOPIC

URGENCY: Labels = {
    "danger": pgettext("desk", "Danger"),
    "urgent": pgettext("desk", "Urgent"),
    "high": pgettext("desk", "High"),
    "medium": pgettext("desk", "Medium"),
    "low": pgettext("desk", "Low"),
}

STAGE: Labels = {
    "received": pgettext("desk", "Received"),
    "read": pgettext("desk", "Read"),
    "checking": pgettext("desk", "Checking"),
    "company_asked": pgettext("desk", "Company asked"),
    "checking_remedy": pgettext("desk", "Checking remedy"),
    "closed": pgettext("desk", "Closed"),
}

STATE: Labels = {
    "received": pgettext("desk", "Received"),
    "offered": pgettext("desk", "Offered"),
    "accepted": pgettext("desk", "Accepted"),
    "assessing": pgettext("desk", "Checking the facts"),
    "engaging": pgettext("desk", "Talking to the company"),
    "remedy_agreed": pgettext("desk", "Remedy agreed"),
    "delivering": pgettext("desk", "Remedy being delivered"),
    "resolved": pgettext("desk", "Resolved"),
    "closed": pgettext("desk", "Closed"),
}

CLOSING_REASON: Labels = {
    "withdrawn": pgettext("desk", "The worker took it back"),
    "unverified": pgettext("desk", "No answer after four tries"),
    "unfounded": pgettext("desk", "Checked and not found to be so"),
    "referred": pgettext("desk", "Somebody else has taken it on"),
    "out_of_scope": pgettext("desk", "Not something we can work on"),
    "merged": pgettext("desk", "Part of another case"),
    "unresolved": pgettext("desk", "No remedy was reached"),
    "resolved": pgettext("desk", "Remedied, and the worker or a chosen union said so"),
}

CONSENT: Labels = {
    "nobody": pgettext("desk", "Nobody yet"),
    "helper": pgettext("desk", "Only a helper"),
    "union": pgettext("desk", "A helper and a union"),
    "buyers": pgettext("desk", "A helper, a union and public buyers"),
}

CONTACT: Labels = {
    "inbox": pgettext("desk", "Comes back with the code. Do not text or call."),
    "text": pgettext("desk", "May be texted"),
    "call": pgettext("desk", "May be called"),
}

ALLOWED_BESIDE: Labels = {
    "tap": pgettext("desk", "The worker tapped who may know."),
    "voice": pgettext("desk", "The worker said who may know, and the helper tapped it."),
    "not": pgettext("desk", "The worker was not asked who may know, or said no: no more than a helper."),
}

# What stands beside a report that came with a tablet's authority which does not count.
TABLET_STANDING: Labels = {
    "late": pgettext(
        "desk", "It came long after the tablet’s time, so what was allowed there is not counted."
    ),
    "ended": pgettext("desk", "The tablet had been ended, so what was allowed there is not counted."),
    "lost": pgettext(
        "desk", "This member works here no more, or must not help now: what was allowed there is not counted."
    ),
    "unknown": pgettext(
        "desk", "The tablet is none that was started here, so what was allowed there is not counted."
    ),
}

REACH: Labels = {
    "inbox": pgettext("desk", "Inbox only"),
    "text": pgettext("desk", "Text"),
    "call": pgettext("desk", "Call"),
    "none": pgettext("desk", "Cannot be reached"),
}

EXCLUDED: Labels = {
    "union": pgettext("desk", "the union at the workplace"),
    "agent": pgettext("desk", "the worker’s agent"),
    "police": pgettext("desk", "police or government"),
    "other": pgettext("desk", "somebody else"),
}

CLOCK: Labels = {
    "accept": pgettext("desk", "Accept or decline"),
    "place": pgettext("desk", "Find a helper"),
    "read": pgettext("desk", "Read it"),
    "acknowledge": pgettext("desk", "First answer"),
    "safety_contact": pgettext("desk", "Safety: talk to the worker"),
    "safety_plan": pgettext("desk", "Safety plan"),
    "first_update": pgettext("desk", "First news"),
    "assessment": pgettext("desk", "Check the facts"),
    "company_reply": pgettext("desk", "The company’s answer"),
    "outcome_feedback": pgettext("desk", "Say what came of it"),
}

CLOCK_STATE: Labels = {
    "running": pgettext("desk", "to do"),
    "met": pgettext("desk", "done in time"),
    "missed": pgettext("desk", "late"),
    "paused": pgettext("desk", "paused"),
    "escalated": pgettext("desk", "passed on"),
}

DATE_SHOWN: Labels = {
    **CLOCK_STATE,
    "met_late": pgettext("desk", "done, late"),
    "ended": pgettext("desk", "ended when the case was closed"),
}

RUNG: Labels = {
    "helper": pgettext("desk", "the case’s helper"),
    "lead": pgettext("desk", "the helper’s lead"),
    "coordinator": pgettext("desk", "the coordinator’s lead"),
    "standby": pgettext("desk", "another helper"),
    "custodian": pgettext("desk", "the coordinator’s custodians"),
}

RUNG_STATE: Labels = {
    "asked": pgettext("desk", "asked"),
    "passed_on": pgettext("desk", "did not act, so the next was asked"),
    "last": pgettext("desk", "did not act, and nobody else is left to ask"),
    "moved": pgettext("desk", "the case went there"),
    "ended": pgettext("desk", "over"),
}

WHO: Labels = {
    "worker": pgettext("desk", "the worker"),
    "partner": pgettext("desk", "the helper"),
    "coordinator": pgettext("desk", "the coordinator"),
    "company": pgettext("desk", "the company"),
    "system": pgettext("desk", "Redress"),
}

KIND: Labels = {
    "monitoring_partner": pgettext("desk", "Monitoring partner"),
    "trade_union": pgettext("desk", "Trade union"),
    "coordinator": pgettext("desk", "Coordinator"),
    "public_buyer": pgettext("desk", "Public buyer"),
}

ROLE: Labels = {
    "lead": pgettext("desk", "Lead"),
    "caseworker": pgettext("desk", "Caseworker"),
    "viewer": pgettext("desk", "Viewer"),
}

HANDLING: Labels = {
    "R": pgettext("desk", "Restricted: trained and named readers only"),
    "X": pgettext("desk", "No contact with the employer without a separate yes"),
    "M-": pgettext("desk", "No mediation"),
    "S": pgettext("desk", "Needs a specialist"),
    "K": pgettext("desk", "Child protection"),
    "D": pgettext("desk", "Protect the defender"),
    "G": pgettext("desk", "Probably a group"),
}

AGREED: Labels = {"yes": pgettext("desk", "The worker said yes to me: the company may be told.")}

DECLINE: Labels = {
    "no_capacity": pgettext("desk", "We have too many cases now"),
    "conflict": pgettext("desk", "We have an interest or know the people"),
    "language": pgettext("desk", "We do not speak the language"),
    "no_training": pgettext("desk", "We are not trained for this"),
    "too_far": pgettext("desk", "We cannot get there"),
    "not_safe": pgettext("desk", "It is not safe for us or the worker"),
    "other": pgettext("desk", "Another reason"),
}

COUNT: Labels = {
    "danger": pgettext("desk", "Danger"),
    "unread": pgettext("desk", "Unread"),
    "late": pgettext("desk", "Late"),
    "due_today": pgettext("desk", "Due today"),
    "worker_wrote": pgettext("desk", "Worker wrote"),
    "waiting_on_company": pgettext("desk", "Waiting on company"),
}

ENTRY: Labels = {
    "report": pgettext("desk", "The worker’s report"),
    "worker_message": pgettext("desk", "The worker"),
    "worse": pgettext("desk", "The worker: it got worse"),
    "answer": pgettext("desk", "The worker, by one tap"),
    "reply": pgettext("desk", "Reply to the worker"),
    "note": pgettext("desk", "Note"),
    "system": pgettext("desk", "Redress"),
    "file": pgettext("desk", "The worker’s photo or voice note"),
}

FROM_FORM = pgettext(
    "desk", "Texted from the number on the form (nobody has shown whose it is; not in the inbox)"
)

FILE: Labels = {
    "photo": pgettext("desk", "Photo of the worker"),
    "voice": pgettext("desk", "Voice note of the worker"),
}

FILE_FAULT: Labels = {
    "conflict": pgettext(
        "desk", "It did not arrive as it was sent, so it was not kept. The worker’s phone says so."
    ),
    "unreadable": pgettext(
        "desk",
        "It is no photo or voice note that can be opened, so it was not kept. The worker’s phone says so.",
    ),
    "pixels": pgettext("desk", "The photo is too large, so it was not kept. The worker’s phone says so."),
    "too_long": pgettext(
        "desk", "The voice note is too long, so it was not kept. The worker’s phone says so."
    ),
    "gone": pgettext("desk", "It did not arrive whole within 30 days, so there is nothing to open."),
}

TALK: Labels = {
    "call": pgettext("desk", "Phone call"),
    "visit": pgettext("desk", "Visit"),
}

REACHED: Labels = {
    "yes": pgettext("desk", "Yes, we talked"),
    "no": pgettext("desk", "No, not reached"),
}

QUESTION: Labels = {
    "after_closing": pgettext("desk", "Is it right now? (asked after closing)"),
    "worse": pgettext("desk", "Did it get worse since you told us?"),
    "put_right": pgettext("desk", "Has it been put right?"),
    "news": pgettext("desk", "How is it now?"),
}

# By the name of the text (`AskText`); one that asks about several cases begins like the first.
QUESTION_TEXTED: Labels = {
    "HOW_IS_IT": pgettext("desk", "By text: How is it now?"),
    "HOW_ARE_THEY": pgettext("desk", "By text: How is it now?"),
    "IS_IT_RIGHT": pgettext("desk", "By text: Has it been put right?"),
}

QUESTION_STATE: Labels = {
    "planned": pgettext("desk", "Planned"),
    "asked": pgettext("desk", "In the inbox, not answered yet"),
    "answered": pgettext("desk", "Answered"),
    "unanswered": pgettext("desk", "Not answered"),
    "merged": pgettext("desk", "Asked together with another"),
    "missed": pgettext("desk", "Not asked in time: ask it yourself"),
    "called_off": pgettext("desk", "Called off"),
}

ANSWER: Labels = {
    "worse": pgettext("desk", "It got worse"),
    "same": pgettext("desk", "It is the same"),
    "better": pgettext("desk", "It is better"),
    "put_right": pgettext("desk", "Yes, it is right"),
    "not_right": pgettext("desk", "No, it is not right"),
}

MATCHED: Labels = {
    "reference": pgettext("desk", "Reference"),
    "name": pgettext("desk", "Name"),
    "phone": pgettext("desk", "Phone"),
    "message": pgettext("desk", "What the worker wrote"),
    "place": pgettext("desk", "Where it is"),
    "must_not_know": pgettext("desk", "Who must not know"),
    "reply": pgettext("desk", "Reply to the worker"),
    "note": pgettext("desk", "Note"),
}

WAITING: Labels = {
    "about_helper": pgettext("network", "The worker complains about a helper"),
    "helper_in_words": pgettext("network", "The words seem to complain about a helper: see who is meant"),
    "unmatched_exclusion": pgettext(
        "network", "The worker named somebody who must not know, and the words fit nobody for certain"
    ),
    "over_limit": pgettext(
        "network", "Very many reports came from one place at once: see which of them are real"
    ),
    "nobody_eligible": pgettext("network", "No helper fits"),
    "nobody_accepted": pgettext("network", "Every helper declined or did not answer"),
    "late": pgettext("network", "The helper was late, and nobody else stood by"),
    "locked": pgettext("network", "The worker has locked it"),
}

LEFT_OUT: Labels = {
    "excluded_by_worker": pgettext("network", "the worker named them"),
    "interest_in_site": pgettext("network", "has an interest in the site"),
    "site_in_doubt": pgettext(
        "network",
        "nobody can tell who has an interest there: the list of workplaces was changed past Redress",
    ),
    "employer_run": pgettext("network", "run by employers"),
    "not_independent": pgettext("network", "not independent at the site"),
    "frozen": pgettext("network", "frozen"),
    "no_keys": pgettext("network", "nobody there has set up a key yet"),
    "kind": pgettext("network", "does not take cases"),
    "about_helper": pgettext("network", "the complaint is about a helper, and this may be the one"),
    "not_trained": pgettext("network", "not trained for this"),
    "wrong_country": pgettext("network", "does not work in that country"),
    "no_language": pgettext("network", "does not speak the language"),
    "full": pgettext("network", "has as many cases as it can take"),
    "share": pgettext("network", "too many of its free places went to reports from that same place today"),
    "ranked_lower": pgettext("network", "others fit better"),
    "held": pgettext("network", "the case is held"),
    "locked": pgettext("network", "the worker has locked the case"),
}

MEMBER_STATE: Labels = {
    "invited": pgettext("desk", "Invited"),
    "active": pgettext("desk", "Active"),
    "departed": pgettext("desk", "Left"),
}

CIRCLE: Labels = {
    "everyone": pgettext("desk", "Ordinary cases"),
    "restricted": pgettext("desk", "Restricted cases (trained and named)"),
    "custody": pgettext("desk", "Custody"),
}


OUTSIDE_DATE: Labels = {
    "legal_limit": pgettext("desk", "Last day to go to court or an office"),
    "permit_ends": pgettext("desk", "Permit ends"),
    "flight": pgettext("desk", "Flight"),
    "hearing": pgettext("desk", "Hearing"),
    "contract_ends": pgettext("desk", "Contract ends"),
}

WHOSE: Labels = {
    "everybody": pgettext("desk", "Everybody’s"),
    "mine": pgettext("desk", "Mine"),
    "nobody": pgettext("desk", "Nobody’s"),
}

NOTICE: Labels = {
    "danger": pgettext("desk", "Somebody is in danger"),
    "offer": pgettext("desk", "A case is offered to your organisation"),
    "late": pgettext("desk", "Something is late"),
    "date": pgettext("desk", "A date comes near that nobody can move"),
    "digest": pgettext("desk", "Each working morning at half past seven: how much waits, in numbers only"),
}

COUNTRY_FROM: Labels = {
    "words": pgettext("desk", "as read from the worker’s words"),
    "phone": pgettext("desk", "that of the phone number"),
    "helper": pgettext("desk", "set by a helper"),
}


def word(labels: Labels, code: object) -> str:
    """The words for a code; a code that has none yet is shown as it is rather than as a broken page."""
    plain = str(code)
    return str(labels[plain]) if plain in labels else plain.replace("_", " ")


def country(code: str | None) -> str:
    """A country's name in the reader's language; empty when the country is not known."""
    return str(page_language().locale.territories.get(code, code)) if code else ""


def read_in(code: str) -> str:
    """The language in which something was read aloud to a worker."""
    return str(pgettext("desk", "another language")) if code == "other" else language(code)


def language(code: str | None) -> str:
    """A language's name in the reader's language; empty when it is not known."""
    if not code:
        return ""
    names, whole = page_language().locale.languages, code.replace("-", "_")
    # "zh_Hans" has a name of its own, a pseudo-language has only that of the language it imitates.
    return str(names.get(whole) or names.get(whole.split("_")[0], code))


# Longer than any number with its country and an extension.
_MOST_DIGITS = 20

# Read once: a page shows a hundred moments.
_HOUR = parse_pattern("EEE d MMM, HH:mm")
_WEEKDAY = parse_pattern("EEE d MMM")


def hour(moment: datetime) -> str:
    """Date and time of day in the time zone of the member who reads, which is named because desks sit in many of them."""
    zone = zone_info(g.get("zone", ""))
    return f"{_HOUR.apply(moment.astimezone(zone), page_language().locale)} {own_zone()}"


def own_zone() -> str:
    """The name of the time zone of the member who reads."""
    return zone_name(g.get("zone", ""), page_language().locale)


@lru_cache(maxsize=512)
def zone_name(name: str, locale: Locale) -> str:
    """A time zone by the city that stands for it, in the reader's language; UTC where there is none."""
    zone = zone_info(name)
    return "UTC" if zone is UTC else get_timezone_location(zone, locale=locale, return_city=True)


def day(on: date) -> str:
    """A day without a time, such as that of a hearing."""
    return format_date(on, "medium", page_language().locale)


def weekday(on: date) -> str:
    """A day of this week, by its name and date."""
    return _weekday(on, page_language().locale)


@lru_cache(maxsize=512)
def _weekday(on: date, locale: Locale) -> str:
    return _WEEKDAY.apply(on, locale)


def weekdays() -> list[str]:
    """The days of the week, Monday first, in the reader's language."""
    names = page_language().locale.days["stand-alone"]["wide"]
    return [names[number] for number in range(7)]


def duty_day(on: date) -> str:
    """A day of the next week or so, with its weekday."""
    return format_date(on, "EEE d MMM", page_language().locale)


def dialled(written: str | None) -> str:
    """A number as a `tel:` address dials it, out of what somebody wrote; empty where that is no number."""
    plain = to_ascii(written or "").strip()
    signs = "".join(sign for sign in plain if sign.isascii() and sign.isdigit())
    if not 3 <= len(signs) <= _MOST_DIGITS or any(sign.isalpha() for sign in plain):
        return ""
    return f"+{signs}" if plain.lstrip("(").startswith(("+", "\N{FULLWIDTH PLUS SIGN}")) else signs


def topics(codes: Iterable[str]) -> str:
    """Kinds of problem, or their groups on the card of an offer, in one line."""
    return ", ".join(word(GROUP if code in GROUP else TOPIC, code) for code in codes)


def excluded(codes: Iterable[str], other: str | None) -> str:
    """Who must not know, in one line; whoever the worker named in words stands with exactly those words."""
    named = [word(EXCLUDED, code) for code in codes if not (other and code == "other")]
    return ", ".join([*named, f"“{other}”"] if other else named)


def holder(kind: str, organisation: str | None, name: str | None) -> str:
    """One who can open a case: the worker, a circle of an organisation, or one member."""
    if kind == "receipt":
        return str(pgettext("desk", "The worker, with the code"))
    inner = word(CIRCLE, name) if name in CIRCLE else name
    who = ": ".join(part for part in (organisation, inner) if part)
    return who or str(pgettext("desk", "Somebody we cannot name: see the operator’s check (redress doctor)"))
