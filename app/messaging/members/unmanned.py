"""On which days nobody is on duty who could be alerted; then everybody is, and operator and lead are told so."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.database import MemberId
from app.messaging.models import MemberAddress
from app.network import OrganisationKind, OrganisationState, organisations_of, roster_of
from app.vault import CircleName, Vault, circle_of, sound


@dataclass(frozen=True)
class DutyGap:
    """An organisation that is paged, and the days, today and the next seven, on which nobody there is on duty."""

    name: str
    today: date
    days: tuple[date, ...]


def duty_gaps(session: Session, vault: Vault) -> tuple[DutyGap, ...]:
    """The partners and coordinators that get cases and have such days, by name."""
    found = []
    for kind in (OrganisationKind.COORDINATOR, OrganisationKind.MONITORING_PARTNER):
        for organisation in organisations_of(session, kind):
            # Without keys it gets no cases.
            has_keys = circle_of(session, vault, organisation.id, CircleName.EVERYONE) is not None
            if organisation.state is not OrganisationState.ACTIVE or not has_keys:
                continue
            roster, now = roster_of(session, vault, organisation.id), clock.now()
            reached = with_addresses(session, vault, {each.member_id for each in roster.turns})
            gaps = roster.of(reached).gaps(now)
            if gaps:
                found.append(DutyGap(organisation.name, roster.day_of(now), gaps))
    return tuple(found)


def with_addresses(session: Session, vault: Vault, members: Collection[UUID]) -> frozenset[MemberId]:
    """Those of these members who have an address for alerts."""
    rows = session.scalars(select(MemberAddress).where(MemberAddress.member_id.in_(members)))
    return frozenset(MemberId(row.member_id) for row in sound(vault, rows))
