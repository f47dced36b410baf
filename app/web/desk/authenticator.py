"""Setting up a code app: its secret as a picture and as text."""

import io
from typing import Any

import segno
from markupsafe import Markup

from app.network import new_totp_secret, totp_uri


def authenticator_picture(secret: str, login: str) -> dict[str, Any]:
    """What `desk/authenticator.html` shows: the secret, the same in groups for typing, and its QR code.

    The code is an element of the page itself, so the secret never stands in an address of its own. A secret that came back
    damaged from the page is replaced by a fresh one.
    """
    try:
        address = totp_uri(secret, login)
    except ValueError:
        secret = new_totp_secret()
        address = totp_uri(secret, login)
    drawn = io.BytesIO()
    segno.make(address, error="m").save(
        drawn,
        kind="svg",
        xmldecl=False,
        svgns=False,
        nl=False,
        omitsize=True,
        border=4,
        light="#fff",
        svgclass="qr",
    )
    groups = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    # segno wrote this: what the login says is only dots in it.
    return {"secret": secret, "secret_in_groups": groups, "picture": Markup(drawn.getvalue().decode())}  # noqa: S704
