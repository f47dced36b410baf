"""Texting what is due to workers who agreed to it: one text for all of it, in their hours, within the limits, and once.

The phone is locked first and the case after it, as everybody does; the outgoing text is a row of the same unit of work.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
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
from app.cases.enums import FollowupKind, Profile, Rung, TextAbout, TextState
from app.cases.followups import (
    Followup,
    PlannedText,
    look_again,
    planned_texts_of,
    stays_right,
    subject_of,
    times_for,
    wants_texts,
)
from app.cases.rules import Rules
from app.database import CaseId
from app.followups.words import words_for
from app.language import Languages
from app.messaging.delivery import Delivery, Purpose
from app.messaging.models import Phone
from app.messaging.phones import lock_phone
from app.messaging.queue import enqueue_text, state_of_text, went_by
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
    """How a text reaches the worker of a case, on a phone that is only theirs.

    `answers` says that a digit may come back, `busy` that something else is being asked on this phone just now.
    """

    phone: Phone
    language: str
    answers: bool
    busy: bool


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


def _settle_case(session: Session, texter: Texter, case_id: UUID) -> None:
    vault, way = texter.vault, None
    seen = session.get(Case, case_id)
    if seen is not None and is_sound(vault, seen):
        way = texter.find_way(session, vault, seen)
        if way is not None:
            lock_phone(session, way.phone.id)
    case = lock_case(session, CaseId(case_id))
    if case is None:
        return
    rows = [
        row
        for row in planned_texts_of(session, vault, case_id)
        if row.state in _WAITS and row.due_at <= clock.now()
    ]
    if way is not None and (way := _same_way(session, texter, case, way)) is None:
        return  # changed while we waited for the phone: the next tick looks anew
    waiting = [
        row for row in rows if row.state is TextState.PLANNED or _is_to_be_repeated(session, vault, row)
    ]
    if waiting:
        _settle_waiting(session, texter, case, way, waiting)
    session.flush()


def _same_way(session: Session, texter: Texter, case: Case, before: AskingWay) -> AskingWay | None:
    way = texter.find_way(session, texter.vault, case) if is_sound(texter.vault, case) else None
    return way if way is not None and way.phone.id == before.phone.id else None


def _is_to_be_repeated(session: Session, vault: Vault, row: PlannedText) -> bool:
    """Look what became of a text that was written; whether it never went out and may be written anew."""
    found = None if row.text_id is None else state_of_text(session, vault, row.text_id)
    if found in _UNDERWAY and row.tries <= _MOST_TRIES:
        look_again(row, clock.now() + _HOUR)
        return False
    if found is Delivery.EXPIRED and row.tries < _MOST_TRIES:
        row.state = TextState.PLANNED
        return True
    row.state = TextState.SENT if found in _WENT else TextState.CALLED_OFF
    return False


def _settle_waiting(
    session: Session, texter: Texter, case: Case, way: AskingWay | None, waiting: Sequence[PlannedText]
) -> None:
    """Write one text for all that is still right, put it off, or let go of it."""
    vault, rules, now = texter.vault, texter.rules, clock.now()
    facts = facts_of(vault, case) if is_sound(vault, case) else None
    told = {row: subject_of(session, vault, row) for row in waiting}
    if way is None or facts is None or not wants_texts(case, facts):
        told = dict.fromkeys(told)
    right = {row: about for row, about in told.items() if about is not None}
    for row in told.keys() - right.keys():
        row.state = TextState.CALLED_OFF
    stale = [row for row in right if not stays_right(row, rules, now)]
    for row in stale:
        row.state = TextState.MISSED
        detail = {"about": row.about.value}
        journal(session, vault, CaseId(case.id), "followup.not_texted", SYSTEM, detail)
        del right[row]
    if right and way is not None and facts is not None:
        _write_or_wait(session, texter, case, facts, way, right)


def _write_or_wait(
    session: Session,
    texter: Texter,
    case: Case,
    facts: CaseFacts,
    way: AskingWay,
    right: dict[PlannedText, Followup | Escalation],
) -> None:
    now, limits = clock.now(), texter.rules.deadlines.texts
    urgent = facts.profile is Profile.FAST_TRACK and any(row.about is TextAbout.LATE for row in right)
    times, zones = times_for(case, facts, texter.rules, way.phone.country)
    room = now if urgent else limits.room_at(went_by(session, texter.vault, way.phone.id), now)
    moment = times.next(zones, now + _HOUR if way.busy else room)
    if moment is None:
        _put(right, TextState.CALLED_OFF)
    elif moment > now:
        for row in right:
            look_again(row, moment)
    else:
        left = times.left(zones, now, _VALID_FOR)
        purpose = Purpose.URGENT if urgent else Purpose.FOLLOWUP
        hours = times if way.answers and limits.are_old(facts.text_times_on, now.date()) else None
        _write(session, texter, case, way, right, purpose, left, hours)


def _write(
    session: Session,
    texter: Texter,
    case: Case,
    way: AskingWay,
    right: dict[PlannedText, Followup | Escalation],
    purpose: Purpose,
    valid_for: timedelta,
    hours: TextTimes | None,
) -> None:
    vault, case_id, question = texter.vault, CaseId(case.id), _question(right.values())
    hours = None if question is None else hours
    first = min(right, key=lambda row: row.id)
    language = texter.languages.get(way.language) or texter.languages.default
    body = words_for(
        language,
        question=question,
        late=_late(texter.vault, case, right.values()),
        look_at=None if way.answers else texter.host,
        hours=hours,
    )
    text_id = enqueue_text(
        session,
        vault,
        key=("by itself", str(first.id), str(first.tries)),
        purpose=purpose,
        body=body,
        phone=way.phone,
        case_id=case_id,
        valid_for=valid_for,
    )
    if text_id is None:
        _put(right, TextState.CALLED_OFF)
        return
    for row in right:
        row.state, row.text_id, row.tries = TextState.WRITTEN, text_id, row.tries + 1
        look_again(row, clock.now() + valid_for)
    if hours is not None:
        store_facts(vault, case, replace(facts_of(vault, case), text_times_on=clock.now().date()))
    about = sorted({row.about.value for row in right})
    journal(session, vault, case_id, "followup.texted", SYSTEM, {"text": str(text_id), "about": list(about)})


def _put(rows: Iterable[PlannedText], state: TextState) -> None:
    for row in rows:
        row.state = state


def _question(subjects: Iterable[Followup | Escalation]) -> FollowupKind | None:
    return next((one.kind for one in subjects if isinstance(one, Followup)), None)


def _late(
    vault: Vault, case: Case, subjects: Iterable[Followup | Escalation]
) -> tuple[Rung, datetime] | None:
    """The newest rung, with the day by which it is to be done as the workplace's clocks show it."""
    rungs = [one for one in subjects if isinstance(one, Escalation)]
    if not rungs:
        return None
    newest = max(rungs, key=lambda rung: (rung.asked_hour, rung.id))
    return newest.rung, newest.due_at.astimezone(zone_of_case(vault, case))


def _let_go_of_forged(session: Session, vault: Vault, case_id: UUID, row_id: UUID) -> None:
    """A row that others wrote is done with: it is told to nobody, and stands in nobody's way."""
    if any(row.id == row_id for row in planned_texts_of(session, vault, case_id)):
        return
    over = update(PlannedText).where(PlannedText.case_id == case_id, PlannedText.id == row_id)
    session.execute(over.values(state=TextState.CALLED_OFF).execution_options(synchronize_session=False))
