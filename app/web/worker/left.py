"""Which reports were sent in this browser, and which somebody left: Back and Reload post a form again for whoever comes next.

The same form again shows the same code, since an answer may be lost on its way. Once somebody left, closed or opened messages, it
must not: then the page says that it was sent and asks for the code. The cookies hold keyed tags of forms, and tell nobody anything.
"""

from collections.abc import Iterable

from flask import Response, request

from app.vault import FormToken
from app.web.responses import cookie_name
from app.web.services import services

_SENT, _LEFT = "sent", "left"
# More than anybody sends from one phone before it is closed.
_MOST = 16
_TAG_BYTES = 8


def mark_sent(response: Response, token: FormToken) -> Response:
    """The code of this form is on the screen: as long as nobody leaves, the same form shows it again."""
    return _keep(response, _SENT, [_tag(token), *_tags(_SENT)])


def mark_left(response: Response) -> Response:
    """From here on no form that was sent in this browser shows its code."""
    sent = _tags(_SENT)
    if sent:
        _keep(response, _LEFT, [*sent, *_tags(_LEFT)])
        response.delete_cookie(
            cookie_name(_SENT), path="/", secure=services().settings.https, httponly=True, samesite="Lax"
        )
    return response


def was_left(token: FormToken) -> bool:
    """Whether somebody left after this form was sent here."""
    return _tag(token) in _tags(_LEFT)


def _tag(token: FormToken) -> str:
    tag = services().vault.lookup("form sent in a browser", token.submission_id.bytes)
    return tag[:_TAG_BYTES].hex()


def _tags(which: str) -> list[str]:
    return [tag for tag in request.cookies.get(cookie_name(which), "").split(".")[:_MOST] if tag]


def _keep(response: Response, which: str, tags: Iterable[str]) -> Response:
    response.set_cookie(
        cookie_name(which),
        ".".join(list(dict.fromkeys(tags))[:_MOST]),
        path="/",
        secure=services().settings.https,
        httponly=True,
        samesite="Lax",
    )
    return response
