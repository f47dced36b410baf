"""A phone call or a visit, written down by the helper: a note of the team's that meets what an answer meets.

Nobody shows it to the worker, who was there. One in which the worker was not reached meets nothing and is a try.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app import clock
from app.cases.case import Case, Clock, Happened, change_case, clean_answer
from app.cases.case import note as note_that
from app.cases.clocks import ASKING, ClockAct, clocks_of, met_by, settle_clocks
from app.cases.desk.answering import keep_note, kept_before, refuse_old_page
from app.cases.desk.progress import danger_told_at
from app.cases.enums import ClockKind, ClockState, TalkHow
from app.cases.followups import TALKED
from app.database import LONG_PAST, CaseId, hour_of_id
from app.language import says_something
from app.network import SignedIn
from app.vault import Vault, journal

_LONG_AGO = timedelta(days=3653)


class TalkNotYet(Exception):
    """It took place after now."""


class TalkLongAgo(Exception):
    """More than ten years ago: the year was mistyped."""


class TalkBeforeCase(Exception):
    """Before the hour in which the case came: it was no talk about it."""


@dataclass(frozen=True)
class Talk:
    """How and when a helper talked with the worker, or tried to, and what was said."""

    how: TalkHow
    reached: bool
    took_place: datetime
    words: str


def log_talk(
    session: Session,
    vault: Vault,
    by: SignedIn,
    case_id: CaseId,
    talk: Talk,
    submission_id: UUID,
    seen_version: int | None = None,
) -> UUID:
    """Write it down; the note's id. Sent twice it is kept once.

    Where nobody was reached words are not asked for. Raises `TalkNotYet`, `TalkLongAgo`, `TalkBeforeCase`, and as `reply`.
    """
    refuse_moment(talk.took_place)
    words = clean_answer(talk.words) if talk.reached or says_something(talk.words) else ""
    case = change_case(session, by, case_id)
    refuse_before_case(case, talk.took_place)
    told = {
        "talk": talk.how.value,
        "reached": talk.reached,
        "took_place": talk.took_place.isoformat(timespec="minutes"),
    }
    sent = kept_before(session, vault, by, case, {"text": words, **told}, submission_id)
    if sent is not None:
        return sent
    if talk.reached:
        refuse_old_page(case, seen_version, unread=case.worker_wrote)
    entry_id = keep_note(session, vault, by, case, words, submission_id, told)
    if talk.reached:
        settle_clocks(session, case, set(_met(session, vault, case, talk.took_place)), ClockState.MET)
        note_that(session, vault, Happened.ANSWERED, case, by=by.member.id)
    case.count_edit()
    detail = {"entry": str(entry_id), "how": talk.how.value, "reached": talk.reached}
    journal(session, vault, case_id, TALKED, by.actor, detail)
    return entry_id


def refuse_moment(took_place: datetime) -> None:
    """Raise `TalkNotYet` or `TalkLongAgo` for a moment in which no talk can have been."""
    now = clock.now()
    if took_place > now:
        raise TalkNotYet
    if took_place < now - _LONG_AGO:
        raise TalkLongAgo


def refuse_before_case(case: Case, took_place: datetime) -> None:
    """Raise `TalkBeforeCase` for a talk from before the case came."""
    if clock.hour_of(took_place) < case.received_hour:
        raise TalkBeforeCase


def _met(session: Session, vault: Vault, case: Case, took_place: datetime) -> Iterator[ClockKind]:
    """What an answer would meet now, of the clocks that ran already when it took place: what was told later it did not hear."""
    asking = {row.kind: row for row in clocks_of(session, case) if row.state in ASKING}
    first = ClockKind.ACKNOWLEDGE in asking
    danger = danger_told_at(session, vault, case)
    for kind in met_by(ClockAct.REPLIED_FIRST if first else ClockAct.REPLIED_AGAIN) & asking.keys():
        before_danger = danger is not None and took_place < danger
        if _ran(asking[kind], took_place) and not (kind is ClockKind.SAFETY_CONTACT and before_danger):
            yield kind


def _ran(row: Clock, moment: datetime) -> bool:
    # One that was begun in no year is none of ours.
    return LONG_PAST < hour_of_id(row.id) <= clock.hour_of(moment)
