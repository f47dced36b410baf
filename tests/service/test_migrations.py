"""The migrations make exactly the tables of the models, on both databases, and an old schema is refused."""

import pkgutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from uuid import UUID

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Boolean, Uuid, bindparam, select, text

import app
from app.database import Base, Database
from app.inserts import insert_rows
from app.intake.conversation.models import Conversation
from app.messaging.models import Phone, TextWish
from app.network import Organisation
from app.schema import REVISION, SchemaOutOfDate, check_schema, migrate, revision_of
from app.settings import PROJECT_ROOT
from tests.harness.databases import KINDS, Databases


@pytest.fixture(params=KINDS)
def empty_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def _import_everything() -> None:
    for module in pkgutil.walk_packages(app.__path__, "app."):
        import_module(module.name)


def test_models_equal_migrations(database: Database) -> None:
    _import_everything()
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_a_forgotten_column_is_found(database: Database) -> None:
    _import_everything()
    with database.writing() as session:
        session.execute(text("ALTER TABLE cases DROP COLUMN stopped_hour"))
    with database.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    assert [difference[0] for difference in differences] == ["add_column"]


def test_the_named_revision_is_the_newest_and_no_migration_goes_back() -> None:
    config = Config()
    config.set_main_option("script_location", str(PROJECT_ROOT / "migrations"))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [REVISION]
    for script in scripts.walk_revisions():
        assert not hasattr(script.module, "downgrade")


def test_migrations_import_nothing_of_the_product() -> None:
    """A migration must do in five years what it does today."""
    files = list((PROJECT_ROOT / "migrations" / "versions").glob("*.py"))
    assert files
    for file in files:
        assert "app." not in file.read_text().replace("sa.", "")


def test_migrating_again_changes_nothing(databases: Databases, empty_kind: str, tmp_path: Path) -> None:
    with databases.empty(empty_kind, tmp_path) as database:
        assert migrate(database) is True
        assert migrate(database) is False
        with database.reading() as session:
            assert revision_of(session) == REVISION


def test_two_migrations_at_once_wait_for_each_other(
    databases: Databases, empty_kind: str, tmp_path: Path
) -> None:
    with databases.empty(empty_kind, tmp_path) as database, ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(lambda _: migrate(database), range(3))) == [False, False, True]


def test_what_was_texted_before_there_were_wishes_stays_as_it_was(
    databases: Databases, empty_kind: str, tmp_path: Path
) -> None:
    phone_id, case_id = UUID(int=1), UUID(int=2)
    hour = datetime(2026, 3, 1, 10, tzinfo=UTC)
    phone = Phone(
        id=phone_id,
        pepper="00000000",
        tag=b"tag",
        number_sealed=b"number",
        gateway="simulator",
        line="line",
        country="MY",
        made_hour=hour,
    )
    talk = Conversation(
        phone_id=phone_id, case_id=case_id, number=1, position_veil=b"veil", silent_at=hour, ended=False
    )
    with databases.empty(empty_kind, tmp_path) as database:
        _migrate_to(database, "0003")
        with database.writing() as session:
            insert_rows(session, [phone, talk])
        assert migrate(database) is True
        with database.reading() as session:
            kept = session.scalars(select(Phone)).one()
            assert (kept.tag, kept.number_sealed, kept.country, kept.made_hour) == (
                b"tag",
                b"number",
                "MY",
                hour,
            )
            assert session.scalars(select(Conversation.case_id)).all() == [case_id]
            assert session.scalars(select(TextWish.id)).all() == []


def test_rows_from_before_there_were_macs_stay_and_have_none(
    databases: Databases, empty_kind: str, tmp_path: Path
) -> None:
    with databases.empty(empty_kind, tmp_path) as database:
        _migrate_to(database, "0005")
        old = text(
            "INSERT INTO organisations "
            "(id, kind, name, aliases, country, countries, languages, trained, capacity, employer_run, state) "
            "VALUES (:id, 'trade_union', 'Old Union', '[]', 'MY', '[]', '[]', '[]', 5, :no, 'active')"
        ).bindparams(bindparam("id", type_=Uuid()), bindparam("no", type_=Boolean()))
        with database.writing() as session:
            session.execute(old, {"id": UUID(int=7), "no": False})
        assert migrate(database) is True
        with database.reading() as session:
            found = session.scalars(select(Organisation)).one()
        assert (found.id, found.name, found.row_mac) == (UUID(int=7), "Old Union", None)


def _migrate_to(database: Database, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(PROJECT_ROOT / "migrations"))
    database.create_file()
    with database.writing() as session:
        config.attributes["connection"] = session.connection()
        command.upgrade(config, revision)


def test_an_empty_database_is_refused(databases: Databases, empty_kind: str, tmp_path: Path) -> None:
    with (
        databases.empty(empty_kind, tmp_path) as database,
        database.reading() as session,
        pytest.raises(SchemaOutOfDate, match="redress init"),
    ):
        check_schema(session)


@pytest.mark.parametrize(("revision", "advice"), (("0000", "redress upgrade"), ("9999", "update Redress")))
def test_another_version_is_refused(database: Database, revision: str, advice: str) -> None:
    with database.writing() as session:
        check_schema(session)
        session.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    with database.reading() as session, pytest.raises(SchemaOutOfDate, match=advice):
        check_schema(session)
