"""A small network with other workers' cases in it: whatever a test looks for must be told apart from them."""

from app.database import Database
from app.vault import Vault
from tests.harness.beginnings import Beginnings
from tests.harness.databases import Databases
from tests.harness.world import World


def noisy_worlds(databases: Databases, vault: Vault, sender: str | None = None) -> Beginnings[World]:
    """Such networks, made once for each kind of database; the noise counts under this address."""

    def make(database: Database) -> World:
        made = World(database, vault)
        for words in ("Noise about water.", "Noise about the bus."):
            made.file(words=words, site_code=made.other_site.code, sender=sender)
        return made

    return Beginnings(databases, make)
