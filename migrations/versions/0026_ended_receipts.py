"""Codes that a phone makes by itself are looked for among those that were replaced too: an index over these few alone."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0022"
branch_labels = None
depends_on = None

_ENDED = sa.text("ended_hour IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_vault_receipts_ended",
        "vault_receipts",
        ["signing"],
        sqlite_where=_ENDED,
        postgresql_where=_ENDED,
    )
