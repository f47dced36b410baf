"""That somebody has left in this browser: it keeps what was posted, and Back and Reload post it again for whoever comes next.

The same form again shows the same code, since an answer may be lost on its way. After leaving it must not: then the page says that
it was sent and asks for the code. The cookie comes with the code and holds one word; whoever begins a new form takes it back.
"""

from flask import Response, request

from app.web.responses import cookie_name
from app.web.services import services

_COOKIE, _SENT, _LEFT = "form", "sent", "left"


def mark_sent(response: Response) -> Response:
    """A code is on the screen: as long as nobody leaves, the same form shows it again."""
    return _keep(response, _SENT)


def mark_left(response: Response) -> Response:
    """From here on no form that was sent in this browser shows its code; where none was, there is nothing to mark."""
    return _keep(response, _LEFT) if cookie_name(_COOKIE) in request.cookies else response


def has_left() -> bool:
    """Whether somebody left in this browser and nobody has begun a new form since."""
    return request.cookies.get(cookie_name(_COOKIE)) == _LEFT


def begin_anew(response: Response) -> Response:
    """Somebody opens an empty form: what they send is theirs."""
    if has_left():
        response.delete_cookie(
            cookie_name(_COOKIE), path="/", secure=services().settings.https, httponly=True, samesite="Lax"
        )
    return response


def _keep(response: Response, word: str) -> Response:
    response.set_cookie(
        cookie_name(_COOKIE), word, path="/", secure=services().settings.https, httponly=True, samesite="Lax"
    )
    return response
