"""Signing in, with a password and a code or with the recovery code, and what a session may do.

Each way in has two halves. `prepare_...` reads and runs Argon2id, so it belongs in a unit of work for reading; `take_...` only compares
and writes, so that no other writer waits for a hash. `take_...` never raises a refusal itself: the refusal has to reach the journal, so
it comes back as an answer whose `cookie` raises `SignInRefused` once the unit of work has committed:

    with database.reading() as session:
        prepared = prepare_sign_in(session, vault, login, password)
    with database.writing() as session:
        answer = take_sign_in(session, vault, prepared, code)
    cookie = answer.cookie
"""

from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy.orm import Session

from app import clock
from app.database import MemberId
from app.network.codes import CodeRefused, step_of_code
from app.network.logins import find_by_login, normal_login
from app.network.models import Member, MemberState, Organisation, OrganisationState
from app.network.passwords import LONGEST, check_new_password, normal_password
from app.network.people import SignedIn, login_place, member_name, totp_place
from app.vault import (
    Actor,
    MemberKey,
    SessionEnded,
    Vault,
    end_session,
    end_sessions_of,
    journal,
    open_session,
    read_session,
)

IDLE = timedelta(minutes=20)
LONGEST_SESSION = timedelta(hours=8)
# Only somebody who knows the password gets this far, so nobody can lock a helper out by guessing (RFC 4226, 7.3).
_WRONG_CODES = 5
_REST = timedelta(minutes=15)
_KIND = "member"


class SignInRefused(Exception):
    """Not let in. One text whatever the reason: it must not tell a stranger which logins exist."""

    def __init__(self) -> None:
        super().__init__("Login, password or code is wrong. Check all three, and wait for a new code.")


class NotSignedIn(Exception):
    """There is no live session behind this cookie."""


@dataclass(frozen=True)
class PreparedSignIn:
    """Who asks to come in and, if the password was right, their opened key."""

    member_id: MemberId | None
    key: MemberKey | None = field(repr=False)
    wrapped: bytes = field(repr=False)


@dataclass(frozen=True)
class SignInAnswer:
    """What became of an attempt; read it after the unit of work has committed."""

    opened: str | None = field(repr=False)

    @property
    def cookie(self) -> str:
        """The session's cookie; raises `SignInRefused`."""
        if self.opened is None:
            raise SignInRefused
        return self.opened
