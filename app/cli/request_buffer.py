"""A request while it arrives: whether all of it is there, and until when the rest may take.

Threads are few, and a request that is half sent must not keep one. So its bytes are gathered without a thread, and only a whole
request is handed to one. How it is to be read stays the server's own parser's business: this looks for its end, nothing else.
"""

import math
import re
import time

_HEAD_WITHIN_SECONDS = 15.0
_BODY_WITHIN_SECONDS = 30.0
_SLOWEST_BYTES_A_SECOND = 4000.0
# Before that nobody's pace is judged: the first bytes of a slow phone come a while after its connection.
_FAIR_SECONDS = 1.0

# More than gunicorn's parser takes of a head by config/gunicorn.conf.py: it refuses this at once, without waiting for an end.
_LONGEST_HEAD = 256 * 1024
# More than the largest form with all its words: of what is longer only the head is kept, for a thread to say so.
_LONGEST_BODY = 2 * 1024 * 1024
# So much of a body that is too long is read away: who is answered before having sent it all may never see the answer.
_LONGEST_READ_AWAY = 16 * 1024 * 1024
# A form with photos or recordings (app/web/worker/posted_files.py). Of a longer one the beginning is kept, in which the words are:
# five large photos are easily chosen, and the page comes back with all that was written.
_LONGEST_WITH_FILES = 10 * 1024 * 1024
_LONGEST_READ_AWAY_WITH_FILES = 64 * 1024 * 1024

_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,15})[ \t]*\r\n", re.IGNORECASE)
_WITH_FILES = re.compile(rb"\r\ncontent-type:[ \t]*multipart/form-data", re.IGNORECASE)
_IN_CHUNKS = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_CHUNK = re.compile(rb"([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]*)?\r\n")
_LONGEST_CHUNK_LINE = 1024
# Headers behind the last chunk, which no browser sends.
_LONGEST_TRAILER = 16 * 1024


class Gathering:
    """What has come of one request."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._whole: int | None = None
        self._next_chunk: int | None = None
        self._too_long = self._endless = False
        self._longest = _LONGEST_BODY
        self._has_files = False
        self._kept_until = 0
        self._read_away = 0
        self._begun = time.monotonic()

    def __len__(self) -> int:
        return len(self._data)

    def add(self, piece: bytes) -> None:
        """Take the next bytes."""
        if self._too_long:
            self._data += piece
            self._cut()
            return
        looked_at = max(0, len(self._data) - 3)
        self._data += piece
        if self._whole is None and self._next_chunk is None:
            self._look_for_body(looked_at)
        if self._next_chunk is not None:
            self._look_for_last_chunk(self._next_chunk)

    @property
    def is_whole(self) -> bool:
        """Whether a thread may have it: all of it is there, or waiting would not help."""
        return self._whole is not None and len(self._data) + self._read_away >= self._whole

    @property
    def is_cut(self) -> bool:
        """Whether its body was too long for the room there is and was read away: nobody must wait for that."""
        return self._too_long

    @property
    def is_endless(self) -> bool:
        """Whether it is longer than anything of ours without saying how long: no browser sends such forms, and nobody reads on."""
        return self._endless

    @property
    def deadline(self) -> float:
        """Until when the rest has to come, on the monotonic clock; a long body over a bad network has longer."""
        if self._whole is None and self._next_chunk is None:
            return self._begun + _HEAD_WITHIN_SECONDS
        counted = min(self._whole or len(self._data), self._longest)
        return self._begun + _BODY_WITHIN_SECONDS + counted / _SLOWEST_BYTES_A_SECOND

    @property
    def weight(self) -> float:
        """How long how much of it has been held in memory: the bytes times the seconds."""
        return len(self._data) * self._age

    @property
    def pace(self) -> float:
        """How many bytes a second came: none where nobody speaks, without end as long as it is too early to say."""
        return (len(self._data) + self._read_away) / self._age if self._age >= _FAIR_SECONDS else math.inf

    @property
    def _age(self) -> float:
        return time.monotonic() - self._begun

    def let_files_go(self) -> bool:
        """Keep only the beginning, with the words, where the rest is files; whether that made room."""
        if self._too_long or not self._has_files or len(self._data) <= self._kept_until:
            return False
        self._too_long = True
        self._cut()
        return True

    def take(self) -> bytes:
        """All that has come, perhaps with the beginning of the next request; of one that is too long only its beginning."""
        return bytes(self._data)

    def _look_for_body(self, looked_at: int) -> None:
        end = self._data.find(b"\r\n\r\n", looked_at)
        if end < 0:
            if len(self._data) > _LONGEST_HEAD:
                self._whole = 0
            return
        head, end = bytes(self._data[: end + 2]), end + 4
        if _IN_CHUNKS.search(head):
            self._next_chunk = end
            return
        length = _LENGTH.search(head)
        announced = 0 if length is None else int(length[1])
        self._has_files = _WITH_FILES.search(head) is not None
        self._longest = _LONGEST_WITH_FILES if self._has_files else _LONGEST_BODY
        self._kept_until = end + (_LONGEST_BODY if self._has_files else 0)
        if announced > self._longest:
            self._too_long = True
            self._cut()
        most = _LONGEST_READ_AWAY_WITH_FILES if self._has_files else _LONGEST_READ_AWAY
        self._whole = end + min(announced, most)

    def _look_for_last_chunk(self, at: int) -> None:
        """Go from chunk to chunk as far as they have come; what is none is left to the parser, which refuses it."""
        while at < len(self._data):
            line = _CHUNK.match(self._data, at)
            if line is None:
                if b"\r\n" in self._data[at:] or len(self._data) - at > _LONGEST_CHUNK_LINE:
                    self._whole = 0
                break
            size = int(line[1], 16)
            if size == 0:
                # After the last chunk further headers may stand; an empty line ends them.
                end = self._data.find(b"\r\n\r\n", line.end() - 2)
                if end >= 0:
                    self._whole = end + 4
                elif len(self._data) - line.end() > _LONGEST_TRAILER:
                    # Each piece that comes is looked for its end from here on.
                    self._endless = True
                    return
                break
            at = line.end() + size + 2
        self._next_chunk = at
        self._endless = self._whole is None and max(at, len(self._data)) > _LONGEST_HEAD + _LONGEST_BODY

    def _cut(self) -> None:
        self._read_away += max(0, len(self._data) - self._kept_until)
        del self._data[self._kept_until :]
