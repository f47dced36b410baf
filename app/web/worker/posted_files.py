"""A form with photos or recordings as a browser posts it without a script: its fields, and its files in memory and nowhere else.

Whatever is wrong with the files, the fields are read: they stand before them in every form of ours.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from typing import IO

from flask import abort, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import ClientDisconnected
from werkzeug.sansio.multipart import NEED_DATA, Data, Field, File, MultipartDecoder, State

from app.attachments import LARGEST_FILE, MOST_FILES
from app.language import clean_words
from app.web.requests import LARGEST_FORM, MOST_FIELDS
from app.web.worker.posted import posted_fields

LARGEST_TOGETHER = LARGEST_FILE
"""Bytes of all files of one form: nothing makes them smaller before they come, and each is held in memory until it is looked at."""

FILES_FIELD = "files"

_PIECE_BYTES = 64 * 1024
# Of a part before its content: browsers say its name there. Lines of a few bytes each take thirty times their length in memory.
_LONGEST_HEAD = 64 * 1024
# How long a form is read whose files are too large. Of a longer one the rest is read away by the server.
_MOST_READ = LARGEST_TOGETHER + LARGEST_FORM
_ANY_LENGTH = 1 << 62
# Forms with large files that a process holds at once, how many more wait for their turn, each in one of its eight threads, and how
# long: at least half stay with the workers who file, as they do where codes are guessed (app/vault/hash_slots.py).
_ROOM = threading.BoundedSemaphore(2)
_IN_LINE = threading.BoundedSemaphore(2)
_PATIENCE_SECONDS = 10.0


class FilesFault(StrEnum):
    """What keeps the files of a form from being looked at."""

    MANY = "many"
    LARGE = "large"
    BUSY = "busy"


@dataclass
class PostedFiles:
    """What was chosen: its files in their order, or what is wrong with them."""

    bodies: list[bytearray] = field(default_factory=list, repr=False)
    fault: FilesFault | None = None

    @property
    def any(self) -> bool:
        """Whether something was chosen, taken or not."""
        return bool(self.bodies) or self.fault is not None


@contextmanager
def posted_with_files() -> Iterator[tuple[MultiDict[str, str], PostedFiles]]:
    """The fields of this post and its files, which are let go at the end; raises werkzeug's 413 for too many bytes or fields."""
    if request.mimetype != "multipart/form-data":
        yield posted_fields(), PostedFiles()
        return
    # Every plain form is posted so; one with words alone, or a small photo, waits for nobody.
    large = (request.content_length or _ANY_LENGTH) > LARGEST_FORM
    room = large and _has_room()
    try:
        reading = _Reading(PostedFiles(fault=FilesFault.BUSY if large and not room else None))
        # How much is read is said below: a form that is too large brings its page back, with all that was written.
        request.max_content_length = _ANY_LENGTH
        reading.read(request.stream)
        yield reading.fields, reading.files
    finally:
        if room:
            _ROOM.release()


def _has_room() -> bool:
    """Whether there is room for a form with large files, after a wait if need be; the caller lets go of it."""
    if _ROOM.acquire(blocking=False):
        return True
    if not _IN_LINE.acquire(blocking=False):
        return False
    try:
        return _ROOM.acquire(timeout=_PATIENCE_SECONDS)
    finally:
        _IN_LINE.release()


class _Reading:
    """A form while it is read."""

    def __init__(self, files: PostedFiles) -> None:
        self.fields: MultiDict[str, str] = MultiDict()
        self.files = files
        self._part: Field | File | None = None
        self._body = bytearray()
        self._held = self._written = 0
        self._cut = self._at_files = False

    def read(self, stream: IO[bytes]) -> None:
        """Read it to its end. Cut off at its files, which stand last, its answers count; cut off among these, nothing does."""
        boundary = request.mimetype_params.get("boundary", "").encode(errors="replace")
        decoder = MultipartDecoder(boundary, _PIECE_BYTES + LARGEST_FORM, max_parts=MOST_FIELDS)
        read = 0
        try:
            while piece := stream.read(_PIECE_BYTES):
                read += len(piece)
                decoder.receive_data(piece)
                self._take(decoder)
                endless = decoder.state is State.PART and len(decoder.buffer) > _LONGEST_HEAD
                if endless or read > _MOST_READ:
                    self._fail(FilesFault.LARGE)
                    return
        except (ClientDisconnected, ValueError):
            self._cut = True
        self._cut |= decoder.state not in (State.EPILOGUE, State.COMPLETE)
        if self._cut and self._at_files:
            # Of a form that is too large, or for which there is no room now, the server hands on no more.
            self._fail(FilesFault.LARGE if (request.content_length or 0) > _MOST_READ else FilesFault.BUSY)
        elif self._cut and (self.fields or self._part):
            # Who may know stands behind the words: half of the answers must not be read by more people than all of them.
            abort(HTTPStatus.BAD_REQUEST)

    def _take(self, decoder: MultipartDecoder) -> None:
        while (event := decoder.next_event()) is not NEED_DATA:
            if isinstance(event, Field | File):
                self._part, self._body = event, bytearray()
                self._at_files |= isinstance(event, File)
            elif isinstance(event, Data):
                self._add(event.data)
                if not event.more_data:
                    self._end()

    def _add(self, data: bytes) -> None:
        if isinstance(self._part, File):
            self._held += len(data)
            if self._held > LARGEST_TOGETHER:
                self._fail(FilesFault.LARGE)
            if self.files.fault:
                return
        else:
            self._written += len(data)
            if self._written > LARGEST_FORM:
                abort(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        self._body += data

    def _end(self) -> None:
        part, self._part = self._part, None
        if isinstance(part, Field):
            self.fields.add(part.name or "", clean_words(self._body.decode(errors="replace")))
        elif isinstance(part, File) and part.name == FILES_FIELD and (part.filename or self._body):
            # Without a name and empty it is a field in which nothing was chosen.
            if len(self.files.bodies) == MOST_FILES:
                self._fail(FilesFault.MANY)
            elif not self.files.fault:
                self.files.bodies.append(self._body)

    def _fail(self, fault: FilesFault) -> None:
        self.files.fault = self.files.fault or fault
        self.files.bodies.clear()
        self._body = bytearray()
