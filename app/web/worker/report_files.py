"""Photos and recordings of the plain form: what is said of those that cannot be taken, and keeping the others once it is filed."""

from collections.abc import Sequence

from flask import request

from app.attachments import FileRefusal
from app.intake import FormFilesRefused, LookedAt, keep_files
from app.logs import log_failure
from app.web.language import pgettext
from app.web.services import services
from app.web.worker.posted_files import FILES_FIELD, FilesFault


def files_words(fault: str) -> str:
    """What keeps the files of a form from being looked at, in words. Files are looked at before anything is stored."""
    match fault:
        case FilesFault.MANY:
            return pgettext(
                "worker-files",
                "Nothing is sent yet. Not more than 5 photos and recordings can be sent at once.",
            )
        case FilesFault.LARGE:
            return pgettext(
                "worker-files",
                "Nothing is sent yet. Your photos and recordings are too large: more than 8 MB together. "
                "Choose fewer, or smaller ones.",
            )
    return pgettext(
        "worker-files",
        "Nothing is sent yet. Photos and recordings cannot be taken just now. Try again soon, or send only your words.",
    )


def refused_words(refused: FormFilesRefused) -> list[tuple[str, str]]:
    """That nothing was sent, and a line for each file that is never taken; they link to where others can be chosen."""
    not_sent = pgettext("worker-files", "Nothing is sent yet. Your words are still here.")
    return [
        (FILES_FIELD, not_sent),
        *((FILES_FIELD, _refused(place, reason)) for place, reason in refused.faults),
    ]


def chosen_again_words() -> str:
    """What a page says that comes back with all but its files: no page can put those in again."""
    return pgettext(
        "worker-files", "Your photos and recordings did not stay on this page. Choose them again below."
    )


def keep_or_say(looked: Sequence[LookedAt]) -> bool:
    """Keep the files of a report that is filed; false where that failed. Its code is shown all the same."""
    try:
        keep_files(services(), looked)
    except Exception as error:  # noqa: BLE001 - whatever failed, the report is filed and its code must be shown
        log_failure(request.endpoint, error)
        return False
    return True


def _refused(place: int, reason: FileRefusal) -> str:
    match reason:
        case FileRefusal.PIXELS:
            return pgettext(
                "worker-files",
                "Photo number %(place)s has too many dots. Leave it out, or take a smaller one.",
                place=place,
            )
        case FileRefusal.TOO_LONG:
            return pgettext(
                "worker-files",
                "Recording number %(place)s is longer than 15 minutes. Leave it out, or say it in parts.",
                place=place,
            )
    return pgettext(
        "worker-files",
        "Number %(place)s of what you chose is no photo or recording that we can open. Leave it out.",
        place=place,
    )
