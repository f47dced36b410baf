"""Texts to workers that come by themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "planned_texts",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("about", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("planned_hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("text_id", sa.Uuid(), nullable=True),
        sa.Column("row_mac", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_planned_texts_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", "id", name=op.f("pk_planned_texts")),
        sa.UniqueConstraint(
            "case_id", "about", "subject_id", name=op.f("uq_planned_texts_case_id_about_subject_id")
        ),
    )
    op.create_index("ix_planned_texts_due", "planned_texts", ["state", "due_at"])
