from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from app.cases.case.models import (
    Case,
    Clock,
    Consent,
    Entry,
    Escalation,
    Issue,
    Offer,
    RoutingNote,
    RoutingRecord,
)
from app.cases.case.references import new_reference
from app.cases.enums import (
    AuthorKind,
    ClockKind,
    ConsentHow,
    EntryKind,
    OfferState,
    Rung,
    State,
    Urgency,
    Who,
)
from app.database import Base, Database, new_id
from app.vault import RowSigner, Vault

HOUR = datetime(2026, 11, 21, 10, tzinfo=UTC)
CHILDREN = {
    "entries",
    "issues",
    "offers",
    "consents",
    "clocks",
    "escalations",
    "routing_notes",
    "routing_records",
}


@pytest.fixture(autouse=True)
def signing(database: Database, vault: Vault) -> None:
    database.sign_with(RowSigner(lambda: vault))


def a_case(**changes: Any) -> Case:
    plain: dict[str, Any] = {
        "id": new_id(),
        "submission_id": uuid4(),
        "body_tag": b"tag",
        "reference": new_reference(),
        "language": "my",
        "urgency": Urgency.LOW,
        "received_hour": HOUR,
        "queue_rank": 1,
        "facts_veil": b"veiled",
    }
    return Case(**plain | changes)


def rows_of(case: Case) -> list[Any]:
    author: dict[str, Any] = {"author_kind": AuthorKind.WORKER, "hour": HOUR, "sealed": b"sealed"}
    consent: dict[str, Any] = {
        "text_version": "1",
        "text_hash": b"hash",
        "language": "my",
        "how": ConsentHow.FORM,
    }
    return [
        Entry(case_id=case.id, seq=1, compartment="account", version=1, kind=EntryKind.REPORT, **author),
        Entry(case_id=case.id, seq=2, compartment="identity", version=1, kind=EntryKind.CONTACT, **author),
        Issue(case_id=case.id, topic_veil=b"veiled"),
        Offer(
            case_id=case.id, organisation_id=uuid4(), position=0, state=OfferState.OFFERED, expires_at=HOUR
        ),
        Consent(case_id=case.id, level_veil=b"veiled", hour=HOUR, **consent),
        Clock(case_id=case.id, kind=ClockKind.READ, due_at=HOUR, who=Who.PARTNER),
        Escalation(
            case_id=case.id,
            clock_id=uuid4(),
            kind=ClockKind.READ,
            late_since=HOUR,
            rung=Rung.LEAD,
            asked_hour=HOUR,
            due_at=HOUR,
        ),
        RoutingNote(case_id=case.id, sealed=b"sealed"),
        RoutingRecord(case_id=case.id, hour=HOUR, decision_veil=b"veiled"),
    ]


def store(session: Session, number: int) -> list[Case]:
    cases = [a_case() for _ in range(number)]
    session.add_all(cases)
    return cases


def test_a_case_and_its_rows_are_stored_together_in_whatever_order(database: Database) -> None:
    case = a_case()
    with database.writing() as session:
        store(session, 3)
        session.add_all([*rows_of(case), case])
    with database.reading() as session:
        found = session.scalars(select(Case).where(Case.id == case.id)).one()
        assert (found.state, found.is_open, found.edit_version) == (State.RECEIVED, True, 1)
        assert found.received_hour == HOUR
        children = [table for table in Base.metadata.sorted_tables if table.name in CHILDREN]
        assert len(children) == len(CHILDREN)
        for table in children:
            assert set(session.scalars(select(table.c.case_id))) == {case.id}


@pytest.mark.parametrize("again", ("submission_id", "reference"))
def test_neither_a_submission_nor_a_reference_is_stored_twice(database: Database, again: str) -> None:
    with database.writing() as session:
        first, _ = store(session, 2)
    with pytest.raises(IntegrityError), database.writing() as session:
        session.add(a_case(**{again: getattr(first, again)}))


def test_a_word_that_is_not_in_the_list_never_reaches_the_database(database: Database) -> None:
    with pytest.raises(StatementError, match="ValueError"), database.writing() as session:
        session.add(a_case(urgency="terrible"))


def test_a_row_without_its_case_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError), database.writing() as session:
        session.add(Issue(case_id=new_id(), topic_veil=b"veiled"))


def test_words_are_stored_as_they_are_written_in_the_config(database: Database) -> None:
    with database.writing() as session:
        session.add(a_case(urgency=Urgency.DANGER, state=State.REMEDY_AGREED))
    with database.reading() as session:
        assert session.execute(text("SELECT urgency, state FROM cases")).one() == ("danger", "remedy_agreed")
