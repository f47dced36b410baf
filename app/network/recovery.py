"""Coming back with the printed recovery code, when password or phone are lost: both are set anew, and a new code is printed.

The halves are those of `sign_in`: `prepare_recovery` reads and hashes, `take_recovery` writes, the answer is read after the commit.
"""

from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from app.database import MemberId
from app.network.codes import CodeRefused, step_of_code
from app.network.logins import find_by_login, normal_login
from app.network.models import Organisation
from app.network.passwords import check_new_password
from app.network.people import totp_place
from app.network.sessions import open_member_session
from app.network.sign_in import SignInRefused, journal_refusal, lock_member, why_shut_out
from app.vault import (
    Actor,
    MemberKey,
    MemberKeyChanged,
    MemberKeyWrap,
    Vault,
    WrongRecoveryCode,
    end_sessions_of,
    journal,
    member_key_row,
    rewrap,
    unlock_with_recovery,
)


@dataclass(frozen=True)
class NewSecrets:
    """What the member chose anew: a password, and the secret of an authenticator with the code that it shows."""

    password: str = field(repr=False)
    totp_secret: str = field(repr=False)
    totp_code: str = field(repr=False)
    # Of the next recovery code, which the page makes (see `app.network.finishing`); without one it is drawn.
    recovery: bytes | None = field(repr=False, default=None)


@dataclass(frozen=True)
class PreparedRecovery:
    """Who asks to come back and, if the recovery code was right, their key wrapped anew."""

    member_id: MemberId | None
    wrap: MemberKeyWrap | None = field(repr=False)
    totp_secret: str = field(repr=False)
    totp_step: int = field(repr=False)


@dataclass(frozen=True)
class RecoveryAnswer:
    """What became of an attempt; read it after the unit of work has committed."""

    opened: tuple[str, str] | None = field(repr=False)

    @property
    def cookie(self) -> str:
        """The new session's cookie; raises `SignInRefused`."""
        return self._opened()[0]

    @property
    def recovery_code(self) -> str:
        """The new recovery code, shown once; raises `SignInRefused`."""
        return self._opened()[1]

    def _opened(self) -> tuple[str, str]:
        if self.opened is None:
            raise SignInRefused
        return self.opened


def prepare_recovery(
    session: Session, vault: Vault, login: str, recovery_code: str, chosen: NewSecrets
) -> PreparedRecovery:
    """Try the recovery code and wrap the key under the new password: slow. Never raises a refusal of the recovery code itself.

    Raises `PasswordRefused`, `CodeRefused` or `TotpSecretUnusable` for what was chosen anew, which tells nothing about the login.
    """
    member = find_by_login(session, vault, normal_login(login))
    key = None if member is None else _unlock(session, vault, member.id, recovery_code)
    named = (
        "" if member is None or key is None else session.get_one(Organisation, member.organisation_id).name
    )
    password = check_new_password(chosen.password, login=login, organisation_name=named)
    step = step_of_code(chosen.totp_secret, chosen.totp_code)
    if step is None:
        raise CodeRefused
    wrap = None if key is None else vault.wrap_member_key(key, password, chosen.recovery)
    return PreparedRecovery(None if member is None else member.id, wrap, chosen.totp_secret, step)


def take_recovery(session: Session, vault: Vault, prepared: PreparedRecovery) -> RecoveryAnswer:
    """Store the new password and authenticator, end every other session and open one; or journal the refusal."""
    member = lock_member(session, prepared.member_id)
    why = why_shut_out(session, member) or _why_refused(session, prepared.wrap)
    if why is not None or member is None or prepared.wrap is None:
        journal_refusal(session, vault, member, why or "unknown")
        return RecoveryAnswer(None)
    member.totp_veil = vault.veil(totp_place(member.id), prepared.totp_secret)
    member.totp_last_step, member.wrong_codes, member.codes_rest_until = prepared.totp_step, 0, None
    # Whoever used the lost phone or password is out at once.
    end_sessions_of(session, vault, member.id)
    cookie = open_member_session(session, vault, member, prepared.wrap.key)
    journal(
        session, vault, None, "sign_in.recovered", Actor("member", member.id, member.organisation_id), None
    )
    return RecoveryAnswer((cookie, prepared.wrap.recovery_code))


def _unlock(session: Session, vault: Vault, member_id: MemberId, recovery_code: str) -> MemberKey | None:
    row = member_key_row(session, member_id)
    try:
        return None if row is None else unlock_with_recovery(vault, row, recovery_code)
    except WrongRecoveryCode:
        return None


def _why_refused(session: Session, wrap: MemberKeyWrap | None) -> str | None:
    """Why the recovery code does not let the member in; stores the new wrapping, which uses the code up."""
    if wrap is None:
        return "recovery_code"
    try:
        rewrap(session, wrap)
    except MemberKeyChanged:
        return "recovery_code"
    return None
