"""What a phone seals offline with `@hpke/core`, the server's library opens, and the other way round.

The vectors beside this file were made once by `phone.mjs` and are opened everywhere; the live tests run where node
and the library are. To make the vectors anew: `python -m tests.interop.test_phone_seals FOLDER_OF_THE_LIBRARY
> tests/interop/phone_seals.json`.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.vault import load_keyring, make_keyrings
from app.vault.keyring import KeyKind

HERE = Path(__file__).parent
AEADS = {"AES-128-GCM": AEAD.AES_128_GCM, "AES-256-GCM": AEAD.AES_256_GCM}
BODIES = (b"", b"words", "ကျွန်တော်တို့ကို လုပ်ခ မပေးဘူး".encode(), bytes(range(256)) * 4)

Vector = dict[str, Any]
VECTORS: list[Vector] = json.loads((HERE / "phone_seals.json").read_text())


def _private(vector: Vector) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int(vector["private"], 16), ec.SECP256R1())


def _point(private: ec.EllipticCurvePrivateKey) -> bytes:
    return private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _suite(vector: Vector) -> Suite:
    return Suite(KEM.P256, KDF.HKDF_SHA256, AEADS[vector["aead"]])


def _open(vector: Vector, **changed: bytes) -> bytes:
    values = {name: bytes.fromhex(vector[name]) for name in ("sealed", "info")} | changed
    return _suite(vector).decrypt(values["sealed"], _private(vector), info=values["info"])


def _requests() -> list[Vector]:
    requests = []
    for aead in AEADS:
        for body in BODIES:
            private = ec.generate_private_key(ec.SECP256R1())
            scalar = private.private_numbers().private_value.to_bytes(32)
            requests.append(
                {
                    "act": "seal",
                    "aead": aead,
                    "private": scalar.hex(),
                    "public": _point(private).hex(),
                    "info": b"redress outbox".hex(),
                    "plaintext": body.hex(),
                }
            )
    return requests


def _sealed_by_us(request: Vector) -> Vector:
    info, plaintext = bytes.fromhex(request["info"]), bytes.fromhex(request["plaintext"])
    sealed = _suite(request).encrypt(plaintext, _private(request).public_key(), info=info)
    return {**request, "act": "open", "sealed": sealed.hex()}


def _phone(folder: Path, requests: list[Vector]) -> list[Vector]:
    done = subprocess.run(
        ["node", str(HERE / "phone.mjs"), str(folder)],
        input=json.dumps(requests),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    answers: list[Vector] = json.loads(done.stdout)
    return answers


@pytest.fixture(scope="module")
def library() -> Path:
    """The folder of `@hpke/core`, named by REDRESS_HPKE_CORE."""
    folder = os.environ.get("REDRESS_HPKE_CORE", "")
    if not folder or shutil.which("node") is None:
        pytest.skip(
            "NOT CHECKED LIVE: set REDRESS_HPKE_CORE to a folder with @hpke/core and have node on the PATH"
        )
    return Path(folder)


@pytest.mark.parametrize(
    "vector", VECTORS, ids=lambda vector: f"{vector['aead']}-{len(vector['plaintext']) // 2}"
)
def test_the_server_opens_what_a_phone_sealed(vector: Vector) -> None:
    assert _open(vector) == bytes.fromhex(vector["plaintext"])
    sealed = bytes.fromhex(vector["sealed"])
    for changed in (sealed[:-1], sealed[:-1] + bytes([sealed[-1] ^ 1]), sealed[1:]):
        with pytest.raises((InvalidTag, ValueError)):
            _open(vector, sealed=changed)
    with pytest.raises(InvalidTag):
        _open(vector, info=b"another purpose")


def test_the_vectors_are_of_both_ciphers_and_by_the_phones_library() -> None:
    assert {vector["aead"] for vector in VECTORS} == set(AEADS)
    assert all(vector["by"].startswith("@hpke/core ") for vector in VECTORS)
    assert {vector["plaintext"] for vector in VECTORS} == {body.hex() for body in BODIES}


def test_the_intake_key_of_a_keyring_is_such_a_pair(tmp_path: Path) -> None:
    make_keyrings(tmp_path)
    key = load_keyring(tmp_path, "web").current(KeyKind.INTAKE)
    assert key.secret is not None
    assert key.public is not None
    private = ec.derive_private_key(int.from_bytes(key.secret), ec.SECP256R1())
    assert _point(private) == key.public


def test_what_the_phone_seals_now_the_server_opens(library: Path) -> None:
    for vector in _phone(library, _requests()):
        assert _open(vector) == bytes.fromhex(vector["plaintext"])


def test_what_the_server_seals_the_phone_opens_and_nothing_else(library: Path) -> None:
    ours = [_sealed_by_us(request) for request in _requests()]
    moved = [{**vector, "info": b"elsewhere".hex()} for vector in ours]
    answers = _phone(library, ours + moved)
    assert [answer.get("plaintext") for answer in answers[: len(ours)]] == [
        vector["plaintext"] for vector in ours
    ]
    assert all(answer == {"refused": "OpenError"} for answer in answers[len(ours) :])


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_phone(Path(sys.argv[1]), _requests()), indent=1) + "\n")
