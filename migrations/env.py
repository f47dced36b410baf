"""Alembic's entry: runs on the connection that `app.database.schema.migrate` or a test hands over, inside its transaction."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.types import TypeDecorator

from app.database import Base
from app.dispatcher import jobs  # noqa: F401 - it knows every room that has tables, and so the metadata does too
from app.intake.conversation.store import models  # noqa: F401 - until a job of the dispatcher needs it
from app.messaging import models as messaging_models  # noqa: F401 - likewise


def plain_type(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write our own column types as the plain SQL types beneath them: a migration must not change when the code does."""
    if kind == "type" and isinstance(item, TypeDecorator):
        autogen.imports.add("import sqlalchemy as sa")
        return f"sa.{item.impl_instance!r}"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_item=plain_type,
    # SQLite cannot alter most things in place; a batch copies the table instead.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
