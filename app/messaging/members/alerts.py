"""Paging members: a case in danger waits for them. The alert says that something is urgent and nothing else.

A phone lies on a table, a mail shows on a locked screen: no reference, no country, no name may stand there.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from uuid import UUID

from sqlalchemy import case as sql_case
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cases.case import Case, Clock, Offer
from app.cases.clocks import ASKING
from app.cases.enums import ClockKind, OfferState, Profile, State, Urgency
from app.cases.words import profile_for
from app.database import CaseId, MemberId
from app.messaging.delivery import Purpose
from app.messaging.members.addresses import Channel, address_of
from app.messaging.members.calling import addresses_in, called_in
from app.messaging.members.notices import Notice
from app.messaging.members.reach import circles_that_act
from app.messaging.models import MemberAddress, OutgoingText
from app.messaging.queue import MERGED, enqueue_alert, is_written_down, note_merged_alert
from app.network import (
    Limit,
    SignedIn,
    count_attempt,
    window_end,
)
from app.vault import (
    SYSTEM,
    CircleName,
    CircleRow,
    Json,
    Vault,
    circle_of,
    journal,
)

SUBJECT = "Redress: something urgent waits for you"
ALERT = "Redress: something urgent waits for you. Please log in."
SECOND_SUBJECT = "Redress: a colleague asks for a second person"
SECOND = "Redress: a colleague asks to read a case and needs a second person. Please log in and look."
TEST_SUBJECT = "Redress: a test"
TEST = "Redress: this is a test. Nothing waits for you. You need not do anything."

TESTS = Limit("test of an alert", 5, timedelta(days=1))
"""Each costs money, and the number may be mistyped and somebody else's."""

ALERTS = Limit("alert of one case to one address", 1, timedelta(minutes=15))
"""The first at once; whatever comes within the same quarter of an hour is said by one more at its end. Who gets sixty at once reads
none of them."""

# Also an alert that was held up stays worth reading, until somebody has surely looked in.
_VALID_FOR = timedelta(hours=10)


class _Told(Enum):
    """What became of one address and one occasion."""

    KNOWN = auto()
    ALERTED = auto()
    MERGED = auto()


@dataclass(frozen=True)
class AlertsSoFar:
    """The alerts of a case: those that went out or will, and those that another one speaks for."""

    sent: int
    merged: int


class NoAddress(Exception):
    """The member has no address for this channel."""


class TooManyTests(Exception):
    """The member has tried alerts often enough today."""


def alert_danger(
    session: Session, vault: Vault, case: Case, occasion: str = "", *, but_not: MemberId | None = None
) -> int:
    """Page whoever has to act now, if the case is in danger: the partner that holds it, all that are asked, else custody.

    Who is asked is paged on all of the fast track. Once for each case, address and occasion, and at most once in a quarter of an
    hour. Without an occasion it is that it came to them and they have not taken it yet. How many alerts are new.
    """
    if case.state is State.CLOSED or case.practice or not _pages(case):
        return 0
    circles = circles_that_act(session, vault, case)
    return sum(_page(session, vault, case, circle, occasion, but_not) for circle in circles)


def _pages(case: Case) -> bool:
    """Whether somebody is called out of what they do now: for danger always, else only to say whether they take it."""
    fast = profile_for(case.urgency) is Profile.FAST_TRACK
    return case.urgency is Urgency.DANGER or (fast and case.state is State.OFFERED)


def _page(
    session: Session, vault: Vault, case: Case, circle: CircleRow, occasion: str, but_not: MemberId | None
) -> int:
    occasion = occasion or _turn(session, case, circle.organisation_id)
    if not occasion:
        return 0
    addresses = called_in(session, vault, circle, Notice.DANGER, but_not=but_not)
    told = [_alert(session, vault, case, occasion, address) for address in addresses]
    new, merged = told.count(_Told.ALERTED), told.count(_Told.MERGED)
    if new or merged:
        detail: dict[str, Json] = {"organisation": str(circle.organisation_id), "alerts": new}
        if merged:
            detail["merged"] = merged
        journal(session, vault, CaseId(case.id), "case.alerted", SYSTEM, detail)
    return new


def alert_custodians(session: Session, vault: Vault, by: SignedIn, request_id: UUID) -> int:
    """Tell every other custodian that one of them asks to read a case: who asks alone must be seen asking. How many were told."""
    circle = circle_of(session, vault, by.organisation.id, CircleName.CUSTODY)
    if circle is None:
        return 0
    others = [each for each in addresses_in(session, circle) if each.member_id != by.member.id]
    for address in others:
        enqueue_alert(
            session,
            vault,
            key=("second person", str(request_id), str(address.member_id), address.channel),
            body=SECOND,
            address=address,
            valid_for=_VALID_FOR,
            subject=SECOND_SUBJECT,
        )
    return len(others)


def alerts_of(session: Session, case_id: CaseId) -> AlertsSoFar:
    """How many alerts of a case were written down, for the desk."""
    merged = func.count(sql_case((OutgoingText.reason == MERGED, 1)))
    mine = (OutgoingText.case_id == case_id) & (OutgoingText.purpose == Purpose.ALERT)
    written, spoken_for = session.execute(select(func.count(), merged).where(mine)).one()
    return AlertsSoFar(sent=written - spoken_for, merged=spoken_for)


def send_test(session: Session, vault: Vault, by: SignedIn, channel: Channel, submission_id: UUID) -> UUID:
    """Send a member's own address a test, once for each submission; its id. Raises `NoAddress` and `TooManyTests`."""
    address = address_of(session, by.member.id, channel)
    if address is None:
        raise NoAddress
    if count_attempt(session, vault, TESTS, str(by.member.id)) > TESTS.most:
        raise TooManyTests
    return enqueue_alert(
        session,
        vault,
        key=("test", str(by.member.id), channel.value, str(submission_id)),
        body=TEST,
        address=address,
        valid_for=timedelta(hours=1),
        subject=TEST_SUBJECT,
    )


def _alert(session: Session, vault: Vault, case: Case, occasion: str, address: MemberAddress) -> _Told:
    """Alert one address of one occasion: at once, at the end of this quarter of an hour, or by the alert that waits for that."""
    key = ("danger", str(case.id), occasion, str(address.member_id), address.channel)
    if is_written_down(session, vault, key):
        return _Told.KNOWN
    case_id, subject = CaseId(case.id), f"{case.id} {address.id}"
    number, later = count_attempt(session, vault, ALERTS, subject), window_end(ALERTS)
    if number > ALERTS.most + 1:
        note_merged_alert(session, vault, key=key, address=address, case_id=case_id)
        return _Told.MERGED
    if number > ALERTS.most:
        # It is the next quarter's one.
        count_attempt(session, vault, ALERTS, subject, at=later)
    enqueue_alert(
        session,
        vault,
        key=key,
        body=ALERT,
        address=address,
        valid_for=_VALID_FOR,
        subject=SUBJECT,
        case_id=case_id,
        due_at=later if number > ALERTS.most else None,
    )
    return _Told.ALERTED


def _turn(session: Session, case: Case, organisation_id: UUID) -> str:
    """What tells this stay with whoever is asked from an earlier one: the offer, or custody's clock; empty once it is taken."""
    if case.state is State.OFFERED:
        offer = select(Offer.id).where(
            Offer.case_id == case.id,
            Offer.state == OfferState.OFFERED,
            Offer.organisation_id == organisation_id,
        )
        return f"offer {session.scalars(offer).first()}"
    if case.state is not State.RECEIVED:
        return ""
    held = (
        select(Clock.id)
        .where(
            Clock.case_id == case.id,
            Clock.kind == ClockKind.PLACE,
            Clock.state.in_(ASKING),
        )
        .order_by(Clock.due_at.desc(), Clock.id)
    )
    return f"held {session.scalars(held).first()}"
