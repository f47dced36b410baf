"""Paging members: a case in danger waits for them. The alert says that something is urgent and nothing else.

A phone lies on a table, a mail shows on a locked screen: no reference, no country, no name may stand there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.access import circle_for
from app.cases.enums import ClockKind, ClockState, ConsentLevel, OfferState, State, Urgency
from app.cases.handing_on import custodian_of
from app.cases.models import Case, Clock, Offer
from app.cases.taxonomy import Handling
from app.cases.veils import facts_of
from app.database import CaseId, MemberId, OrganisationId
from app.messaging.addresses import Channel, address_of, carries
from app.messaging.delivery import Purpose
from app.messaging.gateways.registry import Gateways
from app.messaging.models import MemberAddress, OutgoingText
from app.messaging.queue import enqueue_alert
from app.network import (
    Limit,
    Member,
    MemberState,
    Organisation,
    OrganisationKind,
    OrganisationState,
    Role,
    SignedIn,
    count_attempt,
    organisations_of,
)
from app.vault import Actor, CircleMemberRow, CircleName, CircleRow, Json, Vault, circle_of, journal

SUBJECT = "Redress: something urgent waits for you"
ALERT = "Redress: something urgent waits for you. Please log in."
TEST_SUBJECT = "Redress: a test"
TEST = "Redress: this is a test. Nothing waits for you. You need not do anything."

TESTS = Limit("test of an alert", 5, timedelta(days=1))
"""Each costs money, and the number may be mistyped and somebody else's."""

# Also an alert that was held up stays worth reading, until somebody has surely looked in.
_VALID_FOR = timedelta(hours=10)
_SYSTEM = Actor("system")
_ACTING = (Role.LEAD, Role.CASEWORKER)


class NoAddress(Exception):
    """The member has no address for this channel."""


class TooManyTests(Exception):
    """The member has tried alerts often enough today."""


@dataclass(frozen=True)
class Unalerted:
    """An organisation in which nobody could be alerted to danger; `only_restricted` when that holds for restricted cases only."""

    id: OrganisationId
    name: str
    only_restricted: bool


def alert_danger(
    session: Session, vault: Vault, case: Case, occasion: str = "", *, but_not: MemberId | None = None
) -> int:
    """Page whoever has to act now, if the case is in danger: the partner that is asked or holds it, else custody.

    Once for each case, address and occasion. Without one the occasion is that it came to them and they have not taken it yet.
    How many alerts are new.
    """
    if case.urgency is not Urgency.DANGER or case.state is State.CLOSED or case.practice:
        return 0
    circle = _circle_that_acts(session, vault, case)
    if circle is None:
        return 0
    occasion = occasion or _turn(session, case)
    if not occasion:
        return 0
    addresses = [each for each in _addresses_of(session, circle) if each.member_id != but_not]
    known = set(_alerts_of(session, case))
    alerted = {
        enqueue_alert(
            session,
            vault,
            key=("danger", str(case.id), occasion, str(address.member_id), address.channel),
            body=ALERT,
            address=address,
            valid_for=_VALID_FOR,
            subject=SUBJECT,
            case_id=CaseId(case.id),
        )
        for address in addresses
    }
    new = len(alerted - known)
    if new:
        detail: dict[str, Json] = {"organisation": str(circle.organisation_id), "alerts": new}
        journal(session, vault, CaseId(case.id), "case.alerted", _SYSTEM, detail)
    return new


def alert_danger_of(
    session: Session, vault: Vault, case_id: CaseId, occasion: str = "", *, but_not: MemberId | None = None
) -> int:
    """As `alert_danger`, for whoever knows only the case's id; the caller's verb has locked its row."""
    case = session.get(Case, case_id)
    return 0 if case is None else alert_danger(session, vault, case, occasion, but_not=but_not)


def who_can_be_alerted(
    session: Session, vault: Vault, gateways: Gateways, case: Case
) -> OrganisationId | None:
    """The organisation in which somebody can be alerted to this case now, at an address that we can send to; None without."""
    if case.state is State.CLOSED or case.practice or case.stopped_hour is not None:
        return None
    circle = _circle_that_acts(session, vault, case)
    if circle is None:
        return None
    reached = any(
        carries(gateways, Channel(address.channel), address.country)
        for address in _addresses_of(session, circle)
    )
    return OrganisationId(circle.organisation_id) if reached else None


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


def unalerted(session: Session, vault: Vault) -> tuple[Unalerted, ...]:
    """The partners and coordinators that get cases and in which nobody would be paged when one is in danger, by name."""
    found: list[Unalerted] = []
    for kind in (OrganisationKind.COORDINATOR, OrganisationKind.MONITORING_PARTNER):
        for organisation in organisations_of(session, kind):
            if organisation.state is OrganisationState.ACTIVE:
                found += _unalerted(session, vault, organisation)
    return tuple(found)


def _unalerted(session: Session, vault: Vault, organisation: Organisation) -> Iterable[Unalerted]:
    """At most one line: without keys it gets no cases, so nobody waits for an alert there."""
    if organisation.kind is OrganisationKind.COORDINATOR:
        names: tuple[CircleName, ...] = (CircleName.CUSTODY,)
    else:
        names = (CircleName.EVERYONE, CircleName.RESTRICTED)
    silent = [
        name
        for name in names
        if (circle := circle_of(session, vault, organisation.id, name)) is not None
        and not _addresses_of(session, circle)
    ]
    if silent:
        only_restricted = silent == [CircleName.RESTRICTED]
        yield Unalerted(organisation.id, organisation.name, only_restricted)


def _circle_that_acts(session: Session, vault: Vault, case: Case) -> CircleRow | None:
    facts = facts_of(vault, case)
    if facts.consent is ConsentLevel.NOBODY:
        # The worker was asked once, in these words: "Nobody will come unless a helper reads this", and then read "Nobody is told,
        # because you asked us to lock it". A page without content would still tell somebody, who could open nothing and help
        # nobody, and whom custody's grant of a report by text would tempt. The worker's next word unlocks it, and that pages.
        return None
    if case.organisation_id is not None:
        restricted = Handling.RESTRICTED in facts.handling
        return circle_for(session, vault, OrganisationId(case.organisation_id), restricted=restricted)
    custodian = custodian_of(session, CaseId(case.id))
    return None if custodian is None else circle_of(session, vault, custodian, CircleName.CUSTODY)


def _addresses_of(session: Session, circle: CircleRow) -> list[MemberAddress]:
    """The addresses of the members of a circle who can do something about a case."""
    query = (
        select(MemberAddress)
        .join(Member, Member.id == MemberAddress.member_id)
        .join(CircleMemberRow, CircleMemberRow.member_id == Member.id)
        .where(
            CircleMemberRow.circle_id == circle.id,
            Member.state == MemberState.ACTIVE,
            Member.role.in_(_ACTING),
        )
        .order_by(MemberAddress.id)
    )
    return list(session.scalars(query))


def _alerts_of(session: Session, case: Case) -> Iterable[UUID]:
    return session.scalars(
        select(OutgoingText.id).where(OutgoingText.case_id == case.id, OutgoingText.purpose == Purpose.ALERT)
    )


def _turn(session: Session, case: Case) -> str:
    """What tells this stay with whoever is asked from an earlier one: the offer, or custody's clock; empty once it is taken."""
    if case.state is State.OFFERED:
        offer = select(Offer.id).where(Offer.case_id == case.id, Offer.state == OfferState.OFFERED)
        return f"offer {session.scalars(offer).first()}"
    if case.state is not State.RECEIVED:
        return ""
    held = (
        select(Clock.id)
        .where(
            Clock.case_id == case.id,
            Clock.kind == ClockKind.PLACE,
            Clock.state.in_((ClockState.RUNNING, ClockState.MISSED)),
        )
        .order_by(Clock.due_at.desc(), Clock.id)
    )
    return f"held {session.scalars(held).first()}"
