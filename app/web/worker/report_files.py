"""Photos and recordings of the plain form: what is said of those that cannot be taken, and keeping the others once it is filed."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request

from app.attachments import ExaminerBroken, FileRefusal, TooManyFiles, is_kept
from app.intake import FormFile, FormFilesRefused, LookedAt, files_of_form, keep_files, look_at_files
from app.logs import log_failure
from app.vault import FormToken, TooBusy
from app.web.language import pgettext
from app.web.sender import sender
from app.web.services import services
from app.web.worker.posted_files import FILES_FIELD, FilesFault, PostedFiles


@dataclass(frozen=True)
class FormFiles:
    """The files that were chosen, those of them that go with a report, and what has to be kept of these once it is filed.

    `unread` says that more was chosen than is ever read.
    """

    chosen: Sequence[FormFile]
    named: Sequence[FormFile]
    looked: Sequence[LookedAt]
    unread: bool = False


def files_to_send(token: FormToken, files: PostedFiles, *, danger: bool) -> FormFiles:
    """Look at the files of a form. In danger those that cannot be taken stay behind: words that call for help wait for no photo.

    Raises what `app.intake.look_at_files` raises, but in danger.
    """
    chosen = files_of_form(token, files.bodies)
    if not danger:
        return FormFiles(chosen, chosen, look_at_files(services(), chosen, sender()))
    unread, faulty = files.fault is not None, set[int]()
    try:
        looked = look_at_files(services(), chosen, sender())
    except FormFilesRefused as refused:
        looked, faulty = refused.looked, {place for place, _ in refused.faults}
    except (TooManyFiles, ExaminerBroken, TooBusy) as error:
        log_failure(request.endpoint, error)
        return FormFiles(chosen, (), (), unread)
    taken = [file for place, file in enumerate(chosen, start=1) if place not in faulty]
    return FormFiles(chosen, taken, looked, unread)


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


def keep_or_say(files: FormFiles) -> str:
    """Keep the files of a report that is filed, and say which of those that were chosen are not with it; the code is shown anyway.

    Of a form that is sent again this is what stands in the case by then, whichever post brought it.
    """
    for file in files.looked:
        try:
            keep_files(services(), [file])
        except Exception as error:  # noqa: BLE001 - whatever failed, the report is filed and its code must be shown
            log_failure(request.endpoint, error)
    missing = [place for place, file in enumerate(files.chosen, start=1) if not _is_there(file)]
    if not missing and not files.unread:
        return ""
    lost = pgettext(
        "worker-receipt",
        "A photo or recording did not come along. Your words did. Please write what it shows or says, in your messages.",
    )
    if files.unread:
        return f"{lost} {pgettext('worker-receipt', 'None of those that you chose came along.')}"
    if len(files.chosen) == 1:
        return lost
    places = ", ".join(map(str, missing))
    which = pgettext("worker-receipt", "Of those that you chose, missing: number %(places)s.", places=places)
    return f"{lost} {which}"


def _is_there(file: FormFile) -> bool:
    try:
        return is_kept(services(), file.of)
    except Exception as error:  # noqa: BLE001 - as above; what nobody knows to be there is not said to be
        log_failure(request.endpoint, error)
        return False


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
