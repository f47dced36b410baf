"""What a case is: how urgent, how far, why closed, who may know, how its worker may be reached."""

from app.web.labels.table import Labels
from app.web.language import lazy_pgettext as pgettext

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

WHO: Labels = {
    "worker": pgettext("desk", "the worker"),
    "partner": pgettext("desk", "the helper"),
    "coordinator": pgettext("desk", "the coordinator"),
    "company": pgettext("desk", "the company"),
    "system": pgettext("desk", "Redress"),
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

WHOSE: Labels = {
    "everybody": pgettext("desk", "Everybody’s"),
    "mine": pgettext("desk", "Mine"),
    "nobody": pgettext("desk", "Nobody’s"),
}

COUNTRY_FROM: Labels = {
    "words": pgettext("desk", "as read from the worker’s words"),
    "phone": pgettext("desk", "that of the phone number"),
    "helper": pgettext("desk", "set by a helper"),
}
