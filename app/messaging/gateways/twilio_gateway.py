"""Sending through Twilio, SMS and WhatsApp. Imported by a dispatcher only: Twilio's library alone would double a web worker."""

import logging
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import requests
from twilio.base.exceptions import TwilioException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from app import clock
from app.language import folded
from app.messaging.delivery import Delivery
from app.messaging.gateways.media import Media
from app.messaging.gateways.outcomes import (
    ANSWER_SECONDS,
    CONNECT_SECONDS,
    new_http_session,
    outcome_of_status,
    outcome_of_trouble,
)
from app.messaging.gateways.protocol import (
    Health,
    NotSent,
    OptedOut,
    ReceivedText,
    SendRefused,
    StatusReport,
    Taken,
    TextToSend,
    TryLater,
    Unclear,
)
from app.messaging.gateways.twilio_webhook import STATES
from app.settings import TwilioSettings

_WHATSAPP = "whatsapp:"
_LONGEST_VALID = 36_000
_OPTED_OUT = 21610
# The account's own limits and queues, wrong keys, a message that is still on its way: all pass or can be mended.
_PASSING = frozenset({14107, 20003, 20009, 20429, 21611, 30001, 30022, 63018})
_LIST = 100
_MOST_RECEIVED = 20_000
_SLACK = timedelta(minutes=2)
_LOW_CREDIT = Decimal(10)
_LOOKED_AT = 200
_FAILED = frozenset({"failed", "undelivered"})


class TwilioGateway:
    """One account at Twilio. Every call has a time limit and is made once."""

    name = "twilio"

    def __init__(self, settings: TwilioSettings) -> None:
        self._settings = settings
        self._client = Client(
            settings.account_sid, settings.auth_tokens[0], http_client=_OneTry(settings.api_base)
        )

    def send(self, text: TextToSend) -> Taken:
        """Hand the text over; raises `TryLater`, `SendRefused`, `OptedOut` or `Unclear`."""
        sender: Mapping[str, str] = {"from_": text.line}
        if text.line.startswith("MG"):
            sender = {"messaging_service_sid": text.line}
        with _sending():
            message = self._client.messages.create(
                to=_address(text),
                body=text.body,
                status_callback=text.status_url,
                validity_period=max(1, min(_LONGEST_VALID, int(text.valid_for.total_seconds()))),
                # Turns quotes and dashes that would make a text of half the length into plain ones.
                smart_encoded=True,
                **sender,
            )
            return _taken(message)

    def find(self, text: TextToSend, since: datetime, known: frozenset[str]) -> Taken | None:
        """The text, if Twilio has taken it since then under an id that is not among `known`; raises `TryLater`.

        By the time of creation and not by Twilio's filter for the day of sending, in which a message that still waits is missing.
        """
        with _asking():
            for message in self._client.messages.stream(to=_address(text), page_size=_LIST):
                if message.date_created is not None and message.date_created < since - _SLACK:
                    return None
                ours = message.direction != "inbound" and message.sid not in known
                if ours and _alike(message.body or "", text.body):
                    return _taken(message)
        return None

    def ask(self, text_id: UUID, provider_id: str) -> StatusReport:
        """How far Twilio is with a message; raises `TryLater`, or `SendRefused` when there is no such message."""
        with _asking():
            message = self._client.messages(provider_id).fetch()
            code = message.error_code
            reason = str(code) if isinstance(code, int) and code else None
            return StatusReport(self.name, provider_id, _taken(message).state, reason)

    def redact(self, provider_id: str) -> None:
        """Empty the words of a message at Twilio; raises `TryLater`, or `SendRefused` when there is no such message."""
        with _asking():
            self._client.messages(provider_id).update(body="")

    def received_since(self, since: datetime) -> Iterable[ReceivedText]:
        """What came in since then on our line, or any behind the messaging service, and was not redacted; raises `TryLater`.

        The list tells that something came beside the words, not what; that is asked for nowhere.
        """
        line = self._settings.sender
        to = {} if line.startswith("MG") else {"to": line}
        with _asking():
            messages = self._client.messages.list(
                date_sent_after=since, limit=_MOST_RECEIVED, page_size=1000, **to
            )
            return [
                ReceivedText(
                    self.name,
                    message.sid,
                    message.from_,
                    message.to,
                    message.body or "",
                    message.date_sent,
                    (Media.FILE,) if _has_media(message) else (),
                )
                # Twilio names the newest first; a conversation is heard in the order in which it was said.
                for message in reversed(messages)
                if message.direction == "inbound" and (message.body or _has_media(message))
            ]

    def health(self) -> Iterable[Health]:
        """The credit that is left, and how many of the last texts of a day failed and why; never raises."""
        return [*self._told(self._credit), *self._told(self._failures)]

    def _credit(self) -> Health:
        balance = self._client.api.v2010.account.balance.fetch()
        left = Decimal(str(balance.balance))
        return Health(left >= _LOW_CREDIT, f"Twilio: {left:.2f} {balance.currency} of credit are left.")

    def _failures(self) -> Health:
        since = clock.now() - timedelta(days=1)
        messages = self._client.messages.list(date_sent_after=since, limit=_LOOKED_AT, page_size=_LOOKED_AT)
        sent = [message for message in messages if message.direction != "inbound"]
        failed = Counter(
            str(message.error_code or "no code") for message in sent if message.status in _FAILED
        )
        reasons = ", ".join(f"{code} ({count} times)" for code, count in failed.most_common(3))
        text = f"Twilio: {failed.total()} of the last {len(sent)} texts of a day failed"
        return Health(failed.total() * 10 <= len(sent), f"{text}: {reasons}." if reasons else f"{text}.")

    def _told(self, question: Callable[[], Health]) -> Iterator[Health]:
        try:
            with _asking():
                yield question()
        except (NotSent, InvalidOperation) as trouble:
            reason = trouble.reason if isinstance(trouble, NotSent) else "odd answer"
            yield Health(False, f"Twilio does not answer as it should: {reason}.")


class _OneTry(HttpClient):
    """How Twilio's library reaches its API: each call once and with time limits, nothing logged, its address by our settings.

    The library's own one logs the numbers that it asks for.
    """

    def __init__(self, base: str | None) -> None:
        super().__init__(logging.getLogger(__name__), is_async=False)
        self._session = new_http_session()
        self._base = None if base is None else urlsplit(base)

    def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """Make one request; raises what `requests` raises."""
        if self._base is not None:
            uri = urlunsplit(urlsplit(uri)._replace(scheme=self._base.scheme, netloc=self._base.netloc))
        answer = self._session.request(
            method,
            uri,
            params=_plain(params),
            data=_plain(data),
            headers=headers,
            auth=auth,
            timeout=(CONNECT_SECONDS, timeout or ANSWER_SECONDS),
            allow_redirects=allow_redirects,
        )
        return Response(answer.status_code, answer.text, answer.headers)


def _has_media(message: Any) -> bool:
    return str(message.num_media or "0") != "0"


def _plain(values: Mapping[str, object] | None) -> Mapping[str, Any]:
    return MappingProxyType({}) if values is None else values


@contextmanager
def _sending() -> Iterator[None]:
    try:
        yield
    except requests.RequestException as error:
        raise outcome_of_trouble(error) from None
    except TwilioException as error:
        raise outcome_of_twilio(error) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        # Something answered 2xx that is not Twilio's JSON, such as a proxy's own page.
        raise Unclear("odd answer") from None


@contextmanager
def _asking() -> Iterator[None]:
    """Questions change nothing, so whatever is unclear may be asked again."""
    try:
        with _sending():
            yield
    except Unclear as unclear:
        raise TryLater(unclear.reason) from None


def outcome_of_twilio(error: TwilioException) -> NotSent:
    """What Twilio's answer means for a text; the reason is Twilio's code and nothing else, since its words repeat the number."""
    # A page of a list that fails brings the bare answer along; everything else brings Twilio's own code.
    answer = next((each for each in error.args if isinstance(each, Response)), None)
    status = getattr(error, "status", None) if answer is None else answer.status_code
    code = getattr(error, "code", None)
    if not isinstance(status, int):
        return Unclear("odd answer")
    if not isinstance(code, int) or code == status:
        return outcome_of_status(status)
    if code == _OPTED_OUT:
        return OptedOut(str(code))
    by_status = outcome_of_status(status)
    if code in _PASSING or (isinstance(by_status, TryLater) and status in (429, 503)):
        return TryLater(str(code))
    return Unclear(str(code)) if isinstance(by_status, Unclear) else SendRefused(str(code))


def _taken(message: Any) -> Taken:
    if not isinstance(message.sid, str) or not message.sid:
        raise ValueError("no id")
    return Taken(message.sid, STATES.get(message.status, Delivery.ACCEPTED))


def _address(text: TextToSend) -> str:
    return text.to if not text.line.startswith(_WHATSAPP) else _WHATSAPP + text.to.removeprefix(_WHATSAPP)


def _alike(theirs: str, ours: str) -> bool:
    """Whether two bodies are the same text: Twilio keeps the one whose quotes and dashes it has made plain."""
    return theirs == ours or (bool(_letters(ours)) and _letters(theirs) == _letters(ours))


def _letters(body: str) -> str:
    return "".join(sign for sign in folded(body, "NFKC") if unicodedata.category(sign)[0] in "LMN")
