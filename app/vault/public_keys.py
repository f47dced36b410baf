"""Authenticated public keys: whoever can write the database still cannot slip in a key of his own to be sealed to."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.database import Base, Opaque, new_id
from app.vault.keyholder import KeyHolder
from app.vault.pairs import Pair


class HolderKind(StrEnum):
    """Who can hold a grant."""

    RECEIPT = "receipt"
    CUSTODY = "custody"
    CIRCLE = "circle"
    MEMBER = "member"


class PublicKeyForged(Exception):
    """A public key in the database was not put there by this deployment; nothing may be sealed to it."""


class PublicKeyMissing(Exception):
    """The holder has no public key yet, so nothing can be sealed to it."""


@dataclass(frozen=True)
class PublicKey:
    """A holder's public half with the tag that authenticates it; every seal checks the tag again."""

    id: UUID
    kind: HolderKind
    holder_id: UUID
    raw: bytes
    mac: bytes
    version: int = 1

    @property
    def fingerprint(self) -> str:
        """Forty hexadecimal digits in groups of four, for two people to compare aloud."""
        digits = hashlib.sha256(self.raw).hexdigest()[:40]
        return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))


class PublicKeyRow(Base):
    """The public half of a member's or a circle's key. A receipt's lies in its own row."""

    __tablename__ = "vault_public_keys"
    __table_args__ = (UniqueConstraint("holder_id", "kind", "version"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    holder_id: Mapped[UUID]
    version: Mapped[int]
    raw: Mapped[bytes] = mapped_column(info=Opaque.nothing_to_open("public key", "of a member or a circle"))
    mac: Mapped[bytes] = mapped_column(info=Opaque.mac("that key"))
    made_hour: Mapped[datetime]


def mac_public_key(
    holder: KeyHolder, key_id: UUID, kind: str, holder_id: UUID, raw: bytes, version: int = 1
) -> bytes:
    """The tag that says: this deployment made this key for this holder, as its how-manieth."""
    return holder.mac("public key", key_id, kind, holder_id, raw, *_told(version))


def _told(version: int) -> tuple[int, ...]:
    # The first one goes without saying: the tags of every key from before there were later ones fit as they are.
    return () if version == 1 else (version,)


def check_public_key(holder: KeyHolder, key: PublicKey) -> PublicKey:
    """The key again when its tag fits; raises `PublicKeyForged`."""
    if holder.fitted.get(key.mac) == key:
        return key
    told = _told(key.version)
    fits = holder.mac_fits(key.mac, "public key", key.id, key.kind, key.holder_id, key.raw, *told)
    if not fits or len(key.raw) != Pair.PUBLIC_BYTES:
        raise PublicKeyForged(f"the public key of {key.kind} {key.holder_id} was not made by this deployment")
    # Those of circles are checked several times for every report; a receipt's is used once.
    if key.kind != HolderKind.RECEIPT:
        holder.fitted.remember(key.mac, key)
    return key


def new_public_key_row(holder: KeyHolder, kind: HolderKind, holder_id: UUID, raw: bytes) -> PublicKeyRow:
    """A row for a holder's first public key, with its tag."""
    key_id = new_id()
    return PublicKeyRow(
        id=key_id,
        kind=kind,
        holder_id=holder_id,
        version=1,
        raw=raw,
        mac=mac_public_key(holder, key_id, kind, holder_id, raw),
        made_hour=clock.hour_of(clock.now()),
    )


def public_key_from(holder: KeyHolder, row: PublicKeyRow) -> PublicKey:
    """The authenticated key of a row; raises `PublicKeyForged`."""
    kind = HolderKind(row.kind)
    return check_public_key(holder, PublicKey(row.id, kind, row.holder_id, row.raw, row.mac, row.version))


def public_key_of(session: Session, holder: KeyHolder, kind: HolderKind, holder_id: UUID) -> PublicKey:
    """The newest public key of a member, circle or custody; raises `PublicKeyMissing` or `PublicKeyForged`."""
    row = session.scalars(
        select(PublicKeyRow)
        .where(PublicKeyRow.holder_id == holder_id, PublicKeyRow.kind == kind)
        .order_by(PublicKeyRow.version.desc())
        .limit(1)
    ).first()
    if row is None:
        raise PublicKeyMissing(f"{kind} {holder_id} has no public key")
    return public_key_from(holder, row)
