"""A helper's own next steps on a case: plan one, say that it is done, put it off, hand it over."""

from datetime import date
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue

from app.cases.case import CannotBeAssigned
from app.cases.desk import (
    MOST_TASKS,
    PutOffAlready,
    PutOffSince,
    PutOffSooner,
    PutOffTooFar,
    TaskEnded,
    TaskIsPast,
    TaskTooFar,
    TooManyTasks,
    finish_task,
    hand_over_task,
    plan_task,
    put_off_task,
)
from app.database import CaseId, MemberId
from app.language import to_ascii
from app.web import labels
from app.web.access import open_to_members
from app.web.desk.blueprint import blueprint
from app.web.desk.case import change, posted_text, show_case
from app.web.desk.drafts import Drafts, sent_with
from app.web.desk.offers import WRITERS
from app.web.desk.queue import PARTNERS
from app.web.language import pgettext
from app.web.member_session import member
from app.web.once import submission_of_post
from app.web.services import services

_REFUSALS = (
    *(PutOffAlready, PutOffSince, PutOffSooner, PutOffTooFar),
    *(TaskEnded, TaskIsPast, TaskTooFar, TooManyTasks, CannotBeAssigned),
)


@blueprint.post("/cases/<uuid:case_id>/tasks")
@open_to_members(kinds=PARTNERS, roles=WRITERS)
def plan(case_id: UUID) -> ResponseReturnValue:
    """Plan a step, once however often this is sent."""
    here, drafts, text, on = services(), sent_with("task"), posted_text(), _day()
    if on is None:
        return _refuse(case_id, drafts, _no_day())
    submission = submission_of_post("task", case_id, text.strip(), on.isoformat())

    def act() -> None:
        with here.database.writing() as session:
            plan_task(session, here.vault, member(), CaseId(case_id), text, on, submission)

    try:
        return change(case_id, act, done="task_planned", drafts=drafts)
    except _REFUSALS as refusal:
        return _refuse(case_id, drafts, _why(refusal), _status(refusal))


@blueprint.post("/cases/<uuid:case_id>/tasks/<uuid:task_id>/finish")
@open_to_members(kinds=PARTNERS, roles=WRITERS)
def finish(case_id: UUID, task_id: UUID) -> ResponseReturnValue:
    """Say that it is done."""
    here = services()

    def act() -> None:
        with here.database.writing() as session:
            finish_task(session, here.vault, member(), CaseId(case_id), task_id)

    try:
        return change(case_id, act, done="task_finished", drafts=Drafts())
    except _REFUSALS as refusal:
        return _refuse(case_id, Drafts(), _why(refusal), _status(refusal))


@blueprint.post("/cases/<uuid:case_id>/tasks/<uuid:task_id>/put-off")
@open_to_members(kinds=PARTNERS, roles=WRITERS)
def put_off(case_id: UUID, task_id: UUID) -> ResponseReturnValue:
    """Put it off, with a reason."""
    here, drafts, on = services(), sent_with(f"put-off-{task_id}"), _day()
    if on is None:
        return _refuse(case_id, drafts, _no_day())
    reason = request.form.get("reason", "")
    submission = submission_of_post("put_off", case_id, str(task_id), reason.strip(), on.isoformat())

    def act() -> None:
        with here.database.writing() as session:
            put_off_task(session, here.vault, member(), CaseId(case_id), task_id, on, reason, submission)

    try:
        return change(case_id, act, done="task_put_off", drafts=drafts)
    except _REFUSALS as refusal:
        return _refuse(case_id, drafts, _why(refusal), _status(refusal))


@blueprint.post("/cases/<uuid:case_id>/tasks/<uuid:task_id>/hand-over")
@open_to_members(kinds=PARTNERS, roles=WRITERS)
def hand_over(case_id: UUID, task_id: UUID) -> ResponseReturnValue:
    """Hand it to a colleague."""
    here, drafts, chosen = services(), sent_with(f"put-off-{task_id}"), request.form.get("member", "")
    if not chosen:
        return _refuse(
            case_id, drafts, pgettext("desk", "Choose a colleague first. Nothing was handed over.")
        )

    def act() -> None:
        try:
            colleague = MemberId(UUID(chosen))
        except ValueError:
            raise CannotBeAssigned from None
        with here.database.writing() as session:
            hand_over_task(session, here.vault, member(), CaseId(case_id), task_id, colleague)

    try:
        return change(case_id, act, done="task_handed_over", drafts=drafts)
    except _REFUSALS as refusal:
        return _refuse(case_id, drafts, _why(refusal), _status(refusal))


def _refuse(case_id: UUID, drafts: Drafts, problem: str, status: int = 400) -> ResponseReturnValue:
    return show_case(case_id, problem=problem, drafts=drafts), status


def _day() -> date | None:
    try:
        return date.fromisoformat(to_ascii(request.form.get("on", "")).strip())
    except ValueError:
        return None


def _no_day() -> str:
    return pgettext("desk", "Write the day as year-month-day, such as 2027-03-31. Nothing was changed.")


def _status(refusal: Exception) -> int:
    return 409 if isinstance(refusal, TaskEnded | PutOffTooFar | PutOffSince) else 400


def _why(refusal: Exception) -> str:  # noqa: PLR0911 - a line for each refusal
    match refusal:
        case PutOffTooFar():
            words = {**labels.CLOCK, **labels.OUTSIDE_DATE}
            return pgettext(
                "desk",
                "It may not wait beyond %(date)s: then comes “%(what)s”. Nothing was changed.",
                date=labels.due(refusal.at),
                what=labels.word(words, refusal.kind),
            )
        case PutOffSince():
            return pgettext(
                "desk",
                "It was put off to that day before, and then to another one: it stands at %(date)s. Nothing was changed.",
                date=labels.due(refusal.at),
            )
        case PutOffAlready():
            return pgettext(
                "desk",
                "It stands at %(date)s already. Choose a later day. Nothing was changed.",
                date=labels.due(refusal.at),
            )
        case PutOffSooner():
            return pgettext(
                "desk", "That is sooner than it stands now. Choose a later day. Nothing was changed."
            )
        case TaskIsPast():
            return pgettext("desk", "That day has passed. Choose today or a later one. Nothing was changed.")
        case TaskTooFar():
            return pgettext(
                "desk", "That is more than ten years away. Look at the year. Nothing was changed."
            )
        case TooManyTasks():
            return pgettext(
                "desk",
                "A case has at most %(number)s next steps. Finish one first. Nothing was changed.",
                number=MOST_TASKS,
            )
        case CannotBeAssigned():
            return pgettext("desk", "This colleague cannot open the case, so the step stays where it is.")
        case _:
            return pgettext("desk", "This step was finished or is not yours any more. Nothing was changed.")
