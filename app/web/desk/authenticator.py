"""Setting up a code app: its secret as a picture and as text."""

import io
from typing import Any

import segno
from markupsafe import Markup

from app.network import totp_uri


def authenticator_picture(secret: str, login: str) -> dict[str, Any]:
    """What `desk/authenticator.html` shows: the secret, the same in groups for typing, and its QR code.

    The code is an element of the page itself, so the secret never stands in an address of its own.
    """
    drawn = io.BytesIO()
    segno.make(totp_uri(secret, login), error="m").save(
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
