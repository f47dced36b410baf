"""Setting up a code app: its secret as a picture and as text."""

from typing import Any

from app.network import new_totp_secret, totp_uri
from app.web.qr import qr_picture


def authenticator_picture(secret: str, login: str) -> dict[str, Any]:
    """What `desk/authenticator.html` shows: the secret, the same in groups for typing, and its QR code.

    A secret that came back damaged from the page is replaced by a fresh one.
    """
    try:
        address = totp_uri(secret, login)
    except ValueError:
        secret = new_totp_secret()
        address = totp_uri(secret, login)
    groups = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return {"secret": secret, "secret_in_groups": groups, "picture": qr_picture(address)}
