"""The dispatcher's loop: APScheduler ticks, each job on its own, until its process is asked to end."""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from app.dispatcher.jobs import JOBS, Errand, Job, run_job
from app.logs import describe, log_event
from app.services import Services

_JUMP_SECONDS = 5.0


def run(services: Services, asked: Callable[[], bool], jobs: tuple[Job | Errand, ...] = JOBS) -> None:
    """Tick until asked to end; what is being done then is finished first. Any number of dispatchers may run at once."""
    scheduler = _scheduler(services, jobs)
    scheduler.start()
    log_event("dispatcher.started")
    ahead = _wall_clock_ahead()
    # The main thread only asks: stopping from within a signal's handler could wait for a lock that the thread itself holds.
    while not asked():
        time.sleep(0.2)
        if abs(_wall_clock_ahead() - ahead) > _JUMP_SECONDS:
            # Due times are kept in wall clock time: after a jump back of an hour nothing would tick for an hour.
            ahead = _wall_clock_ahead()
            log_event("dispatcher.clock_jumped", level=logging.WARNING)
            _all_due_now(scheduler)
    scheduler.shutdown(wait=True)
    services.database.dispose()


def tick(job: Job | Errand, services: Services) -> None:
    """Run one job once; whatever goes wrong is logged and left for the next tick, so that the other jobs go on."""
    started = time.monotonic()
    try:
        done = run_job(job, services)
    except Exception as error:  # noqa: BLE001 - one failing job must not end the dispatcher
        log_event("job.failed", level=logging.ERROR, job=job.name, error=describe(error))
        return
    if done and not job.quiet:
        log_event("job.done", job=job.name, pieces=done, ms=int((time.monotonic() - started) * 1000))


def _scheduler(services: Services, jobs: tuple[Job | Errand, ...]) -> BackgroundScheduler:
    # Each thread holds a connection. Errands may wait for others, each in its own; what only writes waits for its turn anyway.
    errands = sum(isinstance(job, Errand) for job in jobs)
    scheduler = BackgroundScheduler(
        executors={"default": ThreadPoolExecutor(1), "errands": ThreadPoolExecutor(max(1, errands))},
        timezone=UTC,
    )
    for job in jobs:
        scheduler.add_job(
            tick,
            "interval",
            seconds=job.every_seconds,
            args=(job, services),
            id=job.name,
            executor="errands" if isinstance(job, Errand) else "default",
            next_run_time=datetime.now(UTC),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
    return scheduler


def _all_due_now(scheduler: BackgroundScheduler) -> None:
    for scheduled in scheduler.get_jobs():
        scheduled.modify(next_run_time=datetime.now(UTC))


def _wall_clock_ahead() -> float:
    return time.time() - time.monotonic()
