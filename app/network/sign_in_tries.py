"""Limits on trying to come in: by password, by recovery code, by invitation. Counted before anything is hashed.

A login that does not exist counts like any other, so that no limit tells which logins there are.
"""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from app.network.attempts import (
    SIGN_INS_AT_ADDRESS,
    SIGN_INS_FROM_HERE,
    SIGN_INS_TO_ACCOUNT,
    Limit,
    attempts_so_far,
    count_attempt,
    window_end,
)
from app.network.logins import find_by_login, normal_login
from app.network.sign_in import journal_refusal
from app.vault import Vault


def tries_rest_until(session: Session, vault: Vault, login: str, address: str) -> datetime | None:
    """Until when nobody may try this login from this address, or None; only reads, so that a flood writes nothing."""
    for limit, subject in _limits(login, address):
        # Not yet at the limit itself: the first try over it has to be counted, since that one is journaled.
        if attempts_so_far(session, vault, limit, subject) > limit.most:
            return window_end(limit)
    return None


def count_sign_in_try(session: Session, vault: Vault, login: str, address: str) -> datetime | None:
    """Count one more try; until when it has to wait, or None when it may go on.

    Its unit of work must have committed before the try goes on. The first try over a limit is journaled, the others are not: the
    journal must not become the flood's.
    """
    for limit, subject in _limits(login, address):
        number = count_attempt(session, vault, limit, subject)
        if number > limit.most:
            if number == limit.most + 1:
                member = find_by_login(session, vault, normal_login(login))
                journal_refusal(session, vault, member, "too_many")
            return window_end(limit)
    return None


def _limits(login: str, address: str) -> Iterator[tuple[Limit, str]]:
    """In this order: what one address does too often must not use up the account's own tries."""
    account = normal_login(login)
    # The address first, because a login may hold any sign.
    yield SIGN_INS_FROM_HERE, f"{address} {account}"
    yield SIGN_INS_AT_ADDRESS, address
    yield SIGN_INS_TO_ACCOUNT, account
