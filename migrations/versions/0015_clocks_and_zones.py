"""A member may say by which time zone they live; a clock says by which law it is due, and since when a helper lets it wait.

Clocks of before keep their dates: they have no law, and wait for nobody.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Without batches, as in 0008.
    op.add_column("members", sa.Column("zone_veil", sa.LargeBinary(), nullable=True))
    op.add_column("clocks", sa.Column("law", sa.String(40), nullable=True))
    op.add_column("clocks", sa.Column("paused_hour", sa.DateTime(timezone=True), nullable=True))
