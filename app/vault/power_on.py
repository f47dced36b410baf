"""The vault proves itself before the first report: what it seals, the code of that report opens (FIPS 140-3, self-tests).

A library that was swapped or a broken machine would otherwise be found out only by a worker whose words nobody can read again.
"""

from app.database import CaseId, new_id
from app.vault.compartments import Compartment
from app.vault.grant_rows import open_row
from app.vault.pairs import SealBroken
from app.vault.receipts import SignatureForged, new_receipt
from app.vault.vault import Vault
from app.vault.veil import Place, VeilBroken

_WORDS = {"words": "They keep our passports."}
_PURPOSE = "self-test"


class SelfTestFailed(Exception):
    """What was sealed did not open, or a signature does not fit: nothing may be taken from a worker."""


def self_test(vault: Vault) -> None:
    """Seal a report that is stored nowhere and open it with its code; raises `SelfTestFailed` and `TooBusy`."""
    case_id = CaseId(new_id())
    place = Place("self_test", case_id, "words")
    receipt = new_receipt()
    compartments = vault.make_compartments(case_id)
    key = compartments.row(Compartment.ACCOUNT)
    row = vault.register_receipt(case_id, vault.derive_receipt_keys(receipt))
    grant = vault.write_grant(case_id, compartments, frozenset(Compartment), vault.receipt_public_key(row))
    sealed, veiled = vault.seal_entry(key, place, _WORDS), vault.veil_json(place, _WORDS)
    code = vault.derive_receipt_keys(receipt).of(row)
    try:
        opened = open_row(vault, grant, code.pair).open_entry(place, Compartment.ACCOUNT, key.version, sealed)
        unveiled = vault.unveil_json(place, veiled)
        vault.verify_signature(row, _PURPOSE, sealed, code.sign(_PURPOSE, sealed))
    except (SealBroken, VeilBroken, SignatureForged) as broken:
        raise SelfTestFailed(type(broken).__name__) from broken
    if opened != _WORDS or unveiled != _WORDS:
        raise SelfTestFailed("other words came out")
