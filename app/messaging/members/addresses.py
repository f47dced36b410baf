"""Where members want to be alerted: a number and an e-mail address of each, sealed so that only the dispatcher can read them."""

from dataclasses import dataclass
from email.errors import MessageError
from enum import StrEnum
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.database import MemberId, new_id
from app.language import plain_signs
from app.messaging.gateways.registry import Gateways
from app.messaging.models import MemberAddress
from app.messaging.phones import read_written_number
from app.messaging.queue import EMAIL, address_place
from app.network import SignedIn
from app.vault import Place, Vault, holder_of, journal, sound, sound_or_none

_LONGEST = 254


class Channel(StrEnum):
    """How an alert travels."""

    TEXT = "text"
    EMAIL = EMAIL


class AddressUnreadable(Exception):
    """This is no number that can be texted, or no e-mail address; nothing was stored."""


@dataclass(frozen=True)
class KeptAddress:
    """One of a member's own addresses, as they see it again: a hint of it; `carried` when this deployment can send there."""

    id: UUID
    channel: Channel
    hint: str
    carried: bool


def keep_address(session: Session, vault: Vault, by: SignedIn, channel: Channel, text: str) -> None:
    """Keep where this member wants to be alerted, instead of what was kept for this channel before; raises `AddressUnreadable`."""
    country = None
    if channel is Channel.TEXT:
        address, country = _number(text, by.organisation.country)
        hint = f"{address[:3]}…{address[-2:]}"
    else:
        address = _email(text)
        hint = f"{address[0]}…@{address.rpartition('@')[2]}"
    _forget(session, by.member.id, channel)
    address_id = new_id()
    row = MemberAddress(
        id=address_id,
        member_id=by.member.id,
        channel=channel.value,
        address_sealed=vault.seal_to_contact(address_place(address_id), address),
        hint_veil=vault.veil(_hint_place(address_id), hint),
        country=country,
    )
    session.add(row)
    session.flush()
    journal(session, vault, None, "member.address_kept", by.actor, {"channel": channel.value})


def forget_address(session: Session, vault: Vault, by: SignedIn, channel: Channel) -> None:
    """Alert this member there no more; what still waits to go there is not sent."""
    if _forget(session, by.member.id, channel):
        journal(session, vault, None, "member.address_forgotten", by.actor, {"channel": channel.value})


def address_of(session: Session, member_id: MemberId, channel: Channel) -> MemberAddress | None:
    """The member's address for this channel; one that others wrote is none."""
    query = select(MemberAddress).where(MemberAddress.member_id == member_id)
    found = session.scalars(query.where(MemberAddress.channel == channel.value)).one_or_none()
    return sound_or_none(holder_of(session), found)


def kept_addresses(
    session: Session, vault: Vault, gateways: Gateways, member_id: MemberId
) -> dict[Channel, KeptAddress]:
    """The member's addresses by channel."""
    rows = session.scalars(select(MemberAddress).where(MemberAddress.member_id == member_id))
    return {
        Channel(row.channel): KeptAddress(
            row.id,
            Channel(row.channel),
            vault.unveil(_hint_place(row.id), row.hint_veil),
            carries(gateways, Channel(row.channel), row.country),
        )
        for row in sound(vault, rows)
    }


def carries(gateways: Gateways, channel: Channel, country: str | None) -> bool:
    """Whether this deployment can alert by this channel, in this country."""
    if channel is Channel.EMAIL:
        return EMAIL in gateways.names
    return gateways.route_to(country, None) is not None


def _forget(session: Session, member_id: MemberId, channel: Channel) -> bool:
    gone = delete(MemberAddress).where(
        MemberAddress.member_id == member_id, MemberAddress.channel == channel.value
    )
    return session.scalars(gone.returning(MemberAddress.id)).first() is not None


def _number(text: str, home_country: str) -> tuple[str, str | None]:
    number = read_written_number(text, home_country)
    if number is None:
        raise AddressUnreadable
    return number.e164, number.country


def _email(text: str) -> str:
    plain = plain_signs(text).strip()
    if len(plain) > _LONGEST or not plain.isascii() or not plain.isprintable() or " " in plain:
        raise AddressUnreadable
    # Imported here: the reader of mails' headers is 0.4 MB and 10 ms of each start, and members give an address once.
    from email.headerregistry import Address

    try:
        parsed = Address(addr_spec=plain)
    except (MessageError, ValueError, IndexError):
        raise AddressUnreadable from None
    name, dot, top = parsed.domain.rpartition(".")
    if not parsed.username or not (name and dot and len(top) > 1) or plain.startswith('"'):
        raise AddressUnreadable
    return plain


def _hint_place(address_id: UUID) -> Place:
    return Place("member_addresses", address_id, "hint_veil")
