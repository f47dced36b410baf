"""The compartments of a case: three versioned key pairs, so that each holder can be given exactly what it may open."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.database import Base, CaseId, Id, Opaque, new_id
from app.vault.framing import Json, frame, from_json_bytes, to_json_bytes, unframe
from app.vault.journal_heads import head_fits
from app.vault.journal_rows import HEAD_OF_CASE, JournalChainRow
from app.vault.keyholder import KeyHolder
from app.vault.pairs import Pair, SealBroken
from app.vault.public_keys import PublicKeyForged
from app.vault.seals import Binding, open_seal, seal_raw
from app.vault.veil import Place


class Compartment(StrEnum):
    """What a case is split into."""

    IDENTITY = "identity"
    ACCOUNT = "account"
    BRIEF = "brief"


KeyName = tuple[Compartment, int]
"""A compartment and its version."""


class CompartmentClosed(Exception):
    """The holder's grant does not name this compartment in this version."""


class CompartmentKeyMissing(Exception):
    """The case has no public key for a compartment."""


class CompartmentKeyRow(Base):
    """The public half of one version of a compartment's key; everybody who may add to a case seals to it."""

    __tablename__ = "vault_compartment_keys"

    id: Mapped[UUID]
    case_id: Mapped[CaseId] = mapped_column(Id, primary_key=True)
    compartment: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    raw: Mapped[bytes] = mapped_column(info=Opaque.nothing_to_open("public key", "of a compartment"))
    mac: Mapped[bytes] = mapped_column(info=Opaque.mac("that key"))
    made_hour: Mapped[datetime]


@dataclass(frozen=True)
class OpenedCompartments:
    """The private halves that a grant names, in memory while a request needs them."""

    holder: KeyHolder = field(repr=False)
    case_id: CaseId
    pairs: Mapping[KeyName, Pair] = field(repr=False)

    @property
    def names(self) -> frozenset[Compartment]:
        """The compartments of which at least one version opens."""
        return frozenset(compartment for compartment, _ in self.pairs)

    @cached_property
    def packed(self) -> Mapping[KeyName, bytes]:
        """Each private half with its name, as a grant holds it."""
        return {name: frame(*name, pair.private) for name, pair in self.pairs.items()}

    @cached_property
    def bundle(self) -> bytes:
        """All of them together: a new case's go into five grants."""
        return frame(*(self.packed[name] for name in sorted(self.pairs)))

    def opens(self, compartment: Compartment, version: int) -> bool:
        """Whether entries of this compartment and version can be read."""
        return (compartment, version) in self.pairs

    def open_entry(self, place: Place, compartment: Compartment, version: int, sealed: bytes) -> Any:
        """The body that `seal_entry` sealed for this place; raises `CompartmentClosed` or `SealBroken`."""
        pair = self._pair(compartment, version)
        return from_json_bytes(
            open_seal(self.holder, pair, _entry_binding(place, compartment, version), sealed)
        )

    def open_part(self, place: Place, compartment: Compartment, version: int, sealed: bytes) -> bytes:
        """The part of a file that `seal_part` sealed for this place; raises `CompartmentClosed` or `SealBroken`."""
        pair = self._pair(compartment, version)
        return open_seal(self.holder, pair, _part_binding(place, compartment, version), sealed)

    def _pair(self, compartment: Compartment, version: int) -> Pair:
        pair = self.pairs.get((compartment, version))
        if pair is None:
            raise CompartmentClosed(f"{compartment} version {version} is not part of this grant")
        return pair


@dataclass(frozen=True)
class CompartmentKeys(OpenedCompartments):
    """Freshly made compartments: the private halves, and the rows with the public ones to be stored."""

    key_rows: tuple[CompartmentKeyRow, ...] = field(repr=False)

    def rows(self) -> list[CompartmentKeyRow]:
        """The rows to add to the session."""
        return list(self.key_rows)

    def row(self, compartment: Compartment) -> CompartmentKeyRow:
        """The public key row to seal to, before anything is stored."""
        return next(row for row in self.key_rows if row.compartment == compartment)


def make_compartments(
    holder: KeyHolder, case_id: CaseId, versions: Mapping[Compartment, int] | None = None
) -> CompartmentKeys:
    """Fresh key pairs for all compartments of a case, version 1 unless told otherwise."""
    names = [(compartment, (versions or {}).get(compartment, 1)) for compartment in Compartment]
    pairs = {name: Pair.generate() for name in names}
    rows = tuple(_key_row(holder, case_id, name, pair.public) for name, pair in pairs.items())
    return CompartmentKeys(holder, case_id, pairs, rows)


def seal_entry(holder: KeyHolder, key: CompartmentKeyRow, place: Place, body: Json) -> bytes:
    """Seal an entry to a compartment for the place where it will stand; raises `PublicKeyForged`."""
    check_compartment_key(holder, key)
    binding = _entry_binding(place, Compartment(key.compartment), key.version)
    return seal_raw(holder, key.raw, binding, to_json_bytes(body))


def seal_part(holder: KeyHolder, key: CompartmentKeyRow, place: Place, part: bytes) -> bytes:
    """Seal a part of a file to a compartment for the place where it will stand; raises `PublicKeyForged`."""
    check_compartment_key(holder, key)
    binding = _part_binding(place, Compartment(key.compartment), key.version)
    return seal_raw(holder, key.raw, binding, part)


def current_compartments(
    session: Session, holder: KeyHolder, case_id: CaseId
) -> dict[Compartment, CompartmentKeyRow]:
    """The newest public key of each compartment, authenticated; raises `PublicKeyForged` or `CompartmentKeyMissing`.

    The head of the case's chain says which is the newest: where that row was taken away, who lost access holds the one before.
    """
    found = session.execute(
        select(CompartmentKeyRow, *HEAD_OF_CASE)
        .outerjoin(JournalChainRow, JournalChainRow.id == CompartmentKeyRow.case_id)
        .where(CompartmentKeyRow.case_id == case_id)
        .order_by(CompartmentKeyRow.version)
    ).all()
    # A row that others put beside the newest is passed over: it must not keep anybody from writing.
    newest = {Compartment(row.compartment): row for row, *_ in found if is_made_here(holder, row)}
    if set(newest) != set(Compartment):
        if any(not is_made_here(holder, row) for row, *_ in found):
            raise PublicKeyForged(f"a key of case {case_id} was not made by this deployment")
        raise CompartmentKeyMissing(f"case {case_id} lacks the key of a compartment")
    chain, seq, digest, mac, version = found[0][1:]
    if chain is None:
        raise CompartmentKeyMissing(f"nothing says which keys of case {case_id} are the newest")
    head = JournalChainRow(id=chain, seq=seq, hash=digest, mac=mac, key_version=version)
    if not head_fits(holder, head) or any(row.version != version for row in newest.values()):
        raise CompartmentKeyMissing(f"case {case_id} lacks the newest key of a compartment")
    return newest


def takes_words(session: Session, holder: KeyHolder, case_id: CaseId) -> bool:
    """Whether the newest keys of the case can be told, so that something can be sealed to them."""
    try:
        current_compartments(session, holder, case_id)
    except (CompartmentKeyMissing, PublicKeyForged):
        return False
    return True


def newest_made(session: Session, holder: KeyHolder, case_id: CaseId) -> int | None:
    """The newest version of a case's keys that this deployment made, or None where it made none."""
    rows = session.scalars(select(CompartmentKeyRow).where(CompartmentKeyRow.case_id == case_id))
    return max((row.version for row in rows if is_made_here(holder, row)), default=None)


def check_compartment_key(holder: KeyHolder, row: CompartmentKeyRow) -> None:
    """Raise `PublicKeyForged` unless this deployment made the row."""
    if not is_made_here(holder, row):
        raise PublicKeyForged(
            f"the {row.compartment} key of case {row.case_id} was not made by this deployment"
        )


def is_made_here(holder: KeyHolder, row: CompartmentKeyRow) -> bool:
    """Whether this deployment made the row."""
    parts = _key_parts(row.id, row.case_id, row.compartment, row.version, row.raw)
    return holder.mac_fits(row.mac, "compartment key", *parts)


def pack_bundle(opened: OpenedCompartments, names: Iterable[KeyName]) -> bytes:
    """The private halves of the named keys as bytes, for a grant."""
    wanted = set(names)
    if wanted == opened.pairs.keys():
        return opened.bundle
    return frame(*(opened.packed[name] for name in sorted(wanted)))


def unpack_bundle(bundle: bytes) -> dict[KeyName, Pair]:
    """The pairs that `pack_bundle` wrote; raises `SealBroken`."""
    pairs: dict[KeyName, Pair] = {}
    try:
        for packed in unframe(bundle):
            name, version, private = unframe(packed)
            pairs[Compartment(name.decode()), int.from_bytes(version, signed=True)] = Pair(private)
    except ValueError:
        raise SealBroken("a grant holds something else than compartment keys") from None
    return pairs


def _key_row(holder: KeyHolder, case_id: CaseId, name: KeyName, raw: bytes) -> CompartmentKeyRow:
    key_id = new_id()
    return CompartmentKeyRow(
        id=key_id,
        case_id=case_id,
        compartment=name[0].value,
        version=name[1],
        raw=raw,
        mac=holder.mac("compartment key", *_key_parts(key_id, case_id, *name, raw)),
        made_hour=clock.hour_of(clock.now()),
    )


def _key_parts(
    key_id: UUID, case_id: UUID, compartment: str, version: int, raw: bytes
) -> tuple[UUID, UUID, str, int, bytes]:
    return key_id, case_id, str(compartment), version, raw


def _entry_binding(place: Place, compartment: Compartment, version: int) -> Binding:
    return Binding("entry", place.table, place.row, place.column, compartment, version)


def _part_binding(place: Place, compartment: Compartment, version: int) -> Binding:
    return Binding("part", place.table, place.row, place.column, compartment, version)
