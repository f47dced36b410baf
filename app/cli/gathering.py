"""A request while it arrives: whether all of it is there, and until when the rest may take.

Threads are few, and a request that is half sent must not keep one. So its bytes are gathered without a thread, and only a whole
request is handed to one. How it is to be read stays the server's own parser's business: this looks for its end, nothing else.
"""

import re
import time

_HEAD_WITHIN_SECONDS = 15.0
_BODY_WITHIN_SECONDS = 30.0
_SLOWEST_BYTES_A_SECOND = 4000.0

# More than gunicorn's parser takes of a head by config/gunicorn.conf.py: it refuses this at once, without waiting for an end.
_LONGEST_HEAD = 256 * 1024
# More than the largest form with all its words; what is longer is refused, and read away by the thread that says so.
_LONGEST_BODY = 2 * 1024 * 1024

_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,15})[ \t]*\r\n", re.IGNORECASE)
# A body whose end only the parser can find, or one that its sender holds back until the server asks for it.
_NOT_FORESEEN = re.compile(rb"\r\n(transfer-encoding|expect):", re.IGNORECASE)


class Gathering:
    """What has come of one request."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._whole: int | None = None
        self._begun = time.monotonic()

    def __len__(self) -> int:
        return len(self._data)

    def add(self, piece: bytes) -> None:
        """Take the next bytes."""
        looked_at = max(0, len(self._data) - 3)
        self._data += piece
        if self._whole is not None:
            return
        end = self._data.find(b"\r\n\r\n", looked_at)
        if end >= 0:
            self._whole = end + 4 + _body_after(bytes(self._data[: end + 2]))
        elif len(self._data) > _LONGEST_HEAD:
            self._whole = 0

    @property
    def is_whole(self) -> bool:
        """Whether a thread may have it: all of it is there, or waiting would not help."""
        return self._whole is not None and len(self._data) >= self._whole

    @property
    def deadline(self) -> float:
        """Until when the rest has to come, on the monotonic clock; a long body over a bad network has longer."""
        if self._whole is None:
            return self._begun + _HEAD_WITHIN_SECONDS
        return self._begun + _BODY_WITHIN_SECONDS + self._whole / _SLOWEST_BYTES_A_SECOND

    def take(self) -> bytes:
        """All that has come, perhaps with the beginning of the next request."""
        return bytes(self._data)


def _body_after(head: bytes) -> int:
    length = _LENGTH.search(head)
    if length is None or _NOT_FORESEEN.search(head):
        return 0
    return min(int(length[1]), _LONGEST_BODY)
