"""The form on a tablet beside a helper: no page here knows anybody, and none needs a network once the tablet was started."""

import hashlib
import json

from flask import Response, current_app, jsonify, request, url_for

from app.cases.case import OTHER_LANGUAGE
from app.language import Language
from app.network import tablet_use
from app.web.access import open_to_everyone
from app.web.assets import Asset, asset_url
from app.web.language import choose_language, page_language
from app.web.services import services
from app.web.worker.beside_fields import AUTHORITY
from app.web.worker.door import blueprint, offered
from app.web.worker.kit import words_of_the_kit
from app.web.worker.pages import calendar_page
from app.web.worker.report import empty_form

_MODULES = ("kit/", "tablet/", "vendor/")
_SHOWN = ("worker.css",)


@blueprint.app_context_processor
def tablet_page() -> dict[str, str]:
    """What the tablet's page calls a language of which there is no page."""
    return {"other_language": OTHER_LANGUAGE}


@blueprint.get("/tablet/<lang>/")
@open_to_everyone
def tablet() -> str:
    """The worker's own form with what is read aloud; a tablet that was not started shows how to start it."""
    return _form_on_tablet()


def _form_on_tablet() -> str:
    return empty_form(token="", template="worker/tablet.html")


@blueprint.get("/tablet/<lang>/exit")
@open_to_everyone
def leave_tablet() -> str:
    """The way out: the calendar, which leads back to the tablet. There is no session to close, and none is needed offline."""
    return calendar_page(url_for("worker.tablet", lang=page_language().code))


@blueprint.post("/api/v1/tablet")
@open_to_everyone
def tablet_standing() -> Response:
    """Whether this tablet may go on, for the tablet itself: one that was ended at the desk has to hear of it."""
    here = services()
    with here.database.reading() as session:
        use = tablet_use(session, here.vault, request.form.get(AUTHORITY, ""))
    return jsonify(redress=1, state=use.value)


@blueprint.get("/tablet/sw.js")
@open_to_everyone
def tablet_worker() -> Response:
    """The tablet's own service worker: it keeps the form of every language, and only for addresses below /tablet/."""
    script = f'import {{ serve }} from "{asset_url("tablet/worker.js")}"\n\nserve({json.dumps(_kept())})\n'
    response = Response(script, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _kept() -> dict[str, object]:
    known: dict[str, object] | None = current_app.extensions.get("redress.tablet")
    if known is None:
        files = [found.address for found in _files()]
        known = {"version": _digest(files), "files": [*files, url_for("worker.manifest")], "pages": _pages()}
        current_app.extensions["redress.tablet"] = known
    return known


def _files() -> list[Asset]:
    found: dict[str, Asset] = current_app.extensions["redress.assets"]
    wanted = [asset for name, asset in found.items() if name.startswith(_MODULES) and name.endswith(".js")]
    return [*wanted, *(found[name] for name in _SHOWN)]


def _pages() -> list[str]:
    return [
        url_for(name, lang=language.code)
        for language in offered()
        for name in ("worker.tablet", "worker.leave_tablet", "worker.saved")
    ]


def _digest(files: list[str]) -> str:
    digest = hashlib.sha256("\n".join(files).encode())
    reader = page_language()
    for language in offered():
        digest.update(_texts_in(language).encode())
    choose_language(reader)
    return digest.hexdigest()[:16]


def _texts_in(language: Language) -> str:
    choose_language(language)
    return _form_on_tablet() + words_of_the_kit()
