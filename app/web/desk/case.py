"""The case page: reading a case, answering the worker, notes for the team."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import pgettext
from sqlalchemy.orm import Session

from app.attachments import FileOnTheWay, files_on_the_way
from app.cases.case import NoAccess, NotYours, ReadOnly
from app.cases.clocks import ASKING, TICKED_BY_HAND
from app.cases.desk import (
    DESK_CLOSING_REASONS,
    LONGEST_TEXT,
    AlreadySent,
    CaseMovedOn,
    EmptyText,
    OpenedCase,
    ReadEntry,
    ShownContact,
    TextTooLong,
    is_silent_now,
    note,
    open_case,
    show_contact,
)
from app.cases.enums import ClockKind, ClockState, ClosingReason, State
from app.cases.followups import Followup, asked_in_texts, has_no_hour, shown_to_helpers
from app.database import CaseId
from app.followups import asked_as
from app.intake.texting import CaseTexts, texts_for_desk
from app.messaging.members import AlertsSoFar, alerts_of
from app.messaging.queue import TextStatus
from app.web import labels, text_words
from app.web.access import open_to_members
from app.web.desk.blueprint import blueprint
from app.web.desk.drafts import Drafts, sent_with
from app.web.desk.messages import message_of_request
from app.web.desk.next_steps import sooner, task_words
from app.web.desk.offers import WRITERS
from app.web.desk.queue import PARTNERS
from app.web.member_session import member, written_choices, written_words
from app.web.once import submission_of_post
from app.web.responses import see_other
from app.web.services import services


@dataclass(frozen=True)
class ShownFile:
    """A photo or voice note; `fault` says why it is not here, `length` how long it lasts."""

    id: str
    kind: str
    fault: str
    length: str


@dataclass(frozen=True)
class ThreadLine:
    """One entry of the thread as the page shows it; `why_shut` says why it cannot be read."""

    kind: str
    heading: str
    moment: datetime
    words: str
    why_shut: str | None
    text: TextStatus | None = None  # where it also went out as a text
    came: tuple[str, ...] = ()  # what came beside the words and was not kept
    danger: bool = False  # the worker said with it that there is danger now
    file: ShownFile | None = None


@dataclass(frozen=True)
class Questions:
    """What the worker was or will be asked; `silent` says that so much went unanswered that a person has to decide.

    `no_hour` says that a text can never come: the worker's hours and the clocks where they may be have none in common.
    """

    shown: tuple[Followup, ...]
    silent: bool
    no_hour: bool
    texted: Mapping[UUID, str]  # in which words those were asked that also went out by text


@dataclass(frozen=True)
class BesideCase:
    """What stands beside a case on its page: texts, alerts, questions, and the files that are on their way."""

    texts: CaseTexts | None
    alerts: AlertsSoFar
    questions: Questions
    on_the_way: tuple[FileOnTheWay, ...]


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
        problem = pgettext("desk", "There was nothing in it. Write something first.")
        return show_case(case_id, problem=problem, drafts=drafts), 400
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


def beside_case(session: Session, opened: OpenedCase) -> BesideCase:
    """What stands beside a case that was just opened."""
    vault = services().vault
    return BesideCase(
        _texts_of(session, opened),
        alerts_of(session, opened.id),
        _questions_of(session, opened),
        files_on_the_way(session, vault, opened.id),
    )


def _questions_of(session: Session, opened: OpenedCase) -> Questions:
    """The follow-ups of a case that was just opened, and whether its worker is silent."""
    vault = services().vault
    shown = tuple(shown_to_helpers(session, vault, opened.id))
    is_open = opened.closing_reason is None
    in_texts = asked_in_texts(session, vault, opened.id) if shown and opened.beyond_inbox else {}
    return Questions(
        shown,
        is_open and is_silent_now(session, vault, opened.id),
        is_open and has_no_hour(session, vault, opened.id),
        {asked: asked_as(kinds).name for asked, kinds in in_texts.items()},
    )


def _texts_of(session: Session, opened: OpenedCase) -> CaseTexts | None:
    """The texts of a case that was just opened; nothing is read for one whose worker asked for the inbox only."""
    here = services()
    return texts_for_desk(session, here.vault, here.gateways, opened.id) if opened.beyond_inbox else None


def render_case(
    opened: OpenedCase,
    beside: BesideCase,
    *,
    contact: ShownContact | None,
    problem: str | None,
    drafts: Drafts,
    custody: bool = False,
) -> str:
    """The page of a case that was opened, by its helper or out of custody."""
    words, choices = _homeless(drafts, opened)
    return render_template(
        "desk/case.html",
        case=opened,
        strip=opened.strip,
        entries=[thread_line(entry, beside.texts) for entry in opened.entries],
        texts=beside.texts,
        alerts=beside.alerts,
        questions=beside.questions,
        on_the_way=beside.on_the_way,
        # A lowered urgency must not hide what the worker said.
        danger_said=opened.strip.danger_said
        or any((entry.body or {}).get("danger") for entry in opened.entries),
        danger_denied=any((entry.body or {}).get("no_danger") for entry in opened.entries),
        contact=contact,
        colleagues=opened.colleagues,
        categories=services().rules.taxonomy.kinds,
        steps=[state for state in opened.moves if state is not State.CLOSED],
        may_close=State.CLOSED in opened.moves,
        by_hand=TICKED_BY_HAND if opened.may_write else frozenset(),
        may_wait=_may_wait(opened),
        sooner=sooner(opened),
        task_words=task_words(opened),
        sources=services().rules.deadlines.source,
        closing_reasons=(
            *DESK_CLOSING_REASONS,
            *((ClosingReason.UNVERIFIED,) if beside.questions.silent else ()),
        ),
        message=None if problem else message_of_request(),
        problem=problem,
        drafts=drafts,
        homeless=words,
        homeless_choices=choices,
        asks_agreement=asks_agreement(opened),
        custody=custody,
    )


def _homeless(drafts: Drafts, opened: OpenedCase) -> tuple[list[str], list[str]]:
    """The words and choices whose field is not on the page any more, such as those for a case that a colleague closed meanwhile."""
    steps = [state for state in opened.moves if state is not State.CLOSED]
    shown = {
        "assign": opened.may_write and bool(opened.colleagues),
        "stage": opened.may_write and bool(steps),
        "close": opened.may_write and State.CLOSED in opened.moves,
    }
    shown |= {f"pause-{kind}": True for kind in _may_wait(opened)}
    shown |= {f"put-off-{task.id}": True for task in opened.tasks}
    if drafts.form.startswith(("pause-", "put-off-")):
        shown.setdefault(drafts.form, False)
    if drafts.form and not shown.get(drafts.form, opened.may_write):
        return written_words(), written_choices()
    gone: set[str] = set()
    if drafts.form == "close" and not opened.danger_told:
        gone |= {"safe"}
    if drafts.form == "stage":
        gone |= set() if asks_agreement(opened) else {"agreed"}
        gone |= set() if drafts.sent.get("to") in steps else {"to"}
    return written_words(gone), written_choices(gone)


def _may_wait(opened: OpenedCase) -> frozenset[ClockKind]:
    """The dates that a helper may let wait: those that a law or the network's procedure lets, while another one still asks."""
    if not opened.may_write or sum(date.state in ASKING for date in opened.dates) < 2:
        return frozenset()
    may_pause = services().rules.deadlines.may_pause
    running = (date for date in opened.dates if date.state is ClockState.RUNNING)
    return frozenset(date.kind for date in running if may_pause(date.kind, date.law))


def asks_agreement(opened: OpenedCase) -> bool:
    """Whether the page asks if the worker said yes to a helper: the company may be asked next, and may not be told yet."""
    return State.ENGAGING in opened.moves and not opened.company_may_know


def thread_line(entry: ReadEntry, texts: CaseTexts | None) -> ThreadLine:
    """The entry with its words, whoever wrote it, and how far it has come where it went out as a text."""
    heading = labels.word(labels.ENTRY, entry.kind)
    if (entry.body or {}).get("talk"):
        heading = _talk(entry.body or {})
    file = _file(entry.body or {})
    if file is not None:
        heading = labels.word(labels.FILE, file.kind)
    if (entry.body or {}).get("from_form"):
        heading = str(labels.FROM_FORM)
    if entry.author:
        heading = f"{heading}: {entry.author}"
    why_shut = None
    if entry.body is None:
        why_shut = "closed" if entry.closed_to_reader else "broken"
    body = entry.body or {}
    # The exact time is sealed with the words; whoever can read those may know it.
    moment = datetime.fromisoformat(body["at"]) if "at" in body else entry.hour
    text = None if texts is None else texts.answers.get(entry.id)
    came = tuple(labels.word(text_words.CAME, kind) for kind in body.get("came") or ())
    danger = bool(body.get("danger"))
    words = _answer_words(body) if body.get("answer") else body.get("text") or ""
    return ThreadLine(entry.kind, heading, moment, words, why_shut, text, came, danger, file)


def _file(body: Mapping[str, Any]) -> ShownFile | None:
    if "file" not in body:
        return None
    return ShownFile(body["file"], body["kind"], body.get("fault") or "", _length(body.get("seconds")))


def _length(lasts: object) -> str:
    """Minutes and seconds; nothing for a picture, or where what was stored is no length: the page is more than one line of it."""
    if not isinstance(lasts, int | float) or not math.isfinite(lasts) or lasts < 0.5:
        return ""
    minutes, seconds = divmod(round(lasts), 60)
    return f"{minutes}:{seconds:02}"


def _talk(body: Mapping[str, Any]) -> str:
    """What it was, when, and whether the worker was reached."""
    reached = labels.word(labels.REACHED, "yes" if body["reached"] else "no")
    at = labels.hour(datetime.fromisoformat(body["took_place"]))
    return f"{labels.word(labels.TALK, body['talk'])}, {at} ({reached})"


def _answer_words(body: Mapping[str, Any]) -> str:
    asked = body.get("asked")
    question = labels.word(
        *((labels.QUESTION_TEXTED, asked) if asked else (labels.QUESTION, body.get("question")))
    )
    return f"{question} – {labels.word(labels.ANSWER, body['answer'])}"


def posted_text() -> str:
    """What was written."""
    return request.form.get("text", "")


def seen_version() -> int:
    """How the case stood on the page; 0, older than any, where a page of another version of ours does not say."""
    try:
        return int(request.form.get("seen", "0"))
    except ValueError:
        abort(400)
