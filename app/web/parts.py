"""The parts of a running Redress, handed to the views: made once by whoever starts the process, never reached by import."""

from dataclasses import dataclass
from typing import cast

from flask import current_app

from app.cases.rules import Rules
from app.database import Database
from app.language import Languages
from app.messaging.gateways.registry import Gateways
from app.settings import Settings
from app.vault import Vault


@dataclass(frozen=True)
class Parts:
    """Settings and collaborators of one process; the database opens its first connection only after a fork."""

    settings: Settings
    database: Database
    vault: Vault
    rules: Rules
    languages: Languages
    gateways: Gateways


def parts() -> Parts:
    """The parts of the application that answers this request."""
    return cast(Parts, current_app.extensions["redress"])
