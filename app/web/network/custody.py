"""Reading from custody: one custodian asks with a reason, another agrees, and the worker sees it."""

from uuid import UUID

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import pgettext

from app.cases.case import NoAccess, ReadOnly
from app.cases.custody import (
    BroughtInByEachOther,
    NoReasonGiven,
    NotACustodian,
    NotAgreed,
    NotAskedFor,
    SecondPersonNeeded,
    UntrainedCustodian,
    agree_to_read,
    answer_from_custody,
    ask_to_read,
    open_from_custody,
)
from app.cases.desk import EmptyText, TextTooLong
from app.database import CaseId
from app.messaging.members import alert_custodians
from app.web.access import open_to_members
from app.web.desk.beside_case import beside_case
from app.web.desk.case_page import render_case
from app.web.desk.drafts import Drafts, sent_with
from app.web.member_session import member
from app.web.network.blueprint import blueprint
from app.web.network.waiting import COORDINATORS, WRITERS, as_custodian, show_placing, untrained
from app.web.once import submission_of_post
from app.web.responses import see_other
from app.web.services import services


@blueprint.post("/waiting/<uuid:case_id>/ask")
@open_to_members(kinds=COORDINATORS, roles=WRITERS)
def ask(case_id: UUID) -> ResponseReturnValue:
    """Ask to read the case, with a reason."""
    here, reason = services(), request.form.get("reason", "").strip()

    def act() -> None:
        with here.database.writing() as session:
            request_id = ask_to_read(session, here.vault, member(), CaseId(case_id), reason)
            alert_custodians(session, here.vault, member(), request_id)

    try:
        as_custodian(act)
    except UntrainedCustodian:
        return untrained(case_id, sent_with("ask"))
    except NoReasonGiven:
        problem = pgettext("network", "Say why it has to be read. Nothing was asked yet.")
        return show_placing(case_id, problem=problem, drafts=sent_with("ask")), 400
    except TextTooLong:
        problem = pgettext("network", "The reason is too long. Nothing was asked yet.")
        return show_placing(case_id, problem=problem, drafts=sent_with("ask")), 400
    return see_other(url_for("network.placing", case_id=case_id, done="asked"))


@blueprint.post("/waiting/<uuid:case_id>/agree/<uuid:request_id>")
@open_to_members(kinds=COORDINATORS, roles=WRITERS)
def agree(case_id: UUID, request_id: UUID) -> ResponseReturnValue:
    """Agree to a colleague's request."""
    here = services()

    def act() -> None:
        with here.database.writing() as session:
            agree_to_read(session, here.vault, member(), request_id)

    try:
        as_custodian(act)
    except SecondPersonNeeded:
        problem = pgettext("network", "Another custodian has to agree, not the one who asked.")
        return show_placing(case_id, problem=problem), 409
    except BroughtInByEachOther:
        problem = pgettext(
            "network",
            "You and who asked came in through the same person less than seven days ago. Another custodian has to agree.",
        )
        return show_placing(case_id, problem=problem), 409
    except NotAskedFor:
        return show_placing(case_id, problem=pgettext("network", "This request is not open any more.")), 409
    return see_other(url_for("network.placing", case_id=case_id, done="agreed"))


@blueprint.get("/waiting/<uuid:case_id>/read")
@open_to_members(kinds=COORDINATORS, roles=WRITERS)
def read(case_id: UUID) -> ResponseReturnValue:
    """Read the case within the agreed day; it is written down and the worker sees it."""
    here = services()
    try:
        with here.database.writing() as session:
            opened = open_from_custody(session, here.vault, member(), CaseId(case_id))
            beside = beside_case(session, opened)
    except NotAgreed:
        problem = pgettext("network", "Nobody has agreed to this yet, or the 24 hours are over.")
        return show_placing(case_id, problem=problem), 409
    except UntrainedCustodian:
        return untrained(case_id)
    except ReadOnly:
        abort(403)
    except (NotACustodian, NoAccess):
        abort(404)
    return render_case(opened, beside, contact=None, problem=None, drafts=Drafts(), custody=True)


@blueprint.post("/waiting/<uuid:case_id>/answer")
@open_to_members(kinds=COORDINATORS, roles=WRITERS)
def answer(case_id: UUID) -> ResponseReturnValue:
    """Answer the worker within the agreed day: where no helper may have the case, nobody else can."""
    here, words = services(), request.form.get("words", "").strip()
    submission = submission_of_post("custody answer", case_id, words)

    def act() -> None:
        with here.database.writing() as session:
            answer_from_custody(session, here.vault, member(), CaseId(case_id), words, submission)

    try:
        as_custodian(act)
    except NotAgreed:
        problem = pgettext(
            "network", "Nobody has agreed to this yet, or the 24 hours are over. Nothing was sent."
        )
        return show_placing(case_id, problem=problem, drafts=sent_with("answer")), 409
    except UntrainedCustodian:
        return untrained(case_id, sent_with("answer"))
    except EmptyText:
        problem = pgettext("network", "Write something first.")
        return show_placing(case_id, problem=problem, drafts=sent_with("answer")), 400
    except TextTooLong:
        problem = pgettext("network", "This is too long to send at once. Nothing was sent.")
        return show_placing(case_id, problem=problem, drafts=sent_with("answer")), 400
    return see_other(url_for("network.placing", case_id=case_id, done="replied"))
