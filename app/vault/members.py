"""A member's key: wrapped by the password and, apart from it, by a printed recovery code that serves once."""

import logging
import secrets
import unicodedata
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from sqlalchemy import JSON, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.database import Base, Id, MemberId, Opaque, new_id
from app.language import plain_signs
from app.logs import log_event
from app.vault.framing import frame, unframe
from app.vault.keyholder import HARDEST, Hardness, KeyHolder, derive
from app.vault.pairs import Pair
from app.vault.public_keys import HolderKind, PublicKey, PublicKeyRow, new_public_key_row, public_key_from
from app.vault.veil import decrypt, encrypt

_SALT_BYTES = 16
RECOVERY_BYTES = 16
_RECOVERY_BITS = 8 * RECOVERY_BYTES
_GROUP = 4
# Crockford's Base32: no I, L, O, U, and the look-alikes are read as the digits they resemble.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOK_ALIKES = str.maketrans("ILO", "110")
_CODE_LENGTH = -(-_RECOVERY_BITS // 5)
_LONGEST_CODE = 10 * _CODE_LENGTH  # with whatever stands between its signs

# Passwords are slow on purpose; the first slot is left to receipts, so that no flood of log-ins keeps a worker from filing.
_SLOTS_FOR_RECEIPTS = 1


class WrongPassword(Exception):
    """The password does not open the member's key."""


class WrongRecoveryCode(Exception):
    """The recovery code does not open the member's key, or it was used before."""


class MemberKeyChanged(Exception):
    """The member's key was wrapped anew in the meantime, for instance by the same recovery code in another window."""


class MemberKeyRow(Base):
    """A member's private key in its two wrappings; `edition` counts how often it was wrapped anew."""

    __tablename__ = "vault_member_keys"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[MemberId] = mapped_column(Id, unique=True)
    public_key_id: Mapped[UUID]
    edition: Mapped[int]
    pepper: Mapped[str]
    hardness: Mapped[dict[str, Any]] = mapped_column(JSON)
    salt: Mapped[bytes] = mapped_column(info=Opaque.nothing_to_open("random", "salt"))
    by_password: Mapped[bytes] = mapped_column(
        info=Opaque.encrypted(
            "the private half of the member's key",
            "the member, by the password, with a keyring for its pepper",
        )
    )
    by_recovery: Mapped[bytes] = mapped_column(
        info=Opaque.encrypted(
            "the private half of the member's key",
            "the member, by the printed recovery code, with a keyring for its pepper",
        )
    )


@dataclass(frozen=True)
class MemberKey:
    """A member's opened key, for as long as the session lasts."""

    member_id: MemberId
    public_key_id: UUID
    edition: int
    pair: Pair = field(repr=False)

    def packed(self) -> bytes:
        """The key as bytes for the session's payload, which only the member's cookie opens."""
        return frame(self.member_id, self.public_key_id, self.edition, self.pair.private)

    @classmethod
    def unpacked(cls, raw: bytes) -> Self:
        """The key that `packed` wrote."""
        member_id, key_id, edition, private = unframe(raw)
        return cls(
            MemberId(UUID(bytes=member_id)),
            UUID(bytes=key_id),
            int.from_bytes(edition, signed=True),
            Pair(private),
        )


@dataclass(frozen=True)
class NewMemberKey:
    """A fresh key: the two rows to add, the opened key, and the recovery code to show once."""

    row: MemberKeyRow
    public_row: PublicKeyRow
    public: PublicKey
    key: MemberKey = field(repr=False)
    recovery_code: str = field(repr=False)


@dataclass(frozen=True)
class MemberKeyWrap:
    """The same key wrapped under a new password and a new recovery code; `rewrap` stores it."""

    key: MemberKey = field(repr=False)
    pepper: str
    hardness: Hardness
    salt: bytes = field(repr=False)
    by_password: bytes = field(repr=False)
    by_recovery: bytes = field(repr=False)
    recovery_code: str = field(repr=False)


def make_member_key(
    holder: KeyHolder, member_id: MemberId, password: str, recovery: bytes | None = None
) -> NewMemberKey:
    """A key for a new member; one slow Argon2id run, so call it before opening a unit of work. Raises `TooBusy`.

    `recovery` is the secret of the recovery code (see `FormToken.recovery_secret`); without one it is drawn.
    """
    pair = Pair.generate()
    public_row = new_public_key_row(holder, HolderKind.MEMBER, member_id, pair.public)
    key = MemberKey(member_id, public_row.id, 0, pair)
    wrap = wrap_member_key(holder, key, password, recovery)
    row = MemberKeyRow(id=new_id(), member_id=member_id, public_key_id=public_row.id)
    _store(row, wrap)
    opened = MemberKey(member_id, public_row.id, row.edition, pair)
    return NewMemberKey(row, public_row, public_key_from(holder, public_row), opened, wrap.recovery_code)


def unlock_member(holder: KeyHolder, row: MemberKeyRow, password: str) -> MemberKey:
    """The member's key, by password; slow on purpose; raises `WrongPassword` or `TooBusy`."""
    try:
        wrapping = _password_key(holder, password, row.salt, row.pepper, _hardness_of(row))
        private = decrypt(
            AESGCM(wrapping), row.by_password, _bound(holder, row.public_key_id, row.member_id, "password")
        )
    except (InvalidTag, KeyError, ValueError):
        raise WrongPassword("the password does not open this key") from None
    return MemberKey(row.member_id, row.public_key_id, row.edition, Pair(private))


def pretend_unlock(holder: KeyHolder, password: str) -> None:
    """Spend what `unlock_member` spends, so that an unknown login cannot be told from a wrong password by the time."""
    _password_key(holder, password, bytes(_SALT_BYTES), holder.pepper_ids[0], holder.hardness)


def unlock_with_recovery(holder: KeyHolder, row: MemberKeyRow, code: str) -> MemberKey:
    """The member's key, by recovery code; `rewrap` must follow in the same act, since the code serves once.

    Raises `WrongRecoveryCode`.
    """
    try:
        wrapping = _recovery_key(holder, _read_code(code), row.salt, row.pepper)
        private = decrypt(
            AESGCM(wrapping), row.by_recovery, _bound(holder, row.public_key_id, row.member_id, "recovery")
        )
    except (InvalidTag, KeyError, ValueError):
        raise WrongRecoveryCode("the recovery code does not open this key") from None
    return MemberKey(row.member_id, row.public_key_id, row.edition, Pair(private))


def wrap_member_key(
    holder: KeyHolder, key: MemberKey, password: str, recovery: bytes | None = None
) -> MemberKeyWrap:
    """Wrap an opened key under a new password and a new recovery code; slow, so before the unit of work. `recovery` as above."""
    pepper, salt = holder.pepper_ids[0], secrets.token_bytes(_SALT_BYTES)
    secret = secrets.token_bytes(RECOVERY_BYTES) if recovery is None else recovery
    by_password = _password_key(holder, password, salt, pepper, holder.hardness)
    by_recovery = _recovery_key(holder, secret, salt, pepper)
    return MemberKeyWrap(
        key=key,
        pepper=pepper,
        hardness=holder.hardness,
        salt=salt,
        by_password=encrypt(
            AESGCM(by_password),
            key.pair.private,
            _bound(holder, key.public_key_id, key.member_id, "password"),
        ),
        by_recovery=encrypt(
            AESGCM(by_recovery),
            key.pair.private,
            _bound(holder, key.public_key_id, key.member_id, "recovery"),
        ),
        recovery_code=write_recovery_code(secret),
    )


def rewrap(session: Session, wrap: MemberKeyWrap) -> None:
    """Store a new wrapping; raises `MemberKeyChanged` when another came first, so that a recovery code serves only once."""
    row = session.scalars(
        select(MemberKeyRow)
        .where(MemberKeyRow.member_id == wrap.key.member_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if row.edition != wrap.key.edition or row.public_key_id != wrap.key.public_key_id:
        raise MemberKeyChanged("the key was wrapped anew in the meantime")
    _store(row, wrap)


def member_key_row(session: Session, member_id: MemberId) -> MemberKeyRow | None:
    """The wrapped key of a member, or None before the invitation was taken up."""
    return session.scalars(select(MemberKeyRow).where(MemberKeyRow.member_id == member_id)).one_or_none()


def _hardness_of(row: MemberKeyRow) -> Hardness:
    """What the row says that one guess costs; raises ValueError where no version of ours can have written that.

    The row is read before anybody has shown who they are: whoever can write the database must not make a log-in eat the machine.
    """
    try:
        hardness = Hardness(**row.hardness)
        within = all(
            type(cost) is int and 0 < cost <= most
            for cost, most in (
                (hardness.memory_kib, HARDEST.memory_kib),
                (hardness.passes, HARDEST.passes),
            )
        )
    except (TypeError, ValueError):
        within = False
    if not within:
        log_event("row.forged", level=logging.WARNING, table=MemberKeyRow.__tablename__, id=str(row.id))
        raise ValueError("a member's key cannot cost that")
    return hardness


def _store(row: MemberKeyRow, wrap: MemberKeyWrap) -> None:
    row.edition = wrap.key.edition + 1
    row.pepper = wrap.pepper
    row.hardness = {
        "memory_kib": wrap.hardness.memory_kib,
        "passes": wrap.hardness.passes,
        "lanes": wrap.hardness.lanes,
    }
    row.salt = wrap.salt
    row.by_password = wrap.by_password
    row.by_recovery = wrap.by_recovery


def _password_key(holder: KeyHolder, password: str, salt: bytes, pepper: str, hardness: Hardness) -> bytes:
    # NFC (as RFC 8265 asks): the same password typed on another keyboard must give the same bytes.
    typed = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
    argon = Argon2id(
        salt=salt,
        length=32,
        iterations=hardness.passes,
        lanes=hardness.lanes,
        memory_cost=hardness.memory_kib,
        secret=holder.index_key(pepper, "password pepper"),
    )
    with holder.slot(spare=_SLOTS_FOR_RECEIPTS):
        return argon.derive(typed)


def _recovery_key(holder: KeyHolder, secret: bytes, salt: bytes, pepper: str) -> bytes:
    # 128 random bits need no slow function, only the pepper, so that the database alone gives nothing to try codes on.
    return derive(secret + holder.index_key(pepper, "recovery pepper"), "recovery code", salt)


def _bound(holder: KeyHolder, public_key_id: UUID, member_id: UUID, wrapping: str) -> bytes:
    return frame("redress member key", holder.deployment, public_key_id, member_id, wrapping)


def write_recovery_code(secret: bytes) -> str:
    """The code as it is shown and printed."""
    number = int.from_bytes(secret)
    digits = "".join(_ALPHABET[number >> 5 * place & 31] for place in reversed(range(_CODE_LENGTH)))
    return "-".join(digits[start : start + _GROUP] for start in range(0, _CODE_LENGTH, _GROUP))


def _read_code(code: str) -> bytes:
    """The secret of a typed code; raises ValueError."""
    digits = "".join(sign for sign in plain_signs(code[:_LONGEST_CODE]).upper() if sign.isalnum())
    digits = digits.translate(_LOOK_ALIKES)
    if len(digits) != _CODE_LENGTH:
        raise ValueError("a recovery code has another length")
    number = 0
    for digit in digits:
        number = number << 5 | _ALPHABET.index(digit)
    if number >> _RECOVERY_BITS:
        raise ValueError("a recovery code does not start like this")
    return number.to_bytes(RECOVERY_BYTES)
