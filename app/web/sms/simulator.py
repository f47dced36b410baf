"""The demo's phone: what is written on it goes through the very webhook that a provider calls, signed, in this process.

In this process, because a loopback call would need a second free thread while it keeps one: two people trying it could wait for
each other. Everything else is as with a real phone, also that the answer comes when the dispatcher has sent it.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextvars import Context
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlsplit
from uuid import UUID

from flask import Response, abort, current_app, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.test import Client

from app.messaging.composing import count_segments
from app.messaging.gateways.protocol import SignedRequest
from app.messaging.gateways.simulator import (
    LINE,
    NAME,
    SimulatedLine,
    keep_typed_text,
    screen_of,
    sign_typed_text,
)
from app.messaging.phones import NumberUnreadable, read_number
from app.vault import Place, VeilBroken
from app.web.access import open_to_everyone
from app.web.services import services
from app.web.sms.blueprint import blueprint

NUMBERS = {
    "+60123450111": "Malaysia",
    "+243810450111": "Congo",
    "+919840450111": "India",
    "+6281245011100": "Indonesia",
    "+525512450111": "Mexico",
}
"""Made-up numbers in countries of the demo network."""

_LONGEST_NUMBER = 40
_LONGEST_TEXT = 1600  # as Twilio joins them
# A number never stands in an address, not even a made-up one: servers and browsers keep addresses.
_PLACE = Place("simulator", UUID(int=0), "number")


@dataclass(frozen=True)
class ShownText:
    """One text on the screen; one that came in has its number of segments."""

    by_worker: bool
    body: str
    at: datetime
    segments: int | None


@blueprint.get("/simulator")
@open_to_everyone
def phones() -> ResponseReturnValue:
    """The page on which one takes a phone."""
    _only_in_demo()
    return _phones_page()


@blueprint.post("/simulator")
@open_to_everyone
def take_phone() -> ResponseReturnValue:
    """Take the phone of a number; other senders, such as a shop's name, are as welcome as they are on a real line."""
    _only_in_demo()
    typed = request.form.get("number", "")[: 4 * _LONGEST_NUMBER]
    try:
        if len(typed) > _LONGEST_NUMBER:
            raise NumberUnreadable
        number = read_number(typed, LINE, None).e164
    except NumberUnreadable:
        shown = "".join(sign for sign in typed if sign.isprintable())
        return make_response(_phones_page(shown, refused=True), HTTPStatus.UNPROCESSABLE_ENTITY)
    return _lead_to_phone(_token_of(number))


@blueprint.get("/simulator/<phone>")
@open_to_everyone
def phone(phone: str) -> ResponseReturnValue:
    """The phone's screen."""
    return _screen(phone, _number_of(phone))


@blueprint.post("/simulator/<phone>")
@open_to_everyone
def send(phone: str) -> ResponseReturnValue:
    """Send what was written, as a provider would hand it to us."""
    number = _number_of(phone)
    body = request.form.get("body", "").strip()
    if not body or len(body) > _LONGEST_TEXT:
        problem = "long" if body else "empty"
        return make_response(_screen(phone, number, body, problem), HTTPStatus.UNPROCESSABLE_ENTITY)
    here = services()
    with here.database.writing() as session:
        keep_typed_text(session, here.vault, number, body)
    webhook = here.settings.public_url + url_for("sms.inbound")
    if _hand_over(sign_typed_text(here.vault, webhook, number, body)) != HTTPStatus.OK:
        return make_response(_screen(phone, number, body, "refused"), HTTPStatus.SERVICE_UNAVAILABLE)
    return _lead_to_phone(phone)


def _phones_page(typed: str = "", *, refused: bool = False) -> str:
    return render_template("sms/phones.html", numbers=NUMBERS.items(), typed=typed, refused=refused)


def _only_in_demo() -> None:
    here = services()
    if not here.settings.demo or here.gateways.default_webhook().name != NAME:
        abort(HTTPStatus.NOT_FOUND)


def _hand_over(signed: SignedRequest) -> int:
    """Call the webhook as a server would, and give its status; in a context of its own, as another request has."""
    split = urlsplit(signed.url)
    client = Client(current_app.wsgi_app)
    answer = Context().run(
        client.post,
        split.path,
        base_url=f"{split.scheme}://{split.netloc}",
        headers=dict(signed.headers),
        data=signed.body,
    )
    return answer.status_code


def _screen(phone: str, number: str, body: str = "", problem: str = "") -> str:
    here = services()
    with here.database.reading() as session:
        texts = [_shown(line) for line in screen_of(session, here.vault, number)]
    return render_template(
        "sms/phone.html", phone=phone, number=number, line=LINE, texts=texts, body=body, problem=problem
    )


def _shown(line: SimulatedLine) -> ShownText:
    by_worker = line.direction == "out"
    return ShownText(by_worker, line.body, line.at, None if by_worker else count_segments(line.body).count)


def _token_of(number: str) -> str:
    return urlsafe_b64encode(services().vault.veil(_PLACE, number)).decode("ascii").rstrip("=")


def _number_of(token: str) -> str:
    _only_in_demo()
    try:
        return services().vault.unveil(_PLACE, urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (VeilBroken, binascii.Error, ValueError):
        abort(HTTPStatus.NOT_FOUND)


def _lead_to_phone(token: str) -> Response:
    # Without an anchor: a link to the page and anchor that are open already would load nothing anew.
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": url_for("sms.phone", phone=token)})
