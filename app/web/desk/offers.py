"""Accepting and declining what is offered."""

from uuid import UUID

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import pgettext

from app.cases.case import NoAccess
from app.cases.routing import (
    DeclineReason,
    OfferGone,
    OfferTaken,
    TakenElsewhere,
    accept_offer,
    decline_offer,
)
from app.database import CaseId
from app.network import Role
from app.web.access import open_to_members
from app.web.desk.blueprint import blueprint
from app.web.desk.queue import PARTNERS, show_queue
from app.web.member_session import member
from app.web.responses import see_other
from app.web.services import services

WRITERS = (Role.LEAD, Role.CASEWORKER)


@blueprint.post("/offers/<uuid:case_id>/accept")
@open_to_members(kinds=PARTNERS, roles=WRITERS)
def accept(case_id: UUID) -> ResponseReturnValue:
    """Take an offered case and go on to read it."""
    here = services()
    try:
        with here.database.writing() as session:
            acceptance = accept_offer(session, here.vault, here.rules, member(), CaseId(case_id))
    except OfferTaken:
        return see_other(url_for("desk.case", case_id=case_id))
    except TakenElsewhere:
        return _taken_elsewhere()
    except (OfferGone, NoAccess):
        return _gone()
    if not acceptance.taken:
        return see_other(url_for("desk.queue", done="passed_on"))
    return see_other(url_for("desk.case", case_id=case_id, done="accepted"))


@blueprint.post("/offers/<uuid:case_id>/decline")
@open_to_members(kinds=PARTNERS, roles=WRITERS)
def decline(case_id: UUID) -> ResponseReturnValue:
    """Pass an offered case on, saying why."""
    here = services()
    try:
        reason = DeclineReason(request.form.get("why", ""))
    except ValueError:
        problem = pgettext("desk", "Choose why you cannot take it. Nothing was changed.")
        return show_queue(problem, declining=case_id), 400
    try:
        with here.database.writing() as session:
            decline_offer(session, here.vault, here.rules, member(), CaseId(case_id), reason)
    except TakenElsewhere:
        return _taken_elsewhere()
    except (OfferGone, OfferTaken, NoAccess):
        return _gone()
    return see_other(url_for("desk.queue", done="declined"))


def _taken_elsewhere() -> ResponseReturnValue:
    line = pgettext("desk", "Another organisation took this case first. You need not do anything.")
    return show_queue(line), 409


def _gone() -> ResponseReturnValue:
    return show_queue(pgettext("desk", "This case is not offered to you any more. Nothing was changed.")), 409
