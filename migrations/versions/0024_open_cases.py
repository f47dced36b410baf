"""Indexes by which the coordinator's view finds the open cases among all, and of these the late ones."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_cases_open",
        "cases",
        ["organisation_id", "state", "urgency", "assignee_id", "stopped_hour", "practice", "id"],
        sqlite_where=sa.text("is_open = 1"),
        postgresql_where=sa.text("is_open"),
    )
    op.create_index("ix_clocks_state", "clocks", ["state", "case_id"])
