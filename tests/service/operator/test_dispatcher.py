"""The dispatcher's jobs on real databases: what is due is done once, whoever ticks, and one failing job stops nobody."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.cases.case.models import Case, Clock, Offer
from app.cases.enums import ClockState, OfferState, State
from app.consequences import carry_out
from app.database import Database, MemberId, new_id
from app.dispatcher.heartbeat import last_ticks, oldest_tick, record_tick
from app.dispatcher.jobs import BATCH, JOB_NAMES, JOBS, Job, run_job
from app.dispatcher.run import tick
from app.services import Services
from app.vault import SessionRow, Vault, open_session
from tests.harness.dispatching import services_over
from tests.harness.server import COMMAND, ROOT, private_environment
from tests.harness.world import World

_JOBS = {job.name: job for job in JOBS}
_LONG_ENOUGH = timedelta(days=6)


def test_an_offer_nobody_answers_moves_on_to_the_next_standby(world: World, tools: Services) -> None:
    ours = world.case_of(world.file())
    assert run_job(_JOBS["expire_offers"], tools) == 0
    clock.set_offset(int(_LONG_ENOUGH.total_seconds()))
    noise = world.case_of(world.file(words="Filed later, so not late."))
    assert run_job(_JOBS["expire_offers"], tools) == 1
    with world.database.reading() as session:
        states = dict(
            session.execute(select(Offer.organisation_id, Offer.state).where(Offer.case_id == ours)).all()
        )
        assert states == {world.near.id: OfferState.EXPIRED, world.far.id: OfferState.OFFERED}
        assert session.get_one(Case, ours).organisation_id == world.far.id
        assert session.get_one(Case, noise).organisation_id == world.near.id


def test_the_last_offer_leads_to_custody(world: World, tools: Services) -> None:
    case_id = world.case_of(world.file())
    for days in (6, 12):
        clock.set_offset(days * 86_400)
        assert run_job(_JOBS["expire_offers"], tools) == 1
    with world.database.reading() as session:
        case = session.get_one(Case, case_id)
        assert case.state is State.RECEIVED
        assert case.organisation_id is None


def test_three_dispatchers_move_each_offer_once(world: World, vault: Vault) -> None:
    cases = [world.case_of(world.file(words=f"Report {number}.")) for number in range(12)]
    clock.set_offset(int(_LONG_ENOUGH.total_seconds()))
    dispatchers = [
        services_over(Database(world.database.url, before_commit=carry_out), vault, world.rules)
        for _ in range(3)
    ]
    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda tools: run_job(_JOBS["expire_offers"], tools), dispatchers))
    for tools in dispatchers:
        tools.database.dispose()
    assert sum(done) == len(cases)
    with world.database.reading() as session:
        current = session.scalars(select(Offer.case_id).where(Offer.state == OfferState.OFFERED)).all()
    assert sorted(current) == sorted(cases)


def test_a_clock_that_ran_out_is_marked_once(world: World, tools: Services) -> None:
    case_id = world.case_of(world.file())
    assert run_job(_JOBS["mark_clocks_missed"], tools) == 0
    clock.set_offset(100 * 86_400)
    assert run_job(_JOBS["mark_clocks_missed"], tools) > 0
    assert run_job(_JOBS["mark_clocks_missed"], tools) == 0
    with world.database.reading() as session:
        states = set(session.scalars(select(Clock.state).where(Clock.case_id == case_id)))
    assert ClockState.MISSED in states
    assert ClockState.RUNNING not in states


def test_only_sessions_that_are_over_go(database: Database, world: World, tools: Services) -> None:
    def open_one(session: Session, idle: timedelta) -> None:
        open_session(
            session, world.vault, "member", MemberId(new_id()), b"", idle=idle, longest=timedelta(hours=8)
        )

    with database.writing() as session:
        for _ in range(BATCH + 3):
            open_one(session, timedelta(minutes=1))
        open_one(session, timedelta(hours=4))
    clock.set_offset(7200)  # in the clear stands the full hour after which a session is over
    assert run_job(_JOBS["expire_sessions"], tools) == BATCH + 3
    with database.reading() as session:
        assert len(session.scalars(select(SessionRow.tag)).all()) == 1


def test_each_job_leaves_its_heartbeat(database: Database, world: World, tools: Services) -> None:
    with database.reading() as session:
        assert oldest_tick(session, JOB_NAMES) is None
    for job in JOBS:
        tick(job, tools)
    with database.reading() as session:
        first = last_ticks(session)
        assert set(first) == set(JOB_NAMES)
    clock.set_offset(600)
    tick(JOBS[0], tools)
    with database.reading() as session:
        ticks = last_ticks(session)
        assert ticks[JOBS[0].name] - first[JOBS[0].name] >= timedelta(minutes=10)
        assert oldest_tick(session, JOB_NAMES) == min(first[name] for name in JOB_NAMES[1:])


def test_a_failing_job_is_logged_leaves_no_heartbeat_and_the_others_go_on(
    database: Database, world: World, tools: Services, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(session: Session, _tools: Services) -> int:
        record_tick(session, "half done")
        raise RuntimeError("the words of a worker")

    tick(Job("broken", 1, fail), tools)
    tick(JOBS[0], tools)
    with database.reading() as session:
        assert set(last_ticks(session)) == {JOBS[0].name}
    assert "job.failed" in caplog.text
    assert "RuntimeError" in str(caplog.records[0].__dict__["facts"])
    assert "worker" not in str(caplog.records[0].__dict__["facts"])


def test_two_first_heartbeats_at_once_are_one_row(database: Database) -> None:
    def beat(_number: int) -> None:
        own = Database(database.url, before_commit=carry_out)
        try:
            with own.writing() as session:
                record_tick(session, "a job")
        finally:
            own.dispose()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(beat, range(8)))
    with database.reading() as session:
        assert list(last_ticks(session)) == ["a job"]


_JUMPING = """
import itertools, sys, threading
from app.database import Database
from app.dispatcher import run as loop
from app.dispatcher.jobs import Job
from app.services import Services

ran, ended = threading.Semaphore(0), threading.Event()
readings = itertools.chain([0.0] * 3, itertools.repeat(-3600.0))
loop._wall_clock_ahead = lambda: next(readings)

def work(session, tools):
    ran.release()
    return 0

def watch():
    twice = ran.acquire(timeout=25) and ran.acquire(timeout=25)
    print("ran twice" if twice else "stood still", flush=True)
    ended.set()

threading.Thread(target=watch).start()
loop.run(Services(None, Database(sys.argv[1]), None, None, None, None), ended.is_set, (Job("hourly", 3600, work),))
"""


def test_a_clock_that_jumps_back_does_not_stop_the_ticks(sqlite_database: Database) -> None:
    """Without care an hourly job would wait for the hour that the clock lost as well."""
    outcome = subprocess.run(
        [sys.executable, "-c", _JUMPING, sqlite_database.url],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert outcome.stdout == "ran twice\n", outcome
    assert outcome.returncode == 0


@pytest.mark.parametrize("ending", (signal.SIGTERM, signal.SIGINT))
def test_a_signal_ends_a_dispatcher_cleanly(made_home: Path, tmp_path: Path, ending: signal.Signals) -> None:
    process = subprocess.Popen(
        [*COMMAND, "dispatch"],
        cwd=ROOT,
        env=private_environment(made_home, 8001),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stderr is not None
        assert "dispatcher.started" in process.stderr.readline()
        process.send_signal(ending)
        assert process.wait(60) == 0
        assert process.stderr.read() == ""
