"""An older deployment's rows get their MACs at the upgrade, once: nobody has rows of their own signed later."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from app.cases.case.models import Case, RoutingRecord
from app.cases.case.veils import decision_place
from app.cases.custody.reading import agree_to_read, ask_to_read
from app.cases.desk.reading import open_case
from app.cases.routing.offers import accept_offer
from app.cases.worker.inbox import open_inbox
from app.cases.worker.sharing import stop_sharing
from app.cli.deployment import Deployment
from app.cli.setup import init, upgrade
from app.database import Base, CaseId, Database
from app.messaging.delivery import Delivery, Purpose
from app.messaging.gateways.simulator import LINE, NAME
from app.messaging.members.addresses import Channel, keep_address
from app.messaging.models import OutgoingText, Phone
from app.messaging.phones.numbers import read_number
from app.messaging.phones.phone_rows import locked_phone
from app.messaging.phones.text_requests import keep_text_request, seal_text_request
from app.messaging.queue.outgoing import enqueue_text
from app.network import Organisation, OrganisationKind, SiteHead, sites_are_whole
from app.settings import read_settings
from app.vault import (
    CircleName,
    ForgedRow,
    GrantRow,
    JournalChainRow,
    RowSigner,
    forged_rows,
    is_sound,
    signed_models,
    verify_journal,
)
from app.vault.journal_heads import head_mac
from tests.harness.world import LIGHT, World, light_vault

NUMBER = "+60123450902"


@pytest.fixture
def old(database: Database, tmp_path: Path) -> tuple[Deployment, World]:
    """A deployment in use, as a version before the MACs left it: the columns are there, and empty."""
    home = tmp_path / "home"
    made = Deployment(read_settings({"REDRESS_HOME": str(home), "DATABASE_URL": database.url}))
    made.make_home()
    world = World(database, light_vault(home / "keys"))
    made.__dict__ |= {"vault": world.vault, "database": database}
    _live_in(world)
    _forget_macs(world)
    return made, world


def _live_in(world: World) -> None:
    accepted = world.case_of(world.file())
    held = world.case_of(world.file(exclude_other="my cousin Zubin"))
    stopped = world.file(words="Words that were taken back.")
    world.admit("custodian.one", "custodian.two", list(CircleName))
    first, second = world.sign_in("custodian.one"), world.sign_in("custodian.two")
    lead = world.sign_in("near.lead")
    with world.database.writing() as session:
        accept_offer(session, world.vault, world.rules, lead, accepted)
        request = ask_to_read(session, world.vault, first, held, "Nobody answers.")
        agree_to_read(session, world.vault, second, request)
    with world.database.writing() as session:
        keep_address(session, world.vault, lead, Channel.EMAIL, "somebody@mail.example")
        wish = seal_text_request(world.vault, accepted, read_number(NUMBER, LINE, None), NAME, LINE)
        keep_text_request(session, wish)
        enqueue_text(
            session,
            world.vault,
            key=("a text",),
            purpose=Purpose.REPLY,
            body="We are here.",
            phone=session.get_one(Phone, wish.wish.phone_id),
            case_id=accepted,
            valid_for=timedelta(hours=2),
        )
    worker = world.enter(stopped)
    with world.database.writing() as session:
        stop_sharing(session, world.vault, worker)


def _forget_macs(world: World) -> None:
    tables = Base.metadata.tables
    with world.database.writing() as session:
        connection = session.connection()
        for model in signed_models():
            connection.execute(update(tables[model.__tablename__]).values(row_mac=None))
        connection.execute(update(tables["sites"]).values(stakes=None))
        connection.execute(update(tables["vault_grants"]).values(key_version=None))
        heads = tables["vault_journal_chains"]
        for row in connection.execute(select(heads)).mappings().all():
            head = JournalChainRow(**{**row, "key_version": None})
            values = {"key_version": None, "mac": head_mac(world.vault, head)}
            connection.execute(update(heads).where(heads.c.id == head.id).values(values))


def _forged(world: World) -> int:
    return len(_forged_rows(world))


def _forged_rows(world: World) -> list[ForgedRow]:
    with world.database.reading() as session:
        return list(forged_rows(session, world.vault))


def test_before_the_upgrade_no_row_counts(old: tuple[Deployment, World]) -> None:
    _, world = old
    assert _forged(world) > 20
    filed = world.file(words="Kept, and for its worker alone.")
    assert filed.organisation_id is None


def test_the_upgrade_signs_what_is_there_and_all_goes_on(
    old: tuple[Deployment, World], capsys: pytest.CaptureFixture[str]
) -> None:
    deployment, world = old
    assert _run(deployment, upgrade) == 0
    assert "rows were signed" in capsys.readouterr().out
    assert _forged(world) == 0
    lead = world.sign_in("near.lead")
    with world.database.reading() as session:
        assert verify_journal(session, world.vault).sound
        mine = session.scalars(
            select(Case.id).where(
                Case.organisation_id == world.near.id, Case.state.not_in(("offered", "received"))
            )
        ).all()
        stood = session.scalars(select(GrantRow.key_version).where(GrantRow.state != "ended")).all()
    assert None not in stood
    with world.database.writing() as session:
        words = [open_case(session, world.vault, lead, CaseId(case_id)).entries[0].body for case_id in mine]
    assert words
    assert all(words)
    filed = world.file(words="It goes on.")
    assert filed.organisation_id == world.near.id
    worker = world.enter(filed)
    with world.database.reading() as session:
        assert open_inbox(session, world.vault, worker).messages[0].text == "It goes on."


def test_no_row_is_signed_a_second_time(
    old: tuple[Deployment, World], capsys: pytest.CaptureFixture[str]
) -> None:
    deployment, world = old
    assert _run(deployment, upgrade) == 0
    rows = Base.metadata.tables["organisations"]
    with world.database.engine.begin() as connection:
        mine = update(rows).where(rows.c.id == world.buyer.id)
        connection.execute(mine.values(kind=OrganisationKind.MONITORING_PARTNER, row_mac=None))
    capsys.readouterr()
    for command in (upgrade, init):
        assert _run(deployment, command) == 0
    assert "rows were signed" not in capsys.readouterr().out
    assert _forged(world) == 1
    with world.database.reading() as session:
        assert session.get_one(Organisation, world.buyer.id).row_mac is None


def test_tables_that_got_macs_later_are_signed_once_and_the_others_never_again(
    old: tuple[Deployment, World], capsys: pytest.CaptureFixture[str]
) -> None:
    """A deployment of the version that signed the first tables only: its mark names none."""
    deployment, world = old
    assert _run(deployment, upgrade) == 0
    mark = deployment.settings.keys / "rows-signed"
    mark.write_text(str(world.vault.deployment), encoding="utf-8")
    later = ("member_addresses", "outgoing_texts", "phones", "text_wishes")
    tables = Base.metadata.tables
    with world.database.engine.begin() as connection:
        for name in (*later, "organisations"):
            assert connection.execute(update(tables[name]).values(row_mac=None)).rowcount
    organisations = len({row.ids for row in _forged_rows(world) if row.table == "organisations"})
    assert {row.table for row in _forged_rows(world)} == {*later, "organisations"}
    capsys.readouterr()
    assert _run(deployment, upgrade) == 0
    assert "rows were signed" in capsys.readouterr().out
    assert [row.table for row in _forged_rows(world)] == ["organisations"] * organisations
    with world.database.engine.begin() as connection:
        connection.execute(update(tables["phones"]).values(row_mac=None))
    assert _run(deployment, upgrade) == 0
    assert {row.table for row in _forged_rows(world)} == {"organisations", "phones"}
    assert set(mark.parent.iterdir()) == {mark, mark.parent / "web.json", mark.parent / "dispatcher.json"}
    assert mark.stat().st_mode & 0o777 == 0o600


def test_a_phone_and_a_text_of_an_older_version_go_on_after_the_upgrade(
    old: tuple[Deployment, World],
) -> None:
    deployment, world = old
    assert _run(deployment, upgrade) == 0
    with world.database.writing() as session:
        tags = world.vault.number_tags(NUMBER)
        phone = locked_phone(session, tags)
        assert phone is not None
        (text,) = session.scalars(select(OutgoingText).where(OutgoingText.phone_id == phone.id))
        assert is_sound(world.vault, text)
        assert (text.state, text.body_sealed is None) == (Delivery.WAITING, False)


def _run(deployment: Deployment, command: object) -> int:
    """With the light hash and the database of the test, which `command` would open anew."""
    database: Database = deployment.__dict__["database"]
    vault = deployment.__dict__["vault"]
    assert vault.hardness == LIGHT
    assert callable(command)
    done: int = command(deployment, None)
    database.sign_with(RowSigner(lambda: vault))
    return done


def test_the_upgrade_binds_reasons_to_their_cases_and_counts_the_sites(old: tuple[Deployment, World]) -> None:
    deployment, world = old
    with world.database.writing() as session:
        for record in session.scalars(select(RoutingRecord)):
            place = decision_place(record.case_id, record.id)
            opened = world.vault.unveil(place, record.decision_veil)
            record.decision_veil = world.vault.veil(replace(place, case=None), opened)
        session.execute(delete(SiteHead))
    assert _run(deployment, upgrade) == 0
    with world.database.reading() as session:
        records = session.scalars(select(RoutingRecord)).all()
        for record in records:
            assert world.vault.unveil(decision_place(record.case_id, record.id), record.decision_veil)
        assert records
        assert sites_are_whole(session, world.vault)
