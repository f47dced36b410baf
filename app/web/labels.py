"""People's words for the codes of the database: stages, urgency, topics, reasons, clocks. One place, so that they never differ.

The words are looked up when a page is rendered, in that page's language.
"""

from datetime import UTC, datetime

from babel import Locale, UnknownLocaleError
from flask_babel import LazyString, format_datetime, get_locale

# Lazy on purpose: the tables below are made once, long before it is known who reads. The plain name keeps extraction simple.
from flask_babel import lazy_pgettext as pgettext

Labels = dict[str, LazyString]

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

TOPIC: Labels = {
    "wages": pgettext("desk", "Pay"),
    "hours": pgettext("desk", "Hours"),
    "ohs": pgettext("desk", "Unsafe or sick"),
    "forced_labour": pgettext("desk", "Passport or debt (forced labour)"),
    "gbvh": pgettext("desk", "Hurt, touched or threatened"),
    "foa": pgettext("desk", "Union"),
    "dismissal": pgettext("desk", "Lost job"),
    "child": pgettext("desk", "Child working"),
    "community": pgettext("desk", "Land or water"),
    "other": pgettext("desk", "Other"),
    "recruitment": pgettext("desk", "Recruitment"),
    "student_intern": pgettext("desk", "Student or intern"),
    "chemicals": pgettext("desk", "Chemicals"),
    "violence_harassment": pgettext("desk", "Violence or harassment (not sexual)"),
    "discrimination": pgettext("desk", "Discrimination"),
    "retaliation": pgettext("desk", "Punished for speaking up"),
    "housing": pgettext("desk", "Housing"),
    "contract_status": pgettext("desk", "Contract and status"),
    "asm": pgettext("desk", "Small-scale mining"),
    "bribery_corruption": pgettext("desk", "Bribery or corruption"),
    "data_misuse": pgettext("desk", "Misuse of data"),
    "mechanism_itself": pgettext("desk", "About a helper or this service"),
    "question": pgettext("desk", "Question"),
    "test": pgettext("desk", "Test"),
}

CONSENT: Labels = {
    "nobody": pgettext("desk", "Nobody yet"),
    "helper": pgettext("desk", "Only a helper"),
    "union": pgettext("desk", "A helper and a union"),
    "buyers": pgettext("desk", "A helper, a union and public buyers"),
}

CONTACT: Labels = {
    "code": pgettext("desk", "Comes back with the code. Do not text or call."),
    "none": pgettext("desk", "Comes back with the code. Do not text or call."),
    "text": pgettext("desk", "May be texted"),
    "call": pgettext("desk", "May be called"),
}

REACH: Labels = {
    "inbox": pgettext("desk", "Inbox only"),
    "code": pgettext("desk", "Inbox only"),
    "none": pgettext("desk", "Inbox only"),
    "text": pgettext("desk", "Text"),
    "call": pgettext("desk", "Call"),
}

EXCLUDED: Labels = {
    "union": pgettext("desk", "the union at the workplace"),
    "agent": pgettext("desk", "the worker's agent"),
    "authorities": pgettext("desk", "police or government"),
    "police": pgettext("desk", "police or government"),
    "other": pgettext("desk", "somebody else"),
}

CLOCK: Labels = {
    "accept": pgettext("desk", "Accept or decline"),
    "read": pgettext("desk", "Read it"),
    "acknowledge": pgettext("desk", "First answer"),
    "acknowledgement": pgettext("desk", "First answer"),
    "safety": pgettext("desk", "Safety plan"),
    "safety_contact": pgettext("desk", "Safety plan"),
    "update": pgettext("desk", "First news"),
    "first_update": pgettext("desk", "First news"),
    "assess": pgettext("desk", "Check the facts"),
    "assessment": pgettext("desk", "Check the facts"),
    "feedback": pgettext("desk", "Say what came of it"),
    "status": pgettext("desk", "Send news"),
    "answer": pgettext("desk", "Answer the worker"),
}

CLOCK_STATE: Labels = {
    "running": pgettext("desk", "to do"),
    "met": pgettext("desk", "done in time"),
    "missed": pgettext("desk", "late"),
    "paused": pgettext("desk", "paused"),
    "escalated": pgettext("desk", "passed on"),
}

WHO: Labels = {
    "worker": pgettext("desk", "the worker"),
    "partner": pgettext("desk", "us"),
    "coordinator": pgettext("desk", "the coordinator"),
    "company": pgettext("desk", "the company"),
    "system": pgettext("desk", "Redress"),
    "operator": pgettext("desk", "the operator"),
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


def word(labels: Labels, code: object) -> str:
    """The words for a code; a code that has none yet is shown as it is rather than as a broken page."""
    plain = str(code)
    return str(labels[plain]) if plain in labels else plain.replace("_", " ")


def country(code: str | None) -> str:
    """A country's name in the reader's language; empty when the country is not known."""
    return _names().territories.get(code, code) if code else ""


def language(code: str | None) -> str:
    """A language's name in the reader's language; empty when it is not known."""
    if not code:
        return ""
    base = code.replace("_", "-").split("-")[0]
    return _names().languages.get(base, code)


def day(moment: datetime) -> str:
    """A date as people say it, with the weekday and never "in two days"."""
    return format_datetime(moment.astimezone(UTC), "EEE d MMM", rebase=False)


def hour(moment: datetime) -> str:
    """Date and time of day in UTC, which is written out because desks sit in many time zones."""
    return format_datetime(moment.astimezone(UTC), "EEE d MMM, HH:mm 'UTC'", rebase=False)


def _names() -> Locale:
    try:
        return get_locale() or Locale("en")
    except UnknownLocaleError:
        return Locale("en")
