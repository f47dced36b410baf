"""Rows that give authority or meaning get a MAC, and a site a digest over who has a stake in it; `upgrade` signs what is there."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_SIGNED = (
    "cases",
    "consents",
    "custody_readings",
    "entries",
    "invitations",
    "members",
    "offers",
    "organisations",
    "sites",
    "vault_circle_members",
    "vault_circles",
    "vault_grants",
    "vault_receipts",
)


def upgrade() -> None:
    # Without batches: on SQLite those would write every table anew, for columns that are empty at first.
    for table in _SIGNED:
        op.add_column(table, sa.Column("row_mac", sa.LargeBinary(), nullable=True))
    op.add_column("sites", sa.Column("stakes", sa.LargeBinary(), nullable=True))
    # The newest version of a case's keys, under the MAC of its chain's head: a grant that was put back does not reach it.
    op.add_column("vault_grants", sa.Column("key_version", sa.Integer(), nullable=True))
    op.add_column("vault_journal_chains", sa.Column("key_version", sa.Integer(), nullable=True))
