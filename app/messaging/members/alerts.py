"""Paging members: a case in danger waits for them. The alert says that something is urgent and nothing else.

A phone lies on a table, a mail shows on a locked screen: no reference, no country, no name may stand there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from uuid import UUID

from sqlalchemy import Uuid, bindparam, func, or_, select
from sqlalchemy import case as sql_case
from sqlalchemy.orm import Session

from app.cases.case import Case, Clock, Offer, circle_that_opens, facts_of
from app.cases.clocks import ASKING
from app.cases.enums import ClockKind, ConsentLevel, OfferState, Profile, State, Urgency
from app.cases.routing import custodian_of
from app.cases.taxonomy import Handling
from app.cases.words import profile_for
from app.database import CaseId, MemberId, OrganisationId, Ready, Statement, send_together
from app.messaging.delivery import Purpose
from app.messaging.gateways.registry import Gateways
from app.messaging.members.addresses import Channel, address_of, carries
from app.messaging.members.calling import addresses_in, called_in
from app.messaging.members.notices import Notice
from app.messaging.models import MemberAddress, OutgoingText
from app.messaging.queue import MERGED, enqueue_alert, is_written_down, note_merged_alert
from app.network import (
    Limit,
    Member,
    Organisation,
    OrganisationKind,
    OrganisationState,
    SignedIn,
    count_attempt,
    organisations_of,
    window_end,
)
from app.vault import (
    SYSTEM,
    CircleName,
    CircleRow,
    GrantRow,
    GrantState,
    Json,
    Vault,
    circle_name,
    circle_of,
    is_sound,
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


@dataclass(frozen=True)
class Unalerted:
    """An organisation in which nobody could be alerted to danger; `only_restricted` when that holds for restricted cases only."""

    id: OrganisationId
    name: str
    only_restricted: bool


def alert_danger(
    session: Session, vault: Vault, case: Case, occasion: str = "", *, but_not: MemberId | None = None
) -> int:
    """Page whoever has to act now, if the case is in danger: the partner that holds it, all that are asked, else custody.

    Who is asked is paged on all of the fast track. Once for each case, address and occasion, and at most once in a quarter of an
    hour. Without an occasion it is that it came to them and they have not taken it yet. How many alerts are new.
    """
    if case.state is State.CLOSED or case.practice or not _pages(case):
        return 0
    circles = _circles_that_act(session, vault, case)
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


def who_can_be_alerted(
    session: Session, vault: Vault, gateways: Gateways, case: Case, *, routes: bool = False
) -> OrganisationId | None:
    """The organisation in which somebody can be alerted to this case now, at an address that we can send to; None without.

    `routes` says that the routing runs with it: where nobody was asked yet it asks one of those kept ready, nobody knows which, so
    somebody has to be reached in every one of them, and the first is given.
    """
    if case.state is State.CLOSED or case.practice or case.stopped_hour is not None:
        return None
    acts = _circles_that_act(session, vault, case)
    standing_by = _circles_kept_ready(session, vault, case) if routes and acts else []
    if standing_by and not all(_is_reached(session, vault, gateways, circle) for circle in standing_by):
        return None
    reached = (circle for circle in standing_by or acts if _is_reached(session, vault, gateways, circle))
    return next((OrganisationId(circle.organisation_id) for circle in reached), None)


def _circles_kept_ready(session: Session, vault: Vault, case: Case) -> list[CircleRow]:
    """The circles of those who may be asked for a case that nobody has yet; none where somebody was asked."""
    restricted = Handling.RESTRICTED in facts_of(vault, case).handling
    wanted = CircleName.RESTRICTED if restricted else CircleName.EVERYONE
    if case.organisation_id is not None:
        return []
    query = select(CircleRow).join(GrantRow, GrantRow.holder_id == CircleRow.id)
    query = query.where(GrantRow.case_id == case.id, GrantRow.state == GrantState.OFFERED)
    found = session.scalars(query.order_by(CircleRow.id)).unique()
    return [circle for circle in found if circle_name(vault, circle) is wanted]


def _is_reached(session: Session, vault: Vault, gateways: Gateways, circle: CircleRow) -> bool:
    """Whether somebody whom danger in a circle calls now has an address that we can send to."""
    addresses = called_in(session, vault, circle, Notice.DANGER)
    return any(carries(gateways, Channel(address.channel), address.country) for address in addresses)


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
        and not addresses_in(session, circle)
    ]
    if silent:
        only_restricted = silent == [CircleName.RESTRICTED]
        yield Unalerted(organisation.id, organisation.name, only_restricted)


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


# The first question that paging asks, and for most partners that a report goes to the last: so it is put into words once.
_ADDRESSED = Ready(
    select(Member.organisation_id)
    .join(MemberAddress, MemberAddress.member_id == Member.id)
    .where(or_(*(Member.organisation_id == bindparam(each, type_=Uuid()) for each in ("first", "second"))))
    .distinct()
)


def _with_addresses(session: Session, partners: tuple[UUID, ...]) -> list[UUID]:
    """Those of one or two organisations in which a member has an address at all, whoever wrote it; in their order."""
    asked = {"first": partners[0], "second": partners[-1]}
    [rows] = send_together(session, [Statement(_ADDRESSED, asked)])
    return [each for each in partners if (each,) in rows]


def _circles_that_act(session: Session, vault: Vault, case: Case) -> list[CircleRow]:
    """The circles that are paged: of the partners that have the case or are asked, where anybody has an address, else custody's."""
    facts = facts_of(vault, case)
    if facts.consent is ConsentLevel.NOBODY:
        # The worker was asked once, in these words: "Nobody will come unless a helper reads this", and then read "Nobody is told,
        # because you asked us to lock it". A page without content would still tell somebody, who could open nothing and help
        # nobody, and whom custody's grant of a report by text would tempt. The worker's next word unlocks it, and that pages.
        return []
    # Whose case it is, a row that others wrote cannot say: then custody, who holds a grant, is paged.
    forged = case in session and not is_sound(vault, case)
    if case.partners and not forged:
        addressed = _with_addresses(session, case.partners)
        found = [circle_that_opens(session, vault, case, OrganisationId(each)) for each in addressed]
    else:
        custodian = custodian_of(session, CaseId(case.id))
        found = [None if custodian is None else circle_of(session, vault, custodian, CircleName.CUSTODY)]
    return [circle for circle in found if circle is not None]


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
