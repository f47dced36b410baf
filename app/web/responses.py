"""What every door's answers share: leading the browser on, sending less, and the names of cookies."""

import gzip
from http import HTTPStatus

from flask import Response, request

from app.web.services import services


def see_other(address: str) -> Response:
    """Send the browser on to another page of ours, with no page in between that a slow phone would show."""
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": address})


def cookie_name(what: str) -> str:
    """The name of one of our cookies: over https with the prefix that browsers bind to this host, this path and Secure."""
    return f"__Host-redress_{what}" if services().settings.https else f"redress_{what}"


def squeezed(response: Response) -> Response:
    """The same compressed, for a browser that takes that; only for what tells an attacker nothing by its length (BREACH)."""
    response.headers.add("Vary", "Accept-Encoding")
    if request.accept_encodings.quality("gzip") > 0 and "Content-Encoding" not in response.headers:
        response.set_data(gzip.compress(response.get_data(), 9, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response
