"""Who is asked beside another, while a case on the fast track is offered to two partners at once; of older cases nobody is."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What is NULL takes no part in a row's MAC, so no row has to be signed anew.
    op.add_column("cases", sa.Column("also_asked_id", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_cases_also_asked",
        "cases",
        ["also_asked_id", "queue_rank", "next_due_at", "id"],
        sqlite_where=sa.text("also_asked_id IS NOT NULL"),
        postgresql_where=sa.text("also_asked_id IS NOT NULL"),
    )
