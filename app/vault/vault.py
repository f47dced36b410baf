"""The facade: one cheap object without a session, whose methods are the acts that the rest of Redress asks of the vault."""

from collections.abc import Mapping, Set
from datetime import datetime
from typing import Any
from uuid import UUID

from app.database import CaseId, MemberId
from app.vault import (
    compartments,
    contact,
    grant_rows,
    grants,
    members,
    phone_seals,
    receipts,
    seals,
    tokens,
    veil,
)
from app.vault.circles import CircleKey
from app.vault.compartments import Compartment, CompartmentKeyRow, CompartmentKeys, OpenedCompartments
from app.vault.framing import Json, Part, from_json_bytes, to_json_bytes
from app.vault.grant_rows import GrantRow
from app.vault.keyholder import KeyHolder
from app.vault.members import MemberKey, MemberKeyWrap, NewMemberKey
from app.vault.phone_seals import ChunkSeal, IntakeKey, PhoneSeal
from app.vault.public_keys import PublicKey
from app.vault.receipts import Receipt, ReceiptKeys, ReceiptRow
from app.vault.seals import Binding
from app.vault.tokens import FormToken
from app.vault.veil import Place


class Vault(KeyHolder):
    """Everything that needs the keyring but no database session; safe to share between threads.

    With `slots` it waits its turn for each Argon2id, as everything that strangers can set off must.
    """

    def veil(self, place: Place, text: str) -> bytes:
        """Veil a text for its place."""
        return veil.veil(self, place, text)

    def unveil(self, place: Place, blob: bytes) -> str:
        """The text veiled for this place; raises `VeilBroken`."""
        return veil.unveil(self, place, blob)

    def veil_json(self, place: Place, value: Json) -> bytes:
        """Veil a structure for its place."""
        return veil.veil_json(self, place, value)

    def unveil_json(self, place: Place, blob: bytes) -> Any:
        """The structure veiled for this place; raises `VeilBroken`."""
        return veil.unveil_json(self, place, blob)

    def form_token(self) -> str:
        """A fresh form token."""
        return tokens.form_token(self)

    def read_form_token(self, token: str) -> FormToken:
        """What a form token carries; raises `TokenForged`."""
        return tokens.read_form_token(self, token)

    def follow_form_token(self, token: str, *meaning: Part) -> str:
        """The token for sending this as something new where a token was used; raises `TokenForged`."""
        return tokens.follow_form_token(self, token, *meaning)

    def name_case(self, case_id: UUID) -> str:
        """What the forms of a page call the case they are about."""
        return tokens.name_case(self, case_id)

    def is_case_named(self, name: str, case_id: UUID) -> bool:
        """Whether a form that carries this name is about that case."""
        return tokens.is_case_named(self, name, case_id)

    def intake_keys(self) -> tuple[IntakeKey, ...]:
        """The keys that phones may seal to now, the newest first; in the web process only."""
        return phone_seals.intake_keys(self.keyring)

    def intake_key_made_anew_at(self) -> datetime | None:
        """When the current one took another one's place; None for the first one."""
        return phone_seals.made_anew_at(self.keyring)

    def open_phone_seal(self, seal: PhoneSeal | ChunkSeal) -> bytes:
        """What a phone sealed; raises `IntakeKeyUnknown`, `IntakeKeyRetired` and `SealBroken`."""
        return phone_seals.open_phone_seal(self.keyring, seal)

    def derive_receipt_keys(self, receipt: Receipt) -> ReceiptKeys:
        """One run of Argon2id (8 MiB); call it before a unit of work for writing. Raises `TooBusy`."""
        return receipts.derive_receipt_keys(self, receipt)

    def register_receipt(self, case_id: CaseId, keys: ReceiptKeys) -> ReceiptRow:
        """The row of a new receipt, for the caller to add."""
        return receipts.register_receipt(self, case_id, keys)

    def receipt_public_key(self, row: ReceiptRow) -> PublicKey:
        """The half of a receipt that grants are sealed to; raises `PublicKeyForged`."""
        return receipts.receipt_public_key(self, row)

    def verify_signature(self, row: ReceiptRow, purpose: str, canonical: bytes, signature: bytes) -> None:
        """Raise `SignatureForged` unless the receipt of this row signed these bytes for this purpose."""
        receipts.verify_signature(self, row, purpose, canonical, signature)

    def make_compartments(self, case_id: CaseId) -> CompartmentKeys:
        """Fresh compartments for a new case; add `rows()` to the session."""
        return compartments.make_compartments(self, case_id)

    def seal_entry(self, key: CompartmentKeyRow, place: Place, body: Json) -> bytes:
        """Seal an entry to a compartment for its place; raises `PublicKeyForged`. `OpenedCompartments.open_entry` opens it."""
        return compartments.seal_entry(self, key, place, body)

    def seal_part(self, key: CompartmentKeyRow, place: Place, part: bytes) -> bytes:
        """Seal a part of a file to a compartment; raises `PublicKeyForged`. `OpenedCompartments.open_part` opens it."""
        return compartments.seal_part(self, key, place, part)

    def write_grant(
        self,
        case_id: CaseId,
        opened: OpenedCompartments,
        names: Set[Compartment],
        to: PublicKey,
        offered: bool = False,
    ) -> GrantRow:
        """A grant of the named compartments, for the caller to add; raises `CompartmentClosed` or `PublicKeyForged`."""
        return grants.write_grant(self, case_id, opened, names, to, offered=offered)

    def granted_names(self, row: GrantRow) -> frozenset[Compartment]:
        """The compartments that a grant names."""
        return grant_rows.granted_names(self, row)

    def seal_for(self, to: PublicKey, place: Place, body: Json) -> bytes:
        """Seal a note to one holder for its place, such as routing words to custody; raises `PublicKeyForged`."""
        return seals.seal_to_key(self, to, _note_binding(place), to_json_bytes(body))

    def open_sealed(self, key: MemberKey | CircleKey | ReceiptKeys, place: Place, sealed: bytes) -> Any:
        """The body that `seal_for` sealed to this holder for this place; raises `SealBroken`."""
        return from_json_bytes(seals.open_seal(self, key.pair, _note_binding(place), sealed))

    def seal_to_contact(self, place: Place, body: Json) -> bytes:
        """Seal a number or a text for its place so that only a dispatcher can read it."""
        return contact.seal_to_contact(self, place, body)

    def open_contact(self, place: Place, sealed: bytes) -> Any:
        """What `seal_to_contact` sealed for this place; raises `ContactKeyMissing` in the web process, and `SealBroken`."""
        return contact.open_contact(self, place, sealed)

    def number_tags(self, number: str) -> Mapping[str, bytes]:
        """The tags by which a number is found again, one a pepper, the current one first: one run of Argon2id. Raises `TooBusy`."""
        return contact.number_tags(self, number)

    def make_member_key(
        self, member_id: MemberId, password: str, recovery: bytes | None = None
    ) -> NewMemberKey:
        """A new member's key and its rows; slow on purpose, so before a unit of work."""
        return members.make_member_key(self, member_id, password, recovery)

    def wrap_member_key(self, key: MemberKey, password: str, recovery: bytes | None = None) -> MemberKeyWrap:
        """Wrap an opened key anew; slow on purpose, so before a unit of work. `rewrap` stores it."""
        return members.wrap_member_key(self, key, password, recovery)


def _note_binding(place: Place) -> Binding:
    return Binding("note", place.table, place.row, place.column)
