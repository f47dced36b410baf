"""What the stand-in for Twilio posts to us: texts that came in and reports of texts that went out, signed as Twilio signs."""

import http.client
import random
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from twilio.request_validator import RequestValidator

from app import clock
from app.messaging.gateways.protocol import SignedRequest
from tests.harness.provider import ACCOUNT, NUMBER, TOKEN, FakeTwilio, Message

_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Post:
    """One request to us; it may be sent any number of times and in any order."""

    url: str
    headers: Mapping[str, str]
    body: bytes

    def as_request(self) -> SignedRequest:
        """The request as the webhook reads it, without a server in between."""
        return SignedRequest(
            self.url, {name.lower(): value for name, value in self.headers.items()}, self.body
        )

    def send(self, base: str | None = None) -> int:
        """Send it to its own address or to the same path at another base; the status of the answer."""
        parts, at = urlsplit(self.url), urlsplit(base or self.url)
        connection = http.client.HTTPConnection(at.hostname or "", at.port or 80, timeout=30)
        try:
            path = f"{parts.path}?{parts.query}" if parts.query else parts.path
            connection.request("POST", path, self.body, dict(self.headers))
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()


def signed(url: str, fields: Mapping[str, str], token: str = TOKEN) -> Post:
    """These fields, posted to this address and signed under this token."""
    signature = RequestValidator(token).compute_signature(url, dict(fields))
    return Post(url, {"Content-Type": _FORM, "X-Twilio-Signature": signature}, urlencode(fields).encode())


def text_post(
    fake: FakeTwilio | None,
    public_url: str,
    sender: str,
    body: str,
    *,
    to: str = NUMBER,
    sid: str | None = None,
    **others: str,
) -> Post:
    """A text from this number, with all that Twilio guesses about it; the provider, if given, lists it from now on."""
    sid = sid or "SM" + secrets.token_hex(16)
    if fake is not None and sid not in fake.messages:
        fake.keep(Message(sid, to, sender, body, "inbound", "received", clock.now()))
    fields = {
        "ToCountry": "US",
        "ToState": "CA",
        "ToCity": "",
        "ToZip": "",
        "FromCountry": "KE",
        "FromState": "Nairobi-Geography",
        "FromCity": "Geographyville",
        "FromZip": "00100",
        "SmsMessageSid": sid,
        "SmsSid": sid,
        "MessageSid": sid,
        "SmsStatus": "received",
        "Body": body,
        "From": sender,
        "To": to,
        "NumSegments": "1",
        "NumMedia": "0",
        "ProfileName": "Profile Nickname",
        "AccountSid": ACCOUNT,
        "ApiVersion": "2010-04-01",
    }
    return signed(f"{public_url}/sms/inbound", fields | others)


def report_posts(message: Message, states: Sequence[str], error_code: int | None = None) -> list[Post]:
    """The reports of one text, one a state, to the address that it was handed over with; the last may carry an error code."""
    if message.callback is None:
        return []
    message.status, message.error_code = states[-1], error_code
    posts = []
    for state in states:
        fields = {
            "MessageSid": message.sid,
            "SmsSid": message.sid,
            "MessageStatus": state,
            "SmsStatus": state,
            "To": message.to,
            "From": message.sender,
            "AccountSid": ACCOUNT,
            "ApiVersion": "2010-04-01",
        }
        if error_code is not None and state == states[-1]:
            fields["ErrorCode"] = str(error_code)
        posts.append(signed(message.callback, fields))
    return posts


def delivery_posts(
    messages: Iterable[Message],
    rng: random.Random,
    *,
    doubled: float = 0.3,
    states: Sequence[str] = ("sent", "delivered"),
) -> list[Post]:
    """Reports of several texts in any order, some of them twice, as they really arrive."""
    posts = [post for message in messages for post in report_posts(message, ("queued", *states))]
    posts += [post for post in posts if rng.random() < doubled]
    rng.shuffle(posts)
    return posts
