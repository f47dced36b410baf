"""Which rung of a ladder an alert tells of."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outgoing_texts", sa.Column("rung_id", sa.Uuid(), nullable=True))
