"""Photos and voice notes: the files that reports name, chunks that wait to be put together, and parts of what was kept."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attachments",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("declared_veil", sa.LargeBinary(), nullable=False),
        sa.Column("tag", sa.LargeBinary(), nullable=False),
        sa.Column("owner_tag", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("refusal", sa.String(20), nullable=True),
        sa.Column("last_hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_mac", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_attachments_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", "id", name=op.f("pk_attachments")),
    )
    op.create_index("ix_attachments_waiting", "attachments", ["state", "last_hour"])
    _table_of_pieces("attachment_chunks", sa.Column("key", sa.String(64), nullable=False))
    _table_of_pieces("attachment_parts", sa.Column("version", sa.Integer(), nullable=False))


def _table_of_pieces(name: str, own: sa.Column[object]) -> None:
    op.create_table(
        name,
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("attachment_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        own,
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("row_mac", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id", "attachment_id"],
            ["attachments.case_id", "attachments.id"],
            name=op.f(f"fk_{name}_case_id_attachment_id_attachments"),
        ),
        sa.PrimaryKeyConstraint("case_id", "attachment_id", "number", name=op.f(f"pk_{name}")),
    )
