"""Text wishes: which phone somebody who filed on the web asked to be texted on."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "text_wishes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_tag", sa.LargeBinary(), nullable=False),
        sa.Column("case_veil", sa.LargeBinary(), nullable=False),
        sa.Column("phone_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_wishes")),
        sa.UniqueConstraint("case_tag", name=op.f("uq_text_wishes_case_tag")),
    )
    with op.batch_alter_table("text_wishes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_text_wishes_phone_id"), ["phone_id"], unique=False)
