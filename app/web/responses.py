"""What every door's answers share: leading the browser on, and the names of cookies."""

from http import HTTPStatus

from flask import Response

from app.web.services import services


def see_other(address: str) -> Response:
    """Send the browser on to another page of ours, with no page in between that a slow phone would show."""
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": address})


def cookie_name(what: str) -> str:
    """The name of one of our cookies: over https with the prefix that browsers bind to this host, this path and Secure."""
    return f"__Host-redress_{what}" if services().settings.https else f"redress_{what}"
