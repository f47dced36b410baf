"""The web application over a world, as the real service makes it, for Flask's test client."""

from flask import Flask

from app import create_app
from app.database import Database
from app.language import load_languages
from app.messaging.gateways.registry import load_gateways
from app.services import Services
from app.settings import PROJECT_ROOT, Settings
from app.vault import RowSigner
from tests.harness.world import World


def application(world: World, settings: Settings, database: Database | None = None) -> Flask:
    """The whole application with these settings, over the world's database or another one."""
    database = database or world.database
    database.sign_with(RowSigner(lambda: world.vault))
    languages = load_languages(
        settings.config, PROJECT_ROOT / "translations", pseudo=settings.pseudo_languages
    )
    gateways = load_gateways(settings, world.vault, database, {})
    return create_app(Services(settings, database, world.vault, world.rules, languages, gateways))
