"""What a custodian reads as the worker's words about place and exclusions gets a MAC; `upgrade` signs what is there."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Without batches, as in 0008.
    op.add_column("routing_notes", sa.Column("row_mac", sa.LargeBinary(), nullable=True))
