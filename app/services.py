"""What every use case works with: made once by each process and handed on, never reached by import."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from app.cases.rules import Rules
from app.database import Database
from app.language import Languages
from app.messaging.gateways.registry import Gateways
from app.messaging.sending import ClaimWatch
from app.settings import Settings
from app.vault import ChunkSeal, IntakeKeyUnknown, LaterKeys, PhoneSeal, Vault, open_phone_seal


@dataclass(frozen=True)
class Services:
    """Settings and collaborators of one process; the database opens its first connection only after a fork."""

    settings: Settings
    database: Database
    vault: Vault
    rules: Rules
    languages: Languages
    gateways: Gateways
    claims: ClaimWatch = field(default_factory=ClaimWatch)
    later_keys: LaterKeys = field(default_factory=LaterKeys)

    @property
    def host(self) -> str:
        """Where a worker uses the secret code that a text brings."""
        return urlsplit(self.settings.public_url).netloc

    def open_from_phone(self, seal: PhoneSeal | ChunkSeal) -> bytes:
        """What a phone sealed; raises `IntakeKeyUnknown`, `IntakeKeyRetired` and `SealBroken`."""
        try:
            return self.vault.open_phone_seal(seal)
        except IntakeKeyUnknown:
            # One made since this process started: another process of the same service may have given it to the phone already.
            return open_phone_seal(self.later_keys.look(self.settings.keys), seal)
