"""The webhooks: a provider tells of a text that came in, or of what became of one that went out.

Nothing slow happens here: a text is heard in one unit of work, and what is answered waits for the dispatcher. No cookie, no
session, no page: whoever calls is believed by the signature alone, and an error is a status with an empty body, so that the
provider comes back with it.
"""

from http import HTTPStatus

from flask import Response, abort

from app.intake import FloodRefused
from app.intake.conversation.door import NotHeard, receive_text
from app.messaging.gateways.protocol import Webhook
from app.messaging.receiving import take_status
from app.vault import TooBusy
from app.web.access import open_to_gateways
from app.web.retry import BUSY_FOR, retry_after
from app.web.services import services
from app.web.sms.blueprint import blueprint
from app.web.sms.webhook_auth import believed


@blueprint.post("/inbound")
@open_to_gateways
def inbound() -> Response:
    """A text came in, at Twilio or on the simulator."""
    return _take_text(services().gateways.default_webhook())


@blueprint.post("/inbound/<gateway>")
@open_to_gateways
def inbound_by(gateway: str) -> Response:
    """A text came in at a gateway of config/gateways.toml."""
    return _take_text(_webhook(gateway))


@blueprint.post("/status")
@open_to_gateways
def status() -> Response:
    """Twilio or the simulator says how far one of our texts has come."""
    return _take_report(services().gateways.default_webhook())


@blueprint.post("/status/<gateway>")
@open_to_gateways
def status_by(gateway: str) -> Response:
    """A gateway of config/gateways.toml says how far one of our texts has come."""
    return _take_report(_webhook(gateway))


def _webhook(name: str) -> Webhook:
    try:
        return services().gateways.webhook(name)
    except KeyError:
        abort(HTTPStatus.FORBIDDEN)


def _take_text(webhook: Webhook) -> Response:
    received = believed(webhook.read_text)
    try:
        receive_text(services(), received)
    except (NotHeard, TooBusy, FloodRefused):
        return _come_again()
    return _taken()


def _take_report(webhook: Webhook) -> Response:
    report = believed(webhook.read_status)
    if report is not None:
        with services().database.writing() as session:
            take_status(session, services().vault, report)
    return _taken()


def _taken() -> Response:
    """TwiML that says nothing: answers go out by the queue, so that none is sent twice."""
    return Response("<Response/>", content_type="text/xml; charset=utf-8")


def _come_again() -> Response:
    return retry_after(Response(status=HTTPStatus.SERVICE_UNAVAILABLE), BUSY_FOR)
