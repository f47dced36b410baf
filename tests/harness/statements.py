"""Which SQL statements this process sends to a database: through SQLAlchemy, and past it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from sqlalchemy import Connection, event

from app.database import Database, inserts
from app.database import prepared as together


@contextmanager
def statements_of(database: Database) -> Iterator[list[str]]:
    """Every statement within the block, in the order in which they are sent."""
    sent: list[str] = []
    worded, send = together._worded, inserts._send

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    def noted_words(ready: together.Ready, dialect: Any) -> Any:
        words = worded(ready, dialect)
        sent.append(words.text)
        return words

    def noted_send(connection: Connection, text: str, values: tuple[Any, ...]) -> None:
        sent.append(text)
        send(connection, text, values)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        with (
            mock.patch.object(together, "_worded", noted_words),
            mock.patch.object(inserts, "_send", noted_send),
        ):
            yield sent
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
