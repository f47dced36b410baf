"""`redress up`, `serve` and `dispatch`: the processes that stay."""

import argparse
import errno
import fcntl
import gc
import os
import pickle
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy import make_url
from sqlalchemy.orm import configure_mappers

from app.cases.rules import RulesRefused
from app.cli import web_server
from app.cli.days_off import count_public_holidays, public_holidays_apart, skip_public_holidays
from app.cli.deployment import Deployment
from app.cli.memory import Trimming, give_back, share_one_arena
from app.cli.processes import Child, hear_endings, work_apart
from app.cli.refusals import CommandRefused, guarded
from app.cli.rehearsal import Rehearsal
from app.cli.setup import prepare
from app.cli.worked_out import WorkedOut
from app.intake.conversation.machine import TopicWordsRefused
from app.vault import TooBusy, Vault, self_test


def add_commands(commands: Any) -> None:
    """Add `up`, `serve` and `dispatch`."""
    up_parser = commands.add_parser("up", help="run everything on this machine; makes what is missing")
    up_parser.add_argument(
        "--demo", action="store_true", help="load a fictional network and print its logins"
    )
    up_parser.set_defaults(run=up)
    commands.add_parser("serve", help="run the web half alone").set_defaults(run=serve)
    commands.add_parser("dispatch", help="run a dispatcher alone; several may run").set_defaults(run=dispatch)


def up(deployment: Deployment, choice: argparse.Namespace) -> int:
    """Prepare what is missing, then run web and dispatcher until told to stop."""
    share_one_arena()
    if choice.demo:
        deployment = Deployment(replace(deployment.settings, demo=True))
    settings = deployment.settings
    deployment.make_home()
    with _only_copy(deployment), _take_port(deployment) as listening:
        # In a child, because no connection may exist before the fork, and to keep the tools of migrations out of the workers'
        # memory. It complains in its own line, and nothing answers before it is done.
        prepared = work_apart(partial(_prepare, deployment, demo=choice.demo))
        try:
            application = _load_shared_parts(deployment)
        except Exception:
            # What is wrong with the files is wrong for both, and one line of it is enough.
            if status := _Prepared.told(prepared()).status:
                return status
            raise
        done = _Prepared.told(prepared())
        if done.status:
            return done.status
        skip_public_holidays(deployment, done.days_off)
        print(f"Redress answers at {settings.public_url}/ (stop with Ctrl-C)", flush=True)
        if settings.demo and settings.twilio is None:
            print(f"A phone to try texts with is at {settings.public_url}/sms/simulator", flush=True)
        asked = hear_endings()
        web = Child(
            "web", partial(guarded, settings, "up", partial(_serve, deployment, application, listening))
        )
        try:
            # In the parent itself: one that only waits would keep a copy of all that its children write to.
            _dispatch(deployment, lambda: asked() or web.has_ended())
        finally:
            stopped_well = web.stop()
        return 0 if stopped_well else 1


@dataclass(frozen=True)
class _Prepared:
    """What came of preparing: the exit status, and what the database says of public holidays."""

    status: int
    days_off: bytes = b""

    @staticmethod
    def told(told: bytes) -> "_Prepared":
        """What the child told; nothing where it was ended."""
        found: _Prepared = pickle.loads(told) if told else _Prepared(1)  # noqa: S301 - of our own child
        return found


def _prepare(deployment: Deployment, *, demo: bool) -> bytes:
    status = guarded(deployment.settings, "up", partial(prepare, deployment, demo=demo))
    # Here, as soon as there are tables, and not when all is loaded: a start waited for it a tenth of a second.
    days_off = b"" if status else public_holidays_apart(deployment)
    return pickle.dumps(_Prepared(status, days_off))


def serve(deployment: Deployment, _choice: argparse.Namespace) -> int:
    """Run the web half; refuses an old schema and a missing or foreign keyring before it takes the port."""
    share_one_arena()
    deployment.check("web")
    deployment.check_topic_words()
    with _take_port(deployment) as listening:
        deployment.close()
        count_public_holidays(deployment)
        application = _bare_application(deployment)
        _compile(application)
        return _serve(deployment, application, listening)


def dispatch(deployment: Deployment, _choice: argparse.Namespace) -> int:
    """Run one dispatcher; refuses an old schema and a missing or foreign keyring."""
    share_one_arena()
    asked = hear_endings()
    deployment.check("dispatcher")
    deployment.check_topic_words()
    deployment.close()
    count_public_holidays(deployment)
    _dispatch(deployment, asked)
    return 0


def _load_shared_parts(deployment: Deployment) -> Any:
    """Import, read and do once what web and dispatcher share, before the fork; the keyrings are left to the process that owns each.

    Whatever a process imports or makes after the fork is in its own memory, and that writes to much of what it shared until then.
    """
    # Nearly all that is made now stays: the collector would look through it again and again, for a seventh of the time. What was
    # imported until now is no garbage at all; not to look through it once more, at the end, saves a twentieth of a second.
    gc.disable()
    gc.freeze()
    try:
        application = _rehearsed(deployment)
    finally:
        gc.enable()
    # What exists now is shared with the children: the collector must not touch it, or each would get a copy of its own.
    gc.collect()
    gc.freeze()
    give_back()
    return application


def _rehearsed(deployment: Deployment) -> Any:
    worked_out = WorkedOut(deployment.settings.config)
    words = _begin(worked_out, _words_name(deployment), partial(_words_of, deployment))
    rehearsal = Rehearsal(deployment)
    application = _bare_application(deployment)
    # Only now: else the child would import all of Flask and our pages a second time.
    pages = _begin(worked_out, _PAGES, partial(_pages_of, application))
    from app.dispatcher import run  # noqa: F401 - imported for the dispatcher

    # The first query would do these two, in each process anew.
    configure_mappers()
    make_url(deployment.settings.database_url).get_dialect().import_dbapi()
    if read := words():
        deployment.take_words(read)
    deployment.check_topic_words()
    _ = deployment.rules
    _compile(application, pages())
    worked_out.write()
    rehearsal.hold(application)
    return application


def _begin(worked_out: WorkedOut, name: str, work: Callable[[], bytes]) -> Callable[[], bytes]:
    """Take what an earlier start has worked out, or begin to in a child: it leaves four times as much behind as is kept."""
    if kept := worked_out.get(name):
        return lambda: kept
    made = work_apart(work)

    def note() -> bytes:
        told = made()
        worked_out.keep(name, told)
        return told

    return note


def _bare_application(deployment: Deployment) -> Any:
    """The web application as far as it needs no keyring; Flask's name stays out of here."""
    from app import create_bare_app

    return create_bare_app(deployment.settings, deployment.languages)


def _compile(application: Any, compiled: bytes = b"") -> dict[str, bytes]:
    """Load every template, from what a child has compiled where there is any; the code of all of them."""
    from app.web.compiled import compile_templates

    code: dict[str, bytes] = pickle.loads(compiled) if compiled else {}  # noqa: S301 - as above
    compile_templates(application, code)
    return code


_PAGES = "pages"


def _words_name(deployment: Deployment) -> str:
    return "demo words" if deployment.settings.demo else "words"


def _words_of(deployment: Deployment) -> bytes:
    with suppress(RulesRefused, TopicWordsRefused):  # whoever reads them next says what is wrong
        return deployment.read_words()
    return b""


def _pages_of(application: Any) -> bytes:
    return pickle.dumps(_compile(application))


def _serve(deployment: Deployment, application: Any, listening: socket.socket) -> int:
    from app import lend_services

    vault = deployment.web_vault()
    lend_services(application, deployment.services(vault))
    web_server.serve(application, listening, deployment.settings.web_workers, partial(_prove, vault))
    return 0


def _prove(vault: Vault) -> None:
    # Where the slots stay taken others have proved it, and one that begins anew must not wait for a flood to end.
    with suppress(TooBusy):
        self_test(vault)
    give_back()


def _dispatch(deployment: Deployment, asked: Callable[[], bool]) -> None:
    from app.dispatcher.run import run

    deployment.database.keep_few()
    trimming = Trimming()

    def asked_meanwhile() -> bool:
        # Whether much was done is told by whole seconds of the processor; jobs that find nothing take one in a minute or so.
        trimming.after(int(time.process_time()))
        return asked()

    run(deployment.services(deployment.vault_of("dispatcher")), asked_meanwhile)


@contextmanager
def _only_copy(deployment: Deployment) -> Iterator[None]:
    """Hold the lock of this home; the children inherit it, so it is free only when all of them are gone."""
    path = deployment.settings.home / "running.lock"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandRefused(
                f"Redress already runs on {deployment.settings.home}: stop that copy first."
            ) from None
        yield
    finally:
        os.close(handle)


def _take_port(deployment: Deployment) -> socket.socket:
    settings = deployment.settings
    try:
        return web_server.bind(settings.bind, settings.port)
    except OSError as error:
        reasons = {
            errno.EADDRINUSE: "another program uses it; stop that one or set PORT",
            errno.EACCES: "this user may not open it; set PORT to 1024 or more",
            errno.EADDRNOTAVAIL: "this machine has no such address; check REDRESS_BIND",
        }
        reason = reasons.get(error.errno or 0, "the system refused it")
        raise CommandRefused(f"Cannot listen on {settings.bind} port {settings.port}: {reason}.") from None
