"""The databases that every service test stands on."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from app import clock
from app.cases.case.models import Case
from app.database import Database
from tests.harness.beginnings import Beginnings
from tests.harness.databases import KINDS, Databases
from tests.harness.world import World, light_vault


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


def test_a_beginning_is_made_once_and_each_test_has_its_own_copy(
    database: Database, databases: Databases, tmp_path: Path
) -> None:
    vault, made = light_vault(tmp_path / "keys"), list[World]()

    def make(filled: Database) -> World:
        made.append(World(filled, vault))
        return made[-1]

    worlds = Beginnings(databases, make)
    folder = tmp_path / "second"
    folder.mkdir()
    first = worlds.copy_into(database)
    first.join(first.near, "somebody.else")
    case = first.case_of(first.file())
    with databases.fresh(database.engine.dialect.name, folder) as another:
        second = worlds.copy_into(another)
        assert second.sign_in("near.lead").member.organisation_id == first.near.id
        assert (second.secrets.keys(), first.cookies) == (made[0].secrets.keys(), {})
        with another.reading() as session:
            assert session.get(Case, case) is None
        second.case_of(second.file())
    assert len(made) == 1


def test_a_beginning_of_another_hour_or_too_long_ago_is_made_anew(
    databases: Databases, tmp_path: Path
) -> None:
    vault, began = light_vault(tmp_path / "keys"), list[datetime]()

    def make(filled: Database) -> World:
        began.append(clock.now())
        return World(filled, vault)

    worlds = Beginnings(databases, make)
    start = datetime(2026, 11, 21, 9, 57, 0, tzinfo=UTC)
    for number, (minutes, times) in enumerate(((0, 1), (2, 1), (3, 2), (4, 2), (9, 3), (1, 4))):
        folder = tmp_path / str(number)
        folder.mkdir()
        with databases.fresh("sqlite", folder) as database, pytest.MonkeyPatch.context() as patch:
            patch.setattr(clock, "now", lambda now=start + timedelta(minutes=minutes): now + clock._offset)
            worlds.copy_into(database)
        assert len(began) == times, minutes


def test_a_copy_is_never_earlier_than_what_stands_in_it(databases: Databases, tmp_path: Path) -> None:
    vault = light_vault(tmp_path / "keys")

    def make(filled: Database) -> World:
        made = World(filled, vault)
        made.sign_in("near.lead")
        return made

    worlds = Beginnings(databases, make)
    with databases.fresh("sqlite", tmp_path) as database:
        for late in (2.5, 0.0):
            clock.set_offset(0)
            with pytest.MonkeyPatch.context() as patch:
                start = datetime(2026, 11, 21, 9, 30, 5, tzinfo=UTC)
                # The making takes two and a half seconds: the copy's clock starts over and has not come that far.
                moments = iter((start,))
                patch.setattr(
                    clock,
                    "now",
                    lambda moments=moments, then=start + timedelta(seconds=late): (
                        next(moments, then) + clock._offset
                    ),
                )
                worlds.copy_into(database)
                assert clock.now() >= start + timedelta(seconds=32.5)
