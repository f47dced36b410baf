"""The databases that every service test stands on."""

from pathlib import Path

from sqlalchemy import inspect, text

from app.database import Database
from tests.harness.databases import KINDS, Databases


def test_each_kind_of_database_is_the_real_thing(database: Database) -> None:
    with database.reading() as session:
        version = "sqlite_version()" if database.engine.dialect.name == "sqlite" else "version()"
        assert session.scalar(text(f"SELECT {version}"))


def test_a_test_never_sees_what_another_one_wrote(databases: Databases, tmp_path: Path) -> None:
    for kind in KINDS:
        for number in range(2):
            folder = tmp_path / f"{kind}{number}"
            folder.mkdir()
            with databases.fresh(kind, folder) as database:
                with database.writing() as session:
                    session.execute(text("CREATE TABLE written_by_a_test (id integer)"))
                assert "written_by_a_test" in inspect(database.engine).get_table_names()


def test_an_empty_database_has_no_tables(databases: Databases, tmp_path: Path) -> None:
    for kind in KINDS:
        with databases.empty(kind, tmp_path) as database:
            assert inspect(database.engine).get_table_names() == []
