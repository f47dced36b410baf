"""Seals: what only the holder of a private half can open, bound to the place where it stands.

A seal is a format byte, the HPKE ciphertext, and a tag over both and the place under an index-derived key (encrypt, then MAC):
public halves lie in the database, so without the tag whoever can write there could forge a helper's answer to a worker.
"""

from dataclasses import dataclass
from uuid import UUID

from app.vault.framing import frame, pad, unpad
from app.vault.keyholder import KeyHolder
from app.vault.pairs import Pair, SealBroken, encrypt_to
from app.vault.public_keys import PublicKey, check_public_key

STEPS = (256, 1024, 4096, 16384, 65536)
"""A sealed body is filled to one of these sizes, or to a multiple of the last; grants start at the second."""

_FORMAT = b"\x01"
_MAC_BYTES = 36


@dataclass(frozen=True)
class Binding:
    """Everything a seal is bound to besides the deployment."""

    purpose: str
    table: str
    row: UUID
    column: str = ""
    compartment: str = ""
    version: int = 0

    def framed(self, deployment: UUID) -> bytes:
        """The `info` of HPKE: no ciphertext opens in any other place."""
        return frame(
            "redress seal",
            deployment,
            self.purpose,
            self.table,
            self.row,
            self.column,
            self.compartment,
            self.version,
        )


def seal_to_key(
    holder: KeyHolder, to: PublicKey, binding: Binding, body: bytes, steps: tuple[int, ...] = STEPS
) -> bytes:
    """Seal a body to a holder's authenticated public key; raises `PublicKeyForged`."""
    return seal_raw(holder, check_public_key(holder, to).raw, binding, body, steps)


def seal_raw(
    holder: KeyHolder, public: bytes, binding: Binding, body: bytes, steps: tuple[int, ...] = STEPS
) -> bytes:
    """Seal to a public half whose tag the caller has just checked; for this room only."""
    info = binding.framed(holder.deployment)
    sealed = _FORMAT + encrypt_to(public, pad(body, steps), info)
    return sealed + holder.mac("seal", info, sealed)


def open_seal(holder: KeyHolder, pair: Pair, binding: Binding, blob: bytes) -> bytes:
    """The body that was sealed to the pair in this place by this deployment; raises `SealBroken`."""
    info = binding.framed(holder.deployment)
    sealed, mac = blob[:-_MAC_BYTES], blob[-_MAC_BYTES:]
    if not sealed.startswith(_FORMAT) or not holder.mac_fits(mac, "seal", info, sealed):
        raise SealBroken(f"a seal in {binding.table} was not made by this deployment for this place")
    try:
        return unpad(pair.open(sealed[len(_FORMAT) :], info))
    except ValueError:
        raise SealBroken(f"a seal in {binding.table} holds something else") from None
