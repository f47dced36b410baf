"""Fewer indexes: those that no query needs go, others leave out what is empty, and two keys say where a row belongs.

Entries of the journal and keys of compartments were found by chain and number, or by case, compartment and version, and by nothing
else: so these are their primary keys, and random ids need no index of their own.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_KEYS = {
    "vault_journal": ["chain_id", "seq"],
    "vault_compartment_keys": ["case_id", "compartment", "version"],
}


def upgrade() -> None:
    op.drop_index(op.f("ix_vault_grants_holder_id"), table_name="vault_grants")
    for column in ("assignee_id", "erase_at"):
        name = op.f(f"ix_cases_{column}")
        op.drop_index(name, table_name="cases")
        given = sa.text(f"{column} IS NOT NULL")
        op.create_index(name, "cases", [column], sqlite_where=given, postgresql_where=given)
    for table, key in _KEYS.items():
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(op.f(f"pk_{table}"), type_="primary")
            batch.drop_constraint(op.f(f"uq_{table}_{'_'.join(key)}"), type_="unique")
            batch.create_primary_key(op.f(f"pk_{table}"), key)
