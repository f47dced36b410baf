"""Cases that wait with custody: their cards, the worker's words about place and exclusions, and placing them."""

from collections.abc import Callable
from uuid import UUID

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import pgettext

from app import clock
from app.cases.case import NoAccess, ReadOnly
from app.cases.custody import (
    CannotBePlaced,
    NoReasonGiven,
    NotACustodian,
    RoutingWords,
    UntrainedCustodian,
    place_case,
    placements,
    read_routing_note,
    reading_requests,
    waiting_case,
    waiting_for_custody,
)
from app.cases.desk import TextTooLong
from app.cases.escalation import asked_to_place_by, late_at_partners
from app.database import CaseId, OrganisationId
from app.messaging.members import unalerted
from app.network import OrganisationKind, Role
from app.web import labels
from app.web.access import open_to_members
from app.web.desk.drafts import Drafts, sent_with
from app.web.desk.messages import message_of_request
from app.web.member_session import member
from app.web.network.blueprint import blueprint
from app.web.responses import see_other
from app.web.services import services

COORDINATORS = (OrganisationKind.COORDINATOR,)
WRITERS = (Role.LEAD, Role.CASEWORKER)


@blueprint.get("/")
@open_to_members(kinds=COORDINATORS)
def waiting() -> ResponseReturnValue:
    """The cases that wait to be placed, and those with which a partner is late; danger first."""
    here = services()
    try:
        with here.database.reading() as session:
            cases = waiting_for_custody(session, here.vault, here.rules, member())
            silent = unalerted(session, here.vault)
            again = asked_to_place_by(session, here.vault, [case.case_id for case in cases])
            late = late_at_partners(session, here.vault, here.rules, member())
    except NotACustodian:
        return render_template("network/not_a_custodian.html")
    return render_template(
        "network/waiting.html",
        cases=cases,
        again=again,
        silent=silent,
        late=late,
        now=clock.now(),
        message=message_of_request(),
    )


@blueprint.get("/waiting/<uuid:case_id>")
@open_to_members(kinds=COORDINATORS)
def placing(case_id: UUID) -> ResponseReturnValue:
    """One waiting case, and who could take it."""
    return show_placing(case_id)


@blueprint.post("/waiting/<uuid:case_id>/note")
@open_to_members(kinds=COORDINATORS, roles=WRITERS)
def read_note(case_id: UUID) -> ResponseReturnValue:
    """Show the worker's words about place and exclusions; who read them, and why, is written down and the worker sees who."""
    here, reason = services(), request.form.get("reason", "")
    words: list[RoutingWords | None] = []

    def act() -> None:
        with here.database.writing() as session:
            words.append(read_routing_note(session, here.vault, member(), CaseId(case_id), reason))

    try:
        as_custodian(act)
    except UntrainedCustodian:
        return untrained(case_id, sent_with("note"))
    except NoReasonGiven:
        problem = pgettext("network", "Say why you have to look. Nothing was shown.")
        return show_placing(case_id, problem=problem, drafts=sent_with("note")), 400
    except TextTooLong:
        problem = pgettext("network", "The reason is too long. Nothing was shown.")
        return show_placing(case_id, problem=problem, drafts=sent_with("note")), 400
    problem = None if words[0] else pgettext("network", "The worker wrote nothing about it.")
    return show_placing(case_id, words=words[0], problem=problem)


@blueprint.post("/waiting/<uuid:case_id>/place")
@open_to_members(kinds=COORDINATORS, roles=WRITERS)
def place(case_id: UUID) -> ResponseReturnValue:
    """Offer the case to an organisation without reading it."""
    here = services()
    try:
        organisation_id = OrganisationId(UUID(request.form.get("organisation", "")))
    except ValueError:
        problem = pgettext("network", "Choose a helper first.")
        return show_placing(case_id, problem=problem, drafts=sent_with("place")), 400

    def act() -> None:
        with here.database.writing() as session:
            place_case(session, here.vault, here.rules, member(), CaseId(case_id), organisation_id)

    try:
        as_custodian(act)
    except CannotBePlaced as refused:
        problem = pgettext(
            "network",
            "It cannot go there: %(reason)s. Nothing was changed.",
            reason=labels.word(labels.LEFT_OUT, refused.reason),
        )
        return show_placing(case_id, problem=problem, drafts=sent_with("place")), 409
    return see_other(url_for("network.waiting", done="placed"))


def as_custodian(act: Callable[[], None]) -> None:
    """Do what only a custodian may; for everybody else the case does not exist."""
    try:
        act()
    except ReadOnly:
        abort(403)
    except (NotACustodian, NoAccess):
        abort(404)


def untrained(case_id: UUID, drafts: Drafts | None = None) -> ResponseReturnValue:
    """The page of a restricted case for a custodian whose training is not recorded."""
    problem = pgettext(
        "network",
        "This case is restricted: only custodians who are trained for such cases read it. You can place it unread.",
    )
    return show_placing(case_id, problem=problem, drafts=drafts), 403


def show_placing(
    case_id: UUID,
    *,
    words: RoutingWords | None = None,
    problem: str | None = None,
    drafts: Drafts | None = None,
) -> str:
    """The page of one waiting case."""
    here, by = services(), member()
    try:
        with here.database.reading() as session:
            case = waiting_case(session, here.vault, here.rules, by, CaseId(case_id))
            places = placements(session, here.vault, here.rules, by, CaseId(case_id))
            requests = reading_requests(session, here.vault, by, CaseId(case_id))
    except (NotACustodian, NoAccess):
        abort(404)
    return render_template(
        "network/placing.html",
        case=case,
        now=clock.now(),
        possible=[place for place in places if place.reason is None],
        left_out=[place for place in places if place.reason is not None],
        requests=requests,
        words=words,
        message=None if problem else message_of_request(),
        problem=problem,
        drafts=drafts or Drafts(),
        may_write=by.member.role in WRITERS,
    )
