"""What files may be: their kinds and bounds, how far each has come, and why one is not taken. The words are the contract's."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

MOST_FILES = 5
LARGEST_FILE = 8 * 1024 * 1024
LONGEST_SECONDS = 15 * 60
CHUNK_BYTES = 48 * 1024
HEAD_BYTES = 256
"""What stands before each chunk under its seal: which one it is."""
STEP_BYTES = 4096
"""What is sealed is filled up to a multiple of this, so that its length says little."""


class FileKind(StrEnum):
    """What a file of a worker's is."""

    PHOTO = "photo"
    VOICE = "voice"


class FileState(StrEnum):
    """How far a file has come."""

    WAITING = "waiting"
    KEPT = "kept"
    REFUSED = "refused"
    LOST = "lost"


class FileRefusal(StrEnum):
    """Why a phone need not send a file again."""

    FORGED = "forged"
    UNDECLARED = "undeclared"
    COUNTS = "counts"
    CONFLICT = "conflict"
    UNREADABLE = "unreadable"
    PIXELS = "pixels"
    TOO_LONG = "too_long"
    GONE = "gone"


class FileRefused(Exception):
    """This file will never be taken, for this reason."""

    def __init__(self, reason: FileRefusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True)
class DeclaredFile:
    """A file as the report names it. `tag` commits to its content, `owner_tag` to the phone's secret; neither says anything."""

    id: UUID
    kind: FileKind
    size: int
    tag: bytes = field(repr=False)
    owner_tag: bytes = field(repr=False)

    def canonical(self) -> list[str]:
        """What makes two reports with files the same content."""
        return [str(self.id), self.kind, str(self.size), self.tag.hex()]


# How recordings begin: WebM, Ogg, and MP4 unless it is one of the kinds that hold pictures.
_SOUNDS = (b"\x1a\x45\xdf\xa3", b"OggS")
_PICTURES_IN_BOXES = (b"hei", b"hev", b"mif1", b"msf1", b"avi")


def kind_of(body: bytes | bytearray) -> FileKind:
    """What a file says that it is by how it begins; whether it is that, the child finds out."""
    boxes = body[4:8] == b"ftyp" and not body[8:12].startswith(_PICTURES_IN_BOXES)
    return FileKind.VOICE if boxes or body.startswith(_SOUNDS) else FileKind.PHOTO


def chunks_of(size: int) -> int:
    """Into how many chunks a file of this size is cut."""
    return -(-size // CHUNK_BYTES)


def length_of_chunk(size: int, index: int) -> int:
    """How long the chunk in this place is."""
    return min(CHUNK_BYTES, size - index * CHUNK_BYTES)
