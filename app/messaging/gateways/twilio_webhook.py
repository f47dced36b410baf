"""Twilio's requests to us: believed only with Twilio's signature over the public address and every field of the form.

The signature holds no time, so whoever recorded a request could send it again; that a message id is taken only once is the answer.
What is read of a text is who, which line, which words, and whether a photo, a voice note or a place came: Twilio's guesses at where
a number lives, the profile's name and the media themselves stay behind (they would tell more of a worker than the worker did).
"""

import hmac
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from twilio.request_validator import SIGNATURE_HEADER, RequestValidator

from app.messaging.delivery import Delivery
from app.messaging.gateways.forms import Form, read_form
from app.messaging.gateways.media import Media, is_place, kinds, media_of
from app.messaging.gateways.protocol import Forged, ReceivedText, SignedRequest, StatusReport
from app.messaging.gateways.twilio_form import check_fields

STATES: Mapping[str, Delivery] = MappingProxyType(
    {
        "accepted": Delivery.ACCEPTED,
        "scheduled": Delivery.ACCEPTED,
        "queued": Delivery.ACCEPTED,
        "sending": Delivery.ACCEPTED,
        "sent": Delivery.SENT,
        "delivered": Delivery.DELIVERED,
        "read": Delivery.DELIVERED,
        "undelivered": Delivery.UNDELIVERED,
        "partially_delivered": Delivery.UNDELIVERED,
        "failed": Delivery.FAILED,
        "canceled": Delivery.CANCELLED,
    }
)
"""What Twilio calls a state of an outgoing message (its API's MessageStatus), and what we call it."""

# Longer than any number with its channel, or any line; a body is at most 1,600 characters.
_LONGEST_ADDRESS = 120
_LONGEST_BODY = 10_000
_MOST_MEDIA = 10
_CODE = re.compile(r"[0-9]{1,6}")


class TwilioWebhook:
    """Believes requests that carry Twilio's signature under one of the account's tokens."""

    def __init__(self, name: str, tokens: Sequence[str]) -> None:
        self.name = name
        self._validators = [RequestValidator(token) for token in tokens]

    def read_text(self, request: SignedRequest) -> ReceivedText:
        """The text in a signed request; raises `Forged`."""
        form = self._believed(request)
        provider_id = check_fields(form)
        if len(form.first("Body")) > _LONGEST_BODY:
            raise Forged("Body")
        return ReceivedText(
            gateway=self.name,
            provider_id=provider_id,
            sender=form.one("From", most=_LONGEST_ADDRESS),
            line=form.one("To", most=_LONGEST_ADDRESS),
            body=form.first("Body"),
            came=_came(form),
        )

    def read_status(self, request: SignedRequest) -> StatusReport | None:
        """What a signed request says of a text, None when it says nothing that we know; raises `Forged`."""
        form = self._believed(request)
        provider_id = check_fields(form)
        state = STATES.get(form.first("MessageStatus") or form.first("SmsStatus"))
        if state is None:
            return None
        code = form.first("ErrorCode")
        return StatusReport(
            gateway=self.name,
            provider_id=provider_id,
            state=state,
            reason=code if _CODE.fullmatch(code) and code != "0" else None,
            text_id=text_id_of(request.url),
        )

    def _believed(self, request: SignedRequest) -> Form:
        signature = request.headers.get(SIGNATURE_HEADER.lower(), "")
        form = read_form(request)
        for validator in self._validators:
            try:
                # The address as it is, too: the validator's own two variants lose a port behind a user's name.
                if validator.validate(request.url, form, signature) or hmac.compare_digest(
                    validator.compute_signature(request.url, form).encode(), signature.encode()
                ):
                    return form
            except Exception:  # noqa: BLE001, S112 - whatever the library makes of an odd request, it is not believed
                continue
        raise Forged("signature")


def _came(form: Form) -> tuple[Media, ...]:
    """What came beside the words; of media without a type, and of more than are listed, only that they are files is known."""
    number = int(form.first("NumMedia") or 0)
    listed = [form.first(f"MediaContentType{place}") for place in range(min(number, _MOST_MEDIA))]
    found = [media_of(told) or Media.FILE for told in listed]
    if is_place(form.first("Latitude"), form.first("Longitude")):
        found.append(Media.LOCATION)
    return kinds(found)


def text_id_of(url: str) -> UUID | None:
    """Our own id of a text, which we put into the address that its status is reported to."""
    values = parse_qs(urlsplit(url).query).get("t", [])
    return uuid_or_none(values[0]) if len(values) == 1 else None


def uuid_or_none(text: str) -> UUID | None:
    """A UUID that somebody else wrote, or None when it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None
