"""Rows that go in past the session: as complete as the ones that the session writes, and refused by the same constraints."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.cases.case.models import Case, Entry, Issue
from app.cases.case.references import new_reference
from app.cases.enums import AuthorKind, EntryKind, State, Urgency
from app.database import Base, Database, new_id
from app.database.inserts import insert_rows, insert_unless_taken
from app.vault import RowSigner, Vault

HOUR = datetime(2026, 11, 21, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def signing(database: Database, vault: Vault) -> None:
    database.sign_with(RowSigner(lambda: vault))


def a_case(reference: str | None = None) -> Case:
    return Case(
        id=new_id(),
        submission_id=uuid4(),
        body_tag=b"tag",
        reference=reference or new_reference(),
        language="my",
        urgency=Urgency.LOW,
        received_hour=HOUR,
        queue_rank=1,
        facts_veil=b"veiled",
    )


def an_entry(case: Case, seq: int, author_id: UUID | None = None) -> Entry:
    given = {} if author_id is None else {"author_id": author_id}
    return Entry(
        case_id=case.id,
        seq=seq,
        compartment="account",
        version=1,
        kind=EntryKind.REPORT,
        author_kind=AuthorKind.WORKER,
        hour=HOUR,
        sealed=b"sealed",
        **given,
    )


def test_defaults_are_filled_in_as_the_session_does(database: Database) -> None:
    case, noise = a_case(), a_case()
    with database.writing() as session:
        insert_rows(session, [noise, case, Issue(case_id=case.id, topic_veil=b"veiled")])
    with database.reading() as session:
        stored = session.get_one(Case, case.id)
        assert (stored.state, stored.is_open, stored.edit_version) == (State.RECEIVED, True, 1)
        assert stored.received_hour == HOUR
        assert isinstance(session.scalars(select(Issue.id)).one(), UUID)


def test_what_only_a_later_row_gives_is_stored_too(database: Database) -> None:
    case, author = a_case(), uuid4()
    with database.writing() as session:
        insert_rows(session, [case, an_entry(case, 1), an_entry(case, 2, author), an_entry(case, 3)])
    with database.reading() as session:
        authors = session.scalars(select(Entry.author_id).order_by(Entry.seq)).all()
    assert authors == [None, author, None]


def broken_by_the_last_row(case: Case) -> list[Base]:
    return [case, an_entry(case, 1), an_entry(case, 1)]


def broken_by_the_only_row(_case: Case) -> list[Base]:
    return [an_entry(a_case(), 1)]


def broken_in_the_middle(case: Case) -> list[Base]:
    return [case, an_entry(a_case(), 1), Issue(case_id=case.id, topic_veil=b"veiled")]


@pytest.mark.parametrize("broken", (broken_by_the_last_row, broken_by_the_only_row, broken_in_the_middle))
def test_a_row_that_breaks_a_rule_takes_the_whole_unit_of_work_with_it(
    database: Database, broken: Callable[[Case], list[Base]]
) -> None:
    noise = a_case()
    with database.writing() as session:
        insert_rows(session, [noise])
    with pytest.raises(IntegrityError), database.writing() as session:
        insert_rows(session, broken(a_case()))
    with database.reading() as session:
        assert session.scalars(select(Case.id)).all() == [noise.id]
        assert session.scalar(select(func.count()).select_from(Entry)) == 0


def test_a_taken_value_is_said_and_harms_nothing(database: Database) -> None:
    first, again, other = a_case("misolo-satoki-4821"), a_case("misolo-satoki-4821"), a_case()
    with database.writing() as session:
        assert insert_unless_taken(session, first)
        assert not insert_unless_taken(session, again)
        assert insert_unless_taken(session, other)
    with database.reading() as session:
        assert set(session.scalars(select(Case.id))) == {first.id, other.id}
