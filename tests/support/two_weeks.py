"""What a running server does two weeks from now."""

from app import clock
from app.followups.asking import ask_due
from app.vault import RowSigner, Vault, load_keyring
from tests.harness.databases import closing_database
from tests.harness.server import LiveServer
from tests.harness.world import shipped_rules


def in_two_weeks(server: LiveServer) -> None:
    """What the dispatcher does then."""
    vault = Vault(load_keyring(server.home / "keys", "web"))
    clock.set_offset(14 * 86_400 + 3700)
    with closing_database(f"sqlite:///{server.home / 'redress.sqlite3'}") as database:
        database.sign_with(RowSigner(lambda: vault))
        with database.writing() as session:
            ask_due(session, vault, shipped_rules(), 50)
    clock.set_offset(0)
