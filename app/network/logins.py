"""Logins: the word a member signs in with, kept veiled and found by a keyed tag."""

import unicodedata
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.language import folded, says_something
from app.network.models import Member
from app.vault import Vault, sound_or_none

_LONGEST = 200


class LoginTaken(Exception):
    """Somebody else signs in with this login, or did until they departed."""


class LoginUnusable(Exception):
    """A login is one word of 1 to 200 visible characters, such as an e-mail address."""


def clean_login(login: str) -> str:
    """The login in the one form that is stored and looked up; raises `LoginUnusable`."""
    cleaned = normal_login(login)
    if (
        len(login.strip()) > 2 * _LONGEST
        or not says_something(cleaned)
        or len(cleaned) > _LONGEST
        or not cleaned.isprintable()
        or " " in cleaned
    ):
        raise LoginUnusable
    return cleaned


def normal_login(login: str) -> str:
    """What was typed, compatible forms and capitals made alike; never fails, so that no login is refused sooner than others."""
    shortened = login.strip()[: 2 * _LONGEST].encode(errors="replace").decode()
    # Signs that nobody sees come along when a login is copied, and are part of none.
    seen = "".join(sign for sign in shortened if unicodedata.category(sign) != "Cf")
    return folded(seen, "NFKC").casefold()


def find_by_login(session: Session, vault: Vault, login: str) -> Member | None:
    """The member with this login in its normal form, or nobody."""
    tags = vault.lookups("login", login)
    return sound_or_none(vault, login_row(session, tags))


def login_row(session: Session, tags: Collection[bytes]) -> Member | None:
    """The row under one of a login's tags, also one that others changed, so that no login is given away twice."""
    return session.scalars(select(Member).where(Member.login_tag.in_(tags))).one_or_none()
