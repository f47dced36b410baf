"""A phone that seals reports by the contract of docs/outbox.md, with the sender's side of the library that opens them."""

import base64
import json
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hmac import digest
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from flask.testing import FlaskClient
from sqlalchemy import func, select
from stdnum.iso7064 import mod_11_10
from werkzeug.test import TestResponse

from app.cases.case.models import Case
from app.cases.worker.entering import enter_inbox, worker_of
from app.cases.worker.inbox import open_inbox
from app.vault import Receipt, Vault, new_receipt
from app.vault.brought_receipts import is_patterned
from tests.harness.world import World

SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
OUTBOX, KIT = "/api/v1/outbox", "/api/v1/kit"
WORDS = "They keep our passports in the office."
_POINT = 65


def base_64(raw: bytes) -> str:
    """As phones write bytes."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def from_base_64(text: str) -> bytes:
    """The bytes that were written so."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def fields_of(**answers: str | Iterable[str]) -> list[list[str]]:
    """Fields as the form posts them; what has several values stands several times."""
    return [
        [name, value]
        for name, values in answers.items()
        for value in ([values] if isinstance(values, str) else values)
    ]


@dataclass(frozen=True)
class Kit:
    """What a phone was given: the deployment and the key to seal to."""

    deployment: str
    key: str
    public: bytes

    @classmethod
    def of(cls, vault: Vault) -> "Kit":
        """As the server hands it out."""
        key = vault.intake_keys()[0]
        return cls(vault.deployment.hex, key.id, key.public)

    @classmethod
    def fetched(cls, client: FlaskClient) -> "Kit":
        """From the server itself."""
        told: Any = client.get(KIT).get_json()
        return cls(told["deployment"], told["keys"][0]["id"], from_base_64(told["keys"][0]["public"]))


def phone_receipt() -> str:
    """A code as a phone makes it, which draws again what looks like a pattern."""
    while is_patterned(made := new_receipt()[:-1]):
        pass
    return made + mod_11_10.calc_check_digit(made)


@dataclass
class Sealing:
    """One report on a phone, before and after it is sealed. `inside` and `outside` put other values in the place of its own."""

    kit: Kit
    answers: Mapping[str, str | Iterable[str]] = field(default_factory=lambda: {"words": WORDS})
    submission: str = field(default_factory=lambda: str(uuid4()))
    receipt: str = field(default_factory=phone_receipt)
    ack: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    language: str = "en"
    inside: dict[str, Any] = field(default_factory=dict)
    outside: dict[str, Any] = field(default_factory=dict)

    @property
    def letter(self) -> dict[str, Any]:
        """What stands under the seal."""
        return {
            "v": 1,
            "submission": self.submission,
            "key": self.kit.key,
            "receipt": self.receipt,
            "ack": base_64(self.ack),
            "lang": self.language,
            "fields": fields_of(**self.answers),
        } | self.inside

    @property
    def info(self) -> bytes:
        """What binds the seal."""
        return f"redress outbox v1\n{self.kit.deployment}\n{self.kit.key}\n{self.submission}".encode()

    @property
    def proof(self) -> str:
        """What only who opened the seal can answer."""
        return base_64(digest(self.ack, b"redress kept v1 " + self.submission.encode(), "sha256"))

    def envelope(self, *, page: bool = False, plain: bytes | None = None) -> dict[str, Any]:
        """Seal it."""
        plain = filled(as_phones_write(self.letter)) if plain is None else plain
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), self.kit.public)
        sealed = SUITE.encrypt(plain, public, info=self.info)
        return {
            "v": 1,
            "key": self.kit.key,
            "submission": self.submission,
            "enc": base_64(sealed[:_POINT]),
            "ct": base_64(sealed[_POINT:]),
            "page": page,
        } | self.outside


def to_inbox(kit: Kit, receipt: str, told: Mapping[str, str], **more: Any) -> Sealing:
    """What was pressed in the inbox that this code opens; `inside` puts other values in, as for a report."""
    inside = {"fields": [], "inbox": fields_of(**told)} | more.pop("inside", {})
    return Sealing(kit, {}, receipt=receipt, inside=inside, **more)


def as_phones_write(value: Any) -> bytes:
    """JSON as browsers make it: UTF-8, and half of a sign by its number."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")


def filled(body: bytes) -> bytes:
    """Spaces up to the next step."""
    step = 1024
    while step < len(body):
        step *= 2
    return body.ljust(step)


def post(client: FlaskClient, envelope: Any, **options: Any) -> TestResponse:
    """Post an envelope, or whatever it is, as a phone does."""
    raw = envelope if isinstance(envelope, bytes) else json.dumps(envelope).encode()
    return client.post(OUTBOX, data=raw, content_type="application/json", **options)


def answer(response: TestResponse) -> dict[str, Any]:
    """The answer, which is of ours and JSON, whatever was sent."""
    assert response.mimetype == "application/json"
    assert response.status_code != 500
    told: Any = json.loads(response.get_data())
    assert told["redress"] == 1
    assert told["state"] in ("kept", "refused", "later")
    if response.status_code == 200:
        assert told["state"] == "kept"
    if told["state"] == "later":
        assert int(response.headers["Retry-After"]) > 0
    assert isinstance(told, dict)
    return told


def with_check_digit(digits: str) -> str:
    """Nineteen digits as a phone makes a code of them."""
    return digits + mod_11_10.calc_check_digit(digits)


def fresh_point() -> bytes:
    """The public half of a key that nobody has."""
    numbers = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    return b"\x04" + numbers.x.to_bytes(32) + numbers.y.to_bytes(32)


Seal = Callable[..., Sealing]


def number_of_cases(world: World) -> int:
    """How many cases there are."""
    with world.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Case)) or 0


def case_of_submission(world: World, sealing: Sealing) -> Case:
    """The one case that this report became."""
    with world.database.reading() as session:
        return session.scalars(select(Case).where(Case.submission_id == UUID(sealing.submission))).one()


def words_under(world: World, receipt: str) -> str:
    """The first words in the inbox that a code opens."""
    keys = world.vault.derive_receipt_keys(Receipt(receipt))
    with world.database.writing() as session:
        worker = worker_of(session, world.vault, enter_inbox(session, world.vault, keys))
        return open_inbox(session, world.vault, worker).messages[0].text or ""
