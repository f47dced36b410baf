"""What every answer carries and every post must pass: security headers, caching, compression, the check of its origin."""

from urllib.parse import urlsplit, urlunsplit

from flask import Flask, Response, abort, current_app, request
from werkzeug.datastructures import Headers

from app.web.access import Door, declared_entry
from app.web.responses import squeezed
from app.web.services import services

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

# Only these pages are compressed: they echo nothing that an attacker could choose, so a token's length tells nothing (BREACH).
# Beside them the way into the inbox compresses two of its own answers (app/web/worker/inbox.py, entering.py).
COMPRESSED = frozenset(
    {
        "worker.form",
        "worker.form_at_site",
        "worker.how",
        "worker.offline",
        "worker.saved",
        "worker.unsent",
        "worker.month",
        "worker.service_worker",
        "worker.tablet",
        "worker.tablet_worker",
    }
)

# No browser takes these for a document.
_PARTS_OF_PAGES = frozenset(
    {"text/css", "text/javascript", "application/javascript", "application/manifest+json"}
)
_ALWAYS_PARTS = frozenset({"assets.asset", "worker.manifest"})

# Nothing here asks for any of these; whatever gets into a page does not get to ask either.
PERMISSIONS = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"

# But on the form a worker may say it, and listen to it before it is sent: the only pages with a microphone and with sound.
_FORMS = frozenset({"worker.form", "worker.form_at_site", "worker.offline"})

# Half a year; not for other names of the domain, which are not ours to bind.
STRICT_TRANSPORT = "max-age=15768000"

# Without `same-origin` browsers would send `Origin: null` with our own forms, and the check below could not tell them apart.
REFERRER_POLICY = "same-origin"


def guard(app: Flask) -> None:
    """Hang the check of posts and the headers of answers on the application."""
    app.before_request(refuse_nul)
    app.before_request(refuse_cross_site_posts)
    app.after_request(_dress)


def refuse_nul() -> None:
    """Refuse an address with a NUL in its path or in a field's name: no page of ours leads there, and values come cleaned.

    A gateway's request may carry a text in its query, and whatever somebody texted is read, without the NUL, by the gateway's room.
    """
    if "\0" in request.path:
        abort(404)
    if any("\0" in name for name in request.args) and not _is_for_gateways():
        abort(400)


def refuse_cross_site_posts() -> None:
    """Refuse with 403 whatever another site makes a browser send here; a browser that says nothing is let through to the token.

    A gateway's request is believed by its signature and may come from anywhere; no browser can make one.
    """
    if request.method in ("GET", "HEAD", "OPTIONS") or _is_for_gateways():
        return
    origin = request.headers.get("Origin")
    fetched_from = request.headers.get("Sec-Fetch-Site")
    if fetched_from in ("cross-site", "same-site"):
        abort(403)
    if origin is None or (origin == "null" and fetched_from == "same-origin"):
        return
    if origin not in _own_origins():
        abort(403)


def _is_for_gateways() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    entry = None if view is None else declared_entry(view)
    return entry is not None and entry.door is Door.GATEWAYS


def _own_origins() -> set[str]:
    """The public address, and the one that was asked; under https never a page that came in the clear and may be anybody's."""
    settings = services().settings
    asked = _origin_of(request.host_url)
    return {settings.public_url} | ({asked} if not settings.https or asked.startswith("https://") else set())


def _origin_of(url: str) -> str:
    split = urlsplit(url)
    return f"{split.scheme}://{split.netloc}"


def _dress(response: Response) -> Response:
    headers = response.headers
    headers["X-Content-Type-Options"] = "nosniff"
    # Half of what a script or a style sheet weighs would be headers that mean something for documents and for what is secret only.
    if request.endpoint not in _ALWAYS_PARTS or response.mimetype not in _PARTS_OF_PAGES:
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers.setdefault("Content-Security-Policy", _policy())
        headers["Referrer-Policy"] = REFERRER_POLICY
        headers["X-Frame-Options"] = "DENY"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Permissions-Policy"] = (
            PERMISSIONS.replace("microphone=()", "microphone=(self)")
            if request.endpoint in _FORMS
            else PERMISSIONS
        )
    if services().settings.https:
        headers["Strict-Transport-Security"] = STRICT_TRANSPORT
    _lead_to_this_host(headers)
    # Everything may hold a token, a receipt or a case unless its view said otherwise.
    headers.setdefault("Cache-Control", "no-store")
    return _compressed(response) if request.endpoint in COMPRESSED else response


def _policy() -> str:
    """What a page may load: on the desk voice notes are played too, and on the form one's own before it is sent."""
    if request.endpoint in _FORMS:
        return f"{POLICY}; media-src blob:"
    return f"{POLICY}; media-src 'self'" if request.blueprint == "desk" else POLICY


def _lead_to_this_host(headers: Headers) -> None:
    """Redirect by path only: an address with a host would be whatever `Host` the request named, and in the clear behind a proxy."""
    location = urlsplit(headers.get("Location", ""))
    if location.netloc:
        headers["Location"] = urlunsplit(("", "", location.path, location.query, location.fragment))


def _compressed(response: Response) -> Response:
    if response.status_code != 200 or request.method not in ("GET", "HEAD") or response.direct_passthrough:
        return response
    return squeezed(response)
