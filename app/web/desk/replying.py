"""Answering the worker: in the inbox, or by a text that its writer has looked at before it goes out."""

import hashlib
from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import pgettext

from app.cases.desk import reply
from app.database import CaseId
from app.intake.calling_off import NotWaiting, call_off_text
from app.intake.texting import (
    MOST_SEGMENTS_OF_A_REPLY,
    CannotBeTexted,
    Preview,
    TooLongToText,
    answer_by_text,
    preview_text,
)
from app.messaging.composing import MOST_SEGMENTS
from app.web import labels, text_words
from app.web.access import open_to_members
from app.web.desk.blueprint import blueprint
from app.web.desk.case import change, posted_text, seen_version, show_case
from app.web.desk.drafts import Drafts, sent_with
from app.web.desk.offers import WRITERS
from app.web.desk.queue import PARTNERS
from app.web.member_session import member
from app.web.once import submission_of_post
from app.web.services import services

# More different signs than this are another script, and nobody wants them listed.
_FEW_SIGNS = 5


@blueprint.post("/cases/<uuid:case_id>/reply")
@open_to_members(kinds=PARTNERS, roles=WRITERS)
def send_reply(case_id: UUID) -> ResponseReturnValue:
    """Answer the worker, once however often this is sent; a text only as it was looked at."""
    text = posted_text()
    submission = submission_of_post("reply", case_id, text.strip())
    if request.form.get("channel") != "text":
        return _put_in_inbox(case_id, text, submission)
    try:
        if request.form.get("when") not in ("now", "morning") or request.form.get("looked_at") != _mark_of(
            text
        ):
            return _look(case_id, text)
        return _send(case_id, text, submission)
    except CannotBeTexted as refused:
        why = labels.word(text_words.UNREACHABLE, refused.why)
        problem = pgettext("texts", "Nothing was sent. %(why)s.", why=why)
    except TooLongToText:
        problem = pgettext(
            "texts",
            "Nothing was sent: these are more than %(number)s texts. Say it shorter, or put it in the inbox.",
            number=MOST_SEGMENTS_OF_A_REPLY,
        )
    return show_case(case_id, problem=problem, drafts=sent_with("reply")), 409


@blueprint.post("/cases/<uuid:case_id>/texts/<uuid:text_id>/call-off")
@open_to_members(kinds=PARTNERS, roles=WRITERS)
def call_off(case_id: UUID, text_id: UUID) -> ResponseReturnValue:
    """Keep a text that still waits from going out; what it says stays in the thread."""
    here = services()

    def act() -> None:
        with here.database.writing() as session:
            call_off_text(session, here.vault, member(), CaseId(case_id), text_id)

    try:
        return change(case_id, act, done="called_off", drafts=Drafts())
    except NotWaiting:
        problem = pgettext("texts", "Too late to call it off: it has gone out or is going out now.")
        return show_case(case_id, problem=problem), 409


def _put_in_inbox(case_id: UUID, text: str, submission: UUID) -> ResponseReturnValue:
    here, seen = services(), seen_version()

    def act() -> None:
        with here.database.writing() as session:
            reply(session, here.vault, member(), CaseId(case_id), text, submission, seen)

    return change(case_id, act, done="replied", drafts=sent_with("reply"))


def _look(case_id: UUID, text: str) -> ResponseReturnValue:
    """The text as it would go out: how many, why so many, what it gives away, what time it is there."""
    here = services()
    seen: list[Preview] = []

    def act() -> None:
        with here.database.reading() as session:
            seen.append(preview_text(session, here.vault, here.gateways, member(), CaseId(case_id), text))

    refusal = change(case_id, act, done="", drafts=sent_with("reply"))
    if not seen:
        return refusal
    preview = seen[0]
    return render_template(
        "desk/text_preview.html",
        case_id=case_id,
        preview=preview,
        mark=_mark_of(text),
        typed=text,
        once=request.form.get("once_token", ""),
        seen=seen_version(),
        too_many=preview.segments.count > MOST_SEGMENTS,
        impossible=preview.segments.count > MOST_SEGMENTS_OF_A_REPLY,
        most=MOST_SEGMENTS,
        most_of_all=MOST_SEGMENTS_OF_A_REPLY,
        times=" / ".join(f"{moment:%H:%M}" for moment in preview.now_there),
        few_signs=len(preview.odd_signs) <= _FEW_SIGNS,
    )


def _send(case_id: UUID, text: str, submission: UUID) -> ResponseReturnValue:
    here, later, seen = services(), request.form.get("when") == "morning", seen_version()

    def act() -> None:
        with here.database.writing() as session:
            answer_by_text(
                session,
                here.vault,
                here.gateways,
                member(),
                CaseId(case_id),
                text,
                submission,
                in_the_morning=later,
                seen_version=seen,
            )

    done = "texted_later" if later else "texted"
    return change(case_id, act, done=done, drafts=sent_with("reply"))


def _mark_of(text: str) -> str:
    """What a preview carries along, so that words which were changed afterwards are looked at again; a browser may add spaces."""
    return hashlib.sha256(" ".join(text.split()).encode("utf-8", "replace")).hexdigest()[:32]
