"""Phones, wishes to be texted, outgoing texts and members' addresses get a MAC; `upgrade` signs what is there."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_SIGNED = ("member_addresses", "outgoing_texts", "phones", "text_wishes")


def upgrade() -> None:
    # Without batches, as in 0008.
    for table in _SIGNED:
        op.add_column(table, sa.Column("row_mac", sa.LargeBinary(), nullable=True))
