"""From a provider's text to a stored one: prepared on a reading unit, heard in one writing unit, again when another was faster."""

from dataclasses import dataclass

from app.cases.rules import Rules
from app.database import Database
from app.intake.conversation.door.inbound import Overtaken, hear_text
from app.intake.conversation.door.preparing import prepare_hearing
from app.language import Languages
from app.messaging.gateways.protocol import ReceivedText
from app.messaging.gateways.registry import Gateways
from app.vault import Vault

_TRIES = 10


class NotHeard(Exception):
    """Something else came in between each time: the provider has to come again."""


@dataclass(frozen=True)
class Ears:
    """What hearing texts works with, made once by each process; `host` is where a secret code is used."""

    database: Database
    vault: Vault
    rules: Rules
    gateways: Gateways
    languages: Languages
    host: str

    def hear(self, received: ReceivedText) -> None:
        """Hear a text, exactly once however often it is told; raises `NotHeard`, `TooBusy`, `FloodRefused`."""
        for _ in range(_TRIES):
            with self.database.reading() as session:
                prepared = prepare_hearing(
                    session, self.vault, self.rules, self.gateways, self.languages, received, self.host
                )
            try:
                with self.database.writing() as session:
                    hear_text(session, self.vault, self.rules, prepared)
            except Overtaken:
                continue
            return
        raise NotHeard
