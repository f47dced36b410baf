"""`redress sms chat`: a phone in the terminal. What is typed goes through the running service's webhook, signed as a provider's."""

import argparse
import http.client
import ipaddress
import os
import select
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from app.cli.deployment import Deployment
from app.cli.refusals import CommandRefused
from app.messaging.gateways.simulator import LINE, NAME, keep_typed_text, screen_of, sign_typed_text
from app.messaging.phones import NumberUnreadable, read_number
from app.settings import Settings

_MADE_UP = "+60123450999"
_WEBHOOK = "/sms/inbound"
_LOOK_EVERY_SECONDS = 0.5
# After the last line of a file: the dispatcher needs a moment to send what is still to come.
_QUIET_SECONDS = 5.0
_PATIENCE_SECONDS = 30.0


def add_commands(commands: Any) -> None:
    """Add `sms chat`."""
    sms = commands.add_parser("sms", help="texts").add_subparsers(dest="act", required=True, metavar="act")
    chatting = sms.add_parser("chat", help="a phone in the terminal, to try out what a worker is asked")
    chatting.add_argument(
        "--number", default=_MADE_UP, metavar="+60...", help=f"the phone's own number (default {_MADE_UP})"
    )
    chatting.set_defaults(run=chat)


def chat(deployment: Deployment, choice: argparse.Namespace) -> int:
    """Send each line as a text and print the answers as they come, until Ctrl-C or the end of the input."""
    deployment.check("web")
    if deployment.gateways(deployment.vault).default_webhook().name != NAME:
        raise CommandRefused("Texts go through Twilio here: the phone in the terminal needs the simulator.")
    try:
        number = read_number(choice.number, LINE, None).e164
    except NumberUnreadable:
        raise CommandRefused("--number must be a number such as +60123450999.") from None
    phone = _Phone(deployment, number)
    phone.check()
    try:
        print(
            f"This phone is {number}. Write a text and press Enter; Ctrl-C puts the phone away.", flush=True
        )
        _talk(phone)
    except KeyboardInterrupt:
        print()
    return 0


def _talk(phone: "_Phone") -> None:
    for typed in _lines():
        phone.show_new()
        if typed:
            phone.send(typed)
    quiet_since = time.monotonic()
    while time.monotonic() - quiet_since < _QUIET_SECONDS:
        time.sleep(_LOOK_EVERY_SECONDS)
        if phone.show_new():
            quiet_since = time.monotonic()


def _lines() -> Iterator[str]:
    """Each line that is typed, and an empty one now and then while nothing is, until the end of the input."""
    source, waiting = sys.stdin.fileno(), b""
    while True:
        if not select.select([source], [], [], _LOOK_EVERY_SECONDS)[0]:
            yield ""
            continue
        piece = os.read(source, 65536)
        *whole, waiting = (waiting + piece).split(b"\n")
        if not piece and waiting:
            whole, waiting = [waiting], b""
        for line in whole:
            yield line.decode("utf-8", "replace").strip()
        if not piece:
            return


class _Phone:
    """One phone: hands its texts to the webhook, and knows which answers were shown."""

    def __init__(self, deployment: Deployment, number: str) -> None:
        self._settings = deployment.settings
        self._database = deployment.database
        self._vault = deployment.vault
        self._number = number
        # What others wrote with this phone before stays unseen.
        self._shown: set[tuple[datetime, str]] = set(self._received())

    def check(self) -> None:
        """Refuse when the service does not run."""
        self._ask("GET", "/healthz", None, {})

    def send(self, body: str) -> None:
        """Send a text, and say so when it was not taken."""
        with self._database.writing() as session:
            keep_typed_text(session, self._vault, self._number, body)
        signed = sign_typed_text(self._vault, self._settings.public_url + _WEBHOOK, self._number, body)
        status = self._ask("POST", urlsplit(signed.url).path, signed.body, dict(signed.headers))
        if status != HTTPStatus.OK:
            print(f"(The text was not taken: the service answered {status}. Write it again.)", flush=True)

    def show_new(self) -> bool:
        """Print what has come since the last time; whether there was anything."""
        fresh = [text for text in self._received() if text not in self._shown]
        for text in fresh:
            self._shown.add(text)
            print(f"< {text[1]}", flush=True)
        return bool(fresh)

    def _received(self) -> list[tuple[datetime, str]]:
        with self._database.reading() as session:
            lines = screen_of(session, self._vault, self._number)
        return [(line.at, line.body) for line in lines if line.direction == "in"]

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> int:
        connection = http.client.HTTPConnection(
            _near_side(self._settings), self._settings.port, timeout=_PATIENCE_SECONDS
        )
        try:
            connection.request(method, path, body, headers)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            raise CommandRefused(
                f"Redress does not answer on port {self._settings.port} of this machine: start it with 'redress up'."
            ) from None
        finally:
            connection.close()


def _near_side(settings: Settings) -> str:
    """The address at which this machine reaches the service itself, without any proxy."""
    address = ipaddress.ip_address(settings.bind)
    if address.is_unspecified:
        return "127.0.0.1" if address.version == 4 else "::1"
    return settings.bind
