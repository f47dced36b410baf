"""Who can be alerted: the circles that have to act on a case in danger, and those in which nobody has an address for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Uuid, bindparam, or_, select
from sqlalchemy.orm import Session

from app.cases.case import Case, circle_that_opens, facts_of
from app.cases.enums import ConsentLevel, State
from app.cases.routing import custodian_of
from app.cases.taxonomy import Handling
from app.database import CaseId, OrganisationId, Ready, Statement, send_together
from app.messaging.gateways.registry import Gateways
from app.messaging.members.addresses import Channel, carries
from app.messaging.members.calling import addresses_in, called_in
from app.messaging.members.notices import Notice
from app.messaging.models import MemberAddress
from app.network import (
    Member,
    Organisation,
    OrganisationKind,
    OrganisationState,
    organisations_of,
)
from app.vault import (
    CircleName,
    CircleRow,
    GrantRow,
    GrantState,
    Vault,
    circle_name,
    circle_of,
    is_sound,
)


@dataclass(frozen=True)
class Unalerted:
    """An organisation in which nobody could be alerted to danger; `only_restricted` when that holds for restricted cases only."""

    id: OrganisationId
    name: str
    only_restricted: bool


def who_can_be_alerted(
    session: Session, vault: Vault, gateways: Gateways, case: Case, *, routes: bool = False
) -> OrganisationId | None:
    """The organisation in which somebody can be alerted to this case now, at an address that we can send to; None without.

    `routes` says that the routing runs with it: where nobody was asked yet it asks one of those kept ready, nobody knows which, so
    somebody has to be reached in every one of them, and the first is given.
    """
    if case.state is State.CLOSED or case.practice or case.stopped_hour is not None:
        return None
    acts = circles_that_act(session, vault, case)
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


def circles_that_act(session: Session, vault: Vault, case: Case) -> list[CircleRow]:
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
