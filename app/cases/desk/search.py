"""Search over the sealed entries of the cases that a member may open: opened in this request, compared, and forgotten.

There is no index and nothing is kept, so a search costs more than half a millisecond a case: it is bounded (`looking_through`) and
counted (`search_limit`). It has two halves, so that no writer waits while it opens: `search_cases` belongs in a unit of work for
reading, and nothing that it found may be shown before `record_search` has written down, in a unit of its own, who found what.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.cases.case import Case, granted, holders_of, read_reference
from app.cases.desk.looking_through import CONTACT, CaseMatch, Keys, Matched, look_through
from app.cases.desk.queue_rows import QueueRow, read_rows
from app.cases.desk.search_match import Excerpt, SearchTerm, excerpt, read_search
from app.cases.enums import AccessAct, State
from app.cases.rules import Rules
from app.database import CaseId, CircleId
from app.network import SignedIn
from app.vault import (
    CircleKey,
    GrantState,
    Json,
    MemberKey,
    Vault,
    journal,
    open_circle,
    sound,
)

__all__ = [
    "OPENED_AT_MOST",
    "SHOWN_AT_MOST",
    "Hit",
    "Matched",
    "Search",
    "find_by_reference",
    "record_search",
    "search_cases",
]

OPENED_AT_MOST = 2_000
SHOWN_AT_MOST = 50


@dataclass(frozen=True)
class Hit:
    """One case that was found: its row of the queue, in what, and a piece of the first words that matched."""

    row: QueueRow = field(repr=False)
    matched: frozenset[Matched]
    excerpt: Excerpt | None = field(repr=False)


@dataclass(frozen=True)
class Search:
    """What a search found. `jump` is the one case whose reference was typed; then nothing was opened.

    `bounded` says that the member has more cases than the `opened` ones, `unreadable` how many had something that did not open,
    `partly` in how many so much is written that only the beginning was looked through.
    """

    jump: CaseId | None = None
    hits: tuple[Hit, ...] = ()
    more: int = 0
    opened: int = 0
    bounded: bool = False
    unreadable: int = 0
    partly: int = 0


def search_cases(session: Session, vault: Vault, rules: Rules, by: SignedIn, text: str) -> Search:
    """Look through the member's cases, open ones first, in a unit of work for reading; raises `SearchTooShort`, `SearchTooLong`."""
    by_reference = find_by_reference(session, by, text)
    if by_reference is not None:
        return by_reference
    wanted = read_search(text)
    found = _candidates(session, _searchable(by, holders_of(session, by)))
    references = dict(found[:OPENED_AT_MOST])
    through = look_through(session, vault, _keys(session, vault, by), references, wanted)
    shown = list(through.found)[:SHOWN_AT_MOST]
    return Search(
        hits=_hits(session, vault, rules, by, wanted, {each: through.found[each] for each in shown}),
        more=len(through.found) - len(shown),
        opened=through.cases,
        bounded=len(found) > through.cases,
        unreadable=through.unreadable,
        partly=through.partly,
    )


def find_by_reference(session: Session, by: SignedIn, text: str) -> Search | None:
    """The member's case whose reference was typed, found without opening any; raises `SearchTooShort`, `SearchTooLong`."""
    read_search(text)
    reference = read_reference(text)
    if reference is None:
        return None
    mine = _searchable(by, holders_of(session, by))
    jump = session.scalars(select(Case.id).where(Case.reference == reference, mine)).first()
    return None if jump is None else Search(jump=CaseId(jump))


def record_search(session: Session, vault: Vault, by: SignedIn, found: Search) -> Search:
    """Write down what is about to be shown, in a writing unit; what the member may no longer open by now is left out of the answer.

    Each case says to its worker that somebody read in it or found it by name or number, and the deployment's own journal holds one
    entry for the search; what was searched for stands nowhere.
    """
    ids = [hit.row.id for hit in found.hits] if found.jump is None else [found.jump]
    # The case's row comes first, as with every change, and in one order: two searches never wait for each other in a circle.
    still = session.scalars(
        select(Case.id)
        .where(Case.id.in_(ids), _searchable(by, holders_of(session, by)))
        .order_by(Case.id)
        .with_for_update(of=Case)
    ).all()
    hits = {hit.row.id: hit for hit in found.hits if hit.row.id in still}
    for case_id in still:
        hit = hits.get(CaseId(case_id))
        if hit is not None and hit.excerpt is not None:
            journal(session, vault, CaseId(case_id), AccessAct.READ_IN_SEARCH, by.actor)
        if hit is not None and hit.matched & CONTACT:
            journal(session, vault, CaseId(case_id), AccessAct.FOUND_BY_CONTACT, by.actor)
    shown = [str(case_id) for case_id in ids if case_id in still]
    detail: dict[str, Json] = {"hits": shown, "more": found.more, "bounded": found.bounded}
    journal(session, vault, None, "search", by.actor, detail)
    return replace(found, jump=found.jump if found.jump in still else None, hits=tuple(hits.values()))


def _searchable(by: SignedIn, holders: Sequence[UUID]) -> ColumnElement[bool]:
    """Taken on by the member's organisation, and live for the member or a circle of theirs: exactly what they may open."""
    return (
        (Case.organisation_id == by.organisation.id)
        & Case.state.not_in((State.RECEIVED, State.OFFERED))
        & granted(holders, (GrantState.LIVE,))
    )


def _candidates(session: Session, mine: ColumnElement[bool]) -> list[tuple[UUID, str]]:
    """Ids and references of what is looked through, and one more when there are more: open cases in the queue's order, then closed.

    Of the closed ones those that were in danger come first, then the newest; each statement reads the queue's one index in order.
    """
    which = select(Case.id, Case.reference).where(mine)
    rows: list[tuple[UUID, str]] = []
    for statement in (
        which.where(Case.is_open).order_by(Case.queue_rank, Case.next_due_at, Case.id),
        *(
            which.where(Case.is_open.is_(False), Case.queue_rank == rank).order_by(
                Case.next_due_at.desc(), Case.id.desc()
            )
            for rank in (0, 1)
        ),
    ):
        room = OPENED_AT_MOST + 1 - len(rows)
        rows += [(case_id, reference) for case_id, reference in session.execute(statement.limit(room))]
    return rows


def _keys(session: Session, vault: Vault, by: SignedIn) -> Keys:
    """The member's own key and those of their circles, each opened once for all cases."""
    keys: dict[UUID, MemberKey | CircleKey] = {by.member.id: by.key}
    for circle_id in holders_of(session, by)[1:]:
        keys[circle_id] = open_circle(session, vault, by.key, CircleId(circle_id))
    return keys


def _hits(
    session: Session,
    vault: Vault,
    rules: Rules,
    by: SignedIn,
    wanted: SearchTerm,
    matches: Mapping[UUID, CaseMatch],
) -> tuple[Hit, ...]:
    cases = {case.id: case for case in session.scalars(select(Case).where(Case.id.in_(matches)))}
    ours = list(sound(vault, (cases[case_id] for case_id in matches if case_id in cases)))
    rows = read_rows(session, vault, rules, by, ours)
    found = [(row, matches[row.id]) for row in rows]
    return tuple(
        Hit(row, frozenset(match.matched), None if match.words is None else excerpt(match.words, wanted))
        for row, match in found
    )
