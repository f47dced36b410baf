"""Whether somebody has a code, or had it, is found by an index, however many codes there are."""

import pytest
from sqlalchemy import event

from app.database import Database
from app.vault import ReceiptNotTaken, RowSigner, Vault, end_receipt, new_receipt, refuse_used_receipt
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
    """SQLite says how it would look; on PostgreSQL the same indexes are there, and its planner needs many rows to prefer them."""
    seen: list[str] = []
    keys = vault.derive_receipt_keys(new_receipt())
    with sqlite_database.reading() as session:
        engine = session.get_bind()

        def note(_connection: object, _cursor: object, statement: str, given: object, *_rest: object) -> None:
            seen.append(statement)
            values.append(given)

        values: list[object] = []
        event.listen(engine, "before_cursor_execute", note)
        try:
            refuse_used_receipt(session, keys)
        finally:
            event.remove(engine, "before_cursor_execute", note)
        [statement], [given] = seen, values
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)  # type: ignore[arg-type]
        steps = " ".join(str(row) for row in plan)
    assert "SCAN" not in steps
    assert "ix_vault_receipts_ended" in steps
