"""The row of a grant: whether it stands as this deployment wrote it, and the parts that it holds."""

from collections.abc import Sequence, Set
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from sqlalchemy import Select
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, CaseId, Id, Opaque, partial_index
from app.vault.compartments import Compartment, KeyName, OpenedCompartments, pack_bundle, unpack_bundle
from app.vault.framing import frame, unframe
from app.vault.journal_heads import head_as_read_fits
from app.vault.journal_rows import HEAD_OF_CASE, JournalChainRow
from app.vault.keyholder import KeyHolder
from app.vault.keyring import ID_BYTES
from app.vault.pairs import Pair, SealBroken
from app.vault.public_keys import PublicKey
from app.vault.row_macs import Signed, is_sound, row_fits
from app.vault.seals import STEPS, Binding, open_seal, seal_to_key
from app.vault.veil import Place, decrypt, encrypt, unveil_json, veil_json

_WRAPPER = "offered grant"


class GrantState(StrEnum):
    """An offered grant opens for nobody, a live one for its holder, an ended one is empty."""

    OFFERED = "offered"
    LIVE = "live"
    ENDED = "ended"


class NoGrant(Exception):
    """The holder has no live grant for this case."""


class GrantNotOffered(Exception):
    """The grant is gone or no longer waits to be accepted."""


_HOLDERS = (
    "the holder that the row names: a code, a circle or a member; an offered one only with a keyring as well"
)


class GrantRow(Signed, Base):
    """One holder's grant for one case."""

    __tablename__ = "vault_grants"
    __table_args__ = (
        partial_index("uq_vault_grants_open", "case_id", "holder_id", where="state != 'ended'", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[CaseId] = mapped_column(Id, index=True)
    holder_kind: Mapped[str]
    holder_id: Mapped[UUID]
    public_key_id: Mapped[UUID]
    state: Mapped[str]
    names_veil: Mapped[bytes] = mapped_column(info=Opaque.veiled("which compartments may be opened"))
    sealed: Mapped[bytes | None] = mapped_column(
        info=Opaque.sealed("the private halves of those compartments", to=_HOLDERS)
    )
    granted_hour: Mapped[datetime]
    ended_hour: Mapped[datetime | None]
    # The newest version of the case's keys that it opens.
    key_version: Mapped[int | None]


GRANT_COLUMNS = tuple(GrantRow.__table__.c)
"""All that stands in a grant's row, for a query that reads it without making an object of it."""

_GRANT_NAMES = tuple(column.name for column in GRANT_COLUMNS)

HeadOfCase = tuple[UUID | None, int | None, bytes | None, bytes | None, int | None]
"""The columns that `with_heads` adds to a row, in their order."""


def with_heads(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """A query over grants, with the head of each case's chain behind its columns, for `open_granted` and `stands`."""
    return query.add_columns(*HEAD_OF_CASE).outerjoin(JournalChainRow, JournalChainRow.id == GrantRow.case_id)


def stands(holder: KeyHolder, row: GrantRow, head: HeadOfCase) -> bool:
    """Whether this deployment wrote the grant as it stands, and it reaches the newest version of the case's keys.

    An older copy of an ended grant's row has a MAC that fits. But everything that ends a grant makes a new version of the keys,
    which the grants that remain then hold, and the head of the case's chain says which is the newest.
    """
    return is_sound(holder, row) and _reaches(holder, row.key_version, head)


def stands_as_read(holder: KeyHolder, row: Sequence[Any]) -> bool:
    """As `stands`, of a row of `GRANT_COLUMNS` that `with_heads` added to: where there are hundreds, no object is made of each."""
    values = dict(zip(_GRANT_NAMES, row, strict=False))
    head = row[len(_GRANT_NAMES) :]
    return row_fits(holder, GrantRow, values) and _reaches(holder, values["key_version"], tuple(head))


def _reaches(holder: KeyHolder, version: int | None, head: Sequence[Any]) -> bool:
    chain, seq, digest, mac, newest = head
    # A case whose chain was taken away opens to nobody, and neither does one whose chain was begun anew, which has no number.
    if chain is None or newest is None or newest != version:
        return False
    return head_as_read_fits(holder, chain, seq, digest, mac, newest)


def veil_names(holder: KeyHolder, grant_id: UUID, names: Set[Compartment]) -> bytes:
    """The names of the compartments that a grant opens, veiled for its row."""
    return veil_json(holder, _names_place(grant_id), sorted(names))


def granted_names(holder: KeyHolder, row: GrantRow) -> frozenset[Compartment]:
    """The compartments that a grant names; raises `VeilBroken`."""
    return frozenset(Compartment(name) for name in unveil_json(holder, _names_place(row.id), row.names_veil))


def open_row(holder: KeyHolder, row: GrantRow, pair: Pair) -> OpenedCompartments:
    """What a grant's row holds, for who has checked that it stands; raises `NoGrant` or `SealBroken`."""
    if row.sealed is None:
        raise NoGrant(f"grant {row.id} is empty")
    pairs: dict[KeyName, Pair] = {}
    for number, part in enumerate(read_parts(holder, row)):
        pairs |= unpack_bundle(open_seal(holder, pair, _part_binding(row, number), part))
    return OpenedCompartments(holder, row.case_id, pairs)


def seal_grant_part(
    holder: KeyHolder,
    row: GrantRow,
    number: int,
    to: PublicKey,
    opened: OpenedCompartments,
    names: list[KeyName],
) -> bytes:
    """The next part of a grant: the private halves of these keys, sealed to its holder. Raises `PublicKeyForged`."""
    # From the second step on, so that the size does not tell how many compartments a holder may open.
    body = pack_bundle(opened, names)
    return seal_to_key(holder, to, _part_binding(row, number), body, STEPS[1:])


def _part_binding(row: GrantRow, number: int) -> Binding:
    return Binding("grant", GrantRow.__tablename__, row.id, "sealed", f"{row.case_id}", number)


def store_parts(holder: KeyHolder, row: GrantRow, parts: list[bytes]) -> None:
    """Put all parts of a grant in its row; those of an offered one are wrapped, which nobody takes off without a keyring."""
    packed = frame(*parts)
    if row.state == GrantState.OFFERED:
        key_id, cipher = holder.field_cipher(_WRAPPER)
        packed = bytes.fromhex(key_id) + encrypt(cipher, packed, _wrapper_bound(holder, row))
    row.sealed = packed


def read_parts(holder: KeyHolder, row: GrantRow) -> list[bytes]:
    """The sealed parts of a grant, in their order; raises `SealBroken`."""
    packed = row.sealed or b""
    try:
        if row.state == GrantState.OFFERED:
            _, cipher = holder.field_cipher(_WRAPPER, packed[:ID_BYTES].hex())
            packed = decrypt(cipher, packed[ID_BYTES:], _wrapper_bound(holder, row))
        return unframe(packed)
    except (InvalidTag, KeyError, ValueError):
        raise SealBroken(f"grant {row.id} was cut, altered or moved") from None


def _wrapper_bound(holder: KeyHolder, row: GrantRow) -> bytes:
    return frame("redress offered grant", holder.deployment, row.id, row.case_id, row.holder_id)


def _names_place(grant_id: UUID) -> Place:
    return Place(GrantRow.__tablename__, grant_id, "names_veil")
