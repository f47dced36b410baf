"""Which SQL statements this process sends to a database: through SQLAlchemy, and past it."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.database import Database


@contextmanager
def statements_of(database: Database) -> Iterator[list[str]]:
    """Every statement within the block, in the order in which they are sent."""
    sent: list[str] = []
    with database.hearing_statements(sent.extend):
        yield sent


@contextmanager
def sendings_of(database: Database) -> Iterator[list[int]]:
    """How many statements went to the database each time within the block: most go alone."""
    times: list[int] = []
    with database.hearing_statements(lambda together: times.append(len(together))):
        yield times


@contextmanager
def reads_of(database: Database) -> Iterator[list[str]]:
    """Every SELECT within the block."""
    sent: list[str] = []

    def hear(together: tuple[str, ...]) -> None:
        sent.extend(statement for statement in together if statement.startswith("SELECT"))

    with database.hearing_statements(hear):
        yield sent
