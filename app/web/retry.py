"""When to try again, for answers that say "not now": seconds for programs, whole minutes for people."""

from datetime import datetime

from flask import Response

from app import clock

BUSY_FOR = 5
"""Seconds after which a slot for hashing should be free again."""

BROKEN_FOR = 60
"""Seconds after which a program may try again by itself when something of ours is broken."""


def retry_after(response: Response, seconds: int) -> Response:
    """Tell programs after how many seconds they may try again."""
    response.headers["Retry-After"] = str(seconds)
    return response


def seconds_until(moment: datetime) -> int:
    """Whole seconds from now, at least one."""
    return max(1, -int((clock.now() - moment).total_seconds() // 1))


def minutes_until(moment: datetime) -> int:
    """Whole minutes from now, at least one: a length needs no time zone, and nobody comes back too early."""
    return -(-seconds_until(moment) // 60)
