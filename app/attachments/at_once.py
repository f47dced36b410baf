"""A file that came whole with its form: looked at before the report is filed, while the form can still come back with all in it."""

from app.attachments.counting import check_looks, count_chunk, count_look
from app.attachments.examining import Examined, examine
from app.attachments.kinds import DeclaredFile, FileRefusal, FileRefused, FileState, chunks_of
from app.attachments.standing import FileOfReport, ReportMissing, standing_of
from app.services import Services


def look_at_once(
    services: Services,
    named: FileOfReport,
    declared: DeclaredFile,
    body: bytes | bytearray,
    sender: str | None,
) -> Examined | None:
    """Have the child look at a file; nothing where its report is here and does not wait for it, as for a form that is sent again.

    It is counted under `sender` as its chunks would be. Raises `FileRefused`, `TooManyFiles`, `TooBusy` and `ExaminerBroken`.
    """
    if not body:
        raise FileRefused(FileRefusal.UNREADABLE)
    if not _is_wanted(services, named):
        return None
    with services.database.writing() as session:
        check_looks(session, services.vault, named.file)
        count_chunk(session, services.vault, sender, chunks_of(declared.size))
    return examine(services, declared.kind, body, lambda: count_look(services, named.file))


def is_kept(services: Services, named: FileOfReport) -> bool:
    """Whether a file stands in the case of its report."""
    with services.database.reading() as session:
        try:
            return standing_of(session, services.vault, named).is_kept
        except (ReportMissing, FileRefused):
            return False


def _is_wanted(services: Services, named: FileOfReport) -> bool:
    with services.database.reading() as session:
        try:
            return standing_of(session, services.vault, named).row.state is FileState.WAITING
        except ReportMissing:
            return True
        except FileRefused:
            # The form was filed with other files, or none: that is said where it is filed again.
            return False
