"""Dates that the world sets for a worker, and when helpers are reminded of them."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outside_dates",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("date_veil", sa.LargeBinary(), nullable=False),
        sa.Column("warn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("added_hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_hour", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_mac", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_outside_dates_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", "id", name=op.f("pk_outside_dates")),
    )
    op.create_index(op.f("ix_outside_dates_warn_at"), "outside_dates", ["warn_at"])
