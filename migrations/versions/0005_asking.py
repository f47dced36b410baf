"""When the provider of a text that was never reported is asked next, and which texts went to a member's address."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Without a batch: on SQLite that would write the whole table anew, for one column that is empty at first.
    op.add_column("outgoing_texts", sa.Column("ask_at", sa.DateTime(timezone=True), nullable=True))
    for name, column in (("asking", "ask_at"), ("address", "address_id")):
        # Of the few rows that have one, so that every other text costs nothing.
        given = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            f"ix_outgoing_texts_{name}",
            "outgoing_texts",
            [column],
            unique=False,
            sqlite_where=given,
            postgresql_where=given,
        )
