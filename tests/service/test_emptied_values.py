"""What was emptied is gone from the files: from the pages, which are overwritten, and from the log beside them."""

from pathlib import Path

from sqlalchemy import text

from app.database import Database

_PLANTED = b"planted before it was emptied"


def _holds(database: Database) -> bool:
    path = Path(database.url.removeprefix("sqlite:///"))
    return any(_PLANTED in file.read_bytes() for file in path.parent.glob(f"{path.name}*"))


def test_an_emptied_value_outlives_neither_in_the_file_nor_in_its_log(sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        session.execute(text("CREATE TABLE noise (id INTEGER PRIMARY KEY, value BLOB)"))
        session.execute(text("INSERT INTO noise VALUES (1, :value), (2, 'other')"), {"value": _PLANTED * 400})
    with sqlite_database.writing() as session:
        session.execute(text("UPDATE noise SET value = NULL WHERE id = 1"))
    assert _holds(sqlite_database)
    assert sqlite_database.empty_log()
    assert not _holds(sqlite_database)


def test_a_reader_is_not_waited_for_and_loses_nothing(sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        session.execute(text("CREATE TABLE noise (id INTEGER PRIMARY KEY, value BLOB)"))
        session.execute(text("INSERT INTO noise VALUES (1, 'here')"))
    with sqlite_database.reading() as session:
        assert session.execute(text("SELECT value FROM noise")).scalar_one() == "here"
        with sqlite_database.writing() as other:
            other.execute(text("UPDATE noise SET value = 'changed'"))
        assert not sqlite_database.empty_log()
        assert session.execute(text("SELECT value FROM noise")).scalar_one() == "here"
    assert sqlite_database.empty_log()
    with sqlite_database.reading() as session:
        assert session.execute(text("SELECT value FROM noise")).scalar_one() == "changed"


def test_postgresql_has_nothing_to_cut(database: Database) -> None:
    assert database.empty_log()
