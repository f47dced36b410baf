"""The protocol of a gateway: what every provider of texts must do, and what each may be unable to do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from app.messaging.delivery import Delivery
from app.messaging.gateways.media import Media


class Forged(Exception):
    """A request to a webhook is not from the provider, or cannot be read; the answer is 403 and an empty body."""


class NotSent(Exception):
    """The provider did not take the text; `reason` is its code or a short word, never a number or a text."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TryLater(NotSent):
    """It may work later: the provider is busy, limits us or has a fault. Nothing was sent."""


class SendRefused(NotSent):
    """It will never work as it is: a wrong number, a blocked country, an account closed. Nothing was sent."""


class OptedOut(SendRefused):
    """The person behind the number told the provider to stop (Twilio's 21610): as good as telling us."""


class Unclear(NotSent):
    """Nobody knows: the answer never came. The provider is asked before anything is sent again."""


class CannotTell(Exception):
    """This gateway has no way to answer the question that it was asked."""


@dataclass(frozen=True)
class SignedRequest:
    """A provider's request as it came: the address that the provider signed, headers in lower case, the raw body."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class ReceivedText:
    """A text that came in. `sender` and `line` are as the provider wrote them; `line` is our own side.

    `came` are the kinds of what came beside the words, or without any.
    `at` is when it came, for one that no webhook told in time: what is older than a question's patience is kept, not answered.
    """

    gateway: str
    provider_id: str
    sender: str = field(repr=False)
    line: str
    body: str = field(repr=False)
    at: datetime | None = None
    came: tuple[Media, ...] = ()


@dataclass(frozen=True)
class StatusReport:
    """What a provider says of a text that it took; `text_id` is ours, where the provider gives it back."""

    gateway: str
    provider_id: str
    state: Delivery
    reason: str | None = None
    text_id: UUID | None = None


@dataclass(frozen=True)
class TextToSend:
    """One text on its way out: only the dispatcher ever makes one."""

    id: UUID
    to: str = field(repr=False)
    line: str
    body: str = field(repr=False)
    valid_for: timedelta
    status_url: str


@dataclass(frozen=True)
class Taken:
    """The provider took the text and calls it this."""

    provider_id: str
    state: Delivery


@dataclass(frozen=True)
class Health:
    """What the provider tells of the account: one line for `redress doctor`, and whether it is good."""

    good: bool
    text: str


class Webhook(Protocol):
    """The half of a gateway that a web process needs: to believe a provider's request, or not."""

    name: str

    def read_text(self, request: SignedRequest) -> ReceivedText:
        """The text in a signed request; raises `Forged`."""

    def read_status(self, request: SignedRequest) -> StatusReport | None:
        """What a signed request says of a text, None when it says nothing that we know; raises `Forged`."""


class Gateway(Protocol):
    """The half that a dispatcher needs; every call may take as long as its own time limit, so no transaction is open meanwhile."""

    name: str

    def send(self, text: TextToSend) -> Taken:
        """Hand the text over; raises `TryLater`, `SendRefused`, `OptedOut` or `Unclear`."""

    def find(self, text: TextToSend, since: datetime, known: frozenset[str]) -> Taken | None:
        """The text, if the provider has taken it since then under an id that is not among `known`.

        Raises `CannotTell` when this provider cannot be asked, and `TryLater`.
        """

    def ask(self, text_id: UUID, provider_id: str) -> StatusReport:
        """How far a text of ours has come that this provider took and calls `provider_id`.

        Raises `CannotTell` when it cannot be asked, `SendRefused` when it holds no such text, and `TryLater`.
        """

    def redact(self, provider_id: str) -> None:
        """Make the provider forget the words of a text, in or out; raises `CannotTell`, `TryLater` or `SendRefused`."""

    def received_since(self, since: datetime) -> Iterable[ReceivedText]:
        """What came in since then, for texts that no webhook told us; raises `CannotTell` or `TryLater`."""

    def health(self) -> Iterable[Health]:
        """Credit and failures where the provider tells; never raises."""
