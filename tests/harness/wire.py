"""Requests to a running server exactly as given: the address is sent byte for byte, as a provider sends it."""

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.harness.server import LiveServer
from tests.harness.signing import Signed


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: bytes
    headers: Mapping[str, str]


def exchange(server: LiveServer, signed: Signed, method: str = "POST") -> Answer:
    """Send one request on a connection of its own and read the whole answer."""
    address = urlsplit(server.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
    try:
        connection.request(method, signed.path, signed.body, signed.headers)
        answer = connection.getresponse()
        named = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, answer.read(), named)
    finally:
        connection.close()
