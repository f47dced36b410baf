"""What `config/gateways.toml` says: which gateways there are beside Twilio, how they are spoken to, and whom each can reach."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.messaging.delivery import Delivery
from app.messaging.gateways.media import Media


class AnswerMeaning(StrEnum):
    """What an aggregator's own word in its answer means for a text."""

    TAKEN = "taken"
    LATER = "later"
    REFUSED = "refused"
    OPTED_OUT = "opted_out"


class Content(StrEnum):
    """How the fields of a request are written."""

    JSON = "json"
    FORM = "form"


class Digits(StrEnum):
    """How the bytes of a signature are written."""

    HEX = "hex"
    BASE64 = "base64"


class Reported(StrEnum):
    """How far a text came, in the words that a report may have: those of `Delivery` that are not ours alone."""

    ACCEPTED = Delivery.ACCEPTED
    SENT = Delivery.SENT
    UNDELIVERED = Delivery.UNDELIVERED
    FAILED = Delivery.FAILED
    DELIVERED = Delivery.DELIVERED


@dataclass(frozen=True)
class SendShape:
    """How a text is handed over; a field's name is a path, so `phoneNumbers.0` is the first of a list."""

    url: str
    json: bool
    fields: Mapping[str, str]
    headers: Mapping[str, str] = field(repr=False)
    answer_id: str | None
    answer_state: str | None
    states: Mapping[str, AnswerMeaning]


@dataclass(frozen=True)
class FindShape:
    """How to ask for a text: an address that holds `{id}`, where its answer repeats the provider's id, and where how far it is."""

    url: str
    answer_id: str | None
    answer_state: str | None
    states: Mapping[str, Delivery]


@dataclass(frozen=True)
class TextShape:
    """Where a request about a text that came in holds its parts; without `line` it is always the gateway's own.

    `media` are the places that tell what came beside the words, `kinds` what the gateway's own words there mean, and `place` is
    where something stands only when a place on the map came.
    """

    id: str
    sender: str
    body: str
    line: str | None
    media: tuple[str, ...] = ()
    kinds: Mapping[str, Media] = field(default_factory=dict)
    place: str | None = None


@dataclass(frozen=True)
class StatusShape:
    """Where a request about a text that we sent holds its parts, and which word means what."""

    id: str
    state: str
    reason: str | None
    states: Mapping[str, Delivery]


@dataclass(frozen=True)
class SignatureShape:
    """How the gateway signs its requests to us: HMAC-SHA256 over what `signed` says, with a time that must be recent."""

    header: str
    timestamp_header: str
    secret: str = field(repr=False)
    signed: str
    base64: bool
    prefix: str
    window_seconds: int


@dataclass(frozen=True)
class HttpDescription:
    """One gateway that speaks HTTP."""

    name: str
    line: str
    home_country: str | None
    countries: frozenset[str]
    two_way: bool
    alphanumeric: bool
    send: SendShape
    find: FindShape | None
    text: TextShape | None
    status: StatusShape | None
    signature: SignatureShape | None


@dataclass(frozen=True)
class TwilioReach:
    """Where Twilio's SMS carries no answer back, and where it carries nothing before the sender is registered."""

    one_way: frozenset[str]
    registration: frozenset[str]
    registered: frozenset[str]

    @property
    def closed(self) -> frozenset[str]:
        """Countries whose phone companies drop or rewrite our texts, because nobody registered us there."""
        return self.registration - self.registered


@dataclass(frozen=True)
class GatewayRules:
    """The whole file; built by `read_gateway_rules` (in `reading`) only."""

    twilio: TwilioReach
    http: tuple[HttpDescription, ...]
