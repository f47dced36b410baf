"""Phones that exist only here: the default without settings, for the demo and the terminal.

A text to such a phone becomes a veiled row; a text from it is signed with Twilio's own scheme, under a secret that both keyrings
derive, and goes through the very same webhook as a real one.
"""

import secrets
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Literal
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from twilio.request_validator import SIGNATURE_HEADER, RequestValidator

from app import clock
from app.database import Database, insert_unless_taken, new_id
from app.messaging.delivery import Delivery
from app.messaging.gateways.forms import FORM, Form
from app.messaging.gateways.protocol import (
    CannotTell,
    Health,
    ReceivedText,
    SignedRequest,
    StatusReport,
    Taken,
    TextToSend,
)
from app.messaging.gateways.twilio_webhook import TwilioWebhook
from app.messaging.models import SimulatedText
from app.vault import Place, Vault

NAME = "simulator"
LINE = "+15550100100"
"""The number that simulated phones write to: one of those that are kept free for stories."""

_MOST_SHOWN = 200


@dataclass(frozen=True)
class SimulatedLine:
    """One text on a simulated phone: typed there (`out`) or received (`in`), as the phone's owner sees it."""

    direction: Literal["in", "out"]
    body: str = field(repr=False)
    at: datetime


def simulator_webhook(vault: Vault) -> TwilioWebhook:
    """What believes the simulator's requests, also those signed before the keyring's index key was changed."""
    return TwilioWebhook(NAME, [tag.hex() for tag in vault.lookups("simulator webhook", "secret")])


def sign_typed_text(vault: Vault, url: str, number: str, body: str) -> SignedRequest:
    """What Twilio would post to this address if this number had sent this text, for the caller to post."""
    sid = "SM" + secrets.token_hex(16)
    form = Form({"MessageSid": [sid], "From": [number], "To": [LINE], "Body": [body], "NumMedia": ["0"]})
    secret = vault.lookup("simulator webhook", "secret").hex()
    signature = RequestValidator(secret).compute_signature(url, form)
    headers = {"content-type": FORM, SIGNATURE_HEADER.lower(): signature}
    return SignedRequest(url, headers, urlencode(form, doseq=True).encode("ascii"))


def keep_typed_text(session: Session, vault: Vault, number: str, body: str) -> None:
    """Show on the simulated phone what its owner has just sent."""
    insert_unless_taken(session, _row(vault, number, body, "out", None))


def screen_of(session: Session, vault: Vault, number: str) -> list[SimulatedLine]:
    """The last texts of a simulated phone, the newest last."""
    rows = session.scalars(
        select(SimulatedText)
        .where(SimulatedText.phone_tag.in_(vault.lookups("simulated phone", number)))
        .order_by(SimulatedText.at.desc())
        .limit(_MOST_SHOWN)
    ).all()
    return [_line_of(vault, row) for row in reversed(rows)]


class Simulator:
    """The dispatcher's half: hands a text over by writing it on the phone's screen, once."""

    name = NAME

    def __init__(self, vault: Vault, database: Database) -> None:
        self._vault = vault
        self._database = database
        self._waiting: dict[UUID, SimulatedText] = {}
        self._guard = Lock()
        self._writing = Lock()

    def send(self, text: TextToSend) -> Taken:
        """Write the text on the phone's screen; it is delivered with that."""
        row = _row(self._vault, text.to, text.body, "in", text.id)
        with self._guard:
            self._waiting[row.id] = row
        # On SQLite each unit of work is a turn that workers' texts wait for: who comes first writes for all who wait by then.
        with self._writing:
            with self._guard:
                rows = dict(self._waiting) if row.id in self._waiting else {}
            try:
                self._write(rows.values())
            except BaseException:
                # The others try for themselves.
                rows = {row.id: row}
                raise
            finally:
                with self._guard:
                    for written in rows:
                        del self._waiting[written]
        return _taken(text.id)

    def _write(self, rows: Collection[SimulatedText]) -> None:
        if rows:
            with self._database.writing() as session:
                for row in rows:
                    insert_unless_taken(session, row)

    def find(self, text: TextToSend, since: datetime, known: frozenset[str]) -> Taken | None:
        """The text, if it stands on the phone's screen."""
        with self._database.reading() as session:
            query = select(SimulatedText.id).where(SimulatedText.outgoing_id == text.id)
            return None if session.scalar(query) is None else _taken(text.id)

    def ask(self, text_id: UUID, provider_id: str) -> StatusReport:
        """A text is delivered with its sending, so there is nothing to ask; raises `CannotTell`."""
        raise CannotTell(NAME)

    def redact(self, provider_id: str) -> None:
        """There is no provider that could forget; raises `CannotTell`."""
        raise CannotTell(NAME)

    def received_since(self, since: datetime) -> Iterable[ReceivedText]:
        """What the webhook did not take was never kept; raises `CannotTell`."""
        raise CannotTell(NAME)

    def health(self) -> Iterable[Health]:
        """That nothing leaves this machine."""
        return [Health(False, "Texts go to the simulator: nothing leaves this machine.")]


def _row(vault: Vault, number: str, body: str, direction: str, outgoing_id: UUID | None) -> SimulatedText:
    row_id = new_id()
    return SimulatedText(
        id=row_id,
        phone_tag=vault.lookup("simulated phone", number),
        outgoing_id=outgoing_id,
        at=clock.now(),
        text_veil=vault.veil_json(_place(row_id), {"direction": direction, "body": body}),
    )


def _line_of(vault: Vault, row: SimulatedText) -> SimulatedLine:
    text = vault.unveil_json(_place(row.id), row.text_veil)
    # As a phone does; a terminal would obey them.
    body = "".join(sign for sign in text["body"] if sign == "\n" or unicodedata.category(sign) != "Cc")
    return SimulatedLine(text["direction"], body, row.at)


def _place(row_id: UUID) -> Place:
    return Place("simulated_texts", row_id, "text_veil")


def _taken(text_id: UUID) -> Taken:
    return Taken(f"SM{text_id.hex}", Delivery.DELIVERED)
