"""A case at the desk: opening it is a reading; looking up its contact, a note, and what every act at it answers."""

from collections.abc import Callable
from uuid import UUID

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue

from app.cases.case import NoAccess, NotYours, ReadOnly
from app.cases.desk import (
    LONGEST_TEXT,
    AlreadySent,
    CaseMovedOn,
    EmptyText,
    ShownContact,
    TextTooLong,
    note,
    open_case,
    show_contact,
)
from app.database import CaseId
from app.web.access import open_to_members
from app.web.desk.beside_case import beside_case
from app.web.desk.blueprint import blueprint
from app.web.desk.case_page import render_case
from app.web.desk.drafts import Drafts, sent_with
from app.web.desk.offers import WRITERS
from app.web.desk.queue import PARTNERS
from app.web.language import pgettext
from app.web.member_session import member
from app.web.once import submission_of_post
from app.web.responses import see_other
from app.web.services import services


@blueprint.get("/cases/<uuid:case_id>")
@open_to_members(kinds=PARTNERS)
def case(case_id: UUID) -> ResponseReturnValue:
    """Open a case; the reading is written down and the worker sees it."""
    return show_case(case_id)


@blueprint.post("/cases/<uuid:case_id>/contact")
@open_to_members(kinds=PARTNERS)
def contact(case_id: UUID) -> ResponseReturnValue:
    """Show name and phone; that somebody looked is written down."""
    here = services()
    try:
        with here.database.writing() as session:
            found = show_contact(session, here.vault, member(), CaseId(case_id))
    except NoAccess:
        abort(404)
    return show_case(case_id, contact=found)


@blueprint.post("/cases/<uuid:case_id>/note")
@open_to_members(kinds=PARTNERS, roles=WRITERS)
def keep_note(case_id: UUID) -> ResponseReturnValue:
    """Keep a note for the team, once however often this is sent."""
    here, text = services(), posted_text()
    submission = submission_of_post("note", case_id, text.strip())

    def act() -> None:
        with here.database.writing() as session:
            note(session, here.vault, member(), CaseId(case_id), text, submission)

    return change(case_id, act, done="noted", drafts=sent_with("note"))


def change(case_id: UUID, act: Callable[[], None], *, done: str, drafts: Drafts) -> ResponseReturnValue:
    """Do the act and go back to the case; when it is refused, show the case with the reason and what was typed."""
    try:
        act()
    except NoAccess:
        abort(404)
    except ReadOnly:
        abort(403)
    except NotYours:
        problem = pgettext("desk", "This case is closed or was never accepted, so nothing was changed.")
        return show_case(case_id, problem=problem, drafts=drafts), 409
    except CaseMovedOn:
        problem = pgettext(
            "desk",
            "Nothing was done: the case has changed, or the worker wrote, since you opened the page. Read it, then press again.",
        )
        return show_case(case_id, problem=problem, drafts=drafts), 409
    except EmptyText:
        return show_case(case_id, problem=_nothing_written(), drafts=drafts), 400
    except AlreadySent:
        problem = pgettext(
            "desk",
            "This was sent before, with other words. Those stand; these were not stored. Send them again from here.",
        )
        return show_case(case_id, problem=problem, drafts=drafts), 409
    except TextTooLong:
        problem = pgettext(
            "desk", "Too long. At most %(number)s signs; nothing was stored.", number=LONGEST_TEXT
        )
        return show_case(case_id, problem=problem, drafts=drafts), 400
    return see_other(url_for("desk.case", case_id=case_id, done=done))


def _nothing_written() -> str:
    if not request.form.get("reason", "why").strip():
        return pgettext("desk", "Write down why. Nothing was changed.")
    return pgettext("desk", "There was nothing in it. Write something first.")


def show_case(
    case_id: UUID,
    *,
    contact: ShownContact | None = None,
    problem: str | None = None,
    drafts: Drafts | None = None,
) -> str:
    """The page of a case, which is a reading of it like any other."""
    here, drafts = services(), drafts or Drafts()
    try:
        with here.database.writing() as session:
            opened = open_case(session, here.vault, member(), CaseId(case_id))
            beside = beside_case(session, opened)
    except NoAccess:
        abort(404)
    return render_case(opened, beside, contact=contact, problem=problem, drafts=drafts)


def posted_text() -> str:
    """What was written."""
    return request.form.get("text", "")


def seen_version() -> int:
    """How the case stood on the page; 0, older than any, where a page of another version of ours does not say."""
    try:
        return int(request.form.get("seen", "0"))
    except ValueError:
        abort(400)
