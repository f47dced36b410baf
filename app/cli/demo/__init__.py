"""`redress up --demo`: a fictional network with its people and cases, made by the same verbs that real ones go through."""

import json
import os
import tomllib
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app import clock
from app.cli.demo.network import DemoNetwork, load_network
from app.cli.demo.story import Story
from app.cli.deployment import Deployment
from app.cli.refusals import CommandRefused
from app.network import Organisation
from app.settings import Settings

__all__ = ["load_demo"]

# The network is older than its first case.
_BEGAN_BEFORE = timedelta(days=40)


def load_demo(deployment: Deployment) -> None:
    """Load the fictional network and print its logins; once loaded, whatever became of it is kept."""
    path = deployment.settings.home / "demo-logins.json"
    services = deployment.services(deployment.vault)
    now = clock.now()
    try:
        turn_clock(deployment.settings, now - _BEGAN_BEFORE)
        with services.database.writing() as session:
            if session.scalars(select(Organisation.id).limit(1)).first() is not None:
                _say_loaded(deployment, path)
                return
            network = load_network(session, services.vault, _read(deployment, "network"))
            # In the same unit: a network without logins would be taken for a real one.
            _write_logins(path, network)
        story = Story(services, network, partial(turn_clock, deployment.settings))
        story.tell(_read(deployment, "cases")["case"], until=now)
    finally:
        clock.set_offset(deployment.settings.clock_offset)
    _print_logins(path, network)


def _say_loaded(deployment: Deployment, path: Path) -> None:
    if not path.exists():
        raise CommandRefused(
            f"{deployment.settings.home} holds a real network; choose another REDRESS_HOME for the demo."
        )
    print(f"The demo's data is as you left it; its logins are in {path}.")


def turn_clock(settings: Settings, moment: datetime) -> None:
    """Set this process's clock to a moment of the past, so that times and ids come out as they would have then."""
    clock.set_offset(settings.clock_offset)
    clock.set_offset(settings.clock_offset + round((moment - clock.now()).total_seconds()))


def _read(deployment: Deployment, name: str) -> dict[str, Any]:
    return tomllib.loads((deployment.settings.config / "demo" / f"{name}.toml").read_text(encoding="utf-8"))


def _write_logins(path: Path, network: DemoNetwork) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump([login.as_json() for login in network.logins], file, indent=1, ensure_ascii=False)


def _print_logins(path: Path, network: DemoNetwork) -> None:
    print(
        "The demo network is loaded. Log in at /desk/ with login, password and a code from an authenticator app:"
    )
    for login in network.logins:
        print(
            f"  {login.organisation} ({login.kind}), {login.role}: {login.login}  {login.password}  {login.totp_secret}"
        )
    print(f"These lines are printed once; they stay in {path}.")
