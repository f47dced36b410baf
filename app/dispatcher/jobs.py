"""What the dispatcher does, job by job: the name, how often, and the verb of another room that does it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy.orm import Session

from app import clock
from app.attachments import give_up_files
from app.cases.clocks import mark_clocks_missed, remind_of_dates
from app.cases.escalation import climb_ladders
from app.cases.routing import expire_offers
from app.dispatcher.daily_root import sign_today
from app.dispatcher.heartbeat import last_ticks, record_tick
from app.followups import Texter, ask_due, text_due
from app.intake.conversation.door import import_missed, settle_silence
from app.intake.reaching import way_to_ask
from app.messaging.gateways.registry import EMAIL
from app.messaging.members import tell_of_offers, write_digests
from app.messaging.sending import ask_providers, redact_texts, send_due
from app.network import expire_attempts, expire_invitations
from app.services import Services
from app.vault import expire_sessions

# Small enough that a worker who files meanwhile does not wait for a long unit of work.
BATCH = 50
_BATCHES_A_TICK = 40
_ONE = 1  # case: two in one unit of work would wait for each other in a circle for the same members (see LATES in late_alerts)
_DIGESTS = 10  # each counts a member's queue
_NOTED_EVERY = timedelta(seconds=30)


@dataclass(frozen=True)
class Job:
    """One kind of work: `work` does at most `batch` pieces in the unit of work it is given and says how many."""

    name: str
    every_seconds: int
    work: Callable[[Session, Services], int]
    # Follows so closely upon what a worker did that a line in the log would tell the moment of it.
    quiet: bool = False
    batch: int = BATCH


@dataclass(frozen=True)
class Errand:
    """Work that talks to others than the database: it opens and ends its own units of work, and holds none while it waits."""

    name: str
    every_seconds: int
    act: Callable[[Services], int]
    quiet: bool = True


def _expire_offers(session: Session, services: Services) -> int:
    return expire_offers(session, services.vault, services.rules, BATCH)


def _mark_clocks_missed(session: Session, services: Services) -> int:
    return mark_clocks_missed(session, services.vault, BATCH)


def _climb_ladders(session: Session, services: Services) -> int:
    return climb_ladders(session, services.vault, services.rules, _ONE)


def _ask_due(session: Session, services: Services) -> int:
    return ask_due(session, services.vault, services.rules, BATCH)


def _text_followups(session: Session, services: Services) -> int:
    texter = Texter(
        services.vault,
        services.rules,
        services.languages,
        partial(way_to_ask, services.gateways),
        services.host,
    )
    return text_due(session, texter)


def _remind_of_dates(session: Session, services: Services) -> int:
    return remind_of_dates(session, services.vault, _ONE)


def _tell_of_offers(session: Session, services: Services) -> int:
    return tell_of_offers(session, services.vault)


def _write_digests(session: Session, services: Services) -> int:
    if EMAIL not in services.gateways.names:
        return 0
    desk = f"{services.settings.public_url}/desk/"
    return write_digests(session, services.vault, services.rules, desk, _DIGESTS)


def _expire_sessions(session: Session, _services: Services) -> int:
    return expire_sessions(session, BATCH)


def _expire_invitations(session: Session, _services: Services) -> int:
    return expire_invitations(session, BATCH)


def _expire_attempts(session: Session, _services: Services) -> int:
    return expire_attempts(session, BATCH)


def _give_up_files(session: Session, services: Services) -> int:
    return give_up_files(session, services.vault)


def _settle_silence(session: Session, services: Services) -> int:
    return settle_silence(session, services.vault, services.rules, BATCH)


def _send_texts(services: Services) -> int:
    return send_due(services.database, services.vault, services.gateways, services.settings)


def _take_over_texts(services: Services) -> int:
    return services.claims.take_over(services.database)


def _import_missed_texts(services: Services) -> int:
    return import_missed(services)


def _ask_providers(services: Services) -> int:
    return ask_providers(services.database, services.vault, services.gateways)


def _redact_texts(services: Services) -> int:
    return redact_texts(services.database, services.gateways)


def _sign_root(services: Services) -> int:
    return sign_today(services.database, services.vault, services.settings)


def _empty_log(services: Services) -> int:
    return int(services.database.empty_log())


JOBS: tuple[Job | Errand, ...] = (
    Job("expire_offers", 20, _expire_offers),
    Job("mark_clocks_missed", 30, _mark_clocks_missed),
    Job("climb_ladders", 30, _climb_ladders, batch=_ONE),
    Job("ask_followups", 30, _ask_due),
    Job("text_followups", 30, _text_followups, batch=_ONE),
    Job("remind_of_dates", 60, _remind_of_dates, batch=_ONE),
    Job("tell_of_offers", 300, _tell_of_offers),
    Job("write_digests", 60, _write_digests, batch=_DIGESTS),
    Job("expire_sessions", 60, _expire_sessions),
    Job("expire_attempts", 60, _expire_attempts),
    Job("expire_invitations", 60, _expire_invitations),
    Job("give_up_files", 300, _give_up_files, batch=_ONE),
    Job("settle_silence", 20, _settle_silence, quiet=True),
    Errand("send_texts", 1, _send_texts),
    Errand("take_over_texts", 15, _take_over_texts),
    Errand("ask_providers", 60, _ask_providers),
    Errand("redact_texts", 60, _redact_texts),
    Errand("import_missed_texts", 300, _import_missed_texts),
    Errand("empty_log", 240, _empty_log),
    Errand("sign_root", 240, _sign_root),
)
JOB_NAMES = tuple(job.name for job in JOBS)


def run_job(job: Job | Errand, services: Services) -> int:
    """One tick: until nothing is due, or enough was done for the others to go on; how many pieces were done."""
    if isinstance(job, Errand):
        done = job.act(services)
        _note_errand(job, services)
        return done
    done = 0
    for _ in range(_BATCHES_A_TICK):
        with services.database.writing() as session:
            pieces = job.work(session, services)
            record_tick(session, job.name)
        done += pieces
        if pieces < job.batch:
            break
    return done


def _note_errand(errand: Errand, services: Services) -> None:
    # Some run every second: a write, and on SQLite a turn, for each of them would be most of what an idle machine does.
    with services.database.reading() as session:
        last = last_ticks(session).get(errand.name)
    if last is None or abs(clock.now() - last) >= _NOTED_EVERY:
        with services.database.writing() as session:
            record_tick(session, errand.name)
