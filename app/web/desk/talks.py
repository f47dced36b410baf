"""Writing down a phone call or a visit."""

from datetime import date, datetime, time
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue

from app.cases.desk import Talk, TalkBeforeCase, TalkLongAgo, TalkNotYet, log_talk
from app.cases.enums import TalkHow
from app.database import CaseId
from app.language import to_ascii
from app.network import zone_info
from app.web.access import open_to_members
from app.web.desk.blueprint import blueprint
from app.web.desk.case import change, posted_text, seen_version, show_case
from app.web.desk.drafts import sent_with
from app.web.desk.offers import WRITERS
from app.web.desk.queue import PARTNERS
from app.web.language import pgettext
from app.web.member_session import member
from app.web.once import submission_of_post
from app.web.services import services


@blueprint.post("/cases/<uuid:case_id>/talks")
@open_to_members(kinds=PARTNERS, roles=WRITERS)
def keep_talk(case_id: UUID) -> ResponseReturnValue:
    """Keep it, once however often this is sent."""
    here, drafts, words, seen = services(), sent_with("talk"), posted_text(), seen_version()

    def refuse(problem: str) -> ResponseReturnValue:
        return show_case(case_id, problem=problem, drafts=drafts), 400

    how, reached, at = request.form.get("how", ""), request.form.get("reached", ""), moment_of_form()
    if how not in set(TalkHow) or reached not in ("yes", "no"):
        return refuse(
            pgettext("desk", "Say whether it was a call or a visit, and whether you talked with the worker.")
        )
    if at is None:
        return refuse(
            pgettext(
                "desk", "Write the day as year-month-day and the time as hours:minutes. Nothing was kept."
            )
        )
    submission = submission_of_post("talk", case_id, how, reached, at.isoformat(), words.strip())
    talk = Talk(TalkHow(how), reached == "yes", at, words)

    def act() -> None:
        with here.database.writing() as session:
            log_talk(session, here.vault, member(), CaseId(case_id), talk, submission, seen)

    try:
        return change(case_id, act, done="talk_kept", drafts=drafts)
    except MOMENT_REFUSED as refused:
        return refuse(moment_problem(refused))


MOMENT_REFUSED = (TalkNotYet, TalkBeforeCase, TalkLongAgo)
"""Why a moment is none in which there can have been a talk."""


def moment_problem(refused: Exception) -> str:
    """The same in words."""
    if isinstance(refused, TalkNotYet):
        return pgettext("desk", "That is still to come. Write down what has been. Nothing was kept.")
    if isinstance(refused, TalkBeforeCase):
        return pgettext(
            "desk", "That is before this case came. Look at the day and the hour. Nothing was kept."
        )
    return pgettext("desk", "That is more than ten years ago. Look at the year. Nothing was kept.")


def moment_of_form() -> datetime | None:
    """The moment of a form in the member's own zone; a year that no clock ever ran in is none."""
    try:
        day = date.fromisoformat(to_ascii(request.form.get("on", "")).strip())
        at = time.fromisoformat(to_ascii(request.form.get("at", "")).strip())
    except ValueError:
        return None
    if at.tzinfo is not None or not 1000 < day.year < 9000:
        return None
    return datetime.combine(day, at.replace(second=0, microsecond=0), zone_info(member().zone))
