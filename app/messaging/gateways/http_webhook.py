"""Requests of a gateway that `config/gateways.toml` describes: believed with its HMAC and a recent time."""

import base64
import binascii
import hmac
import json
import re
from uuid import UUID

from app import clock
from app.messaging.gateways.description import HttpDescription, SignatureShape, TextShape
from app.messaging.gateways.forms import FORM, media_type, read_form
from app.messaging.gateways.media import Media, kinds, media_of
from app.messaging.gateways.paths import part_at, value_at, values_at
from app.messaging.gateways.protocol import Forged, ReceivedText, SignedRequest, StatusReport
from app.messaging.gateways.twilio_webhook import text_id_of, uuid_or_none

_JSON = "application/json"
_LONGEST_BODY = 10_000
_ID = re.compile(r"[!-~](?:[ -~]{0,78}[!-~])?")
# Exactly as numbers are written: a zero before it could be a letter of the body that was moved here.
_SECONDS = re.compile(r"[1-9][0-9]{0,11}")
_CODE = re.compile(r"[A-Za-z_-]{1,30}|[0-9]{1,6}")
_TOKEN = re.compile(r"\{(body|timestamp|url)\}")


class HttpWebhook:
    """Believes requests that carry the described signature, made not long ago."""

    def __init__(self, described: HttpDescription) -> None:
        self.name = described.name
        self._described = described

    def read_text(self, request: SignedRequest) -> ReceivedText:
        """The text in a signed request; raises `Forged`."""
        content = self._believed(request)
        shape = self._described.text
        if shape is None:
            raise Forged("not described")
        sender = value_at(content, shape.sender)
        text_id = value_at(content, shape.id)
        line = self._described.line if shape.line is None else value_at(content, shape.line)
        body = value_at(content, shape.body)
        came = _came(shape, content)
        if not sender or not text_id or not line or (body is None and not came):
            raise Forged("field missing")
        if len(sender) > 120 or len(line) > 60 or len(body or "") > _LONGEST_BODY:
            raise Forged("field too long")
        if not _ID.fullmatch(text_id) or not line.isprintable():
            raise Forged("field with odd signs")
        return ReceivedText(self.name, text_id, sender, line, body or "", came=came)

    def read_status(self, request: SignedRequest) -> StatusReport | None:
        """What a signed request says of a text, None when it says nothing that we know; raises `Forged`."""
        content = self._believed(request)
        shape = self._described.status
        if shape is None:
            return None
        text_id = value_at(content, shape.id)
        state = shape.states.get(value_at(content, shape.state) or "")
        if not text_id or state is None:
            return None
        if not _ID.fullmatch(text_id):
            raise Forged("field with odd signs")
        reason = value_at(content, shape.reason) if shape.reason else None
        # Free words of a provider may repeat the number; only what looks like a code is kept.
        kept = reason if reason and _CODE.fullmatch(reason) else None
        return StatusReport(self.name, text_id, state, kept, self._ours(request, text_id))

    def _ours(self, request: SignedRequest, provider_id: str) -> UUID | None:
        # A gateway that gives no id of its own calls a text by ours.
        return text_id_of(request.url) or (
            None if self._described.send.answer_id else uuid_or_none(provider_id)
        )

    def _believed(self, request: SignedRequest) -> object:
        shape = self._described.signature
        if shape is None:
            raise Forged("not described")
        _check_signature(shape, request)
        if media_type(request) == FORM:
            return {name: values[0] for name, values in read_form(request).items()}
        if media_type(request) != _JSON:
            raise Forged("content type")
        try:
            content: object = json.loads(request.body)
        except (ValueError, RecursionError):
            raise Forged("json") from None
        return content


def _came(shape: TextShape, content: object) -> tuple[Media, ...]:
    """What the gateway says that came beside the words: in its words or ours, or as media types; of lists each part."""
    told = [word for path in shape.media for word in values_at(content, path)]
    found = [shape.kinds.get(word) or media_of(word) for word in told]
    if shape.place is not None and part_at(content, shape.place) not in (None, "", {}, []):
        found.append(Media.LOCATION)
    return kinds(kind for kind in found if kind is not None)


def _check_signature(shape: SignatureShape, request: SignedRequest) -> None:
    timestamp = request.headers.get(shape.timestamp_header, "")
    if not _SECONDS.fullmatch(timestamp):
        raise Forged("timestamp")
    if abs(clock.now().timestamp() - int(timestamp)) > shape.window_seconds:
        raise Forged("timestamp")
    known = {"body": request.body, "timestamp": timestamp.encode(), "url": request.url.encode()}
    signed = b"".join(
        known[part] if place % 2 else part.encode() for place, part in enumerate(_TOKEN.split(shape.signed))
    )
    expected = hmac.digest(shape.secret.encode(), signed, "sha256")
    if not hmac.compare_digest(expected, _signature_in(shape, request)):
        raise Forged("signature")


def _signature_in(shape: SignatureShape, request: SignedRequest) -> bytes:
    text = request.headers.get(shape.header, "").removeprefix(shape.prefix)
    try:
        return base64.b64decode(text, validate=True) if shape.base64 else bytes.fromhex(text)
    except (ValueError, binascii.Error):
        raise Forged("signature") from None
