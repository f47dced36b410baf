"""What a coordinator prints for a workplace: a poster and pocket cards, in one language, with a code for phones' cameras."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, abort, current_app, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from app.language import Language
from app.network import poster_sites, site_by_code, site_label
from app.vault import KeyringMissing, KeyringUnreadable, newest_intake_key
from app.web.access import open_to_members
from app.web.assets import asset_url
from app.web.language import choose_language
from app.web.network.blueprint import blueprint
from app.web.network.waiting import COORDINATORS
from app.web.qr import qr_picture
from app.web.services import services

_MOST_SITES = 2_000
_CARDS = 8  # as many as fit on a sheet of A4
_STYLE = "poster.css"


class PosterRefused(Exception):
    """There is no poster for this; the text says why, for the operator."""


@dataclass(frozen=True)
class Poster:
    """What stands on it. The workplace's name does not: it is for who prints."""

    language: Language
    site: str
    code: str
    address: str
    number: str
    fingerprint: str

    @property
    def address_parts(self) -> tuple[str, str]:
        """Where a line of the address may end: before the code, which is typed by hand and has to stand together."""
        place, slash, code = self.address.rpartition("/")
        return place + slash, code


@blueprint.get("/posters")
@open_to_members(kinds=COORDINATORS)
def posters() -> ResponseReturnValue:
    """Every workplace, and its poster in each language."""
    here = services()
    with here.database.reading() as session:
        sites = poster_sites(session, here.vault, _MOST_SITES + 1)
    return render_template(
        "network/posters.html",
        sites=sites[:_MOST_SITES],
        cut=len(sites) > _MOST_SITES,
        languages=here.languages.offered,
        fingerprint=here.vault.intake_keys()[0].fingerprint,
        made_anew=_made_anew(),
    )


def _made_anew() -> bool:
    """Whether the keyring's file has a newer key than the one this process started with, and hands out until it starts anew."""
    here = services()
    try:
        newest = newest_intake_key(here.settings.keys)
    except (KeyringMissing, KeyringUnreadable):
        return False
    return newest.id != here.vault.intake_keys()[0].id


@blueprint.get("/posters/<site_code>/<lang>")
@open_to_members(kinds=COORDINATORS)
def poster(site_code: str, lang: str) -> ResponseReturnValue:
    """One workplace's poster and cards; the browser prints them."""
    try:
        return _rendered(_poster(site_code, lang), style=None)
    except PosterRefused:
        abort(404)


def poster_file(app: Flask, site_code: str, lang: str) -> str:
    """The same as one file that needs nothing else; raises `PosterRefused`."""
    with app.test_request_context():
        style: bytes = current_app.extensions["redress.assets"][_STYLE].body
        return _rendered(_poster(site_code, lang), style=style.decode())


def _poster(site_code: str, lang: str) -> Poster:
    here = services()
    language = here.languages.typed(lang)
    if language is None:
        known = ", ".join(each.code for each in here.languages.offered)
        raise PosterRefused(f"There is no language {lang}; there are: {known}.")
    with here.database.reading() as session:
        site = site_by_code(session, site_code)
        if site is None:
            raise PosterRefused("No workplace has this code; 'redress site list' prints the codes.")
        label = site_label(here.vault, site)
    return Poster(
        language=language,
        site=", ".join(part for part in (label.name, label.town) if part),
        code=site.code,
        address=f"{here.settings.public_url}/{language.code}/s/{site.code}",
        number=here.gateways.number_to_print(site.country),
        fingerprint=here.vault.intake_keys()[0].fingerprint,
    )


def _rendered(shown: Poster, *, style: str | None) -> str:
    choose_language(shown.language)
    values: dict[str, Any] = {
        "poster": shown,
        "picture": qr_picture(shown.address),
        "cards": _CARDS,
        "style": None if style is None else Markup(style),  # noqa: S704 - our own file
        "style_address": asset_url(_STYLE),
    }
    return render_template("network/poster.html", **values)
