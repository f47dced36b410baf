"""What `redress doctor` looks at, one small function a question; each answers with findings and never raises."""

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from app import clock
from app.cases.case import Case
from app.cases.escalation import without_next_step
from app.cli.deployment import Deployment, KeyringKind
from app.cli.duty_roster import duty_roster
from app.cli.findings import Finding, Weight
from app.cli.keys import intake_key, unfinished_keys
from app.cli.procedures import procedures
from app.cli.written_past_us import written_past_us
from app.database import SchemaOutOfDate, check_schema
from app.dispatcher.heartbeat import STALE_AFTER, oldest_tick
from app.dispatcher.jobs import JOB_NAMES
from app.logs import log_failure
from app.messaging.gateways.registry import EMAIL, Gateways, GatewaysRefused
from app.messaging.members import has_readers, unalerted
from app.messaging.queue import count_queue
from app.network import REMOTE, OrganisationState, organisations_of
from app.vault import (
    CircleName,
    DeploymentMissing,
    KeyringMissing,
    KeyringOfAnotherDeployment,
    KeyringUnreadable,
    RootBroken,
    check_deployment,
    circle_of,
    read_roots,
)

_KINDS: tuple[KeyringKind, ...] = ("web", "dispatcher")
_ROOM_NEEDED = 1 << 30
_NAMED = 20
_ROOT_TOO_OLD = timedelta(days=2)
_WRITTEN_IN = datetime(2026, 1, 1, tzinfo=UTC)
_EXPLAINED = (
    DeploymentMissing,
    KeyringMissing,
    KeyringUnreadable,
    KeyringOfAnotherDeployment,
    SchemaOutOfDate,
)


def examine(deployment: Deployment) -> Iterator[Finding]:
    """Every finding about this deployment; a question that cannot even be asked becomes a finding of its own."""
    for question in _QUESTIONS:
        try:
            yield from question(deployment)
        except _EXPLAINED as trouble:
            yield Finding(Weight.BAD, " ".join(str(trouble).split()))
        except Exception as trouble:  # noqa: BLE001 - whatever somebody wrote there, the other questions are asked
            if not isinstance(trouble, SQLAlchemyError | OSError):
                log_failure("doctor", trouble)
            yield Finding(
                Weight.BAD, f"The {question.__name__.strip('_').replace('_', ' ')} cannot be checked."
            )


def _keys(deployment: Deployment) -> Iterator[Finding]:
    folder = deployment.settings.keys
    if stat.S_IMODE(folder.stat().st_mode) & 0o027:
        yield Finding(
            Weight.BAD,
            f"{folder} is open to other users; give it mode 0700, or 0750 where two users share it.",
        )
    for kind in _readable_kinds(deployment):
        deployment.vault_of(kind)
        yield Finding(Weight.GOOD, f"The keyring {kind}.json is there, whole and closed to other users.")
    if len({(folder / f"{kind}.json").stat().st_uid for kind in _KINDS}) == 1:
        yield Finding(
            Weight.WARN,
            "Both keyrings belong to one system user: who takes over the web process also gets the dispatcher's keys. "
            "Run web and dispatcher as two users: docs/two-users.md has the steps.",
        )


def _deployment(deployment: Deployment) -> Iterator[Finding]:
    with deployment.database.reading() as session:
        check_schema(session)
        for kind in _readable_kinds(deployment):
            check_deployment(session, deployment.vault_of(kind))
    yield Finding(Weight.GOOD, "The tables are those of this version, and the keyrings belong to them.")


def _database(deployment: Deployment) -> Iterator[Finding]:
    with deployment.database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = version_num"))
    yield Finding(Weight.GOOD, "The database can be written.")


def _room(deployment: Deployment) -> Iterator[Finding]:
    free = shutil.disk_usage(deployment.settings.home).free
    if free < _ROOM_NEEDED:
        yield Finding(
            Weight.BAD, f"Only {free >> 20} MB are free on the disk; when it is full, no report can be taken."
        )
    else:
        yield Finding(Weight.GOOD, f"{free >> 30} GB are free on the disk.")


def _clock(deployment: Deployment) -> Iterator[Finding]:
    if deployment.settings.clock_offset:
        yield Finding(
            Weight.BAD, "REDRESS_CLOCK_OFFSET moves the clock: deadlines and codes are wrong. For tests only."
        )
    now = clock.now()
    with deployment.database.reading() as session:
        last = session.scalars(
            select(Case.received_hour).order_by(Case.received_hour.desc()).limit(1)
        ).first()
    if now < _WRITTEN_IN or (last is not None and now < last - timedelta(hours=1)):
        yield Finding(
            Weight.BAD, "The clock of this machine is behind: it says a time before the newest report."
        )
    else:
        yield Finding(Weight.GOOD, f"The clock says {now:%Y-%m-%d %H:%M} UTC.")


def _dispatcher(deployment: Deployment) -> Iterator[Finding]:
    with deployment.database.reading() as session:
        last = oldest_tick(session, JOB_NAMES)
    if last is None or clock.now() - last > STALE_AFTER:
        yield Finding(
            Weight.WARN,
            "No dispatcher is running, or one of its jobs fails: offers and deadlines stand still.",
        )
    else:
        yield Finding(Weight.GOOD, "The dispatcher ticks.")


def _next_steps(deployment: Deployment) -> Iterator[Finding]:
    with deployment.database.reading() as session:
        forgotten = without_next_step(session, deployment.vault)
    if not forgotten:
        yield Finding(Weight.GOOD, "Every open case has a next step.")
        return
    more = len(forgotten) - _NAMED
    named = ", ".join(forgotten[:_NAMED]) + (f" and {more} more" if more > 0 else "")
    yield Finding(
        Weight.BAD, f"Nobody has to do anything next, or more than one thing, in these open cases: {named}."
    )


def _organisations(deployment: Deployment) -> Iterator[Finding]:
    with deployment.database.reading() as session:
        organisations = organisations_of(session)
        keyless = [
            each
            for each in organisations
            if circle_of(session, deployment.vault, each.id, CircleName.EVERYONE) is None
        ]
    if not organisations:
        yield Finding(Weight.WARN, "The network is empty: reports wait unread. Begin with 'redress org add'.")
    for organisation in keyless:
        if organisation.state is OrganisationState.ACTIVE:
            yield Finding(
                Weight.WARN, f"{organisation.name} has no keys yet and gets no case: invite its first lead."
            )


def _help_numbers(deployment: Deployment) -> Iterator[Finding]:
    today = clock.now().date()
    known = deployment.rules.help
    for number in known.numbers:
        if number not in known.help_for(number.country, today):
            text_of = (
                f"A help number of {number.country} was last checked {number.checked_on}: it is not shown."
            )
            yield Finding(Weight.WARN, text_of)


def _gateways(deployment: Deployment) -> Iterator[Finding]:
    try:
        gateways = deployment.gateways(deployment.vault)
    except GatewaysRefused as refused:
        yield from (Finding(Weight.BAD, mistake) for mistake in refused.mistakes)
        return
    for name in gateways.names:
        for health in gateways.gateway(name).health():
            yield Finding(Weight.GOOD if health.good else Weight.WARN, health.text)
    yield from _unanswered(deployment, gateways)
    if EMAIL not in gateways.names:
        yield Finding(
            Weight.WARN, "REDRESS_SMTP_URL is not set: no e-mail tells a partner or custodian of danger."
        )


def _unanswered(deployment: Deployment, gateways: Gateways) -> Iterator[Finding]:
    """The countries of the network in which a worker who texts would wait for an answer that cannot come."""
    with deployment.database.reading() as session:
        countries = {
            country
            for organisation in organisations_of(session)
            if organisation.state is OrganisationState.ACTIVE
            for country in organisation.countries
            if country != REMOTE
        }
    for country in sorted(countries):
        route = gateways.route_to(country, None)
        if route is None or not route.two_way:
            yield Finding(
                Weight.WARN,
                f"Workers in {country} cannot be answered by text: see config/gateways.toml for a gateway of that country.",
            )


def _texts(deployment: Deployment) -> Iterator[Finding]:
    with deployment.database.reading() as session:
        counts = count_queue(session)
    told = (
        f"{counts.due} texts are due, {counts.unclear} may or may not have gone out, {counts.failed} failed."
    )
    yield Finding(Weight.WARN if counts.unclear or counts.failed else Weight.GOOD, told)


def _alerts(deployment: Deployment) -> Iterator[Finding]:
    with deployment.database.reading() as session:
        silent = unalerted(session, deployment.vault)
    for each in silent:
        what = "danger in restricted cases" if each.only_restricted else "danger"
        yield Finding(
            Weight.WARN,
            f"Nobody at {each.name} can be alerted to {what}: a member there has to enter an address under 'Alerts'.",
        )


def _roots(deployment: Deployment) -> Iterator[Finding]:
    try:
        roots = read_roots(deployment.vault, deployment.settings.roots)
    except RootBroken as broken:
        yield Finding(Weight.BAD, f"{broken} Run 'redress journal verify'.")
        return
    with deployment.database.reading() as session:
        read = has_readers(session)
    if not roots or clock.now() - roots[-1].at > _ROOT_TOO_OLD:
        yield Finding(
            Weight.WARN,
            "No root of the journal was signed for two days: what is cut off it now cannot be seen later. "
            "A dispatcher signs one a day.",
        )
    else:
        yield Finding(Weight.GOOD, f"The journal was last signed on {roots[-1].at:%Y-%m-%d}.")
    if not read:
        yield Finding(
            Weight.WARN,
            "No lead has entered an e-mail address under 'Alerts': no copy of the journal's roots leaves this machine.",
        )


def _openness(deployment: Deployment) -> Iterator[Finding]:
    settings = deployment.settings
    if not settings.https:
        yield Finding(
            Weight.WARN, "REDRESS_PUBLIC_URL is not https: anybody on the way can read reports and receipts."
        )
    if settings.https and not settings.trusted_proxies:
        yield Finding(
            Weight.WARN,
            "REDRESS_TRUSTED_PROXIES is 0, but something in front must end https: all visitors share one address, and so one "
            "limit on reports, receipts and log-ins. Set it to the number of proxies.",
        )
    if not settings.security_contact:
        yield Finding(
            Weight.WARN,
            "REDRESS_SECURITY_CONTACT is not set: nobody learns from /.well-known/security.txt where to report a hole.",
        )
    if settings.demo:
        yield Finding(
            Weight.WARN, "The demo is on: its logins are no secret. Never let real workers report here."
        )
    if settings.pseudo_languages:
        yield Finding(
            Weight.WARN, "The pseudo-languages are on: workers could choose a language nobody speaks."
        )
    if os.geteuid() == 0:
        yield Finding(Weight.WARN, "You are root. Run Redress as a system user of its own.")


def _readable_kinds(deployment: Deployment) -> list[KeyringKind]:
    """The keyrings this user should be able to read: another user's own one is meant to be closed to us."""
    us = os.geteuid()
    return [kind for kind in _KINDS if us in (0, (deployment.settings.keys / f"{kind}.json").stat().st_uid)]


_QUESTIONS: tuple[Callable[[Deployment], Iterator[Finding]], ...] = (
    _keys,
    intake_key,
    unfinished_keys,
    _deployment,
    written_past_us,
    _database,
    _room,
    _clock,
    _dispatcher,
    _next_steps,
    _organisations,
    _help_numbers,
    _gateways,
    _alerts,
    duty_roster,
    procedures,
    _texts,
    _roots,
    _openness,
)
