"""Every gateway of this deployment, and which of them answers a number of which country.

Made once by each process. A web process only ever believes requests; what can send is imported when a dispatcher first sends,
because Twilio's library alone would double a web worker.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.cases.config_file import open_config
from app.database import Database
from app.messaging.gateways import simulator
from app.messaging.gateways.description import GatewayRules, HttpDescription
from app.messaging.gateways.http_webhook import HttpWebhook
from app.messaging.gateways.protocol import Gateway, Webhook
from app.messaging.gateways.reading import read_gateway_rules
from app.messaging.gateways.twilio_webhook import TwilioWebhook
from app.settings import Settings, SmtpSettings, TwilioSettings
from app.vault import Vault

TWILIO = "twilio"
EMAIL = "email"
WHATSAPP = "whatsapp:"


class GatewaysRefused(Exception):
    """The file of gateways is wrong; `mistakes` holds one line for each mistake."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("; ".join(mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True)
class Route:
    """The gateway and our line that reach a number; `two_way` when that number can write back to the line."""

    gateway: str
    line: str
    two_way: bool


class Gateways:
    """The gateways by name; built by `load_gateways` only."""

    def __init__(
        self,
        rules: GatewayRules,
        twilio: TwilioSettings | None,
        webhooks: Mapping[str, Webhook],
        makers: Mapping[str, Callable[[], Gateway]],
    ) -> None:
        self._rules = rules
        self._http = {each.name: each for each in rules.http}
        self._twilio = twilio
        self._webhooks = webhooks
        self._makers = makers
        # One object a process: each keeps its connections open.
        self._made = cache(self._make)

    @property
    def names(self) -> tuple[str, ...]:
        """Every gateway that a dispatcher may send through."""
        return tuple(self._makers)

    def webhook(self, name: str) -> Webhook:
        """What believes the requests of the gateway of this name; raises KeyError."""
        return self._webhooks[name]

    def default_webhook(self) -> Webhook:
        """Who speaks at the plain address of the webhook: Twilio when there is an account, else the simulator."""
        return self._webhooks[simulator.NAME if self._twilio is None else TWILIO]

    def gateway(self, name: str) -> Gateway:
        """What sends through the gateway of this name; only a dispatcher asks. Raises KeyError."""
        return self._made(name)

    def home_country(self, name: str) -> str | None:
        """The country in which a gateway's senders may leave out their country's code; None when they never do."""
        described = self._http.get(name)
        return None if described is None else described.home_country

    def route_to(self, country: str | None, came_by: str | None, line: str | None = None) -> Route | None:
        """How to answer a number of this country that wrote to this line through `came_by`; None when nothing reaches it.

        The line it wrote to comes first, since that is the one its owner knows; then whoever serves the country.
        """
        came = self._route_by(came_by, country, line)
        if came is not None and came.two_way:
            return came
        # The simulator reaches everybody, but only where nothing real does: an alert must not vanish into it.
        others = tuple(self._http) or (simulator.NAME,)
        ways = [self._route_by(name, country, None) for name in (*others, TWILIO)]
        found = [way for way in ways if way is not None]
        return next((way for way in found if way.two_way), came or next(iter(found), None))

    def number_to_print(self, country: str) -> str:
        """The number that workers of a country may text, for posters; empty where no real one can answer them."""
        route = self.route_to(country, None)
        if route is None or not route.two_way or route.gateway == simulator.NAME:
            return ""
        # A messaging service has no number of its own, and WhatsApp is no text.
        return route.line if route.line.startswith("+") else ""

    def _route_by(self, name: str | None, country: str | None, line: str | None) -> Route | None:
        if name == simulator.NAME and simulator.NAME in self._makers:
            return Route(simulator.NAME, simulator.LINE, two_way=True)
        if name == TWILIO and self._twilio is not None:
            return self._route_by_twilio(country, line or self._twilio.sender)
        described = self._http.get(name or "")
        if described is None or country not in described.countries:
            return None
        return Route(described.name, line or described.line, described.two_way)

    def _route_by_twilio(self, country: str | None, line: str) -> Route | None:
        # What phone companies do to texts does not touch WhatsApp.
        if line.startswith(WHATSAPP):
            return Route(TWILIO, line, two_way=True)
        if country in self._rules.twilio.closed:
            return None
        one_way = country in self._rules.twilio.one_way
        return Route(TWILIO, line, two_way=not one_way)

    def _make(self, name: str) -> Gateway:
        return self._makers[name]()


def load_gateways(
    settings: Settings,
    vault: Vault,
    database: Database,
    environment: Mapping[str, str] | None = None,
    file: Path | None = None,
) -> Gateways:
    """The gateways of the settings and of `config/gateways.toml`, whose keys stand in the environment; raises `GatewaysRefused`."""
    mistakes: list[str] = []
    table = open_config(file or settings.config / "gateways.toml", mistakes)
    rules = read_gateway_rules(table, os.environ if environment is None else environment)
    if mistakes:
        raise GatewaysRefused(mistakes)
    webhooks: dict[str, Webhook] = {each.name: HttpWebhook(each) for each in rules.http}
    makers: dict[str, Callable[[], Gateway]] = {each.name: _maker_of_http(each) for each in rules.http}
    twilio, smtp = settings.twilio, settings.smtp
    if twilio is None:
        webhooks[simulator.NAME] = simulator.simulator_webhook(vault)
        makers[simulator.NAME] = lambda: simulator.Simulator(vault, database)
    else:
        webhooks[TWILIO] = TwilioWebhook(TWILIO, twilio.auth_tokens)
        makers[TWILIO] = _maker_of_twilio(twilio)
    if smtp is not None:
        makers[EMAIL] = _maker_of_email(smtp)
    return Gateways(rules, twilio, webhooks, makers)


def _maker_of_twilio(settings: TwilioSettings) -> Callable[[], Gateway]:
    def make() -> Gateway:
        from app.messaging.gateways.twilio_gateway import TwilioGateway

        return TwilioGateway(settings)

    return make


def _maker_of_http(described: HttpDescription) -> Callable[[], Gateway]:
    def make() -> Gateway:
        from app.messaging.gateways.http_gateway import HttpGateway

        return HttpGateway(described)

    return make


def _maker_of_email(settings: SmtpSettings) -> Callable[[], Gateway]:
    def make() -> Gateway:
        from app.messaging.gateways.email import EmailGateway

        return EmailGateway(settings)

    return make
