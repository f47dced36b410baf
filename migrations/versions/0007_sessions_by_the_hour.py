"""Sessions show the full hour after which they are over, not when somebody was there; who is logged in logs in anew."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM vault_sessions")
    with op.batch_alter_table("vault_sessions") as batch_op:
        batch_op.drop_index("ix_vault_sessions_ends_at")
        batch_op.drop_index("ix_vault_sessions_idle_at")
        for name in ("idle_seconds", "touched_at", "idle_at", "ends_at"):
            batch_op.drop_column(name)
        batch_op.add_column(sa.Column("over_hour", sa.DateTime(timezone=True), nullable=False))
        batch_op.create_index("ix_vault_sessions_over_hour", ["over_hour"], unique=False)
