"""What an answer weighs on the wire."""

from werkzeug.test import TestResponse


def as_sent(response: TestResponse) -> int:
    """The bytes of an answer on the wire, with what the server in front adds to it (date, server, connection)."""
    head = f"HTTP/1.1 {response.status}\r\n{response.headers}\r\n"
    return len(head.encode()) + len(response.get_data()) + 80
