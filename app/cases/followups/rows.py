"""The follow-ups of a case in the database: planned when something happens to it, called off, and the one that is open."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import Case, CaseFacts, Entry, Happened, facts_of
from app.cases.enums import (
    AuthorKind,
    ClosingReason,
    ConsentLevel,
    EntryKind,
    FollowupKind,
    FollowupState,
    TextState,
)
from app.cases.followups.models import Followup
from app.cases.followups.planning import PlannedFollowup, plan, turn
from app.cases.followups.text_rows import planned_texts_of, wants_texts
from app.cases.rules import Rules
from app.database import CaseId, insert_each_unless_taken, insert_rows, insert_unless_taken, new_id
from app.vault import SYSTEM, Vault, is_sound, journal, read_journal, sound

WAITING = (FollowupState.PLANNED, FollowupState.ASKED)
"""States of a question that may still be answered, or asked."""

# By whatever door: a report, a message, an answer, a text.
_LAST_HEARD = select(func.max(Entry.hour)).where(
    Entry.case_id == bindparam("case_id"), Entry.author_kind == AuthorKind.WORKER
)

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

TALKED = "case.talked"
"""What the journal calls it when a helper called or visited the worker; `reached` in its detail says whether they talked."""

TEXTED = "followup.texted"
"""What the journal calls it when a question or a date was written to the worker by text; `text` in its detail says in which."""

_ANSWERED = (
    select(Entry.id).where(Entry.case_id == bindparam("case_id"), Entry.kind == EntryKind.REPLY).limit(1)
)

_OF_NO_MATTER = (FollowupState.MERGED, FollowupState.CALLED_OFF)

# Nobody is asked how it is where another case goes on with it, or where the worker took it back.
_NOT_ASKED_AFTER = (ClosingReason.MERGED, ClosingReason.WITHDRAWN)


def plan_filed(session: Session, vault: Vault, rules: Rules, case: Case) -> None:
    """Plan the follow-ups of a new case; nothing is read, and the session does not come to know the rows."""
    facts = facts_of(vault, case)
    if _is_not_asked(case, facts):
        return
    planned = plan(turn(Happened.FILED).begins, facts.profile, clock.now(), rules.deadlines.followups)
    insert_rows(session, [_row(case.id, each) for each in planned])


def plan_again(session: Session, vault: Vault, rules: Rules, case: Case, what: Happened) -> None:
    """Call off and plan what this changes, for a case whose row the caller has locked. The same again changes nothing."""
    facts, change = facts_of(vault, case), turn(what)
    known = followups_of(session, vault, case.id)
    kinds = () if _is_not_asked(case, facts) else _begun(session, case, known, change.begins, change.beside)
    planned = plan(kinds, facts.profile, clock.now(), rules.deadlines.followups)
    same = {_key(each) for each in planned}
    _call_off(
        session, vault, case, (row for row in known if row.kind in change.ends and _key(row) not in same)
    )
    rows = {_key(row): row for row in known}
    _write_down(session, [_row(case.id, each) for each in planned if _key(each) not in rows])
    for each in planned:
        row = rows.get(_key(each))
        if row is not None and row.state in (FollowupState.PLANNED, FollowupState.CALLED_OFF):
            # Within one hour it is the same question, as when a case closes and opens again; who told of danger is asked sooner.
            row.state, row.due_at = FollowupState.PLANNED, each.due_at
    session.flush()


def planned_as(row: Followup) -> PlannedFollowup:
    """A follow-up as it was planned."""
    return PlannedFollowup(row.kind, row.since, row.round, row.due_at)


def plan_next(
    session: Session,
    following: Iterable[tuple[UUID, PlannedFollowup]],
    known: Mapping[UUID, Collection[Followup]],
) -> None:
    """Write down the next rounds of questions that come round again, each unless it is among those that are known of its case."""
    new = [(case_id, each) for case_id, each in following if _key(each) not in map(_key, known[case_id])]
    _write_down(session, [_row(case_id, each) for case_id, each in new])


def followups_of(session: Session, vault: Vault, case_id: UUID) -> list[Followup]:
    """The follow-ups of a case that this deployment wrote, the earliest first."""
    return followups_of_many(session, vault, [case_id])[case_id]


def followups_of_many(
    session: Session, vault: Vault, case_ids: Collection[UUID]
) -> dict[UUID, list[Followup]]:
    """As `followups_of`, for each of several cases, in one statement."""
    session.flush()
    found = session.scalars(
        select(Followup)
        .where(Followup.case_id.in_(case_ids))
        .order_by(Followup.due_at, Followup.kind, Followup.round)
        .execution_options(populate_existing=True)
    ).all()
    of_case: dict[UUID, list[Followup]] = {case_id: [] for case_id in case_ids}
    for row in sound(vault, found):
        of_case[row.case_id].append(row)
    return of_case


def open_question(session: Session, vault: Vault, case_id: UUID) -> Followup | None:
    """The question that the worker finds in the inbox, if there is one."""
    asked = (row for row in followups_of(session, vault, case_id) if row.state is FollowupState.ASKED)
    return next(asked, None)


def shown_to_helpers(session: Session, vault: Vault, case_id: UUID) -> list[Followup]:
    """The questions that a person should know of: what was asked, answered or missed, and of each kind what is planned next."""
    known = [row for row in followups_of(session, vault, case_id) if row.state not in _OF_NO_MATTER]
    planned = [row for row in known if row.state is FollowupState.PLANNED]
    following = {row.kind: row for row in reversed(planned)}.values()
    return [row for row in known if row not in planned or row in following]


def tries_in_vain(session: Session, vault: Vault, case_id: UUID) -> list[datetime]:
    """When somebody tried to hear of the worker since they were heard of last: each question that was put, each call in vain.

    Of one that was to be texted only a text that went out, and that the journal knows, is a try: nobody is silent who was never
    reached, also where somebody took the rows of the texts away.
    A call counts from when it was written down: nobody makes sixty days of silence in one afternoon.
    """
    told = read_journal(session, vault, CaseId(case_id))
    talks = [entry for entry in told if entry.act == TALKED]
    wrote = session.scalar(_LAST_HEARD, {"case_id": case_id})
    heard = max((wrote or _NEVER, *(entry.at for entry in talks if entry.detail["reached"])))
    tried = [entry.at for entry in talks if not entry.detail["reached"]]
    texts = planned_texts_of(session, vault, case_id)
    journaled = {entry.detail["text"] for entry in told if entry.act == TEXTED}
    went = {row.subject_id for row in texts if row.state is TextState.SENT and str(row.text_id) in journaled}
    never_went = {row.subject_id for row in texts} - went
    case = session.get_one(Case, case_id)
    by_text = not is_sound(vault, case) or wants_texts(case, facts_of(vault, case))
    asked = (
        row.asked_hour
        for row in followups_of(session, vault, case_id)
        if row.state in (FollowupState.ASKED, FollowupState.UNANSWERED)
        and (row.id in went if by_text else row.id not in never_went)
    )
    # Of one put in the very hour in which the worker was heard, nobody knows which came first: it is not held against them.
    return [hour for hour in (*asked, *tried) if hour is not None and hour > heard]


def still_fits(case: Case, facts: CaseFacts, kind: FollowupKind) -> bool:
    """Whether this question may be asked of the case as it stands now."""
    return not _is_not_asked(case, facts) and _belongs(case, kind)


def _begun(
    session: Session,
    case: Case,
    known: Collection[Followup],
    begins: Iterable[FollowupKind],
    beside: Iterable[FollowupKind],
) -> tuple[FollowupKind, ...]:
    waiting = {row.kind for row in known if row.state in WAITING}
    kinds = (*begins, *(kind for kind in beside if kind not in waiting))
    fitting = tuple(kind for kind in kinds if _belongs(case, kind))
    if FollowupKind.PUT_RIGHT in fitting and session.scalar(_ANSWERED, {"case_id": case.id}) is None:
        return tuple(kind for kind in fitting if kind is not FollowupKind.PUT_RIGHT)
    return fitting


def _belongs(case: Case, kind: FollowupKind) -> bool:
    if kind is not FollowupKind.AFTER_CLOSING:
        return case.is_open
    return not case.is_open and case.closing_reason not in _NOT_ASKED_AFTER


def _is_not_asked(case: Case, facts: CaseFacts) -> bool:
    """Where nobody would read the answer, or the worker wants no questions."""
    return case.stopped_hour is not None or facts.consent is ConsentLevel.NOBODY or facts.no_questions


def _call_off(session: Session, vault: Vault, case: Case, rows: Iterable[Followup]) -> None:
    off = [row for row in rows if row.state in WAITING]
    for row in off:
        row.state = FollowupState.CALLED_OFF
    if off:
        kinds = sorted({row.kind.value for row in off})
        journal(session, vault, CaseId(case.id), "followup.called_off", SYSTEM, {"kinds": list(kinds)})


def _write_down(session: Session, rows: Sequence[Followup]) -> None:
    """Write down questions that no row of ours holds yet: ones that others wrote in their place are set aside."""
    stored = insert_each_unless_taken(session, rows) if rows else []
    for row in (row for row, is_stored in zip(rows, stored, strict=True) if not is_stored):
        of_this_key = Followup.kind == row.kind, Followup.since == row.since, Followup.round == row.round
        in_its_place = delete(Followup).where(Followup.case_id == row.case_id, *of_this_key)
        session.execute(in_its_place.execution_options(synchronize_session=False))
        insert_unless_taken(session, row)


def _row(case_id: UUID, planned: PlannedFollowup) -> Followup:
    return Followup(
        case_id=case_id,
        id=new_id(),
        kind=planned.kind,
        since=planned.since,
        round=planned.round,
        due_at=planned.due_at,
        state=FollowupState.PLANNED,
    )


def _key(one: Followup | PlannedFollowup) -> tuple[FollowupKind, datetime, int]:
    return one.kind, one.since, one.round
