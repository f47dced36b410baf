"""An index of few rows says which, to each of the two databases, whether or not PostgreSQL's dialect was there when it was made."""

from sqlalchemy import Column, Dialect, Integer, MetaData, Table, make_url
from sqlalchemy.schema import CreateIndex

import app.messaging.models  # noqa: F401 - its tables
from app.cases.case import Case
from app.database import partial_index

_SQLITE = make_url("sqlite://").get_dialect()()
_POSTGRESQL = make_url("postgresql+psycopg://").get_dialect()()


def test_each_database_is_told_in_its_own_words() -> None:
    index = partial_index("few", "number", where="is_odd = 1", in_postgresql="is_odd", unique=True)
    Table("things", MetaData(), Column("number", Integer), index)

    assert _made(index, _SQLITE) == "CREATE UNIQUE INDEX few ON things (number) WHERE is_odd = 1"
    assert _made(index, _POSTGRESQL) == "CREATE UNIQUE INDEX few ON things (number) WHERE is_odd"


def test_an_index_of_few_rows_is_one_on_both_databases() -> None:
    conditions = {
        dialect.name: {
            index.name
            for table in Case.metadata.tables.values()
            for index in table.indexes
            if " WHERE " in _made(index, dialect)
        }
        for dialect in (_SQLITE, _POSTGRESQL)
    }
    assert conditions["sqlite"] == conditions["postgresql"]
    assert {"ix_cases_open", "uq_vault_grants_open", "ix_outgoing_texts_asking"} <= conditions["sqlite"]


def _made(index: object, dialect: Dialect) -> str:
    return str(CreateIndex(index).compile(dialect=dialect))  # type: ignore[arg-type]
