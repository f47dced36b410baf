"""People's words for what becomes of texts: how far one has come and why not further, whose phone it is, what it gives away."""

from app.messaging.queue import TextStatus
from app.web import language
from app.web.labels import Labels, word
from app.web.language import lazy_pgettext as pgettext

DELIVERY: Labels = {
    "waiting": pgettext("texts", "Waits to be sent"),
    "claimed": pgettext("texts", "Is being sent"),
    "unclear": pgettext("texts", "Perhaps sent: the provider is asked"),
    "accepted": pgettext("texts", "The provider has it"),
    "sent": pgettext("texts", "The phone company has it"),
    "cancelled": pgettext("texts", "Not sent: called off"),
    "expired": pgettext("texts", "Not sent: it came too late to be of use"),
    "opted_out": pgettext("texts", "Not sent: the worker said stop"),
    "failed": pgettext("texts", "Failed"),
    "undelivered": pgettext("texts", "Did not reach the phone"),
    "delivered": pgettext("texts", "Reached the phone"),
}

LATER = pgettext("texts", "Waits for the morning there")

PURPOSE: Labels = {
    "conversation": pgettext("texts", "Question or thanks"),
    "reply": pgettext("texts", "Answer of a helper"),
    "status": pgettext("texts", "How it goes, asked for by the worker"),
    "receipt": pgettext("texts", "Secret code, asked for by the worker"),
    "followup": pgettext("texts", "Question or news that comes by itself"),
    "urgent": pgettext("texts", "Urgent news that comes by itself"),
    "alert": pgettext("texts", "Alert"),
}

CAME: Labels = {
    "photo": pgettext("texts", "a photo"),
    "voice": pgettext("texts", "a voice note"),
    "video": pgettext("texts", "a video"),
    "location": pgettext("texts", "a place on the map"),
    "contact": pgettext("texts", "a contact card"),
    "file": pgettext("texts", "a file"),
}

WHOSE_PHONE: Labels = {
    "own": pgettext("texts", "Only the worker’s"),
    "shared": pgettext("texts", "Shared with others"),
    "company": pgettext("texts", "The company’s"),
    "unknown": pgettext("texts", "Not said"),
}

WHOSE_SAID: Labels = {
    "own": pgettext("texts", "Only the worker’s"),
    "shared": pgettext("texts", "Shared with others"),
    "company": pgettext("texts", "The company’s"),
}

FROM_FORM = pgettext("texts", "Not said: the number is from the form")

UNREACHABLE: Labels = {
    "stopped": pgettext("texts", "No texts: the worker said stop"),
    "call_only": pgettext("texts", "May be called, not texted"),
    "not_agreed": pgettext("texts", "No texts or calls: none are agreed with the worker"),
    "no_number": pgettext(
        "texts", "No texts: the worker asked for them, but none can go to the number given"
    ),
    "forgotten": pgettext("texts", "No texts: the number was forgotten"),
    "doubted": pgettext(
        "texts",
        "No texts: whoever has the phone asked who we are, or said that it is not only the worker’s. It may be somebody else",
    ),
    "no_way": pgettext("texts", "No texts: none can be sent to that country"),
}

# What stands beside them: the worker agrees to texts and to calls apart.
NO_CALLS = pgettext("texts", "No calls agreed")
NO_CALLS_EITHER = pgettext("texts", "No calls either, until the worker agrees again")
OF_CALLS_TOO = ("call_only", "not_agreed")

GIVEAWAY: Labels = {
    "site": pgettext(
        "texts",
        "It seems to name the workplace. Whoever picks up the phone could see who has a problem there.",
    ),
    "organisation": pgettext(
        "texts", "It names an organisation. Whoever picks up the phone could see who helps."
    ),
    "receipt": pgettext(
        "texts", "It seems to hold a secret code. Never send one: the worker can ask for it by text."
    ),
}

# Twilio's codes (its error dictionary), then our own words and those of the other gateways.
_REASON: Labels = {
    "21211": pgettext("texts", "this is not a number that can be texted"),
    "21408": pgettext("texts", "texts to that country are not switched on at the provider"),
    "21610": pgettext("texts", "the worker told the provider to stop"),
    "21612": pgettext("texts", "the provider has no way to that number"),
    "21614": pgettext("texts", "this is not a mobile number"),
    "21617": pgettext("texts", "the text is too long for the provider"),
    "20003": pgettext("texts", "the provider does not accept our account"),
    "20429": pgettext("texts", "the provider takes no more at the moment"),
    "30001": pgettext("texts", "the provider’s queue is full"),
    "30002": pgettext("texts", "our account at the provider is suspended"),
    "30003": pgettext("texts", "the phone is off or out of reach"),
    "30004": pgettext("texts", "the phone or its company blocks our texts"),
    "30005": pgettext("texts", "the number is not in use"),
    "30006": pgettext("texts", "a landline, or a phone company that takes no texts from us"),
    "30007": pgettext("texts", "the phone company filtered it out"),
    "30008": pgettext("texts", "the phone company gives no reason"),
    "30034": pgettext("texts", "our sender is not registered there"),
    "address": pgettext("texts", "the address does not work"),
    "case closed": pgettext("texts", "the case was closed before"),
    "erased": pgettext("texts", "the number was forgotten before"),
    "fault": pgettext("texts", "the provider had a fault"),
    "forged": pgettext("texts", "somebody changed it in the database; it is not sent any more"),
    "no answer": pgettext("texts", "the provider did not answer"),
    "no connection": pgettext("texts", "the provider could not be reached"),
    "no gateway": pgettext("texts", "this provider is not set up any more"),
    "no route": pgettext("texts", "no provider reaches that country"),
    "odd answer": pgettext("texts", "the provider’s answer could not be understood"),
    "unclear": pgettext("texts", "nobody can tell whether it went out; it is not sent twice"),
}


def reason(code: str | None) -> str:
    """A provider's reason in plain words; one that we have no words for stands with its code, for the operator."""
    if code is None or code in _REASON:
        return word(_REASON, code) if code else ""
    return language.pgettext("texts", "the provider’s reason: %(code)s", code=code)


def how_it_ended(text: TextStatus) -> str:
    """How far a text came and why not further, in a line."""
    return word(DELIVERY, text.state) + (f" ({reason(text.reason)})" if text.reason else "")
