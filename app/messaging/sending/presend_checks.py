"""Right before a text goes out: everything that may have changed since it was written down is asked once more.

Whoever can write the database must not turn it to another phone: a text, a phone and an address are believed with their MACs only.
Reading only, in one short unit of work for a whole batch; its words and numbers are opened here and live no longer than the call.
"""

import logging
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app import clock
from app.cases.case import Case
from app.cases.followups import may_go_now
from app.cases.rules import rules_of
from app.database import hour_of_id
from app.logs import log_event
from app.messaging.composing import was_put_off
from app.messaging.delivery import BY_ITSELF, UNCLEAR_REASON, Delivery, Purpose
from app.messaging.gateways.protocol import TextToSend
from app.messaging.gateways.registry import Gateways
from app.messaging.models import MemberAddress, OptOutRow, OutgoingText, Phone
from app.messaging.phones import opt_out_tags, phone_place
from app.messaging.queue import EMAIL, FORGED, address_place, body_place
from app.messaging.sending.claims import Claim
from app.messaging.sending.late_no_more import late_no_more
from app.messaging.sending.recording import MOST_ATTEMPTS
from app.messaging.sending.unwanted_alerts import unwanted_alerts
from app.vault import ContactKeyMissing, SealBroken, Signed, Vault, is_sound

# A text that would reach the provider only at its very end may as well stay here.
_LEAST_LEFT = timedelta(seconds=5)
# Between our clock and a provider's.
_CLOCKS_DIFFER = timedelta(minutes=10)


@dataclass(frozen=True)
class PresendVerdict:
    """The state that a text gets instead of being sent, and why."""

    state: Delivery
    reason: str | None


@dataclass(frozen=True)
class Looked:
    """What is to be done with a claimed text now: send it unless there is a verdict; look for it first if it may be out already."""

    id: UUID
    gateway: str
    line: str
    text: TextToSend | None
    verdict: PresendVerdict | None
    may_be_out: bool
    wait: (
        bool  # for another text to the same phone, which must be cleared up first, for a key, or for the day
    )
    moved: bool  # to another gateway or line than the row says
    since: datetime
    looked_at: float  # monotonic
    known: frozenset[str] = field(repr=False)


@dataclass(frozen=True)
class _Facts:
    """One claimed text, and what it hangs on."""

    row: OutgoingText
    phone: Phone | None
    address: MemberAddress | None
    case_is_over: bool  # closed, or there is none
    way: tuple[str, str] | None  # gateway and line
    is_sound: bool  # the text and what it goes to are as this deployment wrote them
    is_right: (
        bool  # of a text that comes by itself: what it asks is still open, and the worker wants such texts
    )
    is_time: bool  # and it is one of the hours for it

    @property
    def recipient(self) -> UUID | None:
        """Whom it goes to: a phone or a member's address."""
        return self.row.phone_id or self.row.address_id


def check_before_sending(
    session: Session, vault: Vault, gateways: Gateways, public_url: str, claim: Claim, texts: Iterable[UUID]
) -> list[Looked]:
    """What is to be done with these texts; those that are no longer ours or were reported meanwhile are left out."""
    everything = _gather(session, vault, gateways, claim, texts)
    stopped, unwanted = _stopped(session, vault, everything), _unwanted(session, vault, everything)
    over = late_no_more(session, vault, [facts.row for facts in everything])
    others = _others_underway(session, everything, claim)
    known = _known_ids(session, everything)
    looked = []
    for facts in everything:
        verdict = _verdict(
            facts,
            has_stopped=facts.row.id in stopped,
            is_unwanted=facts.row.id in unwanted,
            is_over=facts.row.id in over,
        )
        may_be_out, key_missing, text = facts.row.state is Delivery.UNCLEAR, False, None
        try:
            text = _open(vault, facts, public_url)
        except SealBroken:
            verdict = verdict or PresendVerdict(Delivery.FAILED, FORGED)
        except ContactKeyMissing:
            # Its own fault alone: the others of the batch go out, and this one waits for the key as long as it is worth it.
            key_missing = True
            log_event("text.key_missing", level=logging.ERROR, id=str(facts.row.id))
        if may_be_out and text is None and not key_missing:
            verdict = PresendVerdict(Delivery.FAILED, UNCLEAR_REASON)
        gateway, line = facts.way or (facts.row.gateway, facts.row.line)
        looked.append(
            Looked(
                id=facts.row.id,
                gateway=gateway,
                line=line,
                text=text,
                verdict=verdict,
                may_be_out=may_be_out,
                wait=key_missing
                or _waits_for_morning(facts)
                or _must_wait(facts.row, others.get(facts.recipient, [])),
                moved=(gateway, line) != (facts.row.gateway, facts.row.line),
                since=hour_of_id(facts.row.id) - _CLOCKS_DIFFER,
                looked_at=time.monotonic(),
                known=frozenset(
                    provider_id
                    for text_id, provider_id in known.get(facts.recipient, ())
                    if text_id != facts.row.id
                ),
            )
        )
    return looked


def _gather(
    session: Session, vault: Vault, gateways: Gateways, claim: Claim, texts: Iterable[UUID]
) -> list[_Facts]:
    query = (
        select(OutgoingText, Phone, MemberAddress, Case)
        .outerjoin(Phone, Phone.id == OutgoingText.phone_id)
        .outerjoin(MemberAddress, MemberAddress.id == OutgoingText.address_id)
        .outerjoin(Case, Case.id == OutgoingText.case_id)
        .where(
            OutgoingText.id.in_(list(texts)),
            OutgoingText.claim_id == claim.id,
            OutgoingText.state.in_((Delivery.CLAIMED, Delivery.UNCLEAR)),
        )
        .order_by(OutgoingText.id)
    )
    return [
        _Facts(
            row,
            phone,
            address,
            _over(vault, row, case),
            _way(gateways, row, phone, address),
            _all_sound(vault, row, phone, address),
            *_may_go(session, vault, row, phone),
        )
        for row, phone, address, case in session.execute(query)
    ]


def _all_sound(vault: Vault, *rows: Signed | None) -> bool:
    return all(is_sound(vault, row) for row in rows if row is not None)


def _over(vault: Vault, row: OutgoingText, case: Case | None) -> bool:
    """Whether its case is closed or gone. Who closes one past us silences no alert."""
    if case is None or case.is_open:
        return case is None
    return row.purpose is not Purpose.ALERT or is_sound(vault, case)


def _may_go(session: Session, vault: Vault, row: OutgoingText, phone: Phone | None) -> tuple[bool, bool]:
    if row.purpose not in BY_ITSELF:
        return True, True
    if phone is None:
        return False, False
    return may_go_now(session, vault, rules_of(session), row.id, phone.country)


def _way(
    gateways: Gateways, row: OutgoingText, phone: Phone | None, address: MemberAddress | None
) -> tuple[str, str] | None:
    if row.state is Delivery.UNCLEAR or row.gateway == EMAIL:
        return row.gateway, row.line
    if phone is not None:
        route = gateways.route_to(phone.country, phone.gateway, phone.line)
    else:
        route = gateways.route_to(address.country, None) if address is not None else None
    return None if route is None else (route.gateway, route.line)


def _verdict(facts: _Facts, *, has_stopped: bool, is_unwanted: bool, is_over: bool) -> PresendVerdict | None:
    row = facts.row
    # A worker who asks how it goes is told also when the answer is that it is over.
    asks_whatever = row.purpose is Purpose.STATUS or row.purpose in BY_ITSELF
    wants_open_case = row.case_id is not None and not asks_whatever
    against = (
        (row.body_sealed is None, PresendVerdict(Delivery.CANCELLED, None)),
        (not facts.is_sound, PresendVerdict(Delivery.FAILED, FORGED)),
        (wants_open_case and facts.case_is_over, PresendVerdict(Delivery.CANCELLED, "case closed")),
        (is_unwanted or not facts.is_right, PresendVerdict(Delivery.CANCELLED, None)),
        (is_over, PresendVerdict(Delivery.CANCELLED, "late no more")),
        (has_stopped, PresendVerdict(Delivery.OPTED_OUT, None)),
        (_sealed_recipient(facts) is None, PresendVerdict(Delivery.CANCELLED, "erased")),
        (row.valid_until <= clock.now() + _LEAST_LEFT, PresendVerdict(Delivery.EXPIRED, row.reason)),
        (not facts.is_time, PresendVerdict(Delivery.EXPIRED, "not in these hours")),
        (facts.way is None, PresendVerdict(Delivery.FAILED, "no route")),
        (row.attempts >= MOST_ATTEMPTS, PresendVerdict(Delivery.FAILED, row.reason)),
    )
    return next((verdict for holds, verdict in against if holds), None)


def _sealed_recipient(facts: _Facts) -> bytes | None:
    if facts.phone is not None:
        return facts.phone.number_sealed
    return facts.address.address_sealed if facts.address is not None else None


def _open(vault: Vault, facts: _Facts, public_url: str) -> TextToSend | None:
    row, sealed = facts.row, _sealed_recipient(facts)
    if row.body_sealed is None or sealed is None or facts.way is None or not facts.is_sound:
        return None
    if facts.phone is not None:
        place = phone_place(facts.phone.id)
    elif facts.address is not None:
        place = address_place(facts.address.id)
    else:
        raise ValueError("a text goes to a phone or to a member's address")
    return TextToSend(
        id=row.id,
        to=str(vault.open_contact(place, sealed)),
        line=facts.way[1],
        body=str(vault.open_contact(body_place(row.id), row.body_sealed)),
        valid_for=max(row.valid_until - clock.now(), _LEAST_LEFT),
        status_url=f"{public_url}/sms/status?t={row.id}",
    )


def _waits_for_morning(facts: _Facts) -> bool:
    """Whether a helper's words wait for the day: no MAC covers from when a text may go, but the one by which it ends tells it."""
    row, phone = facts.row, facts.phone
    if row.purpose is not Purpose.REPLY or phone is None or row.state is not Delivery.CLAIMED:
        return False
    return was_put_off(phone.country, row.valid_until, clock.now())


def _stopped(session: Session, vault: Vault, everything: list[_Facts]) -> set[UUID]:
    """The texts to phones whose owner said stop, to the line it wrote to or to the one that would be used now."""
    tags: dict[bytes, set[UUID]] = {}
    for facts in everything:
        if facts.phone is None or facts.phone.tag is None:
            continue
        lines = {facts.phone.line, facts.row.line} | ({facts.way[1]} if facts.way else set())
        for line in lines:
            for tag in opt_out_tags(vault, (facts.phone.tag,), line):
                tags.setdefault(tag, set()).add(facts.row.id)
    found = session.scalars(select(OptOutRow.tag).where(OptOutRow.tag.in_(list(tags)))) if tags else ()
    return {text_id for tag in found for text_id in tags[tag]}


def _unwanted(session: Session, vault: Vault, everything: list[_Facts]) -> set[UUID]:
    alerts = [(facts.row, facts.address) for facts in everything if facts.row.purpose is Purpose.ALERT]
    return unwanted_alerts(session, vault, alerts)


def _others_underway(
    session: Session, everything: list[_Facts], claim: Claim
) -> dict[UUID | None, list[tuple[UUID, Delivery]]]:
    """What may be at the provider for the same recipients, by another dispatcher's hand or since an earlier attempt."""
    elsewhere = and_(OutgoingText.state == Delivery.CLAIMED, OutgoingText.claim_id != claim.id)
    underway = or_(OutgoingText.state == Delivery.UNCLEAR, elsewhere)
    others: dict[UUID | None, list[tuple[UUID, Delivery]]] = {}
    for recipient, wanted in _recipients(everything):
        query = select(recipient, OutgoingText.id, OutgoingText.state).where(wanted, underway)
        for recipient_id, text_id, state in session.execute(query):
            others.setdefault(recipient_id, []).append((text_id, state))
    return others


def _known_ids(session: Session, everything: list[_Facts]) -> dict[UUID | None, list[tuple[UUID, str]]]:
    """What the provider calls the texts to the same recipients, for those that must be looked for: none of them is another."""
    unclear = [facts for facts in everything if facts.row.state is Delivery.UNCLEAR]
    known: dict[UUID | None, list[tuple[UUID, str]]] = {}
    for recipient, wanted in _recipients(unclear):
        query = select(recipient, OutgoingText.id, OutgoingText.provider_id).where(wanted)
        for recipient_id, text_id, provider_id in session.execute(query):
            if provider_id is not None:
                known.setdefault(recipient_id, []).append((text_id, provider_id))
    return known


def _recipients(
    everything: list[_Facts],
) -> Iterator[tuple[InstrumentedAttribute[UUID | None], ColumnElement[bool]]]:
    """For phones and for members' addresses apart, so that each query keeps to one index."""
    phones = {facts.row.phone_id for facts in everything if facts.row.phone_id is not None}
    addresses = {facts.row.address_id for facts in everything if facts.row.address_id is not None}
    if phones:
        yield OutgoingText.phone_id, OutgoingText.phone_id.in_(phones)
    if addresses:
        yield OutgoingText.address_id, OutgoingText.address_id.in_(addresses)


def _must_wait(row: OutgoingText, others: list[tuple[UUID, Delivery]]) -> bool:
    """While it is unclear whether a text is out, no other may go to the same phone: the provider could take one for the other."""
    unclear = {text_id for text_id, state in others if state is Delivery.UNCLEAR}
    if row.state is Delivery.CLAIMED:
        return bool(unclear)
    return any(state is Delivery.CLAIMED for _, state in others) or row.id != min(unclear, default=row.id)
