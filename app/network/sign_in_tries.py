"""Counting tries to come in, by password, by recovery code, by invitation: whoever tries often has to go slowly.

Nobody is shut out: above a limit a try waits for its turn in the slow lane (`app.vault.hash_slots`), the right password among
them. A browser in which a member has signed in before is counted by itself, so that no stranger's tries stand in its way. A login
that does not exist counts like any other, so that no limit tells which logins there are.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from app.network.attempts import (
    SIGN_INS_AT_ADDRESS,
    SIGN_INS_FROM_HERE,
    SIGN_INS_FROM_KNOWN_BROWSER,
    SIGN_INS_TO_ACCOUNT,
    Limit,
    attempts_so_far,
    count_attempt,
)
from app.network.logins import find_by_login, normal_login
from app.network.sign_in import journal_refusal
from app.vault import KnownBrowser, Vault, read_browser_mark


@dataclass(frozen=True)
class SignInTry:
    """Who tries to come in, as far as the limits know: a login, an address, and the member's own browser where it is one."""

    login: str = field(repr=False)
    address: str = field(repr=False)
    browser: KnownBrowser | None = None

    def limits(self) -> Iterator[tuple[Limit, str]]:
        """What it is counted under, in this order: what one address does too often must not use up the account's own tries."""
        if self.browser is not None:
            yield SIGN_INS_FROM_KNOWN_BROWSER, str(self.browser.id)
            return
        account = normal_login(self.login)
        # The address first, because a login may hold any sign.
        yield SIGN_INS_FROM_HERE, f"{self.address} {account}"
        yield SIGN_INS_AT_ADDRESS, self.address
        yield SIGN_INS_TO_ACCOUNT, account


def look_at_try(session: Session, vault: Vault, login: str, address: str, mark: str) -> SignInTry:
    """Who tries; `mark` is what the browser says of itself, and counts for the member only whose it is."""
    browser = read_browser_mark(vault, mark)
    if browser is not None:
        member = find_by_login(session, vault, normal_login(login))
        if member is None or member.id != browser.member_id:
            browser = None
    return SignInTry(login, address, browser)


def may_be_guessing(session: Session, vault: Vault, tried: SignInTry) -> bool:
    """Whether the try belongs in the slow lane; only reads, so that a flood writes nothing."""
    # Not yet at the limit itself: the first try over it has to be counted, since that one is journaled.
    return any(
        attempts_so_far(session, vault, limit, subject) > limit.most for limit, subject in tried.limits()
    )


def count_sign_in_try(session: Session, vault: Vault, tried: SignInTry) -> bool:
    """Count one more try; whether it belongs in the slow lane.

    Its unit of work must have committed before the try goes on. The first try over a limit is journaled, the others are not: the
    journal must not become the flood's.
    """
    for limit, subject in tried.limits():
        number = count_attempt(session, vault, limit, subject)
        if number > limit.most:
            if number == limit.most + 1:
                member = find_by_login(session, vault, normal_login(tried.login))
                journal_refusal(session, vault, member, "too_many")
            return True
    return False


def uncount_sign_in_try(session: Session, vault: Vault, tried: SignInTry) -> None:
    """Take a try back that was counted and then not made."""
    for limit, subject in tried.limits():
        count_attempt(session, vault, limit, subject, by=-1)
