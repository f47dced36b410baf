"""*Finish* pressed twice: the same page sent again within minutes shows the same recovery code, instead of "was used before".

A recovery code is shown once and kept nowhere, so whoever's browser shows only the second answer would never have seen it. The
page that takes up an invitation, or a recovery, therefore makes it: the code derives from the page's own one-time token, a server
key and all that was typed. A later thief of the link has another page, and gets another code, which opens nothing.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy.orm import Session

from app.database import MemberId
from app.network.codes import TotpSecretUnusable, fits_step
from app.network.invitations import InvitationUsed, InvitedMember, find_invitation, invited_by
from app.network.logins import find_by_login, normal_login
from app.network.models import Member, MemberState
from app.network.people import totp_place
from app.network.recovery import NewSecrets, RecoveryAnswer
from app.network.sessions import open_member_session
from app.network.sign_in import lock_member, why_shut_out
from app.vault import (
    MemberKey,
    Vault,
    WrongRecoveryCode,
    member_key_row,
    unlock_with_recovery,
    write_recovery_code,
)

SENT_AGAIN_WITHIN = timedelta(minutes=10)
"""How long after it was taken the same page still shows the same code."""


@dataclass(frozen=True)
class Finished:
    """A page that was taken before: whose it was, their opened key and the code that it made."""

    member_id: MemberId
    key: MemberKey = field(repr=False)
    recovery_code: str = field(repr=False)


def joined_before(
    session: Session, vault: Vault, token: str, recovery: bytes, totp_code: str
) -> tuple[InvitedMember, str]:
    """Who took up this link with this very page a moment ago, and their recovery code; raises `InvitationUsed` for all others."""
    invitation = find_invitation(session, vault, token)
    if invitation is None or invitation.used_at is None:
        raise InvitationUsed
    member = session.get_one(Member, invitation.member_id)
    finished = _finished(session, vault, member, recovery, totp_code)
    if finished is None:
        raise InvitationUsed
    return invited_by(session, vault, invitation), finished.recovery_code


def recovered_before(session: Session, vault: Vault, login: str, chosen: NewSecrets) -> Finished | None:
    """Who came back with this very page a moment ago; None for every other page."""
    member = find_by_login(session, vault, normal_login(login))
    if member is None or chosen.recovery is None:
        return None
    return _finished(session, vault, member, chosen.recovery, chosen.totp_code)


def come_back_again(session: Session, vault: Vault, finished: Finished) -> RecoveryAnswer:
    """The answer to the page that was sent again: the same code, and a session, since the first one's cookie may be lost."""
    member = lock_member(session, finished.member_id)
    if member is None or why_shut_out(session, member) is not None:
        return RecoveryAnswer(None)
    return RecoveryAnswer((open_member_session(session, vault, member, finished.key), finished.recovery_code))


def _finished(
    session: Session, vault: Vault, member: Member, recovery: bytes, totp_code: str
) -> Finished | None:
    """Whether the code of this page is the one that stands, and nobody has logged in with a later one of the code app since."""
    row = member_key_row(session, member.id)
    if row is None or member.state is not MemberState.ACTIVE or member.totp_veil is None:
        return None
    code = write_recovery_code(recovery)
    try:
        key = unlock_with_recovery(vault, row, code)
        secret = vault.unveil(totp_place(member.id), member.totp_veil)
        fits = fits_step(secret, totp_code, member.totp_last_step, within=SENT_AGAIN_WITHIN)
    except (WrongRecoveryCode, TotpSecretUnusable):
        return None
    return Finished(member.id, key, code) if fits else None
