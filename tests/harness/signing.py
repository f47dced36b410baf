"""A provider's requests, signed as Twilio writes that it signs, without Twilio's library: what the webhook is held against."""

import base64
import hmac
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

LINE = "+15550100000"
TOKEN = "0123456789abcdef0123456789abcdef"
TWILIO = {
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": TOKEN,
    "TWILIO_FROM": LINE,
}
"""The settings of an account that signs with `TOKEN`."""

FORM = "application/x-www-form-urlencoded"
Pairs = Iterable[tuple[str, str]]


def new_sid() -> str:
    """A message's id as Twilio makes them."""
    return "SM" + secrets.token_hex(16)


def inbound(sender: str, body: str, sid: str | None = None, **others: str) -> dict[str, str]:
    """The fields of a text that came in, with everything that Twilio sends along whether one wants it or not."""
    sid = sid or new_sid()
    return {
        "ToCountry": "US",
        "ToState": "CA",
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "ToCity": "",
        "FromZip": "10470",
        "SmsSid": sid,
        "FromState": "Selangor",
        "SmsStatus": "received",
        "FromCity": "Kelana Jaya",
        "Body": body,
        "FromCountry": "MY",
        "To": LINE,
        "NumSegments": "1",
        "MessageSid": sid,
        "AccountSid": TWILIO["TWILIO_ACCOUNT_SID"],
        "From": sender,
        "ApiVersion": "2010-04-01",
    } | others


@dataclass(frozen=True)
class Signed:
    """A request ready to be posted: to `path`, with these headers and this body."""

    path: str
    body: bytes = field(repr=False)
    headers: dict[str, str] = field(repr=False)


def sign(
    base: str, path: str, fields: Mapping[str, str] | Pairs, token: str = TOKEN, **headers: str
) -> Signed:
    """Sign a form for the public address `base` + `path`: HMAC-SHA1 over the address and the sorted, distinct names and values."""
    pairs = list(fields.items()) if isinstance(fields, Mapping) else list(fields)
    told = base + path + "".join(f"{name}{value}" for name, value in sorted(set(pairs)))
    signature = base64.b64encode(hmac.digest(token.encode(), told.encode(), "sha1")).decode()
    return Signed(
        path, urlencode(pairs).encode(), {"Content-Type": FORM, "X-Twilio-Signature": signature} | headers
    )
