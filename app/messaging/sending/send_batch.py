"""Sending what is due: claim and commit, look, call the providers with no transaction and no lock held, write down the outcome."""

import logging
import random
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from app.database import Database
from app.logs import describe, log_event
from app.messaging.delivery import UNCLEAR_REASON, Delivery
from app.messaging.gateways.protocol import (
    CannotTell,
    Gateway,
    OptedOut,
    SendRefused,
    Taken,
    TextToSend,
    TryLater,
    Unclear,
)
from app.messaging.gateways.registry import Gateways
from app.messaging.models import OutgoingText
from app.messaging.sending.claims import PACE, Claim, Pace, claim_due
from app.messaging.sending.presend_checks import Looked, check_before_sending
from app.messaging.sending.recording import SendOutcome, record
from app.settings import Settings
from app.vault import Vault

# A look that is older than this is repeated before the call: somebody may have said stop meanwhile.
_FRESH_SECONDS = 2.0
# A gateway that failed so often without a success between is left alone until the next tick.
_TROUBLES = 3
_NEXT_TIME = timedelta(seconds=20)
_AFTER_THE_OTHER = timedelta(seconds=10)
# Enough for one tick; the next one comes within a second.
_BATCHES = 50


def send_due(
    database: Database, vault: Vault, gateways: Gateways, settings: Settings, pace: Pace = PACE
) -> int:
    """Send, expire or give up what is due, batch by batch; how many texts were dealt with. Any number may run at once."""
    sender = _Sender(database, vault, gateways, settings.public_url, pace)
    done = 0
    with ThreadPoolExecutor(pace.at_once, "texts") as pool:
        for _ in range(_BATCHES):
            claim = claim_due(database, pace)
            if claim is None:
                break
            done += len(claim.texts)
            looked = sender.look(claim, claim.texts)
            sender.keep_ways(claim, looked)
            outcomes = [each for each in pool.map(partial(sender.settle, claim), looked) if each is not None]
            sender.record(claim, outcomes)
            if len(claim.texts) < pace.batch:
                # What came meanwhile waits for the next tick: alone each text would cost as much as twenty together, and on
                # SQLite several turns that workers' texts wait for.
                break
    return done


@dataclass
class _Sender:
    """One tick's work, shared by its threads."""

    database: Database
    vault: Vault
    gateways: Gateways
    public_url: str
    pace: Pace
    troubles: Counter[str] = field(default_factory=Counter)

    def look(self, claim: Claim, texts: Sequence[UUID]) -> list[Looked]:
        """What is to be done with these texts now."""
        with self.database.reading() as session:
            return check_before_sending(session, self.vault, self.gateways, self.public_url, claim, texts)

    def keep_ways(self, claim: Claim, looked: Sequence[Looked]) -> None:
        """Write down, before the call, which gateway gets a text: a report and whoever looks for it go by that."""
        moved = [each for each in looked if each.moved and each.verdict is None and not each.wait]
        if not moved:
            return
        with self.database.writing() as session:
            for each in moved:
                ours = update(OutgoingText).where(
                    OutgoingText.id == each.id, OutgoingText.claim_id == claim.id
                )
                session.execute(ours.values(gateway=each.gateway, line=each.line))

    def settle(self, claim: Claim, looked: Looked) -> SendOutcome | None:
        """Send one text, or find out that it must not or need not be sent; None when it is no longer ours."""
        if looked.verdict is not None and not (looked.may_be_out and looked.text is not None):
            return SendOutcome(looked.id, looked.verdict.state, looked.verdict.reason)
        if looked.wait:
            return _back(looked, _AFTER_THE_OTHER)
        try:
            gateway = self.gateways.gateway(looked.gateway)
        except KeyError:
            return SendOutcome(
                looked.id, Delivery.FAILED, UNCLEAR_REASON if looked.may_be_out else "no gateway"
            )
        if self.troubles[looked.gateway] >= _TROUBLES:
            return _back(looked, _NEXT_TIME)
        if looked.may_be_out:
            outcome = self._find(claim, gateway, looked)
            if outcome is not None or looked.verdict is not None:
                return outcome or _verdict_of(looked)
        return self._send_fresh(claim, gateway, looked)

    def record(self, claim: Claim, outcomes: Sequence[SendOutcome]) -> None:
        """Write down what came of a batch; a database that is away is asked again while the claim lasts."""
        while True:
            try:
                with self.database.writing() as session:
                    record(session, self.vault, claim.id, outcomes)
            except SQLAlchemyError as error:
                if not claim.leaves(self.pace.call_seconds, self.pace):
                    raise
                log_event("texts.record_failed", level=logging.WARNING, error=describe(error))
                time.sleep(1)
            else:
                return

    def _find(self, claim: Claim, gateway: Gateway, looked: Looked) -> SendOutcome | None:
        if not claim.leaves(self.pace.call_seconds, self.pace):
            return _back(looked, timedelta())
        text = _text_of(looked)
        try:
            found = gateway.find(text, looked.since, looked.known)
        except CannotTell:
            return SendOutcome(looked.id, Delivery.FAILED, UNCLEAR_REASON)
        except TryLater as trouble:
            self.troubles[looked.gateway] += 1
            return SendOutcome(looked.id, Delivery.UNCLEAR, trouble.reason, attempted=True)
        except Exception as error:  # noqa: BLE001 - a gateway's own fault must not lose the rest of the batch
            return self._odd(looked, error)
        return None if found is None else _taken(looked, found)

    def _send_fresh(self, claim: Claim, gateway: Gateway, looked: Looked) -> SendOutcome | None:
        """Send a text, unless something changed since it was looked at; last of all it is seen that there is time for the call."""
        if time.monotonic() - looked.looked_at > _FRESH_SECONDS:
            try:
                again = self.look(claim, (looked.id,))
            except SQLAlchemyError:
                return _back(looked, _NEXT_TIME)
            if not again:
                return None
            looked = again[0]
            if looked.verdict is not None:
                return _verdict_of(looked)
            if looked.wait:
                return _back(looked, _AFTER_THE_OTHER)
        if not claim.leaves(self.pace.call_seconds, self.pace):
            return _back(looked, timedelta())
        return self._send(gateway, looked)

    def _send(self, gateway: Gateway, looked: Looked) -> SendOutcome:
        try:
            taken = gateway.send(_text_of(looked))
        except OptedOut as stop:
            return SendOutcome(looked.id, Delivery.OPTED_OUT, stop.reason, attempted=True)
        except SendRefused as refusal:
            return SendOutcome(looked.id, Delivery.FAILED, refusal.reason, attempted=True)
        except TryLater as trouble:
            self.troubles[looked.gateway] += 1
            return SendOutcome(looked.id, Delivery.WAITING, trouble.reason, attempted=True)
        except Unclear as trouble:
            self.troubles[looked.gateway] += 1
            return SendOutcome(looked.id, Delivery.UNCLEAR, trouble.reason, attempted=True)
        except Exception as error:  # noqa: BLE001 - whatever it was, the text may be out
            return self._odd(looked, error)
        self.troubles[looked.gateway] = 0
        return _taken(looked, taken)

    def _odd(self, looked: Looked, error: Exception) -> SendOutcome:
        self.troubles[looked.gateway] += 1
        log_event("gateway.failed", level=logging.ERROR, gateway=looked.gateway, error=describe(error))
        return SendOutcome(looked.id, Delivery.UNCLEAR, "fault", attempted=True)


def _taken(looked: Looked, taken: Taken) -> SendOutcome:
    return SendOutcome(looked.id, taken.state, provider_id=taken.provider_id, attempted=True)


def _back(looked: Looked, pause: timedelta) -> SendOutcome:
    state = Delivery.UNCLEAR if looked.may_be_out else Delivery.WAITING
    return SendOutcome(looked.id, state, pause=pause * random.uniform(1, 2))  # noqa: S311 - a pause is no secret


def _verdict_of(looked: Looked) -> SendOutcome:
    if looked.verdict is None:
        raise ValueError("nothing speaks against sending this text")
    return SendOutcome(looked.id, looked.verdict.state, looked.verdict.reason)


def _text_of(looked: Looked) -> TextToSend:
    if looked.text is None:
        raise ValueError("this text cannot be opened any more")
    return looked.text
