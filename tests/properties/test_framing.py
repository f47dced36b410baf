"""Framing and padding: what seals are bound to can be read in one way only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.vault.framing import frame, from_json_bytes, pad, to_json_bytes, unframe, unpad

STEPS = (256, 1024, 4096)
parts = st.lists(st.binary(max_size=40), max_size=6)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(parts)
def test_what_was_framed_comes_apart_again(several: list[bytes]) -> None:
    assert unframe(frame(*several)) == several


@given(parts, parts)
def test_two_lists_never_frame_alike(first: list[bytes], second: list[bytes]) -> None:
    assert (frame(*first) == frame(*second)) == (first == second)


@given(st.binary(max_size=20_000))
def test_a_padded_body_comes_back_and_has_one_of_few_sizes(body: bytes) -> None:
    padded = pad(body, STEPS)
    assert unpad(padded) == body
    assert len(padded) in STEPS or len(padded) % STEPS[-1] == 0


@given(st.binary(max_size=300), st.data())
def test_padding_is_all_zeros_or_refused(body: bytes, data: st.DataObject) -> None:
    padded = bytearray(pad(body, STEPS))
    padded[data.draw(st.integers(4 + len(body), len(padded) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ValueError, match="padding"):
        unpad(bytes(padded))


@given(values)
def test_any_value_survives_as_json_and_has_one_spelling(value: object) -> None:
    raw = to_json_bytes(value)  # type: ignore[arg-type]  # the strategy makes nothing but JSON
    assert from_json_bytes(raw) == value
    assert to_json_bytes(from_json_bytes(raw)) == raw
