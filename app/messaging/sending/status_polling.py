"""Texts that a provider took and never reported on: it is asked how far they are, ever more seldom, until no phone gets them.

Claim and commit, ask with no transaction and no lock held, write down what is new. A claim is no more than the next hour to ask in:
whoever dies meanwhile has put the question off, and a text that was asked about twice has not moved twice.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from app import clock
from app.database import Database, chosen_once, has_id, hour_of_id
from app.messaging.delivery import ASKED_AFTER, GIVEN_UP_AFTER, further
from app.messaging.gateways.protocol import Gateway, StatusReport
from app.messaging.gateways.registry import Gateways
from app.messaging.models import OutgoingText
from app.messaging.receiving import take_status
from app.messaging.sending.provider_round import AskedText, RoundOutcome, ask_each
from app.vault import Vault

# A tick comes each minute; a provider that never reports is asked so often and no more.
_BATCH = 100


def ask_providers(database: Database, vault: Vault, gateways: Gateways) -> int:
    """Ask about a batch of texts that were taken and not reported since; how many moved on. Any number may run at once."""
    texts = _claim(database)
    if not texts:
        return 0
    asked = ask_each(gateways, texts, "ask", _how_far)
    news = [each.answer for each in asked if each.answer is not None]
    for report in news:
        # One unit of work each: one that tells of a STOP locks a phone first and its texts after it.
        with database.writing() as session:
            take_status(session, vault, report)
    with database.writing() as session:
        _put_off(session, [each for each in asked if each.answer is None])
    return len(news)


def _claim(database: Database) -> Sequence[OutgoingText]:
    now = clock.now()
    due = (
        select(OutgoingText.id)
        .where(OutgoingText.ask_at <= now, has_id(OutgoingText.id))
        .order_by(OutgoingText.ask_at)
    )
    with database.reading() as session:
        # On SQLite a writer waits for its turn, which is not worth it for nothing.
        if session.scalar(due.limit(1)) is None:
            return ()
    batch = due.limit(_BATCH).with_for_update(skip_locked=True)
    claiming = (
        update(OutgoingText)
        .where(OutgoingText.id.in_(chosen_once(batch)), OutgoingText.ask_at <= now)
        .values(ask_at=clock.hour_of(now) + ASKED_AFTER)
        .returning(OutgoingText)
        .execution_options(synchronize_session=False)
    )
    with database.writing() as session:
        texts = session.scalars(claiming).all()
        session.expunge_all()
    return texts


def _how_far(gateway: Gateway, text: OutgoingText) -> StatusReport | None:
    """What the provider says, where that is further than we know."""
    report = gateway.ask(text.id, text.provider_id or "")
    return report if further(text.state, report.state) else None


def _next_time(text: OutgoingText) -> datetime | None:
    """Twice as old as now, as long as the text may still reach its phone."""
    now = clock.hour_of(clock.now())
    at = now + max(ASKED_AFTER, now - hour_of_id(text.id))
    return at if at <= text.valid_until + GIVEN_UP_AFTER else None


def _put_off(session: Session, asked: Iterable[AskedText[OutgoingText, StatusReport | None]]) -> None:
    # In the order of the keys, as everybody who locks several texts does.
    values: list[dict[str, Any]] = sorted(
        (
            {
                "text": each.text.id,
                "at": None if each.outcome is RoundOutcome.NEVER else _next_time(each.text),
            }
            for each in asked
        ),
        key=lambda value: value["text"],
    )
    # The last word has emptied it.
    still = OutgoingText.ask_at.is_not(None)
    putting_off = update(OutgoingText).where(OutgoingText.id == bindparam("text"), still)
    if values:
        session.connection().execute(putting_off.values(ask_at=bindparam("at")), values)
