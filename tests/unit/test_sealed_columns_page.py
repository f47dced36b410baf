"""docs/sealed-columns.md is what the models say, and every column of bytes says how it is kept and who can open it.

That the bytes really show nothing is looked for in a filed world: tests/service/test_planted_words.py, test_planted_texts.py.
"""

import re

import pytest
from sqlalchemy import Column, LargeBinary, MetaData, Table

from app import web_rooms
from app.cli.sealed_columns import PAGE, page
from app.database import Base, Opaque, opaque_columns, opaque_table
from app.dispatcher import heartbeat  # noqa: F401 - its table

web_rooms()  # the rooms' models

COLUMNS = dict(opaque_columns(Base.metadata))

NAMED_FOR = {"veil": "veiled", "sealed": "sealed", "tag": "keyed tag", "mac": "MAC"}
"""How a column is kept, by how its name ends."""


def test_the_page_is_what_the_models_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_column_of_bytes_says_how_it_is_kept() -> None:
    assert [name for name, told in COLUMNS.items() if told is None] == []


def test_every_table_with_bytes_is_looked_at() -> None:
    assert {"cases.facts_veil", "entries.sealed", "vault_grants.sealed", "phones.row_mac"} <= COLUMNS.keys()


@pytest.mark.parametrize("name", [name for name in COLUMNS if re.search("[._](veil|sealed|tag|mac)$", name)])
def test_the_name_and_what_it_says_agree(name: str) -> None:
    told = COLUMNS[name]
    assert told is not None
    assert told.kept == NAMED_FOR[re.split("[._]", name)[-1]]


def test_bytes_that_say_nothing_are_found_and_stand_in_no_table() -> None:
    metadata = MetaData()
    Table(
        "drawer", metadata, Column("odd", LargeBinary), Column("known", LargeBinary, info=Opaque.veiled("x"))
    )
    columns = dict(opaque_columns(metadata))
    assert columns["drawer.odd"] is None
    assert columns["drawer.known"] is not None
    assert "odd" not in opaque_table(metadata)
