"""Whether somebody has a code, or had it, is found by an index, however many codes there are."""

import pytest

from app.database import Database
from app.vault import ReceiptNotTaken, RowSigner, Vault, end_receipt, new_receipt, refuse_used_receipt
from tests.harness.statements import statements_of
from tests.support.making import new_case


@pytest.mark.parametrize("ended", (False, True))
def test_a_code_in_use_or_replaced_is_refused_and_another_is_not(
    database: Database, vault: Vault, ended: bool
) -> None:
    database.sign_with(RowSigner(lambda: vault))
    codes = [new_receipt() for _ in range(4)]
    with database.writing() as session:
        for code in codes:
            row = vault.register_receipt(new_case(), vault.derive_receipt_keys(code))
            session.add(row)
            session.flush()
            if ended:
                end_receipt(session, row.id)
    with database.reading() as session:
        for code in codes:
            with pytest.raises(ReceiptNotTaken):
                refuse_used_receipt(session, vault.derive_receipt_keys(code))
        refuse_used_receipt(session, vault.derive_receipt_keys(new_receipt()))


def test_neither_look_reads_every_row(sqlite_database: Database, vault: Vault) -> None:
    """SQLite says how it would look; PostgreSQL has the same indexes, and its planner needs many rows to prefer them."""
    keys = vault.derive_receipt_keys(new_receipt())
    with statements_of(sqlite_database) as seen, sqlite_database.reading() as session:
        refuse_used_receipt(session, keys)
    [statement] = [each for each in seen if "vault_receipts" in each]
    with sqlite_database.reading() as session:
        plan = session.connection().exec_driver_sql(
            f"EXPLAIN QUERY PLAN {statement}", (b"",) * statement.count("?")
        )
        steps = " ".join(str(row) for row in plan)
    assert "SCAN vault_receipts" not in steps
    assert "ix_vault_receipts_ended" in steps
