"""Circles: a key that several members of one organisation share, sealed to each of them apart."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import ClassVar, NamedTuple
from uuid import UUID

from sqlalchemy import UniqueConstraint, Uuid, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.database import (
    Base,
    CircleId,
    Id,
    MemberId,
    Opaque,
    OrganisationId,
    Ready,
    Statement,
    new_id,
    send_together,
)
from app.logs import describe, log_event
from app.vault.keyholder import KeyHolder
from app.vault.members import MemberKey
from app.vault.pairs import Pair
from app.vault.public_keys import (
    HolderKind,
    PublicKey,
    PublicKeyForged,
    PublicKeyRow,
    check_public_key,
    new_public_key_row,
    public_key_of,
)
from app.vault.row_macs import Signed, holder_of, is_sound, row_fits, sound, sound_or_none
from app.vault.seals import Binding, open_seal, seal_to_key
from app.vault.veil import Place, unveil, veil


class CircleName(StrEnum):
    """Which circle of its organisation: all members, the trained and named ones, or the coordinator's custodians."""

    EVERYONE = "everyone"
    RESTRICTED = "restricted"
    CUSTODY = "custody"


class NotInCircle(Exception):
    """The member was not admitted to this circle."""


class AlreadyInCircle(Exception):
    """The member was admitted to this circle before."""


class CircleRow(Signed, Base):
    """A circle; its name is veiled, since a grant to the restricted one would otherwise tell what a case is about."""

    __tablename__ = "vault_circles"
    REMEMBERED: ClassVar[bool] = True

    id: Mapped[CircleId] = mapped_column(Id, primary_key=True)
    organisation_id: Mapped[OrganisationId] = mapped_column(Id, index=True)
    name_veil: Mapped[bytes] = mapped_column(info=Opaque.veiled("the name of the circle"))
    made_hour: Mapped[datetime]


class CircleMemberRow(Signed, Base):
    """The circle's private half, sealed to one of its members."""

    __tablename__ = "vault_circle_members"
    __table_args__ = (UniqueConstraint("circle_id", "member_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    circle_id: Mapped[CircleId] = mapped_column(Id)
    member_id: Mapped[MemberId] = mapped_column(Id, index=True)
    circle_key_id: Mapped[UUID]
    member_key_id: Mapped[UUID]
    sealed: Mapped[bytes] = mapped_column(
        info=Opaque.sealed(
            "the private half of the circle's key", to="the member whom the row names, by their own key"
        )
    )
    admitted_hour: Mapped[datetime]
    # Who let the member in: themselves where they made the circle; unknown for those who came before this was kept.
    admitted_by: Mapped[MemberId | None] = mapped_column(Id)


@dataclass(frozen=True)
class CircleKey:
    """A circle's opened key."""

    circle_id: CircleId
    public_key_id: UUID
    pair: Pair = field(repr=False)


def make_circle(
    session: Session, holder: KeyHolder, organisation_id: OrganisationId, name: CircleName, first: PublicKey
) -> CircleRow:
    """Make a circle with its key and its first member; raises `PublicKeyForged`."""
    pair, row_id = Pair.generate(), CircleId(new_id())
    row = CircleRow(
        id=row_id,
        organisation_id=organisation_id,
        name_veil=veil(holder, _name_place(row_id), name),
        made_hour=clock.hour_of(clock.now()),
    )
    public_row = new_public_key_row(holder, _kind_of(name), row_id, pair.public)
    session.add_all([row, public_row])
    admit_to_circle(
        session, holder, row_id, CircleKey(row_id, public_row.id, pair), first, MemberId(first.holder_id)
    )
    return row


def admit_to_circle(
    session: Session,
    holder: KeyHolder,
    circle_id: CircleId,
    circle: CircleKey,
    member: PublicKey,
    by: MemberId,
) -> CircleMemberRow:
    """Seal an opened circle's key to one more member; raises `NotInCircle`, `AlreadyInCircle` or `PublicKeyForged`."""
    if circle.circle_id != circle_id:
        raise NotInCircle(f"the opened key is not that of circle {circle_id}")
    if _membership(session, circle_id, MemberId(member.holder_id)) is not None:
        raise AlreadyInCircle(f"member {member.holder_id} is in circle {circle_id}")
    row_id = new_id()
    row = CircleMemberRow(
        id=row_id,
        circle_id=circle_id,
        member_id=MemberId(member.holder_id),
        circle_key_id=circle.public_key_id,
        member_key_id=member.id,
        sealed=seal_to_key(holder, member, _binding(row_id, circle_id), circle.pair.private),
        admitted_hour=clock.hour_of(clock.now()),
        admitted_by=by,
    )
    session.add(row)
    session.flush()
    return row


def open_circle(session: Session, holder: KeyHolder, member: MemberKey, circle_id: CircleId) -> CircleKey:
    """The circle's key, opened by one of its members; raises `NotInCircle` or `SealBroken`."""
    row = _membership(session, circle_id, member.member_id)
    if row is None:
        raise NotInCircle(f"member {member.member_id} is not in circle {circle_id}")
    return open_membership(holder, row, member)


def open_membership(holder: KeyHolder, row: CircleMemberRow, member: MemberKey) -> CircleKey:
    """As `open_circle`, for a row that the caller read together with others; raises `NotInCircle` or `SealBroken`."""
    if row.member_id != member.member_id or not is_sound(holder, row):
        raise NotInCircle(f"membership {row.id} is not that of member {member.member_id}")
    private = open_seal(holder, member.pair, _binding(row.id, row.circle_id), row.sealed)
    return CircleKey(row.circle_id, row.circle_key_id, Pair(private))


def circles_of_member(session: Session, member_id: MemberId) -> list[CircleRow]:
    """The circles a member was admitted to."""
    query = select(CircleRow, CircleMemberRow).join(
        CircleMemberRow, CircleMemberRow.circle_id == CircleRow.id
    )
    found = session.execute(query.where(CircleMemberRow.member_id == member_id).order_by(CircleRow.id))
    holder = holder_of(session)
    return [
        circle for circle, membership in found if is_sound(holder, circle) and is_sound(holder, membership)
    ]


def is_in_circle(session: Session, circle_id: CircleId, member_id: MemberId) -> bool:
    """Whether a member was admitted to a circle."""
    return sound_or_none(holder_of(session), _membership(session, circle_id, member_id)) is not None


def has_members(session: Session, circle_id: CircleId) -> bool:
    """Whether anybody at all was admitted to a circle."""
    rows = session.scalars(select(CircleMemberRow).where(CircleMemberRow.circle_id == circle_id))
    return any(True for _ in sound(holder_of(session), rows))


def circle_name(holder: KeyHolder, row: CircleRow) -> CircleName:
    """The name of a circle; raises `VeilBroken`."""
    return read_circle_name(holder, row.id, row.name_veil)


def read_circle_name(holder: KeyHolder, circle_id: UUID, name_veil: bytes) -> CircleName:
    """The name in the veiled column of a circle's row, for whoever read only that column; raises `VeilBroken`."""
    # Every report asks for those of all it may go to; a veil that others moved to another circle does not open there.
    known = holder.fitted.get(name_veil)
    if isinstance(known, _KnownName) and known.circle_id == circle_id:
        return known.name
    name = CircleName(unveil(holder, _name_place(circle_id), name_veil))
    holder.fitted.remember(name_veil, _KnownName(circle_id, name))
    return name


class _KnownName(NamedTuple):
    """What a veil was found to hold, and where."""

    circle_id: UUID
    name: CircleName


def circle_of(
    session: Session, holder: KeyHolder, organisation_id: OrganisationId, name: CircleName
) -> CircleRow | None:
    """The organisation's circle of this name, or None while it has no keys yet."""
    rows = session.scalars(select(CircleRow).where(CircleRow.organisation_id == organisation_id))
    return next((row for row in sound(holder, rows) if circle_name(holder, row) is name), None)


def has_circles(session: Session, organisation_id: OrganisationId) -> bool:
    """Whether an organisation's circles were ever made, also where their rows were changed since: no second ones are made then."""
    found = select(CircleRow.id).where(CircleRow.organisation_id == organisation_id).limit(1)
    return session.scalars(found).first() is not None


def circle_public_key(session: Session, holder: KeyHolder, row: CircleRow) -> PublicKey:
    """The half that grants for a circle are sealed to; raises `PublicKeyForged`."""
    return public_key_of(session, holder, _kind_of(circle_name(holder, row)), row.id)


@cache
def _keys_of(organisations: int) -> Ready:
    """The public keys of all circles of so many organisations, as columns: filing reads them each time and changes nothing."""
    wanted = [bindparam(f"organisation{number}", type_=Uuid()) for number in range(organisations)]
    return Ready(
        select(
            *CircleRow.__table__.c,
            PublicKeyRow.id,
            PublicKeyRow.kind,
            PublicKeyRow.holder_id,
            PublicKeyRow.raw,
            PublicKeyRow.mac,
            PublicKeyRow.version,
        )
        .join(PublicKeyRow, PublicKeyRow.holder_id == CircleRow.id)
        .where(CircleRow.organisation_id.in_(wanted))
        .order_by(PublicKeyRow.version),
        often_the_same=True,
    )


def circle_public_keys(
    session: Session, holder: KeyHolder, wanted: Mapping[OrganisationId, CircleName]
) -> dict[OrganisationId, PublicKey]:
    """The public key of one circle of each organisation, in one statement.

    Whoever has no keys yet is left out, and so is whoever has some that this deployment did not make.
    """
    newest: dict[OrganisationId, PublicKey] = {}
    if not wanted:
        return newest
    session.flush()
    asked = {f"organisation{number}": each for number, each in enumerate(wanted)}
    [rows] = send_together(session, [Statement(_keys_of(len(wanted)), asked)])
    names = tuple(CircleRow.__table__.c.keys())
    for row in rows:
        circle = dict(zip(names, row, strict=False))
        if not row_fits(holder, CircleRow, circle):
            continue
        key_id, kind, holder_id, raw, mac, version = row[len(names) :]
        organisation_id, name = circle["organisation_id"], wanted[circle["organisation_id"]]
        if kind == _kind_of(name) and read_circle_name(holder, holder_id, circle["name_veil"]) is name:
            newest[organisation_id] = PublicKey(key_id, HolderKind(kind), holder_id, raw, mac, version)
    return {organisation: key for organisation, key in newest.items() if _is_ours(holder, key)}


def _is_ours(holder: KeyHolder, key: PublicKey) -> bool:
    try:
        check_public_key(holder, key)
    except PublicKeyForged as forged:
        log_event("key.forged", level=logging.WARNING, error=describe(forged))
        return False
    return True


def _membership(session: Session, circle_id: CircleId, member_id: MemberId) -> CircleMemberRow | None:
    return session.scalars(
        select(CircleMemberRow).where(
            CircleMemberRow.circle_id == circle_id, CircleMemberRow.member_id == member_id
        )
    ).one_or_none()


def _kind_of(name: CircleName) -> HolderKind:
    return HolderKind.CUSTODY if name is CircleName.CUSTODY else HolderKind.CIRCLE


def _binding(row_id: UUID, circle_id: UUID) -> Binding:
    return Binding("circle key", CircleMemberRow.__tablename__, row_id, "sealed", f"{circle_id}")


def _name_place(row_id: UUID) -> Place:
    return Place(CircleRow.__tablename__, row_id, "name_veil")
