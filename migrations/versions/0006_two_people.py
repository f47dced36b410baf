"""Who let each member in to a circle, so that two who count as two people can be told from one who made the other."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("vault_circle_members", sa.Column("admitted_by", sa.Uuid(), nullable=True))
