"""The legal profile that an organisation follows, and the region whose holidays it keeps."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("organisations", sa.Column("legal_profile", sa.String(length=40), nullable=True))
    op.add_column("organisations", sa.Column("region", sa.String(length=10), nullable=True))
