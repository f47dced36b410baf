"""Letting a date of a case wait, with a reason, and letting it go on."""

from uuid import UUID

from flask import abort, request
from flask.typing import ResponseReturnValue

from app.cases.desk import MayNotPause, NotPaused, pause_clock, resume_paused
from app.cases.enums import ClockKind
from app.database import CaseId
from app.web.access import open_to_members
from app.web.desk.blueprint import blueprint
from app.web.desk.case import change, seen_version, show_case
from app.web.desk.drafts import Drafts, sent_with
from app.web.desk.offers import WRITERS
from app.web.desk.queue import PARTNERS
from app.web.language import pgettext
from app.web.member_session import member
from app.web.once import submission_of_post
from app.web.services import services


@blueprint.post("/cases/<uuid:case_id>/pause")
@open_to_members(kinds=PARTNERS, roles=WRITERS)
def pause(case_id: UUID) -> ResponseReturnValue:
    """Let one date wait."""
    here, kind = services(), _kind()
    drafts, submission = (
        sent_with(f"pause-{kind}"),
        submission_of_post("pause", kind, request.form.get("reason", "")),
    )

    def act() -> None:
        with here.database.writing() as session:
            reason = request.form.get("reason", "")
            pause_clock(
                session,
                here.vault,
                here.rules,
                member(),
                CaseId(case_id),
                kind,
                reason,
                submission,
                seen_version(),
            )

    try:
        return change(case_id, act, done="paused", drafts=drafts)
    except MayNotPause:
        problem = pgettext("desk", "This date may not wait. Nothing was changed.")
        return show_case(case_id, problem=problem, drafts=drafts), 409


@blueprint.post("/cases/<uuid:case_id>/resume")
@open_to_members(kinds=PARTNERS, roles=WRITERS)
def resume(case_id: UUID) -> ResponseReturnValue:
    """Let it go on."""
    here, kind = services(), _kind()

    def act() -> None:
        with here.database.writing() as session:
            resume_paused(session, here.vault, member(), CaseId(case_id), kind, seen_version())

    try:
        return change(case_id, act, done="resumed", drafts=Drafts())
    except NotPaused:
        problem = pgettext("desk", "This is not open any more. Nothing was changed.")
        return show_case(case_id, problem=problem), 409


def _kind() -> ClockKind:
    try:
        return ClockKind(request.form.get("what", ""))
    except ValueError:
        abort(400)
