"""Storing posts exactly once: a hidden token made with the page, together with what was filled in, names what the post stores."""

from uuid import UUID

from flask import abort, request

from app.vault import Part, TokenForged
from app.web.parts import parts


def once_token() -> str:
    """A fresh token for one form of one page."""
    return parts().vault.form_token()


def submission_of_post(form: str, *meaning: Part) -> UUID:
    """The id of what this post stores, for its form and all that was filled in; a post without a token of ours is refused with 400.

    Sent again after Back it is the same only when nothing was changed.
    """
    try:
        token = parts().vault.read_form_token(request.form.get("once_token", ""))
    except TokenForged:
        abort(400)
    return token.act_id("desk", form, *meaning)
