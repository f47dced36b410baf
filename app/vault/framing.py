"""How several values become one byte string that can be read in one way only: every part carries its length."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]
"""What may be sealed or veiled as a structure."""

Part = bytes | str | int | UUID

_LENGTH = 4
_SIZES = tuple(size.to_bytes(_LENGTH) for size in range(256))
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def frame(*parts: Part) -> bytes:
    """Join parts so that no two different lists give the same bytes; whole numbers take eight bytes."""
    framed = []
    for part in parts:
        # More than a hundred are framed for each report, so the usual kinds are told apart here.
        if type(part) is bytes:
            raw = part
        elif type(part) is str:
            raw = part.encode("utf-8", "surrogatepass")
        elif type(part) is UUID:
            raw = part.int.to_bytes(16)
        else:
            raw = _raw(part)
        size = len(raw)
        framed.append(_SIZES[size] if size < len(_SIZES) else size.to_bytes(_LENGTH))
        framed.append(raw)
    return b"".join(framed)


def unframe(framed: bytes) -> list[bytes]:
    """The parts that `frame` joined; raises ValueError on anything else."""
    parts: list[bytes] = []
    position = 0
    while position < len(framed):
        start = position + _LENGTH
        position = start + int.from_bytes(framed[position:start])
        if position > len(framed):
            raise ValueError("a framed part is cut off")
        parts.append(framed[start:position])
    return parts


def to_json_bytes(value: Json) -> bytes:
    """One spelling for each value: sorted keys, no spaces, and even a lone surrogate survives the way back."""
    return _ENCODER.encode(value).encode("utf-8", "surrogatepass")


def from_json_bytes(raw: bytes) -> Any:
    """The value that `to_json_bytes` wrote."""
    return json.loads(raw.decode("utf-8", "surrogatepass"))


def pad(body: bytes, steps: tuple[int, ...]) -> bytes:
    """Fill the body to the next size step, or to a multiple of the last one, so that its length says little."""
    size = _LENGTH + len(body)
    step = next((step for step in steps if size <= step), -(-size // steps[-1]) * steps[-1])
    return len(body).to_bytes(_LENGTH) + body + bytes(step - size)


def unpad(padded: bytes) -> bytes:
    """The body that `pad` filled; raises ValueError on anything else."""
    end = _LENGTH + int.from_bytes(padded[:_LENGTH])
    if len(padded) < _LENGTH or end > len(padded) or padded.count(0, end) != len(padded) - end:
        raise ValueError("the padding is not ours")
    return padded[_LENGTH:end]


def _raw(part: Part) -> bytes:
    if isinstance(part, str):
        return part.encode("utf-8", "surrogatepass")
    if isinstance(part, UUID):
        return part.int.to_bytes(16)
    if isinstance(part, bytes):
        return part
    if not isinstance(part, int):
        raise TypeError("this cannot be framed")
    return part.to_bytes(8, signed=True)
