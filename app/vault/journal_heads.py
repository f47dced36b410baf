"""The head of a chain: how long it is, its last hash and the newest version of its case's keys, under a MAC; and its secret."""

from uuid import UUID

from app.vault.framing import Part
from app.vault.journal_rows import JournalChainRow
from app.vault.keyholder import KeyHolder
from app.vault.veil import Place, VeilBroken, unveil_bytes, veil_bytes

CHAIN_START = bytes(32)
"""What the first entry of a chain follows."""


class JournalBroken(Exception):
    """A chain cannot be read or continued because it was tampered with."""


def head_fits(holder: KeyHolder, head: JournalChainRow) -> bool:
    """Whether this deployment wrote the head as it stands."""
    return head_as_read_fits(holder, head.id, head.seq, head.hash, head.mac, head.key_version)


def head_as_read_fits(
    holder: KeyHolder,
    chain: UUID,
    seq: int | None,
    digest: bytes | None,
    mac: bytes | None,
    version: int | None,
) -> bool:
    """As `head_fits`, of a head that was read column by column."""
    return holder.mac_fits(mac or b"", "journal head", *_head_parts(chain, seq or 0, digest or b"", version))


def head_mac(holder: KeyHolder, head: JournalChainRow) -> bytes:
    """The tag of a head as it stands."""
    return holder.mac("journal head", *_head_parts(head.id, head.seq, head.hash, head.key_version))


def chain_secret(holder: KeyHolder, head: JournalChainRow) -> bytes:
    """The unveiled secret of a chain; raises `JournalBroken`."""
    return unveiled_secret(holder, head.id, head.secret_veil)


def unveiled_secret(holder: KeyHolder, chain_id: UUID, secret_veil: bytes | None) -> bytes:
    """As `chain_secret`, for who read no more of the head; raises `JournalBroken`."""
    if secret_veil is None:
        raise JournalBroken(f"chain {chain_id} was erased")
    try:
        return unveil_bytes(holder, _secret_place(chain_id), secret_veil)
    except VeilBroken:
        raise JournalBroken(f"the secret of chain {chain_id} was changed") from None


def veiled_secret(holder: KeyHolder, chain_id: UUID, secret: bytes) -> bytes:
    """The secret of a new chain, for its head."""
    return veil_bytes(holder, _secret_place(chain_id), secret)


def _head_parts(chain: UUID, seq: int, digest: bytes, version: int | None) -> tuple[Part, ...]:
    # The deployment's own chain has no keys, and neither has one that goes on for another.
    return (chain, seq, digest) if version is None else (chain, seq, digest, version)


def _secret_place(chain_id: UUID) -> Place:
    return Place(JournalChainRow.__tablename__, chain_id, "secret_veil")
