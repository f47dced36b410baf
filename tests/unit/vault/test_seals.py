"""Seals and veils: sizes that say little, and refusal of everything that this deployment did not put there."""

import pytest

from app.vault import (
    Compartment,
    CompartmentClosed,
    PublicKeyForged,
    SealBroken,
    Vault,
    VeilBroken,
)
from app.vault.pairs import Pair
from app.vault.public_keys import HolderKind, new_public_key_row, public_key_from
from app.vault.seals import Binding, open_seal, seal_raw
from tests.support.making import account_key, holder_key, new_case, new_place


def test_the_longest_report_in_burmese_is_kept_whole(vault: Vault) -> None:
    keys, place = vault.make_compartments(new_case()), new_place()
    words = "ကျွန်တော်" * 2222 + "မာ"
    assert len(words) == 20_000
    sealed = vault.seal_entry(keys.row(Compartment.ACCOUNT), place, {"words": words})
    assert keys.open_entry(place, Compartment.ACCOUNT, 1, sealed) == {"words": words}


def test_the_length_of_a_message_does_not_show(vault: Vault) -> None:
    key = account_key(vault)
    lengths = {
        len(vault.seal_entry(key, new_place(), {"words": "w" * size})) for size in (0, 1, 10, 100, 200)
    }
    assert len(lengths) == 1


def test_the_length_of_a_veil_does_not_tell_the_category(vault: Vault) -> None:
    place = new_place("cases", "triage_veil")
    assert len({len(vault.veil(place, name)) for name in ("ohs", "gbvh", "forced_labour", "dismissal")}) == 1


def test_the_same_words_never_look_the_same_twice(vault: Vault) -> None:
    key, place = account_key(vault), new_place()
    assert len({vault.seal_entry(key, place, "words") for _ in range(50)}) == 50
    assert len({vault.veil(place, "words") for _ in range(50)}) == 50


def test_a_compartment_opens_only_its_own_entries(vault: Vault) -> None:
    keys, place = vault.make_compartments(new_case()), new_place()
    sealed = vault.seal_entry(keys.row(Compartment.IDENTITY), place, "name")
    with pytest.raises(SealBroken):
        keys.open_entry(place, Compartment.ACCOUNT, 1, sealed)
    with pytest.raises(CompartmentClosed):
        keys.open_entry(place, Compartment.IDENTITY, 2, sealed)


def test_whoever_can_only_write_the_database_cannot_forge_an_entry(vault: Vault, stranger: Vault) -> None:
    keys, place = vault.make_compartments(new_case()), new_place()
    row = keys.row(Compartment.ACCOUNT)
    # The public half is in the database; the keyring is not.
    binding = Binding("entry", place.table, place.row, place.column, Compartment.ACCOUNT, 1)
    forged = seal_raw(stranger, row.raw, binding, b'"tell us your name"')
    with pytest.raises(SealBroken):
        keys.open_entry(place, Compartment.ACCOUNT, 1, forged)


def test_nothing_is_sealed_to_a_key_that_was_slipped_in(vault: Vault) -> None:
    row = account_key(vault)
    row.raw = Pair.generate().public
    with pytest.raises(PublicKeyForged):
        vault.seal_entry(row, new_place(), "words")


def test_a_compartment_key_of_another_case_is_refused(vault: Vault) -> None:
    row = account_key(vault)
    row.case_id = new_case()
    with pytest.raises(PublicKeyForged):
        vault.seal_entry(row, new_place(), "words")


def test_a_public_key_is_bound_to_its_holder_and_deployment(vault: Vault, stranger: Vault) -> None:
    pair, place = Pair.generate(), new_place()
    row = new_public_key_row(vault, HolderKind.MEMBER, new_case(), pair.public)
    key = public_key_from(vault, row)
    assert (
        open_seal(
            vault, pair, Binding("note", place.table, place.row, place.column), vault.seal_for(key, place, 7)
        )
        == b"7"
    )
    with pytest.raises(PublicKeyForged):
        stranger.seal_for(key, place, "note")
    row.holder_id = new_case()
    with pytest.raises(PublicKeyForged):
        public_key_from(vault, row)


def test_fingerprints_differ_and_can_be_read_aloud(vault: Vault) -> None:
    first, second = (holder_key(vault, Pair.generate()).fingerprint for _ in range(2))
    assert first != second
    assert [len(group) for group in first.split()] == [4] * 10


def test_a_veil_opens_in_its_own_place_and_deployment_only(vault: Vault, stranger: Vault) -> None:
    place = new_place("cases", "site_veil")
    blob = vault.veil(place, "a site")
    assert vault.unveil(place, blob) == "a site"
    for elsewhere in (
        new_place("cases", "site_veil"),
        new_place("sites", "site_veil"),
        new_place("cases", "x"),
    ):
        with pytest.raises(VeilBroken):
            vault.unveil(elsewhere, blob)
    with pytest.raises(VeilBroken):
        stranger.unveil(place, blob)
    for cut in (b"", blob[:3], blob[:4], blob[:20], blob[:-1]):
        with pytest.raises(VeilBroken):
            vault.unveil(place, cut)


def test_a_veil_under_another_kind_of_key_is_broken(vault: Vault) -> None:
    place = new_place()
    blob = bytes.fromhex(vault.pepper_ids[0]) + vault.veil(place, "x")[4:]
    with pytest.raises(VeilBroken):
        vault.unveil(place, blob)


def test_secrets_do_not_show_when_printed(vault: Vault) -> None:
    keys = vault.make_compartments(new_case())
    printed = repr(keys)
    assert "secret" not in printed
    assert all(repr(pair.private) not in printed for pair in keys.pairs.values())


def test_open_seal_needs_the_right_pair(vault: Vault) -> None:
    right, wrong, binding = Pair.generate(), Pair.generate(), Binding("note", "t", new_case())
    sealed = seal_raw(vault, right.public, binding, b"words")
    assert open_seal(vault, right, binding, sealed) == b"words"
    with pytest.raises(SealBroken):
        open_seal(vault, wrong, binding, sealed)
