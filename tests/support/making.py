"""Vaults for tests: real keyrings in a private folder, and a member's password that costs little."""

from pathlib import Path

from app.database import CaseId, new_id
from app.vault import (
    Compartment,
    CompartmentKeyRow,
    Hardness,
    Place,
    PublicKey,
    Vault,
    load_keyring,
    make_keyrings,
)
from app.vault.pairs import Pair
from app.vault.public_keys import HolderKind, new_public_key_row, public_key_from

FAST = Hardness(memory_kib=64, passes=1, lanes=1)


def new_vault(folder: Path) -> Vault:
    """The web's vault of a new deployment."""
    make_keyrings(folder)
    return Vault(load_keyring(folder, "web"), FAST)


def new_place(table: str = "cases_entries", column: str = "sealed") -> Place:
    """A place that no other test uses."""
    return Place(table, new_id(), column)


def new_case() -> CaseId:
    """The id of a case that nothing else knows."""
    return CaseId(new_id())


def account_key(vault: Vault) -> CompartmentKeyRow:
    """A key to seal a worker's words to."""
    return vault.make_compartments(new_case()).row(Compartment.ACCOUNT)


def holder_key(vault: Vault, pair: Pair, kind: HolderKind = HolderKind.MEMBER) -> PublicKey:
    """The authenticated public half of a pair."""
    return public_key_from(vault, new_public_key_row(vault, kind, new_id(), pair.public))
