"""Whether a request to a webhook is believed: the address that a provider signed, and 403 with an empty body for all else."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import quote, urlsplit

from flask import request
from werkzeug.exceptions import Forbidden, HTTPException

from app.logs import log_event, log_failure
from app.messaging.gateways.protocol import Forged, SignedRequest
from app.web.services import services

Told = TypeVar("Told")

# The longest text there is takes 15 kB as a form; what is longer is no provider's.
_LARGEST = 64 * 1024
_QUIET_SECONDS = 60.0


def believed(read: Callable[[SignedRequest], Told]) -> Told:
    """What this request says by `read`, a webhook's method; answers 403 when anything about it is wrong, missing or odd."""
    try:
        return read(signed_request())
    except (Forged, HTTPException):
        _line.write()
    except Exception as error:  # noqa: BLE001 - whatever trips over a stranger's bytes is a reason not to believe them
        log_failure(request.endpoint, error)
    raise Forbidden


def signed_request() -> SignedRequest:
    """This request as the provider signed it; raises an `HTTPException` when its body is too long or breaks off."""
    request.max_content_length = _LARGEST
    return SignedRequest(
        url=signed_address(),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.get_data(cache=False),
    )


def signed_address() -> str:
    """The address that the provider called: ours as the settings say it, path and query byte for byte as they came.

    Never `request.url`: behind a proxy scheme, host and port are other ones, and escaped letters in it are decoded (both make
    every signature wrong).
    """
    raw = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or _rebuilt()
    # A proxy may ask with the whole address, whose host is then its own.
    split = urlsplit(raw) if not raw.startswith("/") else None
    if split is not None:
        raw = split.path + (f"?{split.query}" if split.query else "")
    return services().settings.public_url + raw


def _rebuilt() -> str:
    """Path and query under a server that does not hand on what it got: as good as they can be known."""
    environ = request.environ
    path = quote((environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")).encode("latin-1"))
    query = environ.get("QUERY_STRING", "")
    return f"{path}?{query}" if query else path


class _SeldomLine:
    """A token that was changed at the provider must show in the log, and a flood of forgeries must not fill it."""

    def __init__(self) -> None:
        self._last = -_QUIET_SECONDS

    def write(self) -> None:
        """Write a line, unless this process wrote one a moment ago."""
        now = time.monotonic()
        if now - self._last >= _QUIET_SECONDS:
            self._last = now
            log_event("text.not_believed", level=logging.WARNING, endpoint=request.endpoint)


_line = _SeldomLine()
