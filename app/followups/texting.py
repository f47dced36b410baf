"""Texting what is due to workers who agreed to it: one text for all of it, in their hours, within the limits, and once.

The phone is locked first and the case after it, as everybody does; the outgoing text is a row of the same unit of work.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import (
    Case,
    CaseFacts,
    Escalation,
    TextTimes,
    facts_of,
    lock_case,
    store_facts,
    zone_of_case,
)
from app.cases.enums import ClockKind, FollowupState, Profile, TextAbout, TextState
from app.cases.followups import (
    Followup,
    PlannedText,
    followups_of,
    look_again,
    planned_texts_of,
    stays_right,
    subject_of,
    times_for,
    wants_texts,
)
from app.cases.rules import Rules
from app.database import CaseId, has_id
from app.followups.words import AskedBecauseLate, words_for
from app.language import Languages
from app.messaging.delivery import Delivery, Purpose
from app.messaging.models import Phone
from app.messaging.phones import lock_phone
from app.messaging.queue import case_of_text, enqueue_text, state_of_text, went_by
from app.vault import SYSTEM, Vault, is_sound, journal

_WAITS = (TextState.PLANNED, TextState.WRITTEN)
_UNDERWAY = (Delivery.WAITING, Delivery.CLAIMED, Delivery.UNCLEAR)
_WENT = (Delivery.ACCEPTED, Delivery.SENT, Delivery.DELIVERED, Delivery.UNCLEAR)
# A provider that is out of order for longer has the text written anew, if it is still right then.
_VALID_FOR = timedelta(hours=4)
_MOST_TRIES = 3
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class AskingWay:
    """How a text reaches the worker of a case, on a phone that is only theirs, about which of its `cases` there may be texts.

    `answers` says that a digit may come back, `busy` that something else is being asked on this phone just now. `listen` makes
    ready for a digit, where the phone did not write by itself.
    """

    phone: Phone
    language: str
    answers: bool
    busy: bool
    cases: frozenset[CaseId]
    listen: Callable[[], None] | None = None


FindWay = Callable[[Session, Vault, Case], AskingWay | None]
"""Finds it, without locking anything; None where there is none, or any doubt whose phone it is."""


@dataclass(frozen=True)
class Texter:
    """What texting needs beside the session."""

    vault: Vault
    rules: Rules
    languages: Languages
    find_way: FindWay
    host: str


def text_due(session: Session, texter: Texter) -> int:
    """Settle the texts of one case that are due; how many cases that were. Safe with several dispatchers at once."""
    now = clock.now()
    due = (
        select(PlannedText.case_id, PlannedText.id)
        .where(PlannedText.state.in_(_WAITS), PlannedText.due_at <= now)
        .where(has_id(PlannedText.case_id), has_id(PlannedText.id))
        # In no order: rows of others may stay due for ever, and must not stand before ours each time.
        .order_by(func.random())
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    claimed = session.execute(due).first()
    if claimed is None:
        return 0
    _settle_case(session, texter, claimed.case_id)
    _let_go_of_forged(session, texter.vault, claimed.case_id, claimed.id)
    return 1


@dataclass(frozen=True)
class _Due:
    """What is due of one case and right to text, and the way it goes."""

    case: Case
    facts: CaseFacts
    way: AskingWay
    right: dict[PlannedText, Followup | Escalation]

    @property
    def is_urgent(self) -> bool:
        """Whether it waits for nothing but the hours."""
        fast = self.facts.profile is Profile.FAST_TRACK
        return fast and any(row.about is TextAbout.LATE for row in self.right)


def _settle_case(session: Session, texter: Texter, case_id: UUID) -> None:
    """Settle what is due of this case, and with it what is due of every other case of its phone."""
    vault, way = texter.vault, None
    seen = session.get(Case, case_id)
    if seen is not None and is_sound(vault, seen):
        way = texter.find_way(session, vault, seen)
        if way is not None:
            lock_phone(session, way.phone.id)
    cases = {CaseId(case_id), *(() if way is None else way.cases)}
    locked = [case for each in sorted(cases) if (case := lock_case(session, each)) is not None]
    ways = {case.id: texter.find_way(session, vault, case) for case in locked if is_sound(vault, case)}
    if way is not None and not _is_same(way, ways.get(case_id)):
        return  # changed while we waited for the phone: the next tick looks anew
    dues = []
    for case in locked:
        own = ways.get(case.id) if way is not None else None
        if case.id == case_id or _is_same(way, own):
            due = _settle_waiting(session, texter, case, own)
            dues += [] if due is None else [due]
    if dues:
        _write_or_wait(session, texter, dues)
    session.flush()


def _is_same(way: AskingWay | None, other: AskingWay | None) -> bool:
    return way is not None and other is not None and way.phone.id == other.phone.id


def _is_to_be_repeated(session: Session, vault: Vault, row: PlannedText) -> bool:
    """Look what became of a text that was written; whether it never went out and may be written anew."""
    found = None if row.text_id is None else state_of_text(session, vault, row.text_id)
    if found in _UNDERWAY and row.tries <= _MOST_TRIES:
        look_again(row, clock.now() + _HOUR)
        return False
    # One text about several cases is called off with the first of them: the others still want theirs.
    for_other = found is Delivery.CANCELLED and case_of_text(session, vault, row.text_id) != row.case_id
    if (found is Delivery.EXPIRED or for_other) and row.tries < _MOST_TRIES:
        row.state = TextState.PLANNED
        return True
    row.state = TextState.SENT if found in _WENT else TextState.CALLED_OFF
    return False


def _settle_waiting(session: Session, texter: Texter, case: Case, way: AskingWay | None) -> _Due | None:
    """What of a locked case is due and still right; the rest is put off, or let go of."""
    vault, rules, now = texter.vault, texter.rules, clock.now()
    rows = (
        row for row in planned_texts_of(session, vault, case.id) if row.state in _WAITS and row.due_at <= now
    )
    waiting = [
        row for row in rows if row.state is TextState.PLANNED or _is_to_be_repeated(session, vault, row)
    ]
    facts = facts_of(vault, case) if is_sound(vault, case) else None
    told = {row: subject_of(session, vault, row) for row in waiting}
    if way is None or facts is None or not wants_texts(case, facts):
        told = dict.fromkeys(told)
    right = {row: about for row, about in told.items() if about is not None}
    for row in told.keys() - right.keys():
        row.state = TextState.CALLED_OFF
    for row in [row for row in right if not stays_right(row, rules, now)]:
        row.state = TextState.MISSED
        detail = {"about": row.about.value}
        journal(session, vault, CaseId(case.id), "followup.not_texted", SYSTEM, detail)
        del right[row]
    return _Due(case, facts, way, right) if right and way is not None and facts is not None else None


def _write_or_wait(session: Session, texter: Texter, dues: Sequence[_Due]) -> None:
    """One text for all whose hour it is, within the limits of the phone; the others wait for theirs."""
    now, limits, way = clock.now(), texter.rules.deadlines.texts, dues[0].way
    urgent = any(due.is_urgent for due in dues)
    room = now if urgent else limits.room_at(went_by(session, texter.vault, way.phone.id), now)
    ready, left = [], _VALID_FOR
    for due in dues:
        times, zones = times_for(due.case, due.facts, texter.rules, way.phone.country)
        moment = times.next(zones, now + _HOUR if way.busy else room)
        if moment is None:
            _put_no_hour(session, texter.vault, due)
        elif moment > now:
            for row in due.right:
                look_again(row, moment)
        else:
            ready.append(due)
            left = min(left, times.left(zones, now, _VALID_FOR))
    if ready:
        _write(session, texter, ready, Purpose.URGENT if urgent else Purpose.FOLLOWUP, left)


def _put_no_hour(session: Session, vault: Vault, due: _Due) -> None:
    """No clock ever shows an hour for it: whoever has the case sees that, and the worker's inbox says it."""
    for row in due.right:
        row.state = TextState.NO_HOUR
    journal(session, vault, CaseId(due.case.id), "followup.no_hour", SYSTEM, {})


def _write(
    session: Session, texter: Texter, dues: Sequence[_Due], purpose: Purpose, valid_for: timedelta
) -> None:
    vault, way = texter.vault, dues[0].way
    right = {row: about for due in dues for row, about in due.right.items()}
    questions = tuple(about.kind for about in right.values() if isinstance(about, Followup))
    first = min(right, key=lambda row: row.id)
    hours = _hours_to_ask(session, texter, dues) if questions and way.answers else None
    language = texter.languages.get(way.language) or texter.languages.default
    body = words_for(
        language,
        questions=questions,
        late=_late(vault, dues),
        look_at=None if way.answers else texter.host,
        hours=hours,
        several=len(dues) > 1,
    )
    text_id = enqueue_text(
        session,
        vault,
        key=("by itself", str(first.id), str(first.tries)),
        purpose=purpose,
        body=body,
        phone=way.phone,
        case_id=CaseId(first.case_id),
        valid_for=valid_for,
    )
    if text_id is None:
        for row in right:
            row.state = TextState.CALLED_OFF
        return
    for row in right:
        row.state, row.text_id, row.tries = TextState.WRITTEN, text_id, row.tries + 1
        look_again(row, clock.now() + valid_for)
    if way.listen is not None and questions:
        way.listen()
    for due in dues:
        if hours is not None:
            store_facts(vault, due.case, replace(due.facts, text_times_on=clock.now().date()))
        about = sorted({row.about.value for row in due.right})
        detail = {"text": str(text_id), "about": list(about)}
        journal(session, vault, CaseId(due.case.id), "followup.texted", SYSTEM, detail)


def _hours_to_ask(session: Session, texter: Texter, dues: Sequence[_Due]) -> TextTimes | None:
    """The hours to ask about, where it is time to, or will be before the next question; only those that hold for all."""
    limits = texter.rules.deadlines.texts
    chosen = {due.facts.text_times or limits.times for due in dues}
    old = any(
        limits.are_old(due.facts.text_times_on, _next_question(session, texter.vault, due.case))
        for due in dues
    )
    return chosen.pop() if old and len(chosen) == 1 else None


def _next_question(session: Session, vault: Vault, case: Case) -> date:
    """By when something is asked again at the earliest; today where nothing is planned."""
    planned = [
        row.due_at for row in followups_of(session, vault, case.id) if row.state is FollowupState.PLANNED
    ]
    return max(clock.now(), min(planned, default=clock.now())).date()


def _late(vault: Vault, dues: Sequence[_Due]) -> AskedBecauseLate | None:
    """The newest rung, with the day by which it is to be done as the clocks of that workplace show it."""
    rungs = [(one, due.case) for due in dues for one in due.right.values() if isinstance(one, Escalation)]
    if not rungs:
        return None
    newest, case = max(rungs, key=lambda each: (each[0].asked_hour, each[0].id))
    day = newest.due_at.astimezone(zone_of_case(vault, case))
    return AskedBecauseLate(newest.rung, day, newest.kind is ClockKind.COMPANY_REPLY)


def _let_go_of_forged(session: Session, vault: Vault, case_id: UUID, row_id: UUID) -> None:
    """A row that others wrote is done with: it is told to nobody, and stands in nobody's way."""
    if any(row.id == row_id for row in planned_texts_of(session, vault, case_id)):
        return
    over = update(PlannedText).where(PlannedText.case_id == case_id, PlannedText.id == row_id)
    session.execute(over.values(state=TextState.CALLED_OFF).execution_options(synchronize_session=False))
