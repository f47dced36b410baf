"""What somebody does to a database who has it and no key."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table, insert, select, update

from app.database import Base, Database


def table(model: type[Base]) -> Table:
    """The table as the database has it."""
    return Base.metadata.tables[model.__tablename__]


def write_past_us(database: Database, model: type[Base], where: Mapping[str, Any], **values: Any) -> None:
    """What somebody does who has the database and no key: no object of ours sees it."""
    rows = table(model)
    with database.engine.begin() as connection:
        found = update(rows).where(*(rows.c[name] == value for name, value in where.items())).values(values)
        assert connection.execute(found).rowcount


def copy_of(database: Database, model: type[Base], **where: Any) -> dict[str, Any]:
    """The one row that has these values, as it stands."""
    rows = table(model)
    with database.engine.connect() as connection:
        found = select(rows).where(*(rows.c[name] == value for name, value in where.items()))
        return dict(connection.execute(found).mappings().one())


def put_back(database: Database, model: type[Base], copy: Mapping[str, Any]) -> None:
    """Replace a row by an earlier copy of itself."""
    rows = table(model)
    with database.engine.begin() as connection:
        # Changed where it stands: what hangs on a case must not stop anybody from putting its row back.
        there = update(rows).where(*(key == copy[key.name] for key in rows.primary_key))
        if not connection.execute(there.values(copy)).rowcount:
            connection.execute(insert(rows).values(copy))
