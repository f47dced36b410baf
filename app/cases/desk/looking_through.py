"""The reading half of a search: the sealed entries of many cases opened one after the other, compared, and forgotten.

What is read is bounded in entries, in what is read of one case and in time, whatever somebody wrote into them.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from app.cases.case import Entry, body_of
from app.cases.desk.search_match import SearchTerm
from app.cases.enums import EntryKind
from app.vault import (
    CircleKey,
    Compartment,
    GrantRow,
    GrantState,
    HolderKind,
    MemberKey,
    NoGrant,
    OpenedCompartments,
    SealBroken,
    Vault,
    open_granted,
    with_heads,
)

# Ten in each case on average; so many take some three seconds. Where cases are longer, fewer are looked through.
ENTRIES_AT_MOST = 20_000
# Bytes of what is sealed: two hundred usual messages, or five of the longest. Who writes without end fills no search of others.
READ_OF_ONE_CASE = 400_000
SECONDS_AT_MOST = 5.0

# So many cases' rows are in memory at once, and so many cost three statements.
_CHUNK = 250
_BATCH_BYTES = 4_000_000  # of entries in memory at once

Keys = Mapping[UUID, MemberKey | CircleKey]


class Matched(StrEnum):
    """In what the words were found."""

    REFERENCE = "reference"
    NAME = "name"
    PHONE = "phone"
    MESSAGE = "message"
    PLACE = "place"
    MUST_NOT_KNOW = "must_not_know"
    REPLY = "reply"
    NOTE = "note"


# Name and phone are said to match and never shown: showing them is an act of its own.
CONTACT = frozenset({Matched.NAME, Matched.PHONE})
_MESSAGE = (("text", Matched.MESSAGE),)
_FIELDS: dict[EntryKind, tuple[tuple[str, Matched], ...]] = {
    EntryKind.REPORT: (
        ("text", Matched.MESSAGE),
        ("site", Matched.PLACE),
        ("exclude_other", Matched.MUST_NOT_KNOW),
    ),
    EntryKind.CONTACT: (("name", Matched.NAME), ("phone", Matched.PHONE)),
    EntryKind.WORKER_MESSAGE: _MESSAGE,
    EntryKind.WORSE: _MESSAGE,
    EntryKind.REPLY: (("text", Matched.REPLY),),
    EntryKind.NOTE: (("text", Matched.NOTE),),
}


@dataclass
class CaseMatch:
    """What matched in one case while it is looked through."""

    matched: set[Matched] = field(default_factory=set)
    words: str | None = None
    unreadable: bool = False


@dataclass
class LookedThrough:
    """What a search came to so far, the cases in which something matched in their order."""

    found: dict[UUID, CaseMatch] = field(default_factory=dict)
    cases: int = 0
    entries: int = 0
    unreadable: int = 0
    partly: int = 0


def look_through(
    session: Session, vault: Vault, keys: Keys, references: Mapping[UUID, str], wanted: SearchTerm
) -> LookedThrough:
    """Look through the cases with these references, in their order, as far as the bounds reach."""
    through, until = LookedThrough(), time.monotonic() + SECONDS_AT_MOST
    ids = list(references)
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        opened, broken = _open_grants(session, vault, keys, chunk)
        through.unreadable += broken
        for batch, last_seq in _batches(session, chunk):
            if through.entries >= ENTRIES_AT_MOST:
                return through
            matches = {case_id: CaseMatch() for case_id in batch}
            for row in _entries(session, [case_id for case_id in batch if case_id in opened], last_seq):
                if time.monotonic() > until:
                    return through
                _compare(matches[row.case_id], row, opened[row.case_id], wanted)
                through.entries += 1
            through.cases += len(batch)
            through.partly += last_seq is not None
            for case_id, match in matches.items():
                through.unreadable += match.unreadable
                if wanted.is_part_of(references[case_id]):
                    match.matched.add(Matched.REFERENCE)
                if match.matched:
                    through.found[case_id] = match
    return through


def _batches(session: Session, chunk: Sequence[UUID]) -> Iterator[tuple[list[UUID], int | None]]:
    """The cases in their order, as many together as may be in memory; one with too much alone, with the last entry to be read."""
    length = func.sum(func.length(Entry.sealed))
    rows = session.execute(
        select(Entry.case_id, length)
        .where(Entry.case_id.in_(chunk), Entry.kind.in_(_FIELDS))
        .group_by(Entry.case_id)
    )
    sizes = {case_id: int(size) for case_id, size in rows}
    batch: list[UUID] = []
    room = _BATCH_BYTES
    for case_id in chunk:
        size = sizes.get(case_id, 0)
        too_much = size > READ_OF_ONE_CASE
        if batch and (too_much or size > room):
            yield batch, None
            batch, room = [], _BATCH_BYTES
        if too_much:
            yield [case_id], _last_read(session, case_id)
        else:
            batch.append(case_id)
            room -= size
    if batch:
        yield batch, None


def _last_read(session: Session, case_id: UUID) -> int:
    """The number of the last entry of a case that a search still reads."""
    rows = session.execute(
        select(Entry.seq, func.length(Entry.sealed))
        .where(Entry.case_id == case_id, Entry.kind.in_(_FIELDS))
        .order_by(Entry.seq)
        .limit(READ_OF_ONE_CASE // 1_000)  # the smallest seal is larger
    )
    read, last = 0, 0
    for seq, size in rows:
        read += size
        if read > READ_OF_ONE_CASE:
            break
        last = seq
    return last


def _open_grants(
    session: Session, vault: Vault, keys: Keys, chunk: Sequence[UUID]
) -> tuple[dict[UUID, OpenedCompartments], int]:
    """What the member's live grants open of these cases, and of how many the grants are broken."""
    rows = session.execute(
        with_heads(
            select(GrantRow).where(
                GrantRow.case_id.in_(chunk),
                GrantRow.holder_id.in_(keys),
                GrantRow.state == GrantState.LIVE,
                GrantRow.holder_kind.in_((HolderKind.CIRCLE, HolderKind.MEMBER)),
            )
        )
    ).all()
    opened: dict[UUID, OpenedCompartments] = {}
    broken: set[UUID] = set()
    for row, *head in rows:
        if row.case_id not in opened:
            try:
                opened[row.case_id] = open_granted(vault, row, tuple(head), keys[row.holder_id])
            except (SealBroken, NoGrant):
                broken.add(row.case_id)
    return opened, len(broken - set(opened))


def _entries(session: Session, ids: Sequence[UUID], last_seq: int | None) -> Iterator[Row[Any]]:
    query = (
        select(*Entry.__table__.c)
        .where(Entry.case_id.in_(ids), Entry.kind.in_(_FIELDS))
        .order_by(Entry.case_id, Entry.seq)
    )
    return iter(session.execute(query if last_seq is None else query.where(Entry.seq <= last_seq)))


def _compare(match: CaseMatch, row: Row[Any], opened: OpenedCompartments, wanted: SearchTerm) -> None:
    compartment = Compartment(row.compartment)
    if not opened.opens(compartment, row.version):
        return  # sealed for others than this reader
    body = body_of(opened, row)
    if body is None:
        match.unreadable = True
        return
    for name, kind in _FIELDS[row.kind]:
        words = body.get(name) or ""
        if wanted.is_phone(words) if kind is Matched.PHONE else wanted.is_in(words):
            match.matched.add(kind)
            if match.words is None and kind not in CONTACT:
                match.words = words
