"""Which version of the database's tables this code needs, which one it finds, and how to get from one to the other."""

from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from app.database.unit_of_work import Database
from app.settings import PROJECT_ROOT

# The newest revision in migrations/versions. Named here so that a web process needs no Alembic in its memory to compare.
REVISION = "0028"

_ADVISORY_LOCK = 7_303_014_621


class SchemaOutOfDate(Exception):
    """The tables are not those this code was written for; its text is the operator's line."""


def revision_of(session: Session) -> str | None:
    """The revision the database is at, or None while it has no tables of ours."""
    if not inspect(session.connection()).has_table("alembic_version"):
        return None
    revision: str | None = session.execute(
        text("SELECT version_num FROM alembic_version")
    ).scalar_one_or_none()
    return revision


def check_schema(session: Session) -> None:
    """Refuse any database that is not at `REVISION`, with `SchemaOutOfDate`."""
    found = revision_of(session)
    if found is None:
        raise SchemaOutOfDate("The database has no tables yet: run 'redress init' first.")
    if found < REVISION:
        raise SchemaOutOfDate(
            f"The database is at version {found}, this code needs {REVISION}: run 'redress upgrade'."
        )
    if found > REVISION:
        raise SchemaOutOfDate(
            f"The database is at version {found}, newer than this code ({REVISION}): update Redress."
        )


def migrate(database: Database) -> bool:
    """Bring the database to `REVISION` in one transaction; True when something changed. Two at once wait for each other."""
    database.create_file()
    with database.reading() as session:
        if revision_of(session) == REVISION:
            # As at nearly every start: loading the tools of migrations would take a quarter of it.
            return False

    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(PROJECT_ROOT / "migrations").replace("%", "%%"))
    with database.writing() as session:
        connection = session.connection()
        if connection.dialect.name == "postgresql":
            # A large migration takes longer than a request may wait for a lock.
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _ADVISORY_LOCK})
        before = revision_of(session)
        if before is not None and before > REVISION:
            check_schema(session)
        config.attributes["connection"] = connection
        command.upgrade(config, REVISION)
    return before != REVISION
