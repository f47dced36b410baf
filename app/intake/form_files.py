"""Photos and recordings that came with a form: named in its report as a phone names its own, looked at, and kept when it is filed.

No Flask in here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from app.attachments import (
    DeclaredFile,
    Examined,
    FileOfReport,
    FileRefusal,
    FileRefused,
    keep_examined,
    kind_of,
    look_at_once,
)
from app.services import Services
from app.vault import FormToken, file_tag, owner_tag


@dataclass(frozen=True)
class FormFile:
    """A file of a form: what its report says of it, and its bytes."""

    of: FileOfReport
    declared: DeclaredFile
    body: bytes | bytearray = field(repr=False)


@dataclass(frozen=True)
class LookedAt:
    """A file that may be kept, as the child left it."""

    of: FileOfReport
    examined: Examined


class FormFilesRefused(Exception):
    """Some of a form's files are never taken: their places among those chosen, from one, and why; and the others."""

    def __init__(self, faults: Sequence[tuple[int, FileRefusal]], looked: Sequence[LookedAt]) -> None:
        super().__init__(f"{len(faults)} files of a form")
        self.faults, self.looked = tuple(faults), list(looked)


def files_of_form(token: FormToken, bodies: Iterable[bytes | bytearray]) -> tuple[FormFile, ...]:
    """What the report of this form names: the same bytes in the same place are the same file, however often the form is sent."""
    ack = token.secret_for("files of a form")
    return tuple(_named(token, ack, place, body) for place, body in enumerate(bodies))


def look_at_files(services: Services, files: Sequence[FormFile], sender: str | None) -> list[LookedAt]:
    """Look at all before any is kept; those that stand in their case already are left out.

    Raises `FormFilesRefused` with every file that cannot be taken, and what `app.attachments.look_at_once` raises else.
    """
    looked, faults = list[LookedAt](), list[tuple[int, FileRefusal]]()
    for place, file in enumerate(files, start=1):
        try:
            examined = look_at_once(services, file.of, file.declared, file.body, sender)
        except FileRefused as refused:
            faults.append((place, refused.reason))
            continue
        if examined is not None:
            looked.append(LookedAt(file.of, examined))
    if faults:
        raise FormFilesRefused(faults, looked)
    return looked


def keep_files(services: Services, looked: Iterable[LookedAt]) -> None:
    """Seal them into the case of their report, which is filed by now, each exactly once."""
    for file in looked:
        keep_examined(services, file.of, file.examined)


def _named(token: FormToken, ack: bytes, place: int, body: bytes | bytearray) -> FormFile:
    submission = token.submission_id
    file = token.act_id("file of a form", str(place), sha256(body).digest())
    declared = DeclaredFile(
        file, kind_of(body), len(body), file_tag(ack, file, body), owner_tag(ack, submission, file)
    )
    return FormFile(FileOfReport(submission, file, ack), declared, body)
