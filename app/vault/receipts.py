"""The receipt: twenty digits that are the worker's only key. Nothing of it is stored but public halves and a keyed tag."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from itertools import count
from typing import NewType, Self
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column
from stdnum.iso7064 import mod_11_10

from app import clock
from app.database import Base, CaseId, Id, Opaque, new_id, partial_index
from app.language import find_codes
from app.vault.framing import frame, unframe
from app.vault.keyholder import KeyHolder, derive, tag_of
from app.vault.pairs import Pair
from app.vault.public_keys import HolderKind, PublicKey, PublicKeyForged, check_public_key, mac_public_key
from app.vault.row_macs import Signed, holder_of, sound_or_none

Receipt = NewType("Receipt", str)

RECEIPT_DIGITS = 20
_RANDOM_DIGITS = RECEIPT_DIGITS - 1
_BLOCK_LIMIT = 10**_RANDOM_DIGITS

# The entropy of the receipt carries the weight, so one light run is enough and filing stays fast.
_MEMORY_KIB = 8 * 1024


class ReceiptMistyped(Exception):
    """This cannot be a receipt: wrong length, or the check digit says that a digit is wrong."""


class SignatureForged(Exception):
    """A signature does not belong to the receipt that is said to have made it."""


class ReceiptRow(Signed, Base):
    """What the database knows of a receipt: a keyed tag to find it, and two authenticated public halves."""

    __tablename__ = "vault_receipts"
    __table_args__ = (
        # Of an ended one the tag is gone: by this half alone it is found again.
        partial_index("ix_vault_receipts_ended", "signing", where="ended_hour IS NOT NULL"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[CaseId] = mapped_column(Id, index=True)
    pepper: Mapped[str]
    tag: Mapped[bytes | None] = mapped_column(
        unique=True, info=Opaque.tag("the worker's code, by a peppered Argon2id")
    )
    sealing: Mapped[bytes] = mapped_column(
        info=Opaque.nothing_to_open("public key", "of the code, for sealing")
    )
    sealing_mac: Mapped[bytes] = mapped_column(info=Opaque.mac("that key"))
    signing: Mapped[bytes] = mapped_column(
        info=Opaque.nothing_to_open("public key", "of the code, for its signatures")
    )
    signing_mac: Mapped[bytes] = mapped_column(info=Opaque.mac("that key"))
    registered_hour: Mapped[datetime]
    ended_hour: Mapped[datetime | None]


@dataclass(frozen=True)
class ReceiptKeys:
    """What a receipt derives, under each version of the pepper or, after `of`, under the one of its row."""

    deployment: UUID
    pepper: str
    masters: Mapping[str, bytes] = field(repr=False)

    @property
    def tags(self) -> dict[str, bytes]:
        """The lookup tag under each version of the pepper."""
        return {pepper: derive(master, "receipt tag") for pepper, master in self.masters.items()}

    @cached_property
    def pair(self) -> Pair:
        """The encryption pair, derived and never stored."""
        return Pair(derive(self.masters[self.pepper], "receipt sealing", length=Pair.PRIVATE_BYTES))

    @cached_property
    def _signing(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(derive(self.masters[self.pepper], "receipt signing"))

    @property
    def signing_public(self) -> bytes:
        """The public half that checks what `sign` made."""
        return self._signing.public_key().public_bytes_raw()

    def sign(self, purpose: str, canonical: bytes) -> bytes:
        """The worker's signature over canonical bytes, good for one purpose in this deployment only."""
        return self._signing.sign(_signed(self.deployment, purpose, canonical))

    def of(self, row: ReceiptRow) -> Self:
        """The same keys narrowed to the pepper of a stored row."""
        return replace(self, pepper=row.pepper, masters={row.pepper: self.masters[row.pepper]})

    def packed(self) -> bytes:
        """The keys as bytes for a worker's session, so that the receipt itself is never kept."""
        return frame(self.deployment, self.pepper, self.masters[self.pepper])

    @classmethod
    def unpacked(cls, raw: bytes) -> Self:
        """The keys that `packed` wrote."""
        deployment, pepper, master = unframe(raw)
        return cls(UUID(bytes=deployment), pepper.decode(), {pepper.decode(): master})


def new_receipt() -> Receipt:
    """A random receipt; `randbelow` samples by rejection, so every one is equally likely."""
    return _with_check_digit(secrets.randbelow(_BLOCK_LIMIT))


def receipt_from_secret(key: bytes) -> Receipt:
    """The receipt that belongs to a form token's secret: 64-bit blocks until one is small enough, so without bias."""
    usable = (2**64 // _BLOCK_LIMIT) * _BLOCK_LIMIT
    for number in count():
        block = int.from_bytes(tag_of(key, "receipt", number)[:8])
        if block < usable:
            return _with_check_digit(block % _BLOCK_LIMIT)
    raise AssertionError("unreachable: count() does not end")


def parse_receipt(text: str) -> Receipt:
    """Read a receipt as people write one, also inside a sentence; raises `ReceiptMistyped` before anything is hashed."""
    fitting = [number for number in find_codes(text, RECEIPT_DIGITS) if mod_11_10.is_valid(number)]
    if len(fitting) != 1:
        raise ReceiptMistyped("the check digit or the length does not fit, or two codes stand there")
    return Receipt(fitting[0])


def format_receipt(receipt: Receipt) -> str:
    """Five groups of four digits."""
    return " ".join(receipt[start : start + 4] for start in range(0, RECEIPT_DIGITS, 4))


def derive_receipt_keys(holder: KeyHolder, receipt: Receipt) -> ReceiptKeys:
    """One run of Argon2id, then keyed derivations under each pepper; do it before a unit of work for writing. Raises `TooBusy`."""
    salt = derive(holder.deployment.bytes, "receipt salt", length=16)
    argon = Argon2id(salt=salt, length=32, iterations=1, lanes=1, memory_cost=_MEMORY_KIB)
    with holder.slot():
        master = argon.derive(receipt.encode("ascii"))
    masters = {
        pepper: tag_of(holder.index_key(pepper, "receipt pepper"), holder.deployment, master)
        for pepper in holder.pepper_ids
    }
    return ReceiptKeys(holder.deployment, holder.pepper_ids[0], masters)


def find_receipt(session: Session, keys: ReceiptKeys) -> ReceiptRow | None:
    """The live receipt that these keys belong to, or None; use `keys.of(row)` from there on."""
    found = session.scalars(select(ReceiptRow).where(ReceiptRow.tag.in_(keys.tags.values()))).one_or_none()
    return sound_or_none(holder_of(session), found)


def register_receipt(holder: KeyHolder, case_id: CaseId, keys: ReceiptKeys) -> ReceiptRow:
    """The row for a new receipt, for the caller to add."""
    row_id = new_id()
    sealing, signing = keys.pair.public, keys.signing_public
    return ReceiptRow(
        id=row_id,
        case_id=case_id,
        pepper=keys.pepper,
        tag=keys.tags[keys.pepper],
        sealing=sealing,
        sealing_mac=mac_public_key(holder, row_id, HolderKind.RECEIPT, row_id, sealing),
        signing=signing,
        signing_mac=mac_public_key(holder, row_id, _SIGNING, case_id, signing),
        registered_hour=clock.hour_of(clock.now()),
        ended_hour=None,
    )


def end_receipt(session: Session, receipt_id: UUID) -> None:
    """Make a replaced receipt useless; its signing half stays, so that what it signed can still be checked."""
    row = session.scalars(select(ReceiptRow).where(ReceiptRow.id == receipt_id).with_for_update()).one()
    row.tag = None
    row.ended_hour = clock.hour_of(clock.now())


def receipt_public_key(holder: KeyHolder, row: ReceiptRow) -> PublicKey:
    """The half of a receipt that grants are sealed to; raises `PublicKeyForged`."""
    return check_public_key(
        holder, PublicKey(row.id, HolderKind.RECEIPT, row.id, row.sealing, row.sealing_mac)
    )


def verify_signature(
    holder: KeyHolder, row: ReceiptRow, purpose: str, canonical: bytes, signature: bytes
) -> None:
    """Raise `SignatureForged` unless the receipt signed this; raises `PublicKeyForged` when its key is not ours."""
    if not holder.mac_fits(row.signing_mac, "public key", row.id, _SIGNING, row.case_id, row.signing):
        raise PublicKeyForged(f"the signing key of receipt {row.id} was not made by this deployment")
    try:
        Ed25519PublicKey.from_public_bytes(row.signing).verify(
            signature, _signed(holder.deployment, purpose, canonical)
        )
    except InvalidSignature:
        raise SignatureForged(f"not signed by receipt {row.id}") from None


_SIGNING = "receipt signing"


def _signed(deployment: UUID, purpose: str, canonical: bytes) -> bytes:
    return frame("redress signature", deployment, purpose, canonical)


def _with_check_digit(number: int) -> Receipt:
    digits = f"{number:0{_RANDOM_DIGITS}d}"
    return Receipt(digits + mod_11_10.calc_check_digit(digits))
