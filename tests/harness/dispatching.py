"""What a dispatcher's jobs work with, over any database of the tests."""

from app.cases.rules import Rules
from app.database import Database
from app.dispatcher.jobs import Tools
from app.language import load_languages
from app.messaging.gateways.registry import Gateways, load_gateways
from app.settings import PROJECT_ROOT, Settings, read_settings
from app.vault import RowSigner, Vault


def tools_over(
    database: Database,
    vault: Vault,
    rules: Rules,
    *,
    gateways: Gateways | None = None,
    settings: Settings | None = None,
) -> Tools:
    """Tools with the simulator as the only gateway, unless told otherwise."""
    database.sign_with(RowSigner(lambda: vault))
    settings = settings or read_settings({})
    gateways = gateways or load_gateways(settings, vault, database, {})
    languages = load_languages(settings.config, PROJECT_ROOT / "translations")
    return Tools(database, vault, rules, gateways, settings, languages)
