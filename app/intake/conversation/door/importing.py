"""Texts that no webhook told us: the provider is asked what came in, and each one is heard as if it had been told in time."""

import logging
from collections.abc import Iterable
from datetime import timedelta

from app import clock
from app.intake.conversation.door.receive import receive_text
from app.logs import log_event
from app.messaging.gateways.protocol import CannotTell, NotSent, ReceivedText
from app.messaging.receiving import untold
from app.services import Services

LOOK_BACK = timedelta(days=1)
"""How far back a provider is asked: longer than any outage that nobody noticed."""


def import_texts(services: Services, received: Iterable[ReceivedText]) -> int:
    """Hear those of a provider's list that were never told, the oldest first; how many those were."""
    listed = sorted(received, key=lambda text: text.at or clock.now())
    with services.database.reading() as session:
        missed = untold(session, listed)
    for text in missed:
        receive_text(services, text)
    return len(missed)


def import_missed(services: Services) -> int:
    """Ask every gateway that can tell what came in lately; no transaction is open meanwhile. How many texts were new."""
    heard = 0
    for name in services.gateways.names:
        try:
            received = list(services.gateways.gateway(name).received_since(clock.now() - LOOK_BACK))
        except CannotTell:
            continue
        except NotSent as trouble:
            log_event("texts.not_listed", level=logging.WARNING, gateway=name, reason=trouble.reason)
            continue
        heard += import_texts(services, received)
    return heard
