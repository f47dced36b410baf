"""One deployment as the commands see it: its settings, and the parts opened only by those commands that need them."""

import os
import pickle
import stat
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Literal

from app.cases.rules import Rules, load_rules
from app.cli.refusals import CommandRefused
from app.consequences import carry_out
from app.database import Database, check_schema
from app.intake.conversation.machine import know_topic_words, topic_words_in
from app.language import Languages, load_languages
from app.messaging.gateways.registry import Gateways, load_gateways
from app.services import Services
from app.settings import PROJECT_ROOT, Settings
from app.vault import RowSigner, Slots, Vault, check_deployment, load_keyring

KeyringKind = Literal["web", "dispatcher"]


class Deployment:
    """Settings with everything that hangs on them, each opened at first use."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def database(self) -> Database:
        """The database; no connection is made until a unit of work begins."""
        database = Database(self.settings.database_url, before_commit=carry_out)
        # The keyring is read when the first row is signed or checked: `init` makes it only after the tables.
        database.sign_with(RowSigner(lambda: self.vault))
        database.rule_with(lambda: self.rules)
        return database

    @cached_property
    def rules(self) -> Rules:
        """Taxonomy, deadlines, routing and help numbers of this deployment."""
        return load_rules(self.settings.config, demo=self.settings.demo)

    @cached_property
    def languages(self) -> Languages:
        """The languages that are offered, with their catalogues."""
        settings = self.settings
        return load_languages(
            settings.config, PROJECT_ROOT / "translations", pseudo=settings.pseudo_languages
        )

    def read_words(self) -> bytes:
        """All that the configuration says, the words that texts are understood by among it, for `take_words` of another process.

        Raises `RulesRefused` and `TopicWordsRefused`.
        """
        read = self.rules, topic_words_in(self.settings.config)
        return pickle.dumps(read, pickle.HIGHEST_PROTOCOL)

    def take_words(self, read: bytes) -> None:
        """Take what `read_words` of this very configuration gave, in this process or in one before it."""
        self.rules, words = pickle.loads(read)  # noqa: S301 - of our own child, or kept beside our own bytecode
        know_topic_words(self.settings.config, words)

    def check_topic_words(self) -> None:
        """Read the words that texts are understood by now, and not at a worker's first text; raises `TopicWordsRefused`."""
        topic_words_in(self.settings.config)

    @cached_property
    def vault(self) -> Vault:
        """The vault over the web keyring, with which the operator's commands work."""
        return self.vault_of("web")

    def vault_of(self, kind: KeyringKind) -> Vault:
        """The vault over one of the two keyrings; refused when the file is missing, unreadable or of another deployment."""
        return Vault(load_keyring(self.settings.keys, kind))

    def web_vault(self) -> Vault:
        """The vault of the web half: the one that strangers make work, so with slots that all its processes share."""
        slots = Slots(self.settings.home / "slots")
        slots.prepare()
        return Vault(load_keyring(self.settings.keys, "web"), slots=slots)

    def services(self, vault: Vault) -> Services:
        """All that a process which stays works with, over its own half of the keys."""
        self.database.sign_with(RowSigner(lambda: vault))
        return Services(self.settings, self.database, vault, self.rules, self.languages, self.gateways(vault))

    def gateways(self, vault: Vault) -> Gateways:
        """The gateways for texts, with the vault of whichever half asks; raises `GatewaysRefused`."""
        return load_gateways(self.settings, vault, self.database)

    def apart(self, home: Path) -> "Deployment":
        """This deployment with a home, keys and a database of its own, and nobody to send anything to."""
        other = Deployment(
            replace(
                self.settings,
                home=home,
                database_url=f"sqlite:///{home / 'redress.sqlite3'}",
                demo=False,
                twilio=None,
                smtp=None,
            )
        )
        other.make_home()
        return other

    def close(self) -> None:
        """Close this process's connections, if there are any."""
        if "database" in self.__dict__:
            self.database.dispose()

    def make_home(self) -> None:
        """Make the home folder, closed to everybody else, and refuse one that cannot be written."""
        home = self.settings.home
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not home.is_dir() or not os.access(home, os.W_OK | os.X_OK):
            raise CommandRefused(f"Cannot write to {home}: check its owner and mode, or set REDRESS_HOME.")
        if home.stat().st_uid == os.geteuid() and stat.S_IMODE(home.stat().st_mode) & 0o007:
            home.chmod(0o700)

    def check(self, *kinds: KeyringKind) -> None:
        """Refuse an old or missing schema, and keyrings that are missing or belong to another deployment."""
        vaults = [self.vault_of(kind) for kind in kinds]
        with self.database.reading() as session:
            check_schema(session)
            for vault in vaults:
                check_deployment(session, vault)
