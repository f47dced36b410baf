"""What became of a request to a provider over HTTP: whether the text may have gone out is what decides about a second try.

`requests` and not `urllib`: it has a time limit of its own for connecting, tells a connection that never stood from an answer that
never came, and keeps connections open; and it is here already, since Twilio's library is built on it.
"""

import ssl
from collections.abc import Iterator

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError, ProxyError

from app.messaging.gateways.protocol import NotSent, SendRefused, TryLater, Unclear

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 15.0
_CONNECTIONS = 32

# Nothing was sent when one of these is among the causes.
_BEFORE_SENDING = (
    NewConnectionError,
    NameResolutionError,
    ConnectTimeoutError,
    ProxyError,
    ssl.SSLCertVerificationError,
)


def new_http_session() -> requests.Session:
    """Connections that are kept open and never tried again by themselves: only the queue decides about a second try."""
    session = requests.Session()
    adapter = HTTPAdapter(pool_maxsize=_CONNECTIONS, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def outcome_of_trouble(error: requests.RequestException) -> NotSent:
    """What it means for a text that a request failed without an answer."""
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return TryLater("no connection")
    if any(isinstance(cause, _BEFORE_SENDING) for cause in _causes(error)):
        return TryLater("no connection")
    if isinstance(error, ValueError):
        # How requests says that the address or a header can never work.
        return SendRefused("address")
    return Unclear("no answer")


def outcome_of_status(status: int) -> NotSent:
    """What an answer other than 2xx means for a text, when its body says nothing better."""
    reason = f"HTTP {status}"
    # 401 and 403 are a wrong key, 3xx and 404 a wrong address: an operator can mend them while the text is still valid.
    if status in (401, 403, 404, 407, 425, 429, 503) or 300 <= status < 400:
        return TryLater(reason)
    # Behind such an answer the text may have been taken: 409 says that it was there already, 5xx that something broke on the way.
    if status in (408, 409) or status >= 500:
        return Unclear(reason)
    return SendRefused(reason)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all that stands behind it: requests wraps urllib3's errors as arguments, urllib3 its own as `reason`."""
    seen: list[BaseException] = [error]
    for each in seen:
        yield each
        behind = (*each.args, getattr(each, "reason", None), each.__cause__, each.__context__)
        seen.extend(one for one in behind if isinstance(one, BaseException) and one not in seen)
