"""Signing in, with a password and a code or with the recovery code, and what a session may do.

Each way in has two halves. `prepare_...` reads and runs Argon2id, so it belongs in a unit of work for reading; `take_...` only
compares and writes, so that no other writer waits for a hash. `take_...` never raises a refusal itself: the refusal must reach the
journal, so it comes back as an answer whose `cookie` raises `SignInRefused` once the unit of work has committed:

    with database.reading() as session:
        prepared = prepare_sign_in(session, vault, login, password)
    with database.writing() as session:
        answer = take_sign_in(session, vault, prepared, code)
    cookie = answer.cookie
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app import clock
from app.database import MemberId
from app.network.codes import fits_step, step_of_code
from app.network.logins import find_by_login, normal_login
from app.network.models import Member, MemberState, Organisation, OrganisationState
from app.network.passwords import LONGEST, normal_password
from app.network.people import totp_place
from app.network.sessions import open_member_session
from app.vault import (
    Actor,
    MemberKey,
    SessionEnded,
    Vault,
    WrongPassword,
    cookie_of,
    holder_of,
    is_sound,
    journal,
    mark_browser,
    member_key_row,
    pretend_unlock,
    read_session,
    sound_or_none,
    unlock_member,
)

# Only somebody who knows the password gets this far, so nobody can lock a helper out by guessing (RFC 4226, 7.3).
_WRONG_CODES = 5
_SHORTEST_REST = timedelta(minutes=15)
_LONGEST_REST = timedelta(hours=24)
# Long enough for a button that was pressed twice, on a slow line.
_SENT_AGAIN_WITHIN = timedelta(minutes=1)


class SignInRefused(Exception):
    """Not let in. One text whatever the reason: it must not tell a stranger which logins exist."""

    def __init__(self) -> None:
        super().__init__("The login, the password or the code is not right.")


@dataclass(frozen=True)
class PreparedSignIn:
    """Who asks to come in and, if the password was right, their opened key."""

    member_id: MemberId | None
    key: MemberKey | None = field(repr=False)


@dataclass(frozen=True)
class SignInAnswer:
    """What became of an attempt; read it after the unit of work has committed."""

    opened: str | None = field(repr=False)
    mark: str = field(repr=False, default="")
    """What the browser may say of itself from now on (`app.vault.known_browsers`)."""

    @property
    def cookie(self) -> str:
        """The session's cookie; raises `SignInRefused`."""
        if self.opened is None:
            raise SignInRefused
        return self.opened


def prepare_sign_in(session: Session, vault: Vault, login: str, password: str) -> PreparedSignIn:
    """Find the member and try the password: one Argon2id run whether or not the login exists; never raises a refusal."""
    member = find_by_login(session, vault, normal_login(login))
    row = None if member is None else member_key_row(session, member.id)
    normal = normal_password(password) if len(password) <= LONGEST else None
    member_id = None if member is None else member.id
    if row is None or normal is None:
        pretend_unlock(vault, "")
        return PreparedSignIn(member_id, None)
    try:
        return PreparedSignIn(member_id, unlock_member(vault, row, normal))
    except WrongPassword:
        return PreparedSignIn(member_id, None)


def take_sign_in(
    session: Session, vault: Vault, prepared: PreparedSignIn, code: str, secret: bytes | None = None
) -> SignInAnswer:
    """Check the code and open a session, or journal the refusal; the answer tells which, once this unit has committed.

    `secret` is what the page made of its token and all that was typed: sent twice, both posts open the same session.
    """
    member = lock_member(session, prepared.member_id)
    opened = _opened_before(session, vault, member, prepared, code, secret)
    if opened is not None:
        return opened
    why = why_shut_out(session, member) or _why_refused(session, vault, member, prepared.key, code)
    if why is not None or member is None or prepared.key is None:
        journal_refusal(session, vault, member, why or "unknown")
        return SignInAnswer(None)
    cookie = open_member_session(session, vault, member, prepared.key, secret)
    journal(session, vault, None, "sign_in", Actor("member", member.id, member.organisation_id), None)
    return SignInAnswer(cookie, mark_browser(vault, MemberId(member.id)))


def _opened_before(
    session: Session,
    vault: Vault,
    member: Member | None,
    prepared: PreparedSignIn,
    code: str,
    secret: bytes | None,
) -> SignInAnswer | None:
    """The answer to the same post a moment ago, while its session is open and no later code was used."""
    if secret is None or member is None or member.totp_veil is None or prepared.key is None:
        return None
    try:
        subject = read_session(session, vault, "member", cookie_of(secret)).subject_id
    except SessionEnded:
        return None
    totp_secret = vault.unveil(totp_place(member.id), member.totp_veil)
    again = fits_step(totp_secret, code, member.totp_last_step, within=_SENT_AGAIN_WITHIN)
    if subject != member.id or not again or why_shut_out(session, member) is not None:
        return None
    return SignInAnswer(cookie_of(secret), mark_browser(vault, MemberId(member.id)))


def lock_member(session: Session, member_id: MemberId | None) -> Member | None:
    """The member's row, locked, so that two attempts at once cannot use one code; nobody where there is none of ours."""
    if member_id is None:
        return None
    member = session.get(Member, member_id, with_for_update=True, populate_existing=True)
    return sound_or_none(holder_of(session), member)


def why_shut_out(session: Session, member: Member | None) -> str | None:
    """Why nobody may come in by this login, whatever they know; nothing when they may."""
    if member is None:
        return "unknown"
    if member.state is not MemberState.ACTIVE:
        return member.state.value
    organisation = session.get_one(Organisation, member.organisation_id)
    if not is_sound(holder_of(session), organisation):
        return "organisation changed"
    return "frozen" if organisation.state is OrganisationState.FROZEN else None


def journal_refusal(session: Session, vault: Vault, member: Member | None, why: str) -> None:
    """Write a refusal to the deployment's chain: by member where there is one, never the login that was typed."""
    # People type passwords into the login field: an unknown login is not kept in any form.
    actor = (
        Actor("member", None, None) if member is None else Actor("member", member.id, member.organisation_id)
    )
    journal(session, vault, None, "sign_in.refused", actor, {"why": why})


def _why_refused(
    session: Session, vault: Vault, member: Member | None, key: MemberKey | None, code: str
) -> str | None:
    """Why password and code do not let the member in; counts wrong codes and uses up a right one."""
    if member is None or member.totp_veil is None or key is None:
        return "password"
    row = member_key_row(session, member.id)
    if row is None or row.edition != key.edition:  # changed since the password was tried
        return "password"
    now = clock.now()
    if member.codes_rest_until is not None and now < member.codes_rest_until:
        return "resting"
    secret = vault.unveil(totp_place(member.id), member.totp_veil)
    step = step_of_code(secret, code, after=member.totp_last_step)
    if step is None:
        member.wrong_codes += 1
        member.codes_rest_until = _rest_after(member.wrong_codes, now)
        return "code"
    member.totp_last_step, member.wrong_codes, member.codes_rest_until = step, 0, None
    return None


def _rest_after(wrong_codes: int, now: datetime) -> datetime | None:
    """Every fifth wrong code in a row makes codes rest, twice as long each time."""
    rounds, within = divmod(wrong_codes, _WRONG_CODES)
    if within:
        return None
    return now + min(_SHORTEST_REST * (1 << min(rounds - 1, 10)), _LONGEST_REST)
