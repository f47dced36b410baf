"""The six digits of a member's authenticator (TOTP, RFC 6238), behind pyotp."""

import hmac
from collections.abc import Iterable
from datetime import timedelta

import pyotp

from app import clock
from app.language import find_codes

ISSUER = "Redress"
_SECRET_BYTES = 20
_DIGITS = 6
_STEP_SECONDS = 30


class CodeRefused(Exception):
    """The code is not the one that the authenticator shows now."""


class TotpSecretUnusable(Exception):
    """The secret did not come from `new_totp_secret`: somebody edited the form."""


def new_totp_secret() -> str:
    """A fresh secret in base32, as authenticators take it."""
    return pyotp.random_base32()


def totp_uri(secret: str, login: str) -> str:
    """The `otpauth://` address to show as a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)


def code_now(secret: str) -> str:
    """The code that an authenticator with this secret shows at this moment; for the demo's operators and for tests."""
    return pyotp.TOTP(secret).at(clock.now())


def step_of_code(secret: str, code: str, *, after: int = 0) -> int | None:
    """The time step that the code belongs to, or nothing when it is wrong, older than one step, or not later than `after`."""
    current = _current_step()
    # All three steps are always compared, and in constant time.
    steps = _steps_of(secret, code, range(current - 1, current + 2))
    return max((step for step in steps if step > after), default=None)


def fits_step(secret: str, code: str, step: int, *, within: timedelta) -> bool:
    """Whether the code was that of a time step that is not over for longer than this: it lets nobody in."""
    soon = 0 <= _current_step() + 1 - step <= within.total_seconds() / _STEP_SECONDS
    return soon and bool(_steps_of(secret, code, range(step, step + 1)))


def _current_step() -> int:
    return int(clock.now().timestamp()) // _STEP_SECONDS


def _steps_of(secret: str, code: str, steps: Iterable[int]) -> list[int]:
    """The steps among these that the code belongs to; raises `TotpSecretUnusable`."""
    try:
        if len(pyotp.TOTP(secret).byte_secret()) < _SECRET_BYTES:
            raise TotpSecretUnusable
    except ValueError as error:
        raise TotpSecretUnusable from error
    written = _written(code)
    authenticator = pyotp.TOTP(secret, digits=_DIGITS, interval=_STEP_SECONDS)
    return [step for step in steps if hmac.compare_digest(authenticator.generate_otp(step), written)]


def _written(code: str) -> str:
    """The code in 0 to 9, in whatever sentence it was typed; empty, and so wrong, where there is none or more than one."""
    found = find_codes(code, _DIGITS)
    return found[0] if len(found) == 1 else ""
