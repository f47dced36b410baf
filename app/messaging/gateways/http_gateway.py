"""Sending through a gateway that `config/gateways.toml` describes: an Android phone with a SIM card, a local aggregator."""

import re
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import quote
from uuid import UUID

import requests

from app.messaging.delivery import Delivery
from app.messaging.gateways.description import AnswerMeaning, FindShape, HttpDescription
from app.messaging.gateways.outcomes import (
    ANSWER_SECONDS,
    CONNECT_SECONDS,
    new_http_session,
    outcome_of_status,
    outcome_of_trouble,
)
from app.messaging.gateways.paths import nested, value_at
from app.messaging.gateways.protocol import (
    CannotTell,
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

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_TIMEOUT = (CONNECT_SECONDS, ANSWER_SECONDS)
_OUTCOMES: dict[AnswerMeaning, type[NotSent]] = {
    AnswerMeaning.LATER: TryLater,
    AnswerMeaning.REFUSED: SendRefused,
    AnswerMeaning.OPTED_OUT: OptedOut,
}


class HttpGateway:
    """One described gateway; every call has a time limit, is made once and follows no redirection."""

    def __init__(self, described: HttpDescription) -> None:
        self.name = described.name
        self._described = described
        self._session = new_http_session()

    def send(self, text: TextToSend) -> Taken:
        """Hand the text over; raises `TryLater`, `SendRefused`, `OptedOut` or `Unclear`."""
        shape = self._described.send
        known = _known(text)
        fields = {name: _filled(template, known) for name, template in shape.fields.items()}
        try:
            answer = self._session.post(
                shape.url,
                json=nested(fields) if shape.json else None,
                data=None if shape.json else fields,
                headers=shape.headers,
                timeout=_TIMEOUT,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise outcome_of_trouble(error) from None
        return self._taken(text, answer)

    def find(self, text: TextToSend, since: datetime, known: frozenset[str]) -> Taken | None:
        """The text, if the gateway knows our id of it; raises `CannotTell` when it was described without `find`, and `TryLater`."""
        shape = self._described.find
        if shape is None:
            raise CannotTell(self.name)
        content = self._held(shape, text.id)
        if content is None:
            return None
        provider_id = str(text.id) if shape.answer_id is None else value_at(content, shape.answer_id)
        if not provider_id:
            raise TryLater("odd answer")
        return Taken(provider_id, Delivery.ACCEPTED)

    def ask(self, text_id: UUID, provider_id: str) -> StatusReport:
        """How far the gateway is with a text that it knows by our id; raises `TryLater`, or `SendRefused` when it holds none such.

        Raises `CannotTell` when it was described without `find`, or without where that tells how far a text is.
        """
        shape = self._described.find
        if shape is None or shape.answer_state is None:
            raise CannotTell(self.name)
        content = self._held(shape, text_id)
        if content is None:
            raise SendRefused("HTTP 404")
        word = value_at(content, shape.answer_state)
        if word is None:
            raise TryLater("odd answer")
        # A word that is not listed is one of those before the first that is: the gateway has the text.
        return StatusReport(self.name, provider_id, shape.states.get(word, Delivery.ACCEPTED))

    def redact(self, provider_id: str) -> None:
        """No described gateway can be told to forget; raises `CannotTell`."""
        raise CannotTell(self.name)

    def received_since(self, since: datetime) -> Iterable[ReceivedText]:
        """No described gateway can be asked; raises `CannotTell`."""
        raise CannotTell(self.name)

    def health(self) -> Iterable[Health]:
        """Whether the gateway answers at all, to a request that sends nothing; never raises."""
        try:
            self._session.head(self._described.send.url, timeout=_TIMEOUT, allow_redirects=False)
        except requests.RequestException as error:
            reason = outcome_of_trouble(error).reason
            return [Health(False, f"{self.name}: the gateway cannot be reached ({reason}).")]
        return [Health(True, f"{self.name}: the gateway answers; it tells no credit and no failures.")]

    def _held(self, shape: FindShape, text_id: UUID) -> object | None:
        """What the gateway answers about a text of ours; None when it holds none such."""
        url = shape.url.replace("{id}", quote(str(text_id), safe=""))
        try:
            answer = self._session.get(
                url, headers=self._described.send.headers, timeout=_TIMEOUT, allow_redirects=False
            )
        except requests.RequestException as error:
            raise TryLater(outcome_of_trouble(error).reason) from None
        if answer.status_code == 404:
            return None
        # Only a plain 200: a proxy's own page or a login in between must not pass for "we have it".
        if answer.status_code != 200:
            raise TryLater(f"HTTP {answer.status_code}")
        return _content(answer) or {}

    def _taken(self, text: TextToSend, answer: requests.Response) -> Taken:
        shape = self._described.send
        if not 200 <= answer.status_code < 300:
            raise outcome_of_status(answer.status_code)
        content = _content(answer)
        if shape.answer_state is not None:
            word = value_at(content, shape.answer_state)
            verdict = shape.states.get(word or "")
            if verdict is None:
                raise Unclear("odd answer")
            if verdict is not AnswerMeaning.TAKEN:
                raise _OUTCOMES[verdict](f"answer {word}"[:60])
        if shape.answer_id is None:
            return Taken(str(text.id), Delivery.ACCEPTED)
        provider_id = value_at(content, shape.answer_id)
        if not provider_id or len(provider_id) > 80:
            raise Unclear("odd answer")
        return Taken(provider_id, Delivery.ACCEPTED)


def _known(text: TextToSend) -> dict[str, str | int]:
    return {
        "to": text.to,
        "line": text.line,
        "body": text.body,
        "id": str(text.id),
        "status_url": text.status_url,
        "valid_seconds": max(1, int(text.valid_for.total_seconds())),
    }


def _filled(template: str, known: dict[str, str | int]) -> str | int:
    """The template with its placeholders filled in one go, so that a body that holds `{to}` stays as it was written."""
    alone = _PLACEHOLDER.fullmatch(template)
    if alone is not None:
        return known[alone[1]]
    return _PLACEHOLDER.sub(lambda found: str(known[found[1]]), template)


def _content(answer: requests.Response) -> object:
    try:
        content: object = answer.json()
    except ValueError:
        return None
    return content
