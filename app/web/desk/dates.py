"""Adding a date that the world sets, such as a flight or a hearing, and removing one."""

from datetime import date
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue

from app.cases.desk import (
    MOST_DATES,
    DateIsPast,
    DateTooFar,
    DateWasRemoved,
    TooManyDates,
    add_outside_date,
    end_outside_date,
)
from app.cases.enums import OutsideDateKind
from app.database import CaseId
from app.language import to_ascii
from app.web.access import open_to_members
from app.web.desk.blueprint import blueprint
from app.web.desk.case import change, show_case
from app.web.desk.drafts import Drafts, sent_with
from app.web.desk.offers import WRITERS
from app.web.desk.queue import PARTNERS
from app.web.language import pgettext
from app.web.member_session import member
from app.web.once import submission_of_post
from app.web.services import services


@blueprint.post("/cases/<uuid:case_id>/dates")
@open_to_members(kinds=PARTNERS, roles=WRITERS)
def add_date(case_id: UUID) -> ResponseReturnValue:
    """Add a date, once however often this is sent."""
    here, drafts = services(), sent_with("date")

    def refuse(problem: str, status: int = 400) -> ResponseReturnValue:
        return show_case(case_id, problem=problem, drafts=drafts), status

    try:
        kind = OutsideDateKind(request.form.get("kind", ""))
    except ValueError:
        return refuse(pgettext("desk", "Choose what happens on that day. Nothing was added."))
    try:
        on = date.fromisoformat(to_ascii(request.form.get("on", "")).strip())
    except ValueError:
        return refuse(
            pgettext("desk", "Write the day as year-month-day, such as 2027-03-31. Nothing was added.")
        )
    submission = submission_of_post("date", case_id, kind, on.isoformat())

    def act() -> None:
        with here.database.writing() as session:
            add_outside_date(session, here.vault, member(), CaseId(case_id), kind, on, submission)

    try:
        return change(case_id, act, done="date_added", drafts=drafts)
    except (DateIsPast, DateTooFar, DateWasRemoved, TooManyDates) as refusal:
        return refuse(_why(refusal), 409 if isinstance(refusal, DateWasRemoved) else 400)


def _why(refusal: Exception) -> str:
    match refusal:
        case DateIsPast():
            return pgettext("desk", "That day has passed, so nobody could be reminded. Nothing was added.")
        case DateTooFar():
            return pgettext("desk", "That is more than ten years away. Look at the year. Nothing was added.")
        case DateWasRemoved():
            return pgettext(
                "desk",
                "This date was added from that page before and removed since. Nothing was added. If it holds, press again.",
            )
        case _:
            return pgettext(
                "desk",
                "A case has at most %(number)s dates. Remove one first. Nothing was added.",
                number=MOST_DATES,
            )


@blueprint.post("/cases/<uuid:case_id>/dates/<uuid:date_id>/remove")
@open_to_members(kinds=PARTNERS, roles=WRITERS)
def remove_date(case_id: UUID, date_id: UUID) -> ResponseReturnValue:
    """Remove a date that does not hold any more."""
    here = services()

    def act() -> None:
        with here.database.writing() as session:
            end_outside_date(session, here.vault, member(), CaseId(case_id), date_id)

    return change(case_id, act, done="date_removed", drafts=Drafts())
