"""Working on a case: who has it, its category and urgency, and moving it on."""

from uuid import UUID

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import pgettext

from app.cases.case import AlreadyClaimed, CannotBeAssigned, assign, claim
from app.cases.desk import (
    EditConflict,
    LoweringReasonMissing,
    Move,
    MoveRefused,
    NotTickedByHand,
    UnknownCategory,
    change_stage,
    mark_done,
    set_category,
    set_urgency,
)
from app.cases.enums import ClockKind, ClosingReason, State, Urgency
from app.database import CaseId, MemberId
from app.web import labels
from app.web.access import open_to_members
from app.web.desk.blueprint import blueprint
from app.web.desk.case import change, seen_version, show_case
from app.web.desk.drafts import Drafts, sent_with
from app.web.desk.messages import move_refused
from app.web.desk.offers import WRITERS
from app.web.desk.queue import PARTNERS
from app.web.member_session import member
from app.web.once import submission_of_post
from app.web.services import services


@blueprint.post("/cases/<uuid:case_id>/claim")
@open_to_members(kinds=PARTNERS, roles=WRITERS)
def claim_case(case_id: UUID) -> ResponseReturnValue:
    """Take an unclaimed case."""
    here = services()

    def act() -> None:
        with here.database.writing() as session:
            claim(session, here.vault, member(), CaseId(case_id))

    try:
        return change(case_id, act, done="claimed", drafts=Drafts())
    except AlreadyClaimed as taken:
        problem = pgettext("desk", "%(name)s has taken this case already.", name=taken.assignee)
        return show_case(case_id, problem=problem), 409


@blueprint.post("/cases/<uuid:case_id>/assign")
@open_to_members(kinds=PARTNERS, roles=WRITERS)
def assign_case(case_id: UUID) -> ResponseReturnValue:
    """Give the case to a colleague."""
    here = services()

    def act() -> None:
        colleague = MemberId(_uuid("member"))
        with here.database.writing() as session:
            assign(session, here.vault, member(), CaseId(case_id), colleague)

    try:
        return change(case_id, act, done="assigned", drafts=sent_with("assign"))
    except CannotBeAssigned:
        if not request.form.get("member"):
            problem = pgettext("desk", "Choose a colleague first. Nothing was handed over.")
            return show_case(case_id, problem=problem, drafts=sent_with("assign")), 400
        problem = pgettext("desk", "This colleague cannot open the case, so it stays where it is.")
        return show_case(case_id, problem=problem, drafts=sent_with("assign")), 400


@blueprint.post("/cases/<uuid:case_id>/category")
@open_to_members(kinds=PARTNERS, roles=WRITERS)
def categorise(case_id: UUID) -> ResponseReturnValue:
    """Set the desk's own category; the worker's topics stay beside it."""
    here, category, seen = services(), request.form.get("category", ""), seen_version()

    def act() -> None:
        with here.database.writing() as session:
            set_category(session, here.vault, here.rules, member(), CaseId(case_id), category, seen)

    try:
        return change(case_id, act, done="category", drafts=sent_with("category"))
    except UnknownCategory:
        problem = pgettext("desk", "Choose a category first.")
        return show_case(case_id, problem=problem, drafts=sent_with("category")), 400
    except EditConflict as conflict:
        return _conflict(
            case_id, conflict, labels.TOPIC, "category", url_for("desk.categorise", case_id=case_id)
        )


@blueprint.post("/cases/<uuid:case_id>/urgency")
@open_to_members(kinds=PARTNERS, roles=WRITERS)
def urge(case_id: UUID) -> ResponseReturnValue:
    """Set the urgency; lowering it needs words."""
    here, reason, seen = services(), request.form.get("reason", "").strip(), seen_version()
    try:
        urgency = Urgency(request.form.get("urgency", ""))
    except ValueError:
        abort(400)

    def act() -> None:
        with here.database.writing() as session:
            set_urgency(session, here.vault, here.rules, member(), CaseId(case_id), urgency, reason, seen)

    drafts = sent_with("urgency")
    try:
        return change(case_id, act, done="urgency", drafts=drafts)
    except LoweringReasonMissing:
        problem = pgettext("desk", "Say why it is less urgent. Nothing was changed.")
        return show_case(case_id, problem=problem, drafts=drafts), 400
    except EditConflict as conflict:
        return _conflict(case_id, conflict, labels.URGENCY, "urgency", url_for("desk.urge", case_id=case_id))


@blueprint.post("/cases/<uuid:case_id>/done")
@open_to_members(kinds=PARTNERS, roles=WRITERS)
def tick(case_id: UUID) -> ResponseReturnValue:
    """Say that something with a date was done outside Redress."""
    here = services()
    try:
        kind = ClockKind(request.form.get("what", ""))
    except ValueError:
        abort(400)

    def act() -> None:
        with here.database.writing() as session:
            mark_done(session, here.vault, member(), CaseId(case_id), kind, seen_version())

    try:
        return change(case_id, act, done="ticked", drafts=Drafts())
    except NotTickedByHand:
        problem = pgettext("desk", "This is not open any more. Nothing was changed.")
        return show_case(case_id, problem=problem), 409


@blueprint.post("/cases/<uuid:case_id>/stage")
@open_to_members(kinds=PARTNERS, roles=WRITERS)
def move(case_id: UUID) -> ResponseReturnValue:
    """Move the case to another stage."""
    sent = request.form
    agreed = sent.get("agreed") == "yes"
    note, drafts = sent.get("note", "").strip(), sent_with("stage")
    try:
        to = State(sent.get("to", ""))
    except ValueError:
        problem = pgettext("desk", "Choose where it should go.")
        return show_case(case_id, problem=problem, drafts=drafts), 400
    submission = submission_of_post("stage", case_id, to, "", note)
    wanted = Move(to, note, submission, worker_agreed=agreed, seen_version=seen_version())
    return _move(case_id, wanted, drafts, done="moved")


@blueprint.post("/cases/<uuid:case_id>/close")
@open_to_members(kinds=PARTNERS, roles=WRITERS)
def close(case_id: UUID) -> ResponseReturnValue:
    """Close the case with an outcome, words for the team and a word to the worker."""
    sent = request.form
    note, word = sent.get("note", "").strip(), sent.get("word", "").strip()
    safe, drafts = sent.get("safe", "").strip(), sent_with("close")
    try:
        outcome = ClosingReason(sent.get("outcome", ""))
    except ValueError:
        problem = pgettext("desk", "Choose what came of it. The case is still open.")
        return show_case(case_id, problem=problem, drafts=drafts), 400
    submission = submission_of_post("stage", case_id, State.CLOSED, outcome, note, word, safe)
    wanted = Move(
        State.CLOSED, note, submission, outcome, to_worker=word, safe=safe, seen_version=seen_version()
    )
    return _move(case_id, wanted, drafts, done="closed")


def _move(case_id: UUID, wanted: Move, drafts: Drafts, *, done: str) -> ResponseReturnValue:
    here = services()

    def act() -> None:
        with here.database.writing() as session:
            change_stage(session, here.vault, here.rules, member(), CaseId(case_id), wanted)

    try:
        return change(case_id, act, done=done, drafts=drafts)
    except MoveRefused as refused:
        return show_case(case_id, problem=move_refused(refused.why), drafts=drafts), 409


def _conflict(
    case_id: UUID, conflict: EditConflict, words: labels.Labels, field: str, action: str
) -> ResponseReturnValue:
    page = render_template(
        "desk/conflict.html",
        case_id=case_id,
        theirs=labels.word(words, conflict.theirs) if conflict.theirs else pgettext("desk", "Not set"),
        yours=labels.word(words, conflict.yours),
        version=conflict.version,
        field=field,
        value=conflict.yours,
        action=action,
        reason=request.form.get("reason", "").strip(),
    )
    return page, 409


def _uuid(name: str) -> UUID:
    try:
        return UUID(request.form.get(name, ""))
    except ValueError:
        raise CannotBeAssigned from None
