"""The page of a case that was opened, with what a refused form brought back."""

from flask import render_template

from app.cases.clocks import ASKING, TICKED_BY_HAND
from app.cases.desk import DESK_CLOSING_REASONS, OpenedCase, ShownContact
from app.cases.enums import ClockKind, ClockState, ClosingReason, State
from app.web.desk.beside_case import BesideCase
from app.web.desk.drafts import Drafts
from app.web.desk.messages import message_of_request
from app.web.desk.next_steps import sooner, task_words
from app.web.desk.offers import WRITERS
from app.web.desk.thread import thread_line
from app.web.member_session import member, written_choices, written_words
from app.web.services import services


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
        may_end_texts=not custody and _may_end_texts(opened),
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
        asks_agreement=_asks_agreement(opened),
        custody=custody,
    )


def _may_end_texts(opened: OpenedCase) -> bool:
    """Whether a worker's no can still be kept in a case that is closed: what is asked afterwards would be texted."""
    return opened.beyond_inbox and opened.state is State.CLOSED and member().member.role in WRITERS


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
        gone |= set() if _asks_agreement(opened) else {"agreed"}
        gone |= set() if drafts.sent.get("to") in steps else {"to"}
    return written_words(gone), written_choices(gone)


def _may_wait(opened: OpenedCase) -> frozenset[ClockKind]:
    """The dates that a helper may let wait: those that a law or the network's procedure lets, while another one still asks."""
    if not opened.may_write or sum(date.state in ASKING for date in opened.dates) < 2:
        return frozenset()
    may_pause = services().rules.deadlines.may_pause
    running = (date for date in opened.dates if date.state is ClockState.RUNNING)
    return frozenset(date.kind for date in running if may_pause(date.kind, date.law))


def _asks_agreement(opened: OpenedCase) -> bool:
    """Whether the page asks if the worker said yes to a helper: the company may be asked next, and may not be told yet."""
    return State.ENGAGING in opened.moves and not opened.company_may_know
