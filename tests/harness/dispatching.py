"""What a dispatcher's jobs work with, over any database of the tests."""

import tempfile
import weakref

from app.cases.rules.rule_set import Rules
from app.database import Database
from app.language import load_languages
from app.messaging.gateways.registry import Gateways, load_gateways
from app.services import Services
from app.settings import PROJECT_ROOT, Settings, read_settings
from app.vault import RowSigner, Vault


def services_over(
    database: Database,
    vault: Vault,
    rules: Rules,
    *,
    gateways: Gateways | None = None,
    settings: Settings | None = None,
) -> Services:
    """Services with the simulator as the only gateway and a home of their own, unless told otherwise."""
    database.sign_with(RowSigner(lambda: vault))
    database.rule_with(lambda: rules)
    home = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    settings = settings or read_settings({"REDRESS_HOME": home.name})
    gateways = gateways or load_gateways(settings, vault, database, {})
    languages = load_languages(settings.config, PROJECT_ROOT / "translations")
    services = Services(settings, database, vault, rules, languages, gateways)
    weakref.finalize(services, home.cleanup)
    return services
