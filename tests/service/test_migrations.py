"""The migrations make exactly the tables of the models, on both databases, and an old schema is refused."""

import pkgutil
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Boolean, Insert, Uuid, bindparam, column, insert, select, table, text
from sqlalchemy.orm import Session

import app
from app.cases.case import Case
from app.cases.case.models import Clock, Entry, Escalation
from app.cases.enums import (
    AuthorKind,
    ClockKind,
    ClockState,
    EntryKind,
    FirstAnswer,
    FollowupKind,
    FollowupState,
    TextAbout,
    TextState,
    Urgency,
)
from app.cases.followups import Followup, PlannedText
from app.database import Base, Database, OrganisationId, UtcDateTime, new_id
from app.database.inserts import insert_rows
from app.database.schema import REVISION, SchemaOutOfDate, check_schema, migrate, revision_of
from app.intake.conversation.store.models import Conversation
from app.messaging.delivery import Delivery, Purpose
from app.messaging.members.notices import USUAL, wishes_of
from app.messaging.models import MemberAddress, OutgoingText, Phone, TextRequest
from app.network import (
    Member,
    MemberState,
    Organisation,
    OrganisationKind,
    OrganisationState,
    Role,
    roster_of,
)
from app.settings import PROJECT_ROOT
from app.vault import RowSigner, Vault, is_sound, load_keyring, make_keyrings, sign_old_rows
from app.vault.row_macs import sign_row
from tests.harness.databases import KINDS, Databases
from tests.harness.world import light_vault
from tests.support.making import new_vault


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
        session.execute(text("ALTER TABLE cases DROP COLUMN closing_reason"))
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
    # As that version wrote it, without the columns that came since.
    old = text(
        "INSERT INTO phones (id, pepper, tag, number_sealed, gateway, line, country, made_hour) "
        "VALUES (:id, '00000000', :tag, :number, 'simulator', 'line', 'MY', :hour)"
    ).bindparams(bindparam("id", type_=Uuid()), bindparam("hour", type_=UtcDateTime()))
    talk = Conversation(
        phone_id=phone_id, case_id=case_id, number=1, position_veil=b"veil", silent_at=hour, ended=False
    )
    with databases.empty(empty_kind, tmp_path) as database:
        _migrate_to(database, "0003")
        with database.writing() as session:
            session.execute(old, {"id": phone_id, "tag": b"tag", "number": b"number", "hour": hour})
            insert_rows(session, [talk])
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
            assert kept.row_mac is None
            assert session.scalars(select(TextRequest.id)).all() == []


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


def test_texts_from_before_they_had_macs_stay_and_have_none(
    databases: Databases, empty_kind: str, tmp_path: Path
) -> None:
    hour = datetime(2026, 3, 1, 10, tzinfo=UTC)
    of = {"id": UUID(int=1), "phone": UUID(int=2), "member": UUID(int=3), "hour": hour, "some": b"some"}
    inserts = (
        (
            "INSERT INTO phones (id, pepper, tag, number_sealed, gateway, line, country, made_hour) "
            "VALUES (:phone, '00000000', :some, :some, 'simulator', 'line', 'MY', :hour)"
        ),
        "INSERT INTO text_wishes (id, case_tag, case_veil, phone_id) VALUES (:id, :some, :some, :phone)",
        (
            "INSERT INTO outgoing_texts (id, key, purpose, phone_id, gateway, line, body_sealed, encoding, segments, state, "
            "due_at, valid_until, attempts, redacted) VALUES (:id, :some, 'reply', :phone, 'simulator', 'line', :some, 'GSM-7', 1, "
            "'waiting', :hour, :hour, 0, :no)"
        ),
        (
            "INSERT INTO member_addresses (id, member_id, channel, address_sealed, hint_veil, country) "
            "VALUES (:id, :member, 'text', :some, :some, 'MY')"
        ),
    )
    types: dict[str, Any] = {
        **dict.fromkeys(("id", "phone", "member"), Uuid()),
        "hour": UtcDateTime(),
        "no": Boolean(),
    }
    with databases.empty(empty_kind, tmp_path) as database:
        _migrate_to(database, "0008")
        with database.writing() as session:
            for statement in inserts:
                names = {name for name in (*of, "no") if f":{name}" in statement}
                typed = [bindparam(name, type_=types[name]) for name in names if name in types]
                values = {name: value for name, value in (of | {"no": False}).items() if name in names}
                session.execute(text(statement).bindparams(*typed), values)
        assert migrate(database) is True
        with database.reading() as session:
            kept = session.scalars(select(OutgoingText)).one()
            assert (kept.phone_id, kept.state, kept.body_sealed, kept.due_at) == (
                UUID(int=2),
                Delivery.WAITING,
                b"some",
                hour,
            )
            for model in (Phone, TextRequest, OutgoingText, MemberAddress):
                assert session.scalars(select(model.row_mac)).all() == [None]


_CASE_OF_THEN = (
    "INSERT INTO cases (id, submission_id, body_tag, reference, language, urgency, state, on_hold, retaliation, practice, "
    "received_hour, queue_rank, is_open, helper_has_read, worker_wrote, facts_veil, edit_version) VALUES (:case, :id, "
    ":some, 'Otter 12', 'my', 'low', 'accepted', :no, :no, :no, :hour, 1, :yes, :no, :no, :some, 1)"
)


def _write(session: Session, inserts: Iterable[str], hour: datetime) -> None:
    """Rows as an earlier version wrote them."""
    of: dict[str, Any] = {"case": UUID(int=1), "id": UUID(int=2), "other": UUID(int=3), "some": b"some"}
    of |= {"hour": hour, "no": False, "yes": True}
    types: dict[str, Any] = {
        **dict.fromkeys(("case", "id", "other"), Uuid()),
        **dict.fromkeys(("no", "yes"), Boolean()),
        "hour": UtcDateTime(),
    }
    for statement in inserts:
        names = [name for name in of if f":{name}" in statement]
        typed = [bindparam(name, type_=types[name]) for name in names if name in types]
        session.execute(text(statement).bindparams(*typed), {name: of[name] for name in names})


def test_for_what_was_late_before_there_were_ladders_nobody_was_asked_yet(
    databases: Databases, empty_kind: str, tmp_path: Path
) -> None:
    hour = datetime(2026, 3, 1, 10, tzinfo=UTC)
    inserts = (
        _CASE_OF_THEN,
        (
            "INSERT INTO clocks (case_id, id, kind, due_at, state, who) "
            "VALUES (:case, :id, 'read', :hour, 'missed', 'partner')"
        ),
    )
    with databases.empty(empty_kind, tmp_path) as database:
        _migrate_to(database, "0012")
        with database.writing() as session:
            _write(session, inserts, hour)
        assert migrate(database) is True
        with database.reading() as session:
            assert session.scalars(select(Clock.state)).all() == [ClockState.MISSED]
            assert session.scalars(select(Escalation.id)).all() == []


_ORGANISATION = {
    "kind": OrganisationKind.TRADE_UNION,
    "name": "Old Union",
    "aliases": [],
    "country": "MY",
    "countries": ["MY"],
    "languages": ["en"],
    "trained": [],
    "capacity": 5,
    "employer_run": False,
    "state": OrganisationState.ACTIVE,
}


def test_deadlines_from_before_they_had_macs_are_signed_as_they_stand(
    databases: Databases, empty_kind: str, tmp_path: Path
) -> None:
    hour = datetime(2026, 3, 1, 10, tzinfo=UTC)
    inserts = (
        _CASE_OF_THEN,
        (
            "INSERT INTO clocks (case_id, id, kind, due_at, state, who) "
            "VALUES (:case, :id, 'read', :hour, 'met', 'partner')"
        ),
        (
            "INSERT INTO clocks (case_id, id, kind, due_at, state, who, paused_hour) "
            "VALUES (:case, :other, 'assessment', :hour, 'paused', 'partner', :hour)"
        ),
    )
    vault = new_vault(tmp_path / "keys")
    with databases.empty(empty_kind, tmp_path) as database:
        _migrate_to(database, "0027")
        with database.writing() as session:
            _write(session, inserts, hour)
        assert migrate(database) is True
        with database.writing() as session:
            assert session.scalars(select(Clock.row_mac)).all() == [None, None]
            assert sign_old_rows(session, vault, {"clocks"}) == 2
        with database.reading() as session:
            rows = session.scalars(select(Clock).order_by(Clock.kind)).all()
            assert [row.state for row in rows] == [ClockState.PAUSED, ClockState.MET]
            assert all(is_sound(vault, row) for row in rows)


def test_members_from_before_they_had_a_time_zone_keep_their_mac(
    databases: Databases, empty_kind: str, tmp_path: Path
) -> None:
    make_keyrings(tmp_path / "keys")
    holder = load_keyring(tmp_path / "keys", "web")
    with databases.empty(empty_kind, tmp_path) as database:
        _migrate_to(database, "0012")
        database.sign_with(RowSigner(lambda: Vault(holder)))
        old = Member(
            id=UUID(int=9),
            organisation_id=UUID(int=7),
            role=Role.LEAD,
            login_tag=b"tag",
            login_veil=b"login",
            name_veil=b"name",
            state=MemberState.ACTIVE,
        )
        columns = [column for column in Member.__table__.c if column.name != "zone_veil"]
        with database.writing() as session:
            sign_row(Vault(holder), old)
            session.execute(insert(Organisation).values(id=UUID(int=7), **_ORGANISATION))
            values = {column.name: getattr(old, column.name) for column in columns}
            session.execute(insert(Member).values(values))
        assert migrate(database) is True
        with database.reading() as session:
            found = session.scalars(select(Member)).one()
            assert (found.zone_veil, is_sound(Vault(holder), found)) == (None, True)


def test_a_case_from_before_there_were_follow_ups_stays_and_has_none(
    databases: Databases, empty_kind: str, tmp_path: Path
) -> None:
    hour = datetime(2026, 3, 1, 10, tzinfo=UTC)
    old = Case(
        submission_id=UUID(int=1),
        body_tag=b"tag",
        reference="red-fox-1",
        language="en",
        urgency=Urgency.MEDIUM,
        received_hour=hour,
        queue_rank=1,
        facts_veil=b"veil",
    )
    planned = Followup(kind=FollowupKind.NEWS, since=hour, round=1, due_at=hour)
    vault = light_vault(tmp_path / "keys")
    with databases.empty(empty_kind, tmp_path) as database:
        _migrate_to(database, "0012")
        database.sign_with(RowSigner(lambda: vault))
        with database.writing() as session:
            sign_row(vault, old)
            session.execute(_as_of_then(old))
        assert migrate(database) is True
        with database.writing() as session:
            kept_case = session.scalars(select(Case)).one()
            assert (kept_case.reference, kept_case.partners) == ("red-fox-1", ())
            assert is_sound(vault, kept_case)
            assert session.scalars(select(Followup.id)).all() == []
            planned.case_id = session.scalars(select(Case.id)).one()
            session.add(planned)
        with database.reading() as session:
            kept = session.scalars(select(Followup)).one()
            assert (kept.state, kept.due_at, is_sound(vault, kept)) == (FollowupState.PLANNED, hour, True)


def test_months_are_counted_of_cases_from_before_they_were(
    databases: Databases, empty_kind: str, tmp_path: Path
) -> None:
    hour, vault = datetime(2026, 3, 1, 10, tzinfo=UTC), light_vault(tmp_path / "keys")
    answered = {"no": (None, 0), "in time": (5, 26), "late": (30, 23), "twice": (48, 0)}
    cases = {name: _case_of_then(name, hour) for name in answered}
    with databases.empty(empty_kind, tmp_path) as database:
        _migrate_to(database, "0016")
        database.sign_with(RowSigner(lambda: vault))
        with database.writing() as session:
            for name, case in cases.items():
                sign_row(vault, case)
                session.execute(_as_of_then(case))
                session.execute(_clock_of_then(case, hour + timedelta(hours=30)))
                after, wrote = answered[name]
                session.add(
                    _entry_of_then(
                        case, EntryKind.WORKER_MESSAGE, AuthorKind.WORKER, hour + timedelta(hours=wrote)
                    )
                )
                for later in () if after is None else (after, after + 40):
                    session.add(
                        _entry_of_then(
                            case, EntryKind.REPLY, AuthorKind.MEMBER, hour + timedelta(hours=later)
                        )
                    )
        assert migrate(database) is True
        with database.reading() as session:
            found = {case.reference: case for case in session.scalars(select(Case))}
            assert {name: (case.first_answer, case.came_back) for name, case in found.items()} == {
                "no": (None, False),
                "in time": (FirstAnswer.IN_TIME, True),
                "late": (FirstAnswer.LATE, False),
                "twice": (FirstAnswer.LATE, False),
            }
            assert all(is_sound(vault, case) for case in found.values())


def test_a_question_from_before_there_were_texts_stays_and_none_is_planned(
    databases: Databases, empty_kind: str, tmp_path: Path
) -> None:
    hour = datetime(2026, 3, 1, 10, tzinfo=UTC)
    old = _case_of_then("red-fox-1", hour)
    asked = Followup(
        kind=FollowupKind.NEWS, since=hour, round=1, due_at=hour, state=FollowupState.ASKED, asked_hour=hour
    )
    vault = light_vault(tmp_path / "keys")
    with databases.empty(empty_kind, tmp_path) as database:
        _migrate_to(database, "0016")
        database.sign_with(RowSigner(lambda: vault))
        with database.writing() as session:
            sign_row(vault, old)
            session.execute(_as_of_then(old))
            asked.case_id = old.id
            session.add(asked)
        assert migrate(database) is True
        with database.writing() as session:
            kept = session.scalars(select(Followup)).one()
            assert (kept.state, is_sound(vault, kept)) == (FollowupState.ASKED, True)
            assert session.scalars(select(PlannedText.id)).all() == []
            due = {"planned_hour": hour, "due_at": hour}
            session.add(
                PlannedText(case_id=kept.case_id, about=TextAbout.QUESTION, subject_id=kept.id, **due)
            )
        with database.reading() as session:
            planned = session.scalars(select(PlannedText)).one()
            found = (planned.state, planned.tries, planned.text_id, is_sound(vault, planned))
            assert found == (TextState.PLANNED, 0, None, True)


def test_alerts_from_before_there_was_a_roster_keep_their_mac_and_nobody_is_on_duty(
    databases: Databases, empty_kind: str, tmp_path: Path
) -> None:
    make_keyrings(tmp_path / "keys")
    vault = Vault(load_keyring(tmp_path / "keys", "web"))
    hour = datetime(2026, 3, 1, 10, tzinfo=UTC)
    old = OutgoingText(
        key=b"key",
        purpose=Purpose.ALERT,
        address_id=UUID(int=3),
        gateway="email",
        line="",
        encoding="GSM-7",
        segments=1,
        due_at=hour,
        valid_until=hour,
    )
    with databases.empty(empty_kind, tmp_path) as database:
        _migrate_to(database, "0016")
        database.sign_with(RowSigner(lambda: vault))
        columns = [column for column in OutgoingText.__table__.c if column.name != "rung_id"]
        with database.writing() as session:
            sign_row(vault, old)
            values = {column.name: getattr(old, column.name) for column in columns}
            values |= {"state": Delivery.WAITING, "attempts": 0, "redacted": False}
            session.execute(insert(OutgoingText).values(values))
            session.execute(insert(Organisation).values(id=UUID(int=7), **_ORGANISATION))
        assert migrate(database) is True
        with database.reading() as session:
            found = session.scalars(select(OutgoingText)).one()
            assert (found.rung_id, is_sound(vault, found)) == (None, True)
            roster = roster_of(session, vault, OrganisationId(UUID(int=7)))
            assert len(roster.gaps(hour)) == 8
            assert wishes_of(session, vault, [UUID(int=9)]) == {UUID(int=9): USUAL}


def _case_of_then(name: str, hour: datetime) -> Case:
    return Case(
        submission_id=uuid4(),
        body_tag=b"tag",
        reference=name,
        language="en",
        urgency=Urgency.MEDIUM,
        received_hour=hour,
        queue_rank=1,
        facts_veil=b"veil",
    )


def _entry_of_then(case: Case, kind: EntryKind, author: AuthorKind, hour: datetime) -> Entry:
    return Entry(
        case_id=case.id,
        seq=hour.hour + 100 * hour.day,
        compartment="account",
        version=1,
        kind=kind,
        author_kind=author,
        hour=hour,
        sealed=b"sealed",
    )


def _as_of_then(case: Case) -> Insert:
    """A case for a schema in which nothing was kept of its months."""
    later = ("first_answer", "came_back", "also_asked_id")
    columns = [column(each.name, each.type) for each in Case.__table__.c if each.name not in later]
    values = {each.name: getattr(case, each.name) for each in columns}
    return insert(table("cases", *columns)).values(
        values | {"helper_has_read": False, "worker_wrote": False, "edit_version": 1}
    )


def _clock_of_then(case: Case, due_at: datetime) -> Insert:
    """A clock for a schema in which none had a MAC."""
    columns = [column(each.name, each.type) for each in Clock.__table__.c if each.name != "row_mac"]
    row = Clock(case_id=case.id, id=new_id(), kind=ClockKind.ACKNOWLEDGE, due_at=due_at, who="partner")
    values = {each.name: getattr(row, each.name) for each in columns} | {"state": ClockState.RUNNING}
    return insert(table("clocks", *columns)).values(values)


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
