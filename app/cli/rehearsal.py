"""The first report, told once before the processes part: in a deployment of its own, which is thrown away with its keys.

Whatever is done for the first time writes to much of what a process holds: statements are compiled, caches filled, functions made
quick by the interpreter. After a fork each process copies those pages for itself, and the one that only waits is left with the old
ones; before it, all of them share the result. Measured: `redress up` grew by 57 MB with its first 2,000 reports, and then by 36.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from io import BytesIO
from shutil import rmtree
from typing import Any
from urllib.parse import urlencode, urlsplit
from wsgiref.util import setup_testing_defaults

from app.cli.deployment import Deployment
from app.cli.processes import work_apart
from app.database import Base
from app.logs import log_failure
from app.network import count_sites
from app.vault import Hardness, Vault, bind_deployment, format_receipt, load_keyring, make_keyrings

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

# The interpreter makes a function quick once it was called a few times.
_REPORTS = 10
# Its one member never signs in.
_LIGHT = Hardness(memory_kib=64, passes=1)
_WORDS = "They keep our passports. We are not paid for extra hours."
_PARTNER = {
    "key": "partner",
    "kind": "monitoring_partner",
    "name": "Rehearsal",
    "country": "CH",
    "countries": ["*"],
    "trained": ["survivor_care", "child_protection", "coerced_work", "chemical_hazards"],
    "members": [{"role": "lead", "login": "rehearsal", "name": "Rehearsal"}],
}


class RehearsalFailed(Exception):
    """A page answered with something else than it would answer a worker."""


class Rehearsal:
    """Made early, so that its tables are laid beside while the rest is loaded; `hold` then goes through everything once."""

    def __init__(self, deployment: Deployment) -> None:
        # In the home, which is there and ours; what a start that was cut off has left there is of no use to anybody.
        self._folder = deployment.settings.home / "rehearsal"
        rmtree(self._folder, ignore_errors=True)
        self._real, self._stage = deployment, deployment.apart(self._folder)
        self._laid = work_apart(partial(_lay, self._stage))

    def hold(self, application: Any) -> None:
        """Report, open and tick; a failure is only logged: without a rehearsal everything works as well, and takes more memory."""
        from app import lend_services, take_back_services

        level = logging.root.manager.disable
        # Its events never happened.
        logging.disable(logging.CRITICAL)
        try:
            self._laid()
            self._stage.rules, self._stage.languages = self._real.rules, self._real.languages
            vault = self._stage.web_vault()
            lend_services(application, self._stage.services(vault))
            _visit(application, vault, self._stage.settings.public_url)
            _tick(self._stage)
        except Exception as error:  # noqa: BLE001 - see above
            logging.disable(level)
            log_failure("rehearsal", error)
        finally:
            logging.disable(level)
            take_back_services(application)
            self._stage.close()
            rmtree(self._folder, ignore_errors=True)


def _lay(deployment: Deployment) -> bytes:
    from app.cli.demo.network import load_network

    make_keyrings(deployment.settings.keys)
    deployment.vault = Vault(load_keyring(deployment.settings.keys, "web"), _LIGHT)
    deployment.database.create_file()
    network = {"organisation": [_PARTNER], "site": [], "standing": [], "interest": []}
    with deployment.database.writing() as session:
        # As they are now: the tools of migrations would take most of the time that this takes.
        Base.metadata.create_all(session.connection())
        bind_deployment(session, deployment.vault)
        count_sites(session, deployment.vault)
        load_network(session, deployment.vault, network)
    deployment.close()
    return b""


def _visit(application: Application, vault: Vault, url: str) -> None:
    for _ in range(_REPORTS):
        token = vault.form_token()
        code = format_receipt(vault.read_form_token(token).receipt)
        _ask(application, url, "/en/")
        _ask(application, url, "/en/report", {"token": token, "words": _WORDS, "consent": "helper"})
        _ask(application, url, "/en/inbox", {"receipt": code})


def _ask(application: Application, url: str, path: str, fields: Mapping[str, str] | None = None) -> None:
    """A request as the browser of a worker sends it; raises `RehearsalFailed`."""
    body = urlencode(fields or {}).encode()
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET" if fields is None else "POST",
        "PATH_INFO": path,
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": urlsplit(url).netloc,
        "HTTP_ORIGIN": url,
        "wsgi.url_scheme": urlsplit(url).scheme,
        "wsgi.input": BytesIO(body),
    }
    setup_testing_defaults(environ)
    answered: list[str] = []
    answer = application(environ, lambda status, _headers, _error=None: answered.append(status))
    b"".join(answer)
    if hasattr(answer, "close"):
        answer.close()
    if not answered[0].startswith(("2", "3")):
        raise RehearsalFailed(f"{path} answered {answered[0]}")


def _tick(deployment: Deployment) -> None:
    from app.dispatcher.jobs import JOBS, run_job

    services = deployment.services(deployment.vault_of("dispatcher"))
    for job in JOBS:
        run_job(job, services)
