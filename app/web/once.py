"""Storing posts exactly once: a hidden token made with the page names what the post will store, however often it is sent."""

from uuid import UUID

from flask import abort, request

from app.vault import TokenForged
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
