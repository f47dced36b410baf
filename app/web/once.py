"""Storing posts exactly once: a hidden token made with the page, together with what was filled in, names what the post stores."""

import secrets
from uuid import UUID

from flask import abort, request

from app.vault import RECOVERY_BYTES, Part, TokenForged
from app.web.services import services


def once_token() -> str:
    """A fresh token for one form of one page."""
    return services().vault.form_token()


def submission_of_post(form: str, *meaning: Part) -> UUID:
    """The id of what this post stores, for its form and all that was filled in; a post without a token of ours is refused with 400.

    Sent again after Back it is the same only when nothing was changed.
    """
    try:
        token = services().vault.read_form_token(request.form.get("once_token", ""))
    except TokenForged:
        abort(400)
    return token.act_id("desk", form, *meaning)


def secret_of_post(what: str, *content: str) -> bytes | None:
    """The secret of what this post makes, the same one however often it is sent; None without our token."""
    try:
        return services().vault.read_form_token(request.form.get("once_token", "")).secret_for(what, *content)
    except TokenForged:
        return None


def recovery_secret_of_post(*content: str) -> bytes:
    """The secret of the recovery code that this post makes: the same one however often it is sent; drawn, without our token."""
    try:
        return services().vault.read_form_token(request.form.get("once_token", "")).recovery_secret(*content)
    except TokenForged:
        return secrets.token_bytes(RECOVERY_BYTES)
