"""The phone's kit: pages that open without a network, and the service worker that keeps them. Nothing here is anybody's."""

import hashlib
import json

from flask import Response, current_app, render_template, url_for

from app.cases.case import LONGEST_TEXT
from app.language import Language
from app.network import zone_places
from app.web.access import open_to_everyone
from app.web.assets import Asset, asset_url
from app.web.language import choose_language, page_language
from app.web.worker.danger import helps_anywhere
from app.web.worker.door import blueprint, offered
from app.web.worker.report import empty_form

_MODULES = ("kit/", "vendor/")
_SHOWN = ("worker.css",)
# What open messages load once the line has brought them: no page without a network has them, so no phone keeps the first two. The
# third brings itself along where a worker asks for what it does.
_FOR_OPEN_MESSAGES = ("kit/inbox.js", "kit/open.js", "kit/stage.js")
# Pages whose words depend on the day and on who helps: of these only the making counts for the version.
_READ_FROM_DATABASE = ("worker/how.html", "worker/enter.html", "worker/calendar.html")


@blueprint.get("/<lang>/offline")
@open_to_everyone
def offline() -> str:
    """The form without a token, as a phone keeps it: what it sends is sealed there, or else comes back once for a token."""
    return empty_form(token="")


@blueprint.app_context_processor
def clocks_of_countries() -> dict[str, object]:
    """By which places a phone's clock names a country: what a page without a network knows of where it is."""
    return {"zone_places": zone_places}


@blueprint.get("/<lang>/saved")
@open_to_everyone
def saved() -> str:
    """The words of the kit: what a phone says of a report that waits on it."""
    return words_of_the_kit()


@blueprint.get("/<lang>/unsent")
@open_to_everyone
def unsent() -> str:
    """The words for open messages on a line that is down."""
    return render_template("worker/unsent.html", longest=LONGEST_TEXT, helps=helps_anywhere())


def words_of_the_kit() -> str:
    """What a phone, or a tablet, says of a report that waits on it."""
    return render_template("worker/saved.html", longest=LONGEST_TEXT, helps=helps_anywhere())


@blueprint.get("/sw.js")
@open_to_everyone
def service_worker() -> Response:
    """What browsers ask for whenever they look for a new version: it differs when anything that the kit keeps does."""
    kept = json.dumps(
        {
            "version": _version(),
            "languages": [language.code for language in offered()],
            "files": [*(found.address for found in _files()), url_for("worker.manifest")],
        }
    )
    script = f'import {{ serve }} from "{asset_url("kit/worker.js")}"\n\nserve({kept})\n'
    response = Response(script, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _files() -> list[Asset]:
    found: dict[str, Asset] = current_app.extensions["redress.assets"]
    scripts = [name for name in found if name.startswith(_MODULES) and name.endswith(".js")]
    wanted = [found[name] for name in scripts if name not in _FOR_OPEN_MESSAGES]
    return [*wanted, *(found[name] for name in _SHOWN)]


def _version() -> str:
    """A digest of all that the kit keeps; made once, since only a new start of the server changes any of it."""
    known: str | None = current_app.extensions.get("redress.kit")
    if known is None:
        known = current_app.extensions["redress.kit"] = _digest()
    return known


def _digest() -> str:
    digest = hashlib.sha256("\n".join(found.address for found in _files()).encode())
    environment = current_app.jinja_env
    for name in _READ_FROM_DATABASE:
        source = environment.loader.get_source(environment, name)[0] if environment.loader else ""
        digest.update(source.encode())
    reader = page_language()
    for language in offered():
        digest.update(_pages_in(language).encode())
    choose_language(reader)
    return digest.hexdigest()[:16]


def _pages_in(language: Language) -> str:
    choose_language(language)
    return empty_form(token="") + words_of_the_kit()
