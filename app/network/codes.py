"""The six digits of a member's authenticator (TOTP, RFC 6238), behind pyotp."""

import hmac

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
    try:
        if len(pyotp.TOTP(secret).byte_secret()) < _SECRET_BYTES:
            raise TotpSecretUnusable
    except ValueError as error:
        raise TotpSecretUnusable from error
    written = _written(code)
    current = int(clock.now().timestamp()) // _STEP_SECONDS
    authenticator = pyotp.TOTP(secret, digits=_DIGITS, interval=_STEP_SECONDS)
    found = None
    # All three steps are always compared, and in constant time.
    for step in (current - 1, current, current + 1):
        if hmac.compare_digest(authenticator.generate_otp(step), written) and step > after:
            found = step
    return found


def _written(code: str) -> str:
    """The code in 0 to 9, in whatever sentence it was typed; empty, and so wrong, where there is none or more than one."""
    found = find_codes(code, _DIGITS)
    return found[0] if len(found) == 1 else ""
