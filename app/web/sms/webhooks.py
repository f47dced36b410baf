"""The webhooks: a provider tells of a text that came in, or of what became of one that went out.

Nothing slow happens here: a text is heard in one unit of work, and what is answered waits for the dispatcher. No cookie, no
session, no page: whoever calls is believed by the signature alone, and an error is a status with an empty body, so that the
provider comes back with it.
"""

from http import HTTPStatus
from threading import Lock
from urllib.parse import urlsplit

from flask import Response, abort

from app.intake import FloodRefused
from app.intake.conversation.door import Overtaken, hear_text, prepare_hearing
from app.messaging.gateways.protocol import ReceivedText, Webhook
from app.messaging.receiving import take_status
from app.vault import TooBusy
from app.web.access import open_to_gateways
from app.web.parts import parts
from app.web.retry import BUSY_FOR, retry_after
from app.web.sms.blueprint import blueprint
from app.web.sms.webhook_auth import believed

# A long testimony comes as many texts at one moment, which would overtake each other: in one process they wait here instead,
# each for the others of its number (and, seldom, for those of another), and only the processes still meet at the database.
_LANES = tuple(Lock() for _ in range(64))
_TRIES = 10


@blueprint.post("/inbound")
@open_to_gateways
def inbound() -> Response:
    """A text came in, at Twilio or on the simulator."""
    return _take_text(parts().gateways.default_webhook())


@blueprint.post("/inbound/<gateway>")
@open_to_gateways
def inbound_by(gateway: str) -> Response:
    """A text came in at a gateway of config/gateways.toml."""
    return _take_text(_webhook(gateway))


@blueprint.post("/status")
@open_to_gateways
def status() -> Response:
    """Twilio or the simulator says how far one of our texts has come."""
    return _take_report(parts().gateways.default_webhook())


@blueprint.post("/status/<gateway>")
@open_to_gateways
def status_by(gateway: str) -> Response:
    """A gateway of config/gateways.toml says how far one of our texts has come."""
    return _take_report(_webhook(gateway))


def _webhook(name: str) -> Webhook:
    try:
        return parts().gateways.webhook(name)
    except KeyError:
        abort(HTTPStatus.FORBIDDEN)


def _take_text(webhook: Webhook) -> Response:
    received = believed(webhook.read_text)
    try:
        with _LANES[hash(received.sender) % len(_LANES)]:
            heard = any(_hear(received) for _ in range(_TRIES))
    except (TooBusy, FloodRefused):
        heard = False
    return _taken() if heard else _come_again()


def _hear(received: ReceivedText) -> bool:
    """Hash and seal first, then one short unit of work; False when something else came in between."""
    here = parts()
    host = urlsplit(here.settings.public_url).netloc
    with here.database.reading() as session:
        prepared = prepare_hearing(
            session, here.vault, here.rules, here.gateways, here.languages, received, host
        )
    try:
        with here.database.writing() as session:
            hear_text(session, here.vault, here.rules, prepared)
    except Overtaken:
        return False
    return True


def _take_report(webhook: Webhook) -> Response:
    report = believed(webhook.read_status)
    if report is not None:
        with parts().database.writing() as session:
            take_status(session, parts().vault, report)
    return _taken()


def _taken() -> Response:
    """TwiML that says nothing: answers go out by the queue, so that none is sent twice."""
    return Response("<Response/>", content_type="text/xml; charset=utf-8")


def _come_again() -> Response:
    return retry_after(Response(status=HTTPStatus.SERVICE_UNAVAILABLE), BUSY_FOR)
