"""What the stand-in for Twilio holds and how it answers; `tests.harness.provider` puts it behind HTTP."""

import base64
import json
import secrets
import threading
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, urlencode

from app import clock

ACCOUNT = "AC" + "5" * 32
TOKEN = "t" * 32
NUMBER = "+15550100999"
HANGS = -1.0


class Trouble(StrEnum):
    """What goes wrong with one message that is handed over; only the ACCEPTED ones are taken for all that."""

    BUSY = "busy"  # 429 with Twilio's 20429
    UNAVAILABLE = "unavailable"  # 503
    BROKEN = "broken"  # 500, not taken
    BROKEN_ACCEPTED = "broken accepted"  # 500, and taken nevertheless
    DROPPED = "dropped"  # the connection ends, not taken
    DROPPED_ACCEPTED = "dropped accepted"
    HANGING_ACCEPTED = "hanging accepted"  # taken, and never answered
    SLOW = "slow"  # taken, answered after a second
    STOPPED = "stopped"  # 400 with 21610: the person said STOP
    WRONG_NUMBER = "wrong number"  # 400 with 21211
    PAGE = "page"  # 200 with a page of HTML, as a proxy in between would answer


_ACCEPTING = frozenset(
    {Trouble.BROKEN_ACCEPTED, Trouble.DROPPED_ACCEPTED, Trouble.HANGING_ACCEPTED, Trouble.SLOW}
)


@dataclass
class Message:
    """One message that this provider holds."""

    sid: str
    to: str
    sender: str
    body: str
    direction: str
    status: str
    created: datetime
    callback: str | None = None
    form: Mapping[str, str] = field(default_factory=dict)
    error_code: int | None = None

    def as_json(self) -> dict[str, Any]:
        """The message as Twilio's API describes it; one that still waits has no day of sending."""
        stamp = format_datetime(self.created)
        waits = self.status in ("accepted", "queued")
        return {
            "sid": self.sid,
            "account_sid": ACCOUNT,
            "to": self.to,
            "from": self.sender,
            "body": self.body,
            "direction": self.direction,
            "status": self.status,
            "date_created": stamp,
            "date_updated": stamp,
            "date_sent": None if waits else stamp,
            "num_segments": "0",
            "num_media": "0",
            "error_code": self.error_code,
            "error_message": None,
            "messaging_service_sid": None,
            "price": None,
            "price_unit": "USD",
            "api_version": "2010-04-01",
            "uri": f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{self.sid}.json",
            "subresource_uris": {},
        }


@dataclass(frozen=True)
class Reply:
    """An answer; without a status the connection just ends."""

    status: int | None
    content: object = None
    after: float = 0.0


class FakeTwilio:
    """What the provider holds and how it answers; tests may call everything directly."""

    def __init__(self, *, pause: float = 0.0) -> None:
        self.pause = pause
        self.balance = "25.50"
        self.requests = 0
        self.messages: dict[str, Message] = {}
        self.accepted: Counter[tuple[str, str]] = Counter()
        self.troubles: deque[Trouble] = deque()
        self.trouble_of: dict[str, Trouble] = {}
        self.trouble_always: Trouble | None = None
        self._by_number: dict[str, list[Message]] = {}
        self._lock = threading.RLock()
        self._login = "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()

    def trouble(self, *troubles: Trouble) -> None:
        """Let the next messages meet these troubles, one each."""
        self.troubles.extend(troubles)

    def counts(self) -> dict[str, int]:
        """How many messages were accepted, how many of them differ in number or words, and how many came twice."""
        with self._lock:
            total = self.accepted.total()
            return {
                "accepted": total,
                "different": len(self.accepted),
                "doubled": sum(count > 1 for count in self.accepted.values()),
                "requests": self.requests,
            }

    def keep(self, message: Message) -> None:
        """Hold a message, in or out."""
        with self._lock:
            self.messages[message.sid] = message
            for number in {message.to, message.sender}:
                self._by_number.setdefault(number, []).append(message)

    def outgoing(self) -> list[Message]:
        """The messages that were accepted from us, the oldest first."""
        with self._lock:
            return [message for message in self.messages.values() if message.direction != "inbound"]

    def answer(self, method: str, target: str, authorization: str, body: bytes) -> Reply:
        """Answer one request."""
        path, _, query = target.partition("?")
        with self._lock:
            self.requests += 1
            if path.startswith("/fake/"):
                return self._control(path.removeprefix("/fake/"), body)
            if authorization != self._login:
                return _refusal(401, 20003, "Authenticate")
            base = f"/2010-04-01/Accounts/{ACCOUNT}/"
            if not path.startswith(base):
                return _refusal(404, 20404, "Not found")
            form = dict(parse_qsl(body.decode(), keep_blank_values=True))
            return self._resource(method, path.removeprefix(base), dict(parse_qsl(query)), form)

    def _resource(self, method: str, path: str, query: dict[str, str], form: dict[str, str]) -> Reply:
        if path == "Balance.json":
            return Reply(200, {"account_sid": ACCOUNT, "balance": self.balance, "currency": "USD"})
        if path == "Messages.json":
            return self._create(form) if method == "POST" else self._list(query)
        message = self.messages.get(path.removeprefix("Messages/").removesuffix(".json"))
        if message is None:
            return _refusal(404, 20404, "Not found")
        if method == "POST":
            if message.status in ("accepted", "queued", "sending"):
                return _refusal(409, 20009, "Not yet final")
            message.body = form.get("Body", message.body)
        return Reply(200, message.as_json())

    def _create(self, form: dict[str, str]) -> Reply:
        to = form.get("To", "")
        trouble = self.trouble_of.get(to) or self.trouble_always
        if trouble is None and self.troubles:
            trouble = self.troubles.popleft()
        if trouble is None or trouble in _ACCEPTING:
            message = self._accept(to, form)
            if trouble is None:
                return Reply(201, message.as_json(), self.pause)
            if trouble is Trouble.SLOW:
                return Reply(201, message.as_json(), 1.0)
        return _TROUBLED[trouble]

    def _accept(self, to: str, form: dict[str, str]) -> Message:
        sender = form.get("MessagingServiceSid") or form.get("From", "")
        sid = "SM" + secrets.token_hex(16)
        body, callback = form.get("Body", ""), form.get("StatusCallback")
        message = Message(sid, to, sender, body, "outbound-api", "queued", clock.now(), callback, form)
        self.keep(message)
        self.accepted[to, body] += 1
        return message

    def _list(self, query: dict[str, str]) -> Reply:
        number = query.get("To") or query.get("From")
        held = self._by_number.get(number, []) if number else list(self.messages.values())
        found = [message for message in reversed(held) if _matches(message, query)]
        size, page = int(query.get("PageSize", 50)), int(query.get("Page", 0))
        more = len(found) > (page + 1) * size
        following = urlencode(query | {"Page": str(page + 1), "PageToken": f"P{page + 1}"})
        uri = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
        return Reply(
            200,
            {
                "messages": [each.as_json() for each in found[page * size : (page + 1) * size]],
                "page": page,
                "page_size": size,
                "first_page_uri": uri,
                "next_page_uri": f"{uri}?{following}" if more else None,
                "previous_page_uri": None,
                "start": page * size,
                "end": page * size + size,
                "uri": uri,
            },
        )

    def _control(self, verb: str, body: bytes) -> Reply:
        if verb == "trouble":
            self.trouble(*(Trouble(word) for word in json.loads(body)))
        elif verb == "pause":
            self.pause = float(json.loads(body))
        elif verb != "counts":
            return Reply(404, {})
        return Reply(200, self.counts())


def _matches(message: Message, query: dict[str, str]) -> bool:
    if message.to != query.get("To", message.to) or message.sender != query.get("From", message.sender):
        return False
    after = query.get("DateSent>")
    if after is None:
        return True
    # As at Twilio: what still waits was not sent on any day.
    waits = message.status in ("accepted", "queued")
    return not waits and message.created >= datetime.fromisoformat(after)


def _refusal(status: int, code: int, text: str) -> Reply:
    return Reply(status, {"code": code, "message": text, "status": status, "more_info": ""})


_TROUBLED = {
    Trouble.BUSY: _refusal(429, 20429, "Too Many Requests"),
    Trouble.UNAVAILABLE: _refusal(503, 20503, "Service unavailable"),
    Trouble.BROKEN: _refusal(500, 20500, "Internal error"),
    Trouble.BROKEN_ACCEPTED: _refusal(500, 20500, "Internal error"),
    Trouble.DROPPED: Reply(None),
    Trouble.DROPPED_ACCEPTED: Reply(None),
    Trouble.HANGING_ACCEPTED: Reply(None, after=HANGS),
    Trouble.STOPPED: _refusal(400, 21610, "Attempt to send to unsubscribed recipient"),
    Trouble.WRONG_NUMBER: _refusal(400, 21211, "Invalid 'To' Phone Number"),
    Trouble.PAGE: Reply(200, "<html>log in to this network first</html>"),
}
