"""Redress: from a worker's first message to a remedy that the worker has confirmed."""

from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from app.language import Languages
    from app.services import Services
    from app.settings import Settings


def create_app(services: "Services") -> "Flask":
    """Make the web application with all that its views work with."""
    app = create_bare_app(services.settings, services.languages)
    lend_services(app, services)
    return app


def lend_services(app: "Flask", services: "Services") -> None:
    """Give an application what its views work with; in the process that holds the keyring, and before any request."""
    app.extensions["redress"] = services


def take_back_services(app: "Flask") -> None:
    """Leave an application as it was before it was lent anything."""
    app.extensions.pop("redress", None)


def create_bare_app(settings: "Settings", languages: "Languages") -> "Flask":
    """The application as every process may know it, without a keyring or a database: who forks shares its memory.

    Refuses when a view does not declare who may enter.
    """
    # Imported here, so that the vault, the dispatcher and the command line can be imported without Flask.
    from flask import Flask
    from jinja2 import StrictUndefined
    from werkzeug.middleware.proxy_fix import ProxyFix

    from app.web import assets, errors, headers
    from app.web.access import check_every_view_declares
    from app.web.language import speak
    from app.web.requests import BoundedRequest

    app = Flask("app.web", static_folder=None)
    app.request_class = BoundedRequest
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = errors.LARGEST_POST
    # A template that names something it was not given must fail in a test, not show a gap to a worker.
    app.jinja_env.undefined = StrictUndefined
    proxies = settings.trusted_proxies
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    headers.guard(app)
    assets.lend_assets(app)
    speak(app, languages)
    errors.answer_errors(app)
    for room in web_rooms():
        app.register_blueprint(room.blueprint)
    check_every_view_declares(app)
    return app


def web_rooms() -> tuple[ModuleType, ...]:
    """Import the rooms of the web, each with a blueprint; who forks does so before it, so that no child imports them again."""
    from app.web import desk, join, network, public, sms, worker

    return worker, desk, network, join, public, sms
