"""Signing the rows of a deployment that is older than their MACs, once, and looking for rows that do not carry a MAC that fits."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, func, select, update
from sqlalchemy.orm import Session

from app.database import LONG_PAST, Base, Id, UtcDateTime, has_id
from app.vault.compartments import CompartmentKeyRow
from app.vault.grant_rows import GrantRow, GrantState
from app.vault.journal_heads import head_fits, head_mac
from app.vault.journal_rows import JournalChainRow
from app.vault.keyholder import KeyHolder
from app.vault.row_macs import Signed, declared, row_fits, row_mac

_BATCH = 500


@dataclass(frozen=True)
class ForgedRow:
    """A row without a MAC that fits: its table and the ids that tell it, nothing of what it says."""

    table: str
    ids: tuple[str, ...]


def signed_models() -> list[type[Any]]:
    """Every model whose rows carry a MAC, by its table's name."""
    models = {mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, Signed)}
    return sorted(models, key=lambda model: str(model.__tablename__))


def sign_old_rows(session: Session, holder: KeyHolder, tables: Collection[str]) -> int:
    """Sign every row of these tables that never had a MAC, as it stands; how many.

    The caller sees to it that this happens only once for each table.
    """
    if GrantRow.__tablename__ in tables:
        _date_grants(session, holder)
    models = [model for model in signed_models() if model.__tablename__ in tables]
    return sum(_sign_table(session, holder, model) for model in models)


def forged_rows(session: Session, holder: KeyHolder) -> Iterator[ForgedRow]:
    """Every row of the signed tables that this deployment did not write as it stands; reads them all."""
    for model in signed_models():
        yield from forged_rows_of(session, holder, model)


def forged_rows_of(session: Session, holder: KeyHolder, model: type[Any]) -> Iterator[ForgedRow]:
    """The same of one table."""
    table = _table_of(model)
    rows = session.connection().execute(select(table), execution_options={"yield_per": _BATCH})
    for row in rows.mappings():
        if not row_fits(holder, model, row):
            yield ForgedRow(table.name, tuple(str(row[key.name]) for key in table.primary_key))


def unreadable_times(session: Session) -> Iterator[ForgedRow]:
    """Every row with a time that is none, in a column that no MAC covers; reads them all."""
    free = {(line.table, line.column) for line in declared() if line.free_because}
    signed = {str(model.__tablename__) for model in signed_models()}
    for table in Base.metadata.sorted_tables:
        times = [column for column in table.columns if isinstance(column.type, UtcDateTime)]
        open_to_all = [each for each in times if table.name not in signed or (table.name, each.name) in free]
        if not open_to_all:
            continue
        rows = session.connection().execute(
            select(*table.primary_key, *open_to_all), execution_options={"yield_per": _BATCH}
        )
        for row in rows.mappings():
            if any(row[column.name] == LONG_PAST for column in open_to_all):
                yield ForgedRow(table.name, tuple(str(row[key.name]) for key in table.primary_key))


def _sign_table(session: Session, holder: KeyHolder, model: type[Any]) -> int:
    table, signed = _table_of(model), 0
    keys = list(table.primary_key)
    # A row whose id is none is found by no statement again, so it stays without: it is named as any other that others wrote.
    readable = [has_id(key) for key in keys if isinstance(key.type, Id)]
    unsigned = select(table).where(table.c.row_mac.is_(None), *readable).order_by(*keys).limit(_BATCH)
    connection = session.connection()
    while rows := connection.execute(unsigned).mappings().all():
        for row in rows:
            this = [key == row[key.name] for key in keys]
            connection.execute(update(table).where(*this).values(row_mac=row_mac(holder, model, row)))
        signed += len(rows)
    return signed


def _date_grants(session: Session, holder: KeyHolder) -> None:
    """Keep on each case's chain the newest version of its keys, and on each grant that has not ended that it reaches it."""
    grants, heads, keys = (_table_of(model) for model in (GrantRow, JournalChainRow, CompartmentKeyRow))
    connection = session.connection()
    versions = connection.execute(select(keys.c.case_id, func.max(keys.c.version)).group_by(keys.c.case_id))
    newest: dict[Any, int] = {row[0]: row[1] for row in versions.all()}
    undated = select(heads).where(heads.c.id.in_(select(keys.c.case_id)), heads.c.key_version.is_(None))
    for row in connection.execute(undated).mappings().all():
        head = JournalChainRow(**row)
        if not head_fits(holder, head):
            continue  # `redress journal verify` names it; it is not made good here
        head.key_version = newest[head.id]
        dated = {"key_version": head.key_version, "mac": head_mac(holder, head)}
        connection.execute(update(heads).where(heads.c.id == head.id).values(dated))
    for case_id, version in newest.items():
        connection.execute(
            update(grants)
            .where(
                grants.c.case_id == case_id,
                grants.c.state != GrantState.ENDED.value,
                grants.c.key_version.is_(None),
                grants.c.row_mac.is_(None),
            )
            .values(key_version=version)
        )


def _table_of(model: type[Any]) -> Table:
    return Base.metadata.tables[model.__tablename__]
