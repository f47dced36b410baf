"""The form of each field of Twilio's requests, checked because Twilio's signature does not say where a field's name ends.

It is made over names and values written one behind the other, so whoever recorded a request could move letters between a name
and its value, or between fields, and the signature would still be right. What may differ by that must never be another act: which
message it is, who wrote and to whom. So an identifier has to be a whole one, all names of the same message have to agree, and no
field may hold what looks like a swallowed identifier or sender. Fields that are not known here pass: Twilio adds new ones. (A text
that is refused by this, because somebody wrote such a name and identifier in it, is still found in Twilio's list.)
"""

import re

from app.messaging.gateways.forms import Form
from app.messaging.gateways.protocol import Forged

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,79}")
_HEX = "[0-9a-fA-F]{32}"
_MESSAGE = re.compile(f"(?:SM|MM){_HEX}")
_MESSAGE_NAMES = ("MessageSid", "SmsMessageSid", "SmsSid")
# A telephone, a short code, a name of the letters that a phone network has, or an address of another channel.
_NUMBER = r"\+[0-9*]{3,20}"
_NAME_AS_SENDER = r"(?!.*(?:From|\+[0-9]{7}))[^\W_][\w &'.,!#*()/+-]{0,59}"
_ADDRESS = re.compile(
    rf"{_NUMBER}|[0-9]{{3,15}}|{_NAME_AS_SENDER}|[a-z]{{2,20}}:(?:{_NUMBER}|[\w.@-]{{1,80}})"
)
_STATUS = re.compile(r"[a-z_ -]{0,40}")
_COUNT = re.compile(r"[0-9]{0,3}")
_FORMS: dict[str, re.Pattern[str]] = {
    "AccountSid": re.compile(f"AC{_HEX}"),
    "ApiVersion": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    "Body": re.compile(".*", re.DOTALL),
    "ErrorCode": re.compile(r"[^A-Z]{0,80}"),
    "From": _ADDRESS,
    "MessageStatus": _STATUS,
    "MessagingServiceSid": re.compile(f"(?:MG{_HEX})?"),
    "NumMedia": _COUNT,
    "NumSegments": _COUNT,
    "SmsStatus": _STATUS,
    "To": _ADDRESS,
}
# Whose beginning is the name of another field.
_BEGUN = {
    begin: tuple(f"{begin}{end}" for end in ("City", "Country", "State", "Zip")) for begin in ("From", "To")
}
# What would be lost, and not only be missing, where its name was taken apart.
_NOT_TO_LOSE = ("Body", "ErrorCode", "MessageStatus", "NumMedia", "SmsStatus")

# An identifier behind its name, or a sender or receiver behind theirs, inside of another field.
_SID = re.compile(f"[A-Z]{{2}}{_HEX}")
_SWALLOWED = re.compile(
    rf"(?:Message|Account|Service|Sms)Sid(?:SM|MM|AC|MG){_HEX}|(?:From|To)(?:[a-z]{{2,20}}:)?\+[0-9]{{7,20}}"
)
# People write of numbers too, but nobody puts a name of a field right behind one.
_SWALLOWED_BY_WORDS = re.compile(rf"(?:{_SWALLOWED.pattern})(?=[A-Z])")


def check_fields(form: Form) -> str:
    """The id of the message that a signed form is about; raises `Forged` when a field cannot be what Twilio wrote."""
    for name, shape in _FORMS.items():
        values = form.getlist(name)
        if len(values) > 1 or not all(map(shape.fullmatch, values)):
            raise Forged(name)
    for begin, others in _BEGUN.items():
        # "From" and "CityNairobi" are signed as "FromCity" and "Nairobi" are.
        if any(f"{begin}{form.first(begin)}".startswith(other) and other not in form for other in others):
            raise Forged(begin)
    lost = [name for name in _NOT_TO_LOSE if name not in form]
    for name, values in form.items():
        for value in values:
            if not _NAME.fullmatch(name) or _swallows(name, value):
                raise Forged("letters of one field in another")
            if name not in _FORMS and any(each in name + value for each in lost):
                raise Forged("a name taken apart")
    return _message_of(form)


def _swallows(name: str, value: str) -> bool:
    if name == "Body":
        return _SWALLOWED_BY_WORDS.search(value) is not None
    whole = _SID if name.endswith("Sid") else _ADDRESS if name.endswith(("From", "To")) else None
    if whole is not None and whole.fullmatch(value):
        return False
    return _SWALLOWED.search(name + value) is not None


def _message_of(form: Form) -> str:
    ids = [form.getlist(name) for name in _MESSAGE_NAMES if name in form]
    if (
        not ids
        or any(each != ids[0] for each in ids)
        or len(ids[0]) != 1
        or not _MESSAGE.fullmatch(ids[0][0])
    ):
        raise Forged("MessageSid")
    return ids[0][0]
