"""An invitation keeps who sent it: whoever invites somebody is no second person beside them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # NULL in an older row takes no part in its MAC, so what was signed still fits.
    op.add_column("invitations", sa.Column("invited_by", sa.Uuid(), nullable=True))
