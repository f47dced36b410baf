"""The database: engine and units of work, column types, the writers' lock, claims, prepared statements and the schema's version."""

from app.database.claims import chosen_once
from app.database.dialects import insert_into, is_one_of, partial_index
from app.database.engine import DatabaseUnavailable, WroteWhileReading
from app.database.events import apart, note_event
from app.database.inserts import (
    ReadyRows,
    insert_each_unless_taken,
    insert_ready,
    insert_rows,
    insert_unless_taken,
    ready_rows,
)
from app.database.lock_order import Lock, locking
from app.database.opaque import Opaque, opaque_columns, opaque_table
from app.database.prepared import NoRow, Ready, Row, Statement, new_row, send_together
from app.database.readable_ids import has_id
from app.database.retries import retrying
from app.database.schema import SchemaOutOfDate, check_schema, migrate
from app.database.types import (
    FAR_FUTURE,
    LONG_PAST,
    NEVER_BEFORE,
    Base,
    Blob,
    CaseId,
    CircleId,
    Id,
    MemberId,
    OrganisationId,
    SiteId,
    UtcDateTime,
    Word,
    hour_of_id,
    new_id,
    new_id_beside,
    word_column,
)
from app.database.unit_of_work import READS, Database

__all__ = [
    "FAR_FUTURE",
    "LONG_PAST",
    "NEVER_BEFORE",
    "READS",
    "Base",
    "Blob",
    "CaseId",
    "CircleId",
    "Database",
    "DatabaseUnavailable",
    "Id",
    "Lock",
    "MemberId",
    "NoRow",
    "Opaque",
    "OrganisationId",
    "Ready",
    "ReadyRows",
    "Row",
    "SchemaOutOfDate",
    "SiteId",
    "Statement",
    "UtcDateTime",
    "Word",
    "WroteWhileReading",
    "apart",
    "check_schema",
    "chosen_once",
    "has_id",
    "hour_of_id",
    "insert_each_unless_taken",
    "insert_into",
    "insert_ready",
    "insert_rows",
    "insert_unless_taken",
    "is_one_of",
    "locking",
    "migrate",
    "new_id",
    "new_id_beside",
    "new_row",
    "note_event",
    "opaque_columns",
    "opaque_table",
    "partial_index",
    "ready_rows",
    "retrying",
    "send_together",
    "word_column",
]
