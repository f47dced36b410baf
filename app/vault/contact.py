"""Numbers and waiting texts: sealed to the contact key, whose private half only the dispatcher's keyring holds.

Whoever takes over the web process can write such rows but never read one back. Senders are found again by a peppered Argon2id of
their number: numbers are few enough to try them all against a fast hash.
"""

from collections.abc import Mapping

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from app.vault.framing import Json, from_json_bytes, to_json_bytes
from app.vault.keyholder import KeyHolder, derive, tag_of
from app.vault.keyring import ID_BYTES, KeyKind
from app.vault.pairs import Pair
from app.vault.seals import Binding, open_seal, seal_raw
from app.vault.veil import Place

# As for a receipt: one light run, since it stands in the way of every text that comes in.
_MEMORY_KIB = 8 * 1024


class ContactKeyMissing(Exception):
    """This process's keyring cannot open what is sealed to the contact key: only the dispatcher's can."""


def seal_to_contact(holder: KeyHolder, place: Place, body: Json) -> bytes:
    """Seal a number or a text for its place to the current contact key; the key's id stands in front."""
    key = holder.keyring.current(KeyKind.CONTACT)
    if key.public is None:
        raise ContactKeyMissing(key.id)
    return bytes.fromhex(key.id) + seal_raw(holder, key.public, _binding(place), to_json_bytes(body))


def open_contact(holder: KeyHolder, place: Place, sealed: bytes) -> object:
    """What `seal_to_contact` sealed for this place; raises `ContactKeyMissing` in the web process, and `SealBroken`."""
    key_id = sealed[:ID_BYTES].hex()
    key = next((key for key in holder.keyring.of_kind(KeyKind.CONTACT) if key.id == key_id), None)
    if key is None or key.secret is None:
        raise ContactKeyMissing(key_id)
    opened: object = from_json_bytes(open_seal(holder, Pair(key.secret), _binding(place), sealed[ID_BYTES:]))
    return opened


def number_tags(holder: KeyHolder, number: str) -> Mapping[str, bytes]:
    """The tag of a number under each version of the pepper, the current one first: one run of Argon2id. Raises `TooBusy`."""
    salt = derive(holder.deployment.bytes, "number salt", length=16)
    argon = Argon2id(salt=salt, length=32, iterations=1, lanes=1, memory_cost=_MEMORY_KIB)
    with holder.slot():
        master = argon.derive(number.encode("utf-8"))
    return {
        pepper: tag_of(holder.index_key(pepper, "number pepper"), holder.deployment, master)
        for pepper in holder.pepper_ids
    }


def _binding(place: Place) -> Binding:
    return Binding("contact", place.table, place.row, place.column)
