"""Counting what comes from outside, so that a flood or a guesser meets a limit while a dormitory behind one address does not.

A row holds a keyed tag of what is counted, by whom and in which window, and a number. Neither an address nor a login stands in it;
the key changes every day and a row goes when its window is over. Windows are fixed, so around their edge a sender has up to twice
the limit: every number below allows for that. Nothing here fails open: without the database the count raises, and the caller's act
with it.
"""

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Integer, bindparam, delete, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.database import Base, Opaque, Ready, Statement, UtcDateTime, chosen_once, send_together
from app.vault import Vault

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Limit:
    """How often something may happen in one window; a window is a day or a part of one, and ends with the day."""

    what: str
    most: int
    window: timedelta


REPORTS = Limit("report", 300, timedelta(hours=1))
"""A dormitory, a factory's Wi-Fi or a whole mobile network may share one address, and after an accident many write at once."""

HELD_REPORTS = Limit("held report", 2_000, timedelta(days=1))
"""For everybody together: as many as custodians could look through in days, and some hundred megabytes at most on the disk."""

REFUSED_REPORTS = Limit("report refused after hashing", REPORTS.most, REPORTS.window)
"""For a code that somebody has, or other words under one submission. Each counts as a report too; above this many no phone's
code from there is hashed before the window ends. No phone of good will comes near: two do not make one code."""

OFFERED_REPORTS = Limit("report offered or locked", 10, timedelta(days=1))
"""For how many a helper was asked, or may be when the worker unlocks them. From one address they take at most half of the room that
a helper still has (`app.cases.routing`), so that junk fills no helper and leaves the others' reports their way. Of locked ones
`most` may ask a helper at once when they are unlocked; a person looks at the others first."""

FILE_CHUNKS = Limit("chunk of a file", 6_000, timedelta(hours=1))
"""From one address: some 290 MB of photos and voice notes. Above it phones keep what they have and come again."""

ALL_FILE_CHUNKS = Limit("chunk of a file of all", 100_000, timedelta(days=1))
"""For everybody together: some five gigabytes a day on the disk at most."""

WAITING_CHUNKS = Limit("chunk of a file that waits", 3_000, timedelta(days=1))
"""From one address in files that are not whole, each counted in full from its first chunk until it ends: some 290 photos. All
addresses together have room for 20,000 (`app.attachments`): one of them needs a week to fill it, and the operator sees it."""

LOOKS_AT_FILE = Limit("look at a file", 5, timedelta(hours=1))
"""By a child. A look that ends in a verdict is the last; a file that never brings one does not keep the machine's one child."""

UNKNOWN_RECEIPTS = Limit("unknown receipt", 60, timedelta(hours=1))
"""The check digit catches ten of eleven slips before they count, so a dormitory's own mistakes stay far below this.

Above it a try waits for its turn among the guesses (`app.vault.hash_slots`), and a right one still opens."""

ALL_UNKNOWN_RECEIPTS = Limit("unknown receipt of all", 20_000, timedelta(hours=1))
"""For everybody together; above, `UNKNOWN_IN_A_FLOOD` holds."""

UNKNOWN_IN_A_FLOOD = 3
"""While strangers guess everywhere each address has this many before it has to go slowly."""

SIGN_INS_FROM_HERE = Limit("sign-in to one account from one address", 10, timedelta(minutes=15))
"""More than anybody mistypes. Above this one and the next two a try waits for its turn among the guesses, and is still made."""

SIGN_INS_AT_ADDRESS = Limit("sign-in from one address", 100, timedelta(minutes=15))
"""An office of fifty people who all come in at nine, each with one slip."""

SIGN_INS_TO_ACCOUNT = Limit("sign-in to one account", 100, timedelta(hours=1))
"""Against guessing from many addresses."""

SIGN_INS_FROM_KNOWN_BROWSER = Limit("sign-in from a member's own browser", 10, timedelta(minutes=15))
"""Counted apart from all others, so that guessers never stand in its way."""

SEARCHES = Limit("search of a member", 10, timedelta(minutes=1))
"""More than anybody reads the answers of; each may take more than a second of a core from the workers who file."""

REFUSED_NUMBERS = Limit("number that a member may not have texted", 5, timedelta(days=1))
"""Of those that said stop, or that others see: each refusal tells a helper so, and nobody meets five of them a day by chance."""

EVERYBODY = ""
"""The subject of a limit that holds for all together."""


class Attempts(Base):
    """How often one thing was done by one subject in one window."""

    __tablename__ = "attempts"

    tag: Mapped[bytes] = mapped_column(
        primary_key=True, info=Opaque.tag("what is counted, of whom and in which window")
    )
    number: Mapped[int]
    ends_at: Mapped[datetime] = mapped_column(index=True)


# One statement, so that two at once can never count as one; both databases speak it.
_COUNT = Ready(
    text(
        "INSERT INTO attempts (tag, number, ends_at) VALUES (:tag, :by, :ends_at) "
        # One that others set to the highest there is stays below what PostgreSQL would refuse a report for.
        "ON CONFLICT (tag) DO UPDATE SET number = excluded.number + "
        "CASE WHEN attempts.number < 1000000000 THEN attempts.number ELSE 1000000000 END RETURNING number"
    )
    .bindparams(bindparam("by", type_=Integer()), bindparam("ends_at", type_=UtcDateTime()))
    .columns(number=Integer())
)

_SO_FAR = select(Attempts.number).where(Attempts.tag == bindparam("tag"))


def count_attempt(
    session: Session, vault: Vault, limit: Limit, subject: str, *, by: int = 1, at: datetime | None = None
) -> int:
    """Count so many more and say how many there are in this window; the row stays locked until the unit of work ends.

    Who counts under several limits in one unit takes them in one order everywhere, or two units could wait for each other. `at` is
    a moment in the window that is meant, where it is not the current one.
    """
    [[(number,)]] = send_together(session, [counting(vault, limit, subject, by=by, at=at)])
    return int(number)


def counting(
    vault: Vault, limit: Limit, subject: str, *, by: int = 1, at: datetime | None = None
) -> Statement:
    """What `count_attempt` asks, for a unit of work that sends several statements together; its one row holds the number."""
    tag, ends_at = tag_of(vault, limit, subject, at=at), window_end(limit, at=at)
    return Statement(_COUNT, {"tag": tag, "by": by, "ends_at": ends_at})


def attempts_so_far(session: Session, vault: Vault, limit: Limit, subject: str) -> int:
    """How many there are in this window."""
    return session.scalar(_SO_FAR, {"tag": tag_of(vault, limit, subject)}) or 0


def window_end(limit: Limit, *, at: datetime | None = None) -> datetime:
    """When the current window ends, or the one of that moment, and the count begins anew."""
    return _EPOCH + (_window(limit, at) + 1) * limit.window


def expire_attempts(session: Session, limit: int) -> int:
    """Delete rows whose window is over, at most so many; how many went."""
    over = (
        select(Attempts.tag)
        .where(Attempts.ends_at <= clock.now())
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    query = delete(Attempts).where(Attempts.tag.in_(chosen_once(over))).returning(Attempts.tag)
    return len(session.scalars(query, execution_options={"synchronize_session": False}).all())


def tag_of(vault: Vault, limit: Limit, subject: str, *, at: datetime | None = None) -> bytes:
    """The key of a row: the subject in this window, or the one of that moment, under a key of the day."""
    window = _window(limit, at)
    day = (_EPOCH + window * limit.window).date()
    return vault.lookup(f"attempt:{limit.what}:{day}", f"{subject}|{window}")


def counted_address(address: str | None) -> str:
    """An address as it is counted: IPv6 by its /64, since one phone may take any address of that."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return address or ""
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(parsed), 64), strict=False))


def _window(limit: Limit, at: datetime | None = None) -> int:
    return ((at or clock.now()) - _EPOCH) // limit.window
