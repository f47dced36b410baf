"""Storing posts exactly once: a hidden token made with the page names what the post will store, however often it is sent."""

import secrets
from uuid import UUID

from flask import abort, request

from app.vault import RECOVERY_BYTES, TokenForged
from app.web.parts import parts


def once_token() -> str:
    """A fresh token for one form of one page."""
    return parts().vault.form_token()


def submission_of_post() -> UUID:
    """The id of what this post stores; a post without a token of ours is refused with 400."""
    try:
        return parts().vault.read_form_token(request.form.get("once_token", "")).submission_id
    except TokenForged:
        abort(400)


def recovery_secret_of_post(*content: str) -> bytes:
    """The secret of the recovery code that this post makes: the same one however often it is sent; drawn, without our token."""
    try:
        return parts().vault.read_form_token(request.form.get("once_token", "")).recovery_secret(*content)
    except TokenForged:
        return secrets.token_bytes(RECOVERY_BYTES)
