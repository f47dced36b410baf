"""What members are told of and how: each says it for themselves, kind by kind; what nobody can believe is as for everybody."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import cast
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.messaging.members.addresses import Channel
from app.messaging.models import MemberNotices
from app.network import SignedIn, roster_of
from app.vault import Json, Place, Vault, VeilBroken, is_sound, journal


class Notice(StrEnum):
    """What a member can be told of."""

    DANGER = "danger"
    OFFER = "offer"
    LATE = "late"
    DATE = "date"
    DIGEST = "digest"


Wishes = Mapping[Notice, frozenset[Channel]]
"""By which channels a member is told of what; by none means not at all."""

_BOTH = frozenset(Channel)
USUAL: Wishes = MappingProxyType(
    {
        Notice.DANGER: _BOTH,
        Notice.OFFER: frozenset(),
        Notice.LATE: _BOTH,
        Notice.DATE: _BOTH,
        Notice.DIGEST: frozenset({Channel.EMAIL}),
    }
)
"""What holds for who has said nothing."""

POSSIBLE: Wishes = MappingProxyType(
    {notice: frozenset({Channel.EMAIL}) if notice is Notice.DIGEST else _BOTH for notice in Notice}
)
"""How each can be told: the digest is too long for a text."""


class DangerNeedsYou(Exception):
    """The member would not be told of danger on days on which nobody but they is on duty."""


def choose_notices(session: Session, vault: Vault, by: SignedIn, wishes: Wishes) -> None:
    """Keep what the member wants to be told of; raises `DangerNeedsYou`."""
    kept = {notice: wishes.get(notice, frozenset()) & POSSIBLE[notice] for notice in Notice}
    roster = roster_of(session, vault, by.organisation.id)
    if not kept[Notice.DANGER] and roster.alone(by.member.id, clock.now()):
        raise DangerNeedsYou
    told = {notice.value: sorted(channels) for notice, channels in kept.items()}
    veiled = vault.veil_json(_place(by.member.id), cast(Json, told))
    row = session.get(MemberNotices, by.member.id, with_for_update=True, populate_existing=True)
    if row is not None and not is_sound(vault, row):
        # What others wrote is not made ours by writing over it.
        session.delete(row)
        session.flush()
        row = None
    if row is None:
        session.add(MemberNotices(member_id=by.member.id, wishes_veil=veiled))
    else:
        row.wishes_veil = veiled
    journal(session, vault, None, "member.notices", by.actor, None)


def wishes_of(session: Session, vault: Vault, members: Collection[UUID]) -> dict[UUID, Wishes]:
    """What each of these members wants to be told of."""
    found = dict.fromkeys(members, USUAL)
    for row in session.scalars(select(MemberNotices).where(MemberNotices.member_id.in_(found))):
        if is_sound(vault, row):
            found[row.member_id] = _read(vault, row)
    return found


def _read(vault: Vault, row: MemberNotices) -> Wishes:
    try:
        told = vault.unveil_json(_place(row.member_id), row.wishes_veil)
    except VeilBroken:
        return USUAL
    # A kind that came with a later version is as usual for who chose before.
    said = {notice: told[notice.value] for notice in Notice if notice.value in told}
    return {**USUAL, **{notice: frozenset(map(Channel, names)) for notice, names in said.items()}}


def _place(member_id: UUID) -> Place:
    return Place("member_notices", member_id, "wishes_veil")
