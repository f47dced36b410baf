"""Which helper heard a worker agree to be texted, how and when; each deadline gets a MAC, and `upgrade` signs what is there."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "text_agreements",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("told_veil", sa.LargeBinary(), nullable=False),
        sa.Column("ended_hour", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_mac", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_text_agreements_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", "id", name=op.f("pk_text_agreements")),
    )
    # Without batches, as in 0008.
    op.add_column("clocks", sa.Column("row_mac", sa.LargeBinary(), nullable=True))
