"""Writing on a case's timeline: each entry is sealed to the newest version of its compartment and bound to its own row."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ClauseElement, bindparam, exists, func, select
from sqlalchemy.orm import Session

from app import clock
from app.cases.case.models import Case, Entry
from app.cases.enums import AuthorKind, EntryKind
from app.database import Base, CaseId, Ready, Statement, insert_into, new_id
from app.language import clean_words, has_words, says_something
from app.vault import Actor, Compartment, CompartmentKeyRow, Place, Vault, current_compartments, row_mac

LONGEST_TEXT = 20_000

COMES_BACK_AFTER = timedelta(days=1)
"""How long after the report a worker's words count as coming back: until then they belong to the report, as texts often do."""
_COMING_BACK = frozenset({EntryKind.WORKER_MESSAGE, EntryKind.WORSE, EntryKind.ANSWER})


class EmptyText(Exception):
    """There is nothing to keep in this text."""


class TextTooLong(Exception):
    """The text is longer than `LONGEST_TEXT` characters; nothing of it was stored."""


def entry_place(entry_id: UUID) -> Place:
    """Where the body of an entry is sealed."""
    return Place("entries", entry_id, "sealed")


def clean_text(text: str) -> str:
    """What a person wrote, fit to be kept; raises `EmptyText` or `TextTooLong`."""
    words = clean_words(text).strip()
    if not has_words(words):
        raise EmptyText
    if len(words) > LONGEST_TEXT:
        raise TextTooLong
    return words


def clean_answer(text: str) -> str:
    """What a member wrote, as `clean_text`: a dot is no answer, and would meet the date by which a worker was promised one.

    A worker's own "..." is kept: it may be all that somebody can say.
    """
    words = clean_text(text)
    if not says_something(words):
        raise EmptyText
    return words


def sent_before(session: Session, submission_id: UUID) -> Entry | None:
    """The entry that the same form already made, in whatever case."""
    return session.scalars(select(Entry).where(Entry.submission_id == submission_id)).one_or_none()


# The number orders the thread and no MAC covers it: one that others set to the highest there is must not silence a worker.
_MOST = 1_000_000
_LATEST = select(func.max(Entry.seq)).where(Entry.case_id == bindparam("case_id"), Entry.seq < _MOST)

_ENTRIES, _KEYS = (Base.metadata.tables[model.__tablename__] for model in (Entry, CompartmentKeyRow))
_GIVEN = ("case_id", "id", "compartment", "version", "kind", "author_kind", "hour", "sealed", "row_mac")
_VALUES = {name: bindparam(name, type_=_ENTRIES.c[name].type) for name in _GIVEN}
_NEWER_KEY = exists().where(
    _KEYS.c.case_id == _VALUES["case_id"],
    _KEYS.c.compartment == _VALUES["compartment"],
    _KEYS.c.version > _VALUES["version"],
)
_LAST = select(func.coalesce(func.max(_ENTRIES.c.seq), 0)).where(
    _ENTRIES.c.case_id == _VALUES["case_id"], _ENTRIES.c.seq < _MOST
)


def _add_words(database: str) -> ClauseElement:
    given = select(*_VALUES.values(), _LAST.scalar_subquery() + 1).where(~_NEWER_KEY)
    insert = insert_into(_ENTRIES, database)
    return insert.from_select([*_GIVEN, "seq"], given).on_conflict_do_nothing().returning(_ENTRIES.c.id)


_ADD_WORDS = Ready(_add_words)


def add_entry(
    session: Session,
    vault: Vault,
    case: Case,
    kind: EntryKind,
    body: dict[str, Any],
    author: Actor,
    *,
    compartment: Compartment = Compartment.ACCOUNT,
    submission_id: UUID | None = None,
) -> Entry:
    """Seal a body, with its exact time inside, onto the timeline of a case whose row the caller has locked."""
    key = current_compartments(session, vault, CaseId(case.id))[compartment]
    entry = _sealed(vault, key, kind, body, author)
    entry.submission_id = submission_id
    entry.seq = (session.scalar(_LATEST, {"case_id": case.id}) or 0) + 1
    session.add(entry)
    if kind in _COMING_BACK and clock.now() - case.received_hour >= COMES_BACK_AFTER:
        case.came_back = True
    session.flush()
    return entry


def adding_words(vault: Vault, key: CompartmentKeyRow, body: dict[str, Any], author: Actor) -> Statement:
    """As `add_entry`, sealed before the case is locked, for a unit of work that sends several statements together.

    Gives no row where newer keys came meanwhile: then nothing is stored, since who lost access must not be able to read it.
    """
    entry = _sealed(vault, key, EntryKind.WORKER_MESSAGE, body, author)
    entry.row_mac = row_mac(vault, Entry, vars(entry))
    return Statement(_ADD_WORDS, {name: getattr(entry, name) for name in _GIVEN}, must=True)


def _sealed(
    vault: Vault, key: CompartmentKeyRow, kind: EntryKind, body: dict[str, Any], author: Actor
) -> Entry:
    """An entry that has no place among the others yet."""
    entry_id, now = new_id(), clock.now()
    told = {"at": now.isoformat(timespec="seconds"), **body}
    return Entry(
        case_id=key.case_id,
        id=entry_id,
        compartment=key.compartment,
        version=key.version,
        kind=kind,
        author_kind=AuthorKind(author.kind),
        author_id=author.id,
        hour=clock.hour_of(now),
        sealed=vault.seal_entry(key, entry_place(entry_id), told),
    )
