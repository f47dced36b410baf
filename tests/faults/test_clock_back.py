"""A clock that is set an hour back, before, during and after: nothing expires early, nothing twice, and people go on."""

from datetime import timedelta
from http import HTTPStatus
from pathlib import Path

import pytest
from sqlalchemy import select

from app import clock
from app.cases.case.models import Clock, Offer
from app.database import Database
from app.dispatcher.jobs import JOBS, run_job
from app.network import Invitation
from app.vault import SessionRow, Vault, read_journal
from tests.faults.breaking import app_over
from tests.faults.people import people_over
from tests.faults.phones import Phone, in_process
from tests.faults.promises import Promises, check_kept
from tests.harness.beginnings import Beginnings
from tests.harness.databases import Databases
from tests.harness.dispatching import services_over
from tests.harness.world import World, light_vault
from tests.support.ticking import set_to

_HOUR = 3600
_MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    return light_vault(tmp_path_factory.mktemp("clock") / "keys")


@pytest.fixture(scope="module")
def worlds(databases: Databases, vault: Vault) -> Beginnings[World]:
    return Beginnings(databases, lambda database: World(database, vault))


@pytest.fixture
def world(database: Database, worlds: Beginnings[World]) -> World:
    return worlds.copy_into(database)


def tick(world: World, name: str) -> int:
    """One job once, and how much it did."""
    job = next(job for job in JOBS if job.name == name)
    return run_job(job, services_over(world.database, world.vault, world.rules))


def test_an_offer_runs_out_at_its_time_and_once_however_the_clock_jumps(world: World) -> None:
    case_id = world.case_of(world.file())
    with world.database.reading() as session:
        first = session.scalars(select(Offer.expires_at).where(Offer.expires_at.is_not(None))).one()
    assert first is not None
    moved = []
    # Just before; an hour back; just before again; just after; an hour back, when it is not over any more; and on.
    for moment in (-_MINUTE, -timedelta(hours=1), -_MINUTE, _MINUTE, -_MINUTE, 2 * _MINUTE):
        set_to(first + moment)
        moved.append(tick(world, "expire_offers"))
    assert moved == [0, 0, 0, 1, 0, 0]
    with world.database.reading() as session:
        acts = [entry.act for entry in read_journal(session, world.vault, case_id)]
        assert acts.count("case.offer_expired") == 1
        second = session.scalars(select(Offer.expires_at).where(Offer.expires_at.is_not(None))).one()
        # Whoever is asked next has its own full time, counted from when it was asked.
        assert second is not None
        assert second - first > timedelta(hours=2)


def test_each_clock_is_missed_once_and_none_before_its_time(world: World) -> None:
    case_id = world.case_of(world.file())
    with world.database.reading() as session:
        dates = sorted(session.scalars(select(Clock.due_at).where(Clock.case_id == case_id)))
    missed = []
    for moment in (-_MINUTE, _MINUTE, -timedelta(hours=1), 2 * _MINUTE):
        set_to(dates[0] + moment)
        missed.append(tick(world, "mark_clocks_missed"))
    assert missed == [0, dates.count(dates[0]), 0, 0]
    with world.database.reading() as session:
        acts = [entry.act for entry in read_journal(session, world.vault, case_id)]
        assert acts.count("clock.missed") == dates.count(dates[0])


def test_sessions_and_invitations_outlive_a_clock_that_goes_back(world: World) -> None:
    world.sign_in("near.lead")
    filed = world.file()
    worker = world.enter(filed)
    clock.set_offset(-_HOUR)
    assert tick(world, "expire_sessions") == 0
    assert tick(world, "expire_invitations") == 0
    assert world.sign_in("near.lead").member.organisation_id == world.near.id
    clock.set_offset(0)
    with world.database.reading() as session:
        assert len(session.scalars(select(SessionRow.tag)).all()) >= 2
        assert session.scalars(select(Invitation.id)).first() is not None
    assert worker.case_id == world.case_of(filed)


def test_pages_that_were_open_when_the_clock_went_back_are_taken(database: Database, tmp_path: Path) -> None:
    people = people_over(database, tmp_path)
    clock.set_offset(-_HOUR)
    people.press_again()


def test_an_act_before_and_its_repetition_after_the_jump_are_one(world: World, tmp_path: Path) -> None:
    phone, promises = Phone(in_process(app_over(world, tmp_path))), Promises()
    form = phone.report_form("Sent twice.", world.site.code)
    receipt = phone.report(form)
    promises.shown(receipt, "Sent twice.")
    fresh = phone.in_inbox(phone.enter(receipt), "code")
    replaced = phone.insist(fresh).receipt
    clock.set_offset(-_HOUR)
    assert phone.report(form) == receipt
    # The answer with the new code was lost, and the clock went back meanwhile.
    assert phone.insist(fresh).receipt == replaced
    promises.replaced(receipt, replaced)
    message = phone.in_inbox(phone.enter(replaced), "write", "After the jump.")
    for offset in (-_HOUR, -_HOUR + 60):
        clock.set_offset(offset)
        assert phone.insist(message).status == HTTPStatus.SEE_OTHER
    promises.acknowledged(replaced, "After the jump.")
    clock.set_offset(0)
    world.sign_in("other.lead")
    check_kept(world, promises)
