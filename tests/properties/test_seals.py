"""Seals, veils, grants and public keys: any body comes back whole, and nothing changed, cut or moved ever opens."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.database import new_id
from app.vault import (
    Compartment,
    CompartmentClosed,
    CompartmentKeys,
    HolderKind,
    Json,
    OpenedCompartments,
    Place,
    PublicKeyForged,
    SealBroken,
    Vault,
    VeilBroken,
)
from app.vault.compartments import pack_bundle, unpack_bundle
from app.vault.pairs import Pair
from app.vault.public_keys import new_public_key_row, public_key_from
from app.vault.seals import Binding, open_seal, seal_raw
from tests.support.making import new_case, new_place

# `vault` is made once a session and no test changes it; hypothesis only sees that it is a fixture.
bodies: st.SearchStrategy[Json] = st.dictionaries(
    st.text(), st.text(st.characters()) | st.integers() | st.none(), max_size=5
)
damages = st.sampled_from(("flip", "cut the end", "cut the start", "add", "empty"))


def damaged(blob: bytes, how: str, place: int) -> bytes:
    """The blob, certainly changed in one way."""
    place %= len(blob)
    if how == "flip":
        return blob[:place] + bytes([blob[place] ^ 1 << place % 8]) + blob[place + 1 :]
    changed = {"cut the end": blob[:place], "cut the start": blob[place + 1 :], "add": blob + b"\0"}
    return changed.get(how, b"")


@pytest.fixture(scope="module")
def keys(vault: Vault) -> CompartmentKeys:
    """The compartments of one case."""
    return vault.make_compartments(new_case())


@given(body=bodies, compartment=st.sampled_from(Compartment))
def test_any_body_comes_back_whole(
    vault: Vault, keys: CompartmentKeys, body: Json, compartment: Compartment
) -> None:
    place = new_place()
    sealed = vault.seal_entry(keys.row(compartment), place, body)
    assert keys.open_entry(place, compartment, 1, sealed) == body


@given(size=st.integers(0, 70_000), script=st.sampled_from("aကአ𑄶"))
@settings(max_examples=20)
def test_any_length_comes_back_whole(vault: Vault, keys: CompartmentKeys, size: int, script: str) -> None:
    place, words = new_place(), script * size
    sealed = vault.seal_entry(keys.row(Compartment.ACCOUNT), place, words)
    assert keys.open_entry(place, Compartment.ACCOUNT, 1, sealed) == words


@given(body=bodies, how=damages, place=st.integers(0, 10_000))
def test_no_changed_or_cut_seal_opens(
    vault: Vault, keys: CompartmentKeys, body: Json, how: str, place: int
) -> None:
    where = new_place()
    sealed = vault.seal_entry(keys.row(Compartment.ACCOUNT), where, body)
    with pytest.raises(SealBroken):
        keys.open_entry(where, Compartment.ACCOUNT, 1, damaged(sealed, how, place))


@given(how=damages, place=st.integers(0, 10_000))
def test_not_even_hpke_alone_opens_a_changed_seal(vault: Vault, how: str, place: int) -> None:
    # Without the outer tag: what a thief of the keyring could compute again still fails.
    pair, info = Pair.generate(), b"somewhere"
    binding = Binding("note", "t", new_id())
    sealed = seal_raw(vault, pair.public, binding, b"words")
    inner = sealed[1:-36]
    assert pair.open(inner, binding.framed(vault.deployment))[:9] == b"\0\0\0\5words"
    with pytest.raises(SealBroken):
        pair.open(damaged(inner, how, place), binding.framed(vault.deployment))
    with pytest.raises(SealBroken):
        pair.open(inner, info)


def _bindings() -> st.SearchStrategy[Binding]:
    few = st.sampled_from(("", "a", "ab", "b"))
    rows = st.sampled_from((new_id(), new_id()))
    return st.builds(Binding, few, few, rows, few, few, st.integers(0, 2))


@given(_bindings(), _bindings())
def test_no_moved_seal_opens(vault: Vault, there: Binding, here: Binding) -> None:
    pair = _PAIR
    sealed = seal_raw(vault, pair.public, there, b"words")
    if there == here:
        assert open_seal(vault, pair, here, sealed) == b"words"
    else:
        with pytest.raises(SealBroken):
            open_seal(vault, pair, here, sealed)


_PAIR = Pair.generate()


@given(st.lists(st.just("the same words"), min_size=2, max_size=6))
@settings(max_examples=15)
def test_no_two_seals_are_equal(vault: Vault, keys: CompartmentKeys, bodies: list[str]) -> None:
    place, row = new_place(), keys.row(Compartment.ACCOUNT)
    seals = [vault.seal_entry(row, place, body) for body in bodies]
    veils = [vault.veil(place, body) for body in bodies]
    pieces = {seal[at : at + 32] for seal in seals for at in range(1, 1100, 32)}
    assert len(set(veils)) == len(veils)
    assert len(pieces) == len(seals) * len(range(1, 1100, 32))


@given(body=bodies, how=damages, at=st.integers(0, 10_000))
def test_a_veil_comes_back_and_no_changed_or_cut_one_does(
    vault: Vault, body: Json, how: str, at: int
) -> None:
    place = new_place("cases", "facts_veil")
    blob = vault.veil_json(place, body)
    assert vault.unveil_json(place, blob) == body
    with pytest.raises(VeilBroken):
        vault.unveil_json(place, damaged(blob, how, at))


_few_places = st.builds(
    Place,
    st.sampled_from(("a", "ab")),
    st.sampled_from((new_id(), new_id())),
    st.sampled_from(("b", "ab", "")),
)


@given(_few_places, _few_places)
def test_no_moved_veil_opens(vault: Vault, there: Place, here: Place) -> None:
    blob = vault.veil(there, "words")
    if there == here:
        assert vault.unveil(here, blob) == "words"
    else:
        with pytest.raises(VeilBroken):
            vault.unveil(here, blob)


def _swap_kind(row: Any, _data: st.DataObject) -> None:
    row.kind = HolderKind.CUSTODY


def _swap_holder(row: Any, _data: st.DataObject) -> None:
    row.holder_id = new_id()


def _swap_id(row: Any, _data: st.DataObject) -> None:
    row.id = new_id()


def _swap_raw(row: Any, _data: st.DataObject) -> None:
    row.raw = Pair.generate().public


def _damage_raw(row: Any, data: st.DataObject) -> None:
    row.raw = damaged(row.raw, data.draw(damages), data.draw(st.integers(0, 10_000)))


def _damage_mac(row: Any, data: st.DataObject) -> None:
    row.mac = damaged(row.mac, data.draw(damages), data.draw(st.integers(0, 10_000)))


_CHANGES: tuple[Callable[[Any, st.DataObject], None], ...] = (
    _swap_kind,
    _swap_holder,
    _swap_id,
    _swap_raw,
    _damage_raw,
    _damage_mac,
)


@given(change=st.sampled_from(_CHANGES), data=st.data())
def test_no_changed_public_key_is_sealed_to(
    vault: Vault, change: Callable[[Any, st.DataObject], None], data: st.DataObject
) -> None:
    row = new_public_key_row(vault, HolderKind.CIRCLE, new_id(), _PAIR.public)
    assert vault.seal_for(public_key_from(vault, row), new_place(), "words")
    change(row, data)
    with pytest.raises(PublicKeyForged):
        public_key_from(vault, row)


@given(
    has=st.sets(st.sampled_from(Compartment), min_size=1),
    asks=st.sets(st.sampled_from(Compartment)),
)
def test_nobody_grants_more_than_they_can_open(
    vault: Vault, keys: CompartmentKeys, has: set[Compartment], asks: set[Compartment]
) -> None:
    held = OpenedCompartments(
        vault, keys.case_id, {name: keys.pairs[name] for name in keys.pairs if name[0] in has}
    )
    to = public_key_from(vault, new_public_key_row(vault, HolderKind.MEMBER, new_id(), _PAIR.public))
    if asks and asks <= has:
        row = vault.write_grant(keys.case_id, held, asks, to)
        assert vault.granted_names(row) == asks
    else:
        with pytest.raises(CompartmentClosed):
            vault.write_grant(keys.case_id, held, asks, to)


@given(names=st.sets(st.tuples(st.sampled_from(Compartment), st.integers(1, 3))))
def test_a_bundle_holds_exactly_the_named_keys(vault: Vault, names: set[tuple[Compartment, int]]) -> None:
    pairs = {
        (compartment, version): Pair(bytes([version]) * 96)
        for compartment in Compartment
        for version in (1, 2, 3)
    }
    opened = OpenedCompartments(vault, new_case(), pairs)
    assert unpack_bundle(pack_bundle(opened, names)) == {name: pairs[name] for name in names}
