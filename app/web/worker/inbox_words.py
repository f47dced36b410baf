"""The sentences of the inbox: what happens now, who acts by when, what the worker can do, who has seen what."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import LazyString, lazy_pgettext

from app.cases.enums import AccessAct, ClockKind, ClosingReason, ConsentLevel, EntryKind, RungState, Stage
from app.cases.worker import InboxMessage, InboxView
from app.clock import last_moment
from app.web.language import page_language, pgettext
from app.web.worker.late_words import holds_today
from app.web.worker.names import Names, either, names_asked


@dataclass(frozen=True)
class StageLine:
    """One of the six stages; sentences only for the one that the case is in."""

    name: str
    done: bool
    now: bool
    happens: str = ""
    you_can: str = ""


# Lazy, because these tables are made long before it is known in which language they are read.
_AUTHORS: dict[EntryKind, LazyString] = {
    EntryKind.REPORT: lazy_pgettext("worker-inbox", "Your first message"),
    EntryKind.WORKER_MESSAGE: lazy_pgettext("worker-inbox", "You"),
    EntryKind.WORSE: lazy_pgettext("worker-inbox", "You: it got worse"),
    EntryKind.ANSWER: lazy_pgettext("worker-inbox", "You"),
    EntryKind.REPLY: lazy_pgettext("worker-inbox", "Helper"),
    EntryKind.SYSTEM: lazy_pgettext("worker-inbox", "News"),
    EntryKind.FILE: lazy_pgettext("worker-inbox", "Photo or voice note"),
}


_STAGES: dict[Stage, LazyString] = {
    Stage.RECEIVED: lazy_pgettext("worker-stage", "Received"),
    Stage.READ: lazy_pgettext("worker-stage", "Read"),
    Stage.CHECKING: lazy_pgettext("worker-stage", "Checking"),
    Stage.COMPANY_ASKED: lazy_pgettext("worker-stage", "Company asked"),
    Stage.CHECKING_REMEDY: lazy_pgettext("worker-stage", "Checking remedy"),
    Stage.CLOSED: lazy_pgettext("worker-stage", "Closed"),
}


_HAPPENS: dict[Stage, LazyString] = {
    Stage.READ: lazy_pgettext("worker-stage", "A helper has read it."),
    Stage.CHECKING: lazy_pgettext("worker-stage", "A helper is checking what happened."),
    Stage.COMPANY_ASKED: lazy_pgettext("worker-stage", "The company was asked to put it right."),
    Stage.CHECKING_REMEDY: lazy_pgettext("worker-stage", "We are checking that you got what was promised."),
}


_CLOSED: dict[ClosingReason, LazyString] = {
    ClosingReason.RESOLVED: lazy_pgettext("worker-stage", "It was put right, and you or your union said so."),
    ClosingReason.REFERRED: lazy_pgettext(
        "worker-stage", "Somebody else works on it now. See the messages below."
    ),
    ClosingReason.OUT_OF_SCOPE: lazy_pgettext(
        "worker-stage", "It is something we cannot work on. See the messages below."
    ),
    ClosingReason.UNFOUNDED: lazy_pgettext(
        "worker-stage", "The helper checked and did not find it so. See the messages below."
    ),
    ClosingReason.UNVERIFIED: lazy_pgettext("worker-stage", "We asked and got no answer, so we stopped."),
    ClosingReason.MERGED: lazy_pgettext(
        "worker-stage", "It goes on together with another message about the same thing."
    ),
    ClosingReason.WITHDRAWN: lazy_pgettext("worker-stage", "You took it back."),
    ClosingReason.UNRESOLVED: lazy_pgettext("worker-stage", "We could not get it put right."),
}


def authors() -> dict[str, str]:
    """Who wrote each kind of message, in the words of the inbox."""
    return {kind.value: str(words) for kind, words in _AUTHORS.items()}


def stage_lines(view: InboxView) -> list[StageLine]:
    """The six stages, with those behind and the one the case is in."""
    order = list(Stage)
    here = order.index(view.stage)
    return [
        StageLine(
            name=str(_STAGES[stage]),
            done=place < here,
            now=place == here,
            happens=_happens(view) if place == here else "",
            you_can=_you_can(view) if place == here else "",
        )
        for place, stage in enumerate(order)
    ]


def next_line(view: InboxView, names: Names, coordinator: str, today: date) -> str:
    """Who acts next and by which date; empty when nobody has to."""
    looked_at = view.about_helper and view.waits_for_custody and view.was_answered
    if view.next_by is None or view.next_clock is None or looked_at:
        return ""
    step, by = view.next_clock, last_moment(view.next_by)
    if view.asked is not None and view.asked.state is not RungState.MOVED and holds_today(view.asked, today):
        step, by = view.asked.kind, last_moment(view.asked.late_since)
    elif view.asked is not None and (step is view.asked.kind or by.date() < today):
        return ""  # the sentence about what was late says it
    day = page_language().long_day(by)
    if view.lapsed and view.answer_by is not None and last_moment(view.answer_by).date() >= today:
        return _asked_after(view, names, view.answer_by)
    if by.date() < today:
        return pgettext(
            "worker-next", "The next step was due on %(day)s and is late. You can write and ask.", day=day
        )
    who = either(names_asked(view, names)) if view.organisation_id else coordinator
    if view.about_helper and view.waits_for_custody:
        return pgettext(
            "worker-next",
            "A person at %(who)s should look at it by %(day)s.",
            who=who or pgettext("worker-next", "the network"),
            day=day,
        )
    return _STEPS.get(step, _some_step)(who or pgettext("worker-next", "the network"), day)


def _asked_after(view: InboxView, names: Names, answer_by: datetime) -> str:
    """Who let their time pass, and by when whoever was asked then has to say: a date of the first one is none of theirs."""
    before = [names.get(each, "") for each in view.lapsed]
    return pgettext(
        "worker-next",
        "%(before)s did not take it in time. So we asked %(who)s. They should say by %(day)s if they take it.",
        before=", ".join(name for name in before if name) or pgettext("worker-next", "The helper before"),
        who=either(names_asked(view, names)) or pgettext("worker-next", "another helper"),
        day=page_language().long_day(last_moment(answer_by)),
    )


def file_line(message: InboxMessage) -> str:
    """What became of a photo or voice note; what it shows or says is not told here."""
    photo = message.file == "photo"
    if message.fault == "gone" and photo:
        return pgettext("worker-inbox", "Your photo did not arrive whole. Please write it in words.")
    if message.fault == "gone":
        return pgettext("worker-inbox", "Your voice note did not arrive whole. Please write it in words.")
    if message.fault and photo:
        return pgettext("worker-inbox", "We could not open your photo. Please write it in words.")
    if message.fault:
        return pgettext("worker-inbox", "We could not open your voice note. Please write it in words.")
    if photo:
        return pgettext("worker-inbox", "Your photo arrived.")
    return pgettext("worker-inbox", "Your voice note arrived.")


def _happens(view: InboxView) -> str:
    if view.stage is Stage.CLOSED:
        return str(_CLOSED[view.closing_reason or ClosingReason.UNRESOLVED])
    if view.stage is not Stage.RECEIVED:
        return str(_HAPPENS[view.stage])
    return _received(view)


def _received(view: InboxView) -> str:
    if view.consent is ConsentLevel.NOBODY:
        return pgettext("worker-stage", "It is locked. Nobody reads it until you say so.")
    if view.waits_for_custody and view.about_helper:
        return pgettext("worker-stage", "We have your message. That helper does not get it.")
    if any(seen.act == AccessAct.READ for seen in view.sightings):
        # A partner lost it: "no helper has read it" would be untrue beside "who has seen it".
        return pgettext(
            "worker-stage",
            "The helper who read it does not have it any more. The next one has not read it yet.",
        )
    if view.waits_for_custody:
        return pgettext("worker-stage", "We have your message. We are looking for the right helper.")
    return pgettext("worker-stage", "We have your message. No helper has read it yet.")


def _you_can(view: InboxView) -> str:
    if view.stage is Stage.RECEIVED and view.consent is ConsentLevel.NOBODY:
        return pgettext("worker-stage", "You can let a helper read it: “Change who may know”.")
    if view.stage is Stage.CLOSED:
        return pgettext("worker-stage", "If that is not right, write it below.")
    return pgettext("worker-stage", "You can write more, ask, or say that it got worse.")


def _some_step(who: str, day: str) -> str:
    return pgettext("worker-next", "%(who)s should do the next step by %(day)s.", who=who, day=day)


_STEPS: dict[ClockKind, Callable[[str, str], str]] = {
    ClockKind.PLACE: lambda who, day: pgettext(
        "worker-next", "A person at %(who)s should find a helper by %(day)s.", who=who, day=day
    ),
    ClockKind.READ: lambda who, day: pgettext(
        "worker-next", "A helper from %(who)s should read it by %(day)s.", who=who, day=day
    ),
    ClockKind.ACKNOWLEDGE: lambda who, day: pgettext(
        "worker-next", "A helper from %(who)s should answer you here by %(day)s.", who=who, day=day
    ),
    ClockKind.SAFETY_CONTACT: lambda who, day: pgettext(
        "worker-next",
        "A helper from %(who)s should ask here by %(day)s how you can stay safe.",
        who=who,
        day=day,
    ),
    ClockKind.SAFETY_PLAN: lambda who, day: pgettext(
        "worker-next",
        "A helper from %(who)s should plan with you by %(day)s how you stay safe.",
        who=who,
        day=day,
    ),
    ClockKind.FIRST_UPDATE: lambda who, day: pgettext(
        "worker-next", "A helper from %(who)s should write news here by %(day)s.", who=who, day=day
    ),
    ClockKind.ASSESSMENT: lambda who, day: pgettext(
        "worker-next", "A helper from %(who)s should finish checking by %(day)s.", who=who, day=day
    ),
    ClockKind.COMPANY_REPLY: lambda _who, day: pgettext(
        "worker-next", "The company should answer by %(day)s.", day=day
    ),
    ClockKind.OUTCOME_FEEDBACK: lambda who, day: pgettext(
        "worker-next", "A helper from %(who)s should tell you by %(day)s what came of it.", who=who, day=day
    ),
}
