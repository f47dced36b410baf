"""Statements that are sent together: in their order, all of them or none, with SQLAlchemy's errors and column types."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import bindparam, func, select, update
from sqlalchemy.exc import IntegrityError

from app.database import Base, Database
from app.database.prepared import NoRow, Ready, Statement, new_row, send_together
from app.messaging.models import InboundText

_TEXTS = Base.metadata.tables[InboundText.__tablename__]
_MARK = Ready(
    update(_TEXTS)
    .where(_TEXTS.c.provider_id == bindparam("wanted"), _TEXTS.c.redacted.is_(False))
    .values(redacted=True)
    .returning(_TEXTS.c.hour, _TEXTS.c.phone_id, _TEXTS.c.redacted)
)
_COUNT = Ready(select(func.count()).select_from(_TEXTS))
_HOUR, _PHONE = datetime(2026, 11, 21, 10, tzinfo=UTC), UUID(int=7)


def _text(provider_id: str, **more: object) -> InboundText:
    told = {"gateway": "g", "phone_id": _PHONE, "hour": _HOUR, "redacted": False} | more
    return InboundText(provider_id=provider_id, **told)


def _count(database: Database) -> int:
    with database.reading() as session:
        ((count,),) = send_together(session, [Statement(_COUNT, {})])[0]
    return int(count)


def test_each_sees_what_those_before_it_did(database: Database) -> None:
    with database.writing() as session:
        answers = send_together(
            session,
            [
                new_row(_text("one"), must=True),
                Statement(_COUNT, {}),
                Statement(_MARK, {"wanted": "one"}, must=True),
                Statement(_MARK, {"wanted": "one"}),
                new_row(_text("one")),
                Statement(_COUNT, {}),
            ],
        )
    assert answers == [[("g", "one")], [(1,)], [(_HOUR, _PHONE, True)], [], [], [(1,)]]
    assert _count(database) == 1


def test_without_a_row_that_must_be_there_nothing_is_kept(database: Database) -> None:
    statements = [
        new_row(_text("one")),
        Statement(_MARK, {"wanted": "two"}, must=True),
        new_row(_text("three")),
    ]
    with pytest.raises(NoRow), database.writing() as session:
        send_together(session, statements)
    assert _count(database) == 0


def test_a_drivers_error_comes_as_sqlalchemys(database: Database) -> None:
    for statements in (
        [new_row(_text("one", hour=None))],
        [new_row(_text("one")), new_row(_text("two", hour=None))],
    ):
        with pytest.raises(IntegrityError) as raised, database.writing() as session:
            send_together(session, statements)
        assert raised.value.hide_parameters
    assert _count(database) == 0


def test_the_session_goes_on_in_the_same_unit_of_work(database: Database) -> None:
    with database.writing() as session:
        send_together(session, [new_row(_text("one"))])
        row = session.scalars(select(InboundText)).one()
        row.redacted = True
        session.flush()
        assert send_together(session, [Statement(_MARK, {"wanted": "one"})]) == [[]]
