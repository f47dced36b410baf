"""Receipts: what people type is read kindly, and what is not a receipt never costs a hash."""

import unicodedata
from dataclasses import replace

import pytest
from stdnum.iso7064 import mod_11_10

from app.vault import (
    PublicKeyForged,
    Receipt,
    ReceiptKeys,
    ReceiptMistyped,
    SignatureForged,
    Vault,
    format_receipt,
    new_receipt,
    parse_receipt,
)
from app.vault.keyholder import tag_of
from app.vault.keyring import Key, KeyState
from app.vault.receipts import receipt_from_secret
from tests.support.making import new_case

GIVEN = Receipt("48217730915420673399"[:19] + mod_11_10.calc_check_digit("4821773091542067339"))


def test_a_receipt_is_twenty_digits_with_a_check_digit_that_any_tool_can_check() -> None:
    receipt = new_receipt()
    assert len(receipt) == 20
    assert receipt.isdecimal()
    assert mod_11_10.is_valid(receipt)


def test_receipts_do_not_repeat_and_use_all_digits_in_every_place() -> None:
    receipts = [new_receipt() for _ in range(600)]
    assert len(set(receipts)) == 600
    assert all(len({receipt[place] for receipt in receipts}) == 10 for place in range(20))


def test_it_is_written_in_five_groups_of_four() -> None:
    assert format_receipt(GIVEN) == f"{GIVEN[:4]} {GIVEN[4:8]} {GIVEN[8:12]} {GIVEN[12:16]} {GIVEN[16:]}"


@pytest.mark.parametrize(
    "typed",
    (
        GIVEN,
        f"  {format_receipt(GIVEN)}\r\n",
        format_receipt(GIVEN).replace(" ", "-"),
        format_receipt(GIVEN).replace(" ", "–"),
        format_receipt(GIVEN).replace(" ", "."),
        format_receipt(GIVEN).replace(" ", "\N{NO-BREAK SPACE}"),
        f"\N{RIGHT-TO-LEFT MARK}{format_receipt(GIVEN)}\N{LEFT-TO-RIGHT MARK}",
        f"\N{RIGHT-TO-LEFT ISOLATE}{GIVEN}\N{POP DIRECTIONAL ISOLATE}",
        "\N{ZERO WIDTH SPACE}".join(GIVEN),
        "".join(chr(0x1040 + int(digit)) for digit in GIVEN),
        "".join(chr(0xFF10 + int(digit)) for digit in GIVEN),
    ),
)
def test_it_is_read_however_it_was_written_down(typed: str) -> None:
    assert parse_receipt(typed) == GIVEN


def test_ethiopic_digits_are_read_though_the_script_has_no_zero() -> None:
    receipt = next(receipt for receipt in (new_receipt() for _ in range(10_000)) if "0" not in receipt)
    typed = "".join(unicodedata.lookup(f"ETHIOPIC DIGIT {name}") for name in _names(receipt))
    assert parse_receipt(typed) == receipt


def _names(receipt: str) -> list[str]:
    return [unicodedata.name(digit).removeprefix("DIGIT ") for digit in receipt]


@pytest.mark.parametrize(
    "typed", ("", " ", GIVEN[:19], GIVEN + "1", GIVEN[:-1] + "x", "x" + GIVEN, "\0", "²" * 20, "½" * 20)
)
def test_what_is_not_a_receipt_is_mistyped(typed: str) -> None:
    with pytest.raises(ReceiptMistyped):
        parse_receipt(typed)


def test_endless_digits_are_given_up_early() -> None:
    with pytest.raises(ReceiptMistyped):
        parse_receipt("1" * 10_000_000)


def test_a_receipt_from_a_secret_skips_blocks_that_would_make_some_receipts_likelier() -> None:
    limit = 10**19
    secret = next(
        secret
        for secret in (bytes([number]) * 32 for number in range(256))
        if _block(secret, 0) >= limit > _block(secret, 1)
    )
    assert receipt_from_secret(secret)[:19] == f"{_block(secret, 1):019d}"


def _block(secret: bytes, number: int) -> int:
    return int.from_bytes(tag_of(secret, "receipt", number)[:8])


def test_the_same_receipt_gives_the_same_keys_and_another_deployment_gives_others(
    vault: Vault, stranger: Vault
) -> None:
    keys, again, foreign = (holder.derive_receipt_keys(GIVEN) for holder in (vault, vault, stranger))
    assert keys == again
    assert keys.pair.private == again.pair.private
    assert not set(keys.tags.values()) & set(foreign.tags.values())
    assert keys.pair.public != foreign.pair.public
    assert keys.signing_public != foreign.signing_public


def test_a_row_names_neither_the_receipt_nor_its_secrets(vault: Vault) -> None:
    keys = vault.derive_receipt_keys(GIVEN)
    row = vault.register_receipt(new_case(), keys)
    stored = [value for value in vars(row).values() if isinstance(value, bytes)]
    for secret in (GIVEN.encode(), keys.masters[keys.pepper], keys.pair.private):
        assert all(secret not in value for value in stored)


def test_keys_survive_in_a_session_without_the_receipt(vault: Vault) -> None:
    keys = vault.derive_receipt_keys(GIVEN)
    packed = keys.packed()
    assert GIVEN.encode() not in packed
    assert ReceiptKeys.unpacked(packed).pair == keys.pair
    assert ReceiptKeys.unpacked(packed).tags == keys.tags


def test_after_a_new_pepper_old_rows_are_still_found_and_new_rows_take_the_new_one(vault: Vault) -> None:
    old = vault.derive_receipt_keys(GIVEN)
    row = vault.register_receipt(new_case(), old)
    later = _with_new_pepper(vault)
    keys = later.derive_receipt_keys(GIVEN)
    assert row.tag in keys.tags.values()
    assert keys.pepper != row.pepper
    assert keys.of(row).pair == old.pair
    later.verify_signature(row, "consent", b"yes", keys.of(row).sign("consent", b"yes"))
    assert later.register_receipt(new_case(), keys).tag not in old.tags.values()


def _with_new_pepper(vault: Vault) -> Vault:
    index = next(key for key in vault.keyring.keys if key.kind == "index")
    fresh = Key("0badcafe", index.kind, index.created, KeyState.CURRENT, bytes(range(32)), None)
    others = [key for key in vault.keyring.keys if key is not index]
    retired = replace(index, state=KeyState.RETIRED)
    return Vault(replace(vault.keyring, keys=(*others, retired, fresh)), vault.hardness)


def test_a_signature_holds_for_its_words_its_purpose_and_its_receipt_only(vault: Vault) -> None:
    keys = vault.derive_receipt_keys(GIVEN)
    row = vault.register_receipt(new_case(), keys)
    other = vault.register_receipt(new_case(), vault.derive_receipt_keys(new_receipt()))
    signature = keys.sign("consent", b"helper")
    vault.verify_signature(row, "consent", b"helper", signature)
    for signed_row, purpose, words, proof in (
        (row, "consent", b"buyers", signature),
        (row, "withdrawal", b"helper", signature),
        (other, "consent", b"helper", signature),
        (row, "consent", b"helper", signature[:-1] + bytes([signature[-1] ^ 1])),
        (row, "consent", b"helper", b""),
    ):
        with pytest.raises(SignatureForged):
            vault.verify_signature(signed_row, purpose, words, proof)


def test_a_public_half_that_was_swapped_in_the_database_is_refused(vault: Vault) -> None:
    row = vault.register_receipt(new_case(), vault.derive_receipt_keys(GIVEN))
    mine = vault.register_receipt(new_case(), vault.derive_receipt_keys(new_receipt()))
    signature = vault.derive_receipt_keys(GIVEN).sign("consent", b"yes")
    row.sealing, row.sealing_mac = mine.sealing, mine.sealing_mac
    row.signing, row.signing_mac = mine.signing, mine.signing_mac
    with pytest.raises(PublicKeyForged):
        vault.receipt_public_key(row)
    with pytest.raises(PublicKeyForged):
        vault.verify_signature(row, "consent", b"yes", signature)
    row.id = mine.id
    with pytest.raises(PublicKeyForged):  # still of another case
        vault.verify_signature(row, "consent", b"yes", signature)


def test_keys_do_not_show_when_printed(vault: Vault) -> None:
    keys = vault.derive_receipt_keys(GIVEN)
    assert repr(keys.masters[keys.pepper]) not in repr(keys)
    assert repr(keys.pair.private) not in repr(keys.pair)
