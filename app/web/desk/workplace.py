"""Saying where a case is: a page of its own, since it lists the sites of the network and all countries."""

from functools import lru_cache
from uuid import UUID

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import pgettext
from sqlalchemy.orm import Session

from app.cases.case import NoAccess, NotYours, ReadOnly
from app.cases.desk import (
    EditConflict,
    KnownWorkplace,
    UnknownCountry,
    Workplace,
    set_workplace,
    workplace_of,
)
from app.database import CaseId, SiteId
from app.language import Language
from app.network import get_site, is_country, match_site, site_choice, site_choices, site_names
from app.web.access import open_to_members
from app.web.desk.blueprint import blueprint
from app.web.desk.offers import WRITERS
from app.web.desk.queue import PARTNERS
from app.web.language import page_language
from app.web.member_session import member
from app.web.responses import see_other
from app.web.services import services

# A list that a browser can still show; a site that is not in it is found by its name as well.
_MOST_SITES = 500


class _SiteUnclear(Exception):
    """The words name no one site; `possible` are those that they may mean."""

    def __init__(self, possible: tuple[str, ...]) -> None:
        super().__init__("no one site")
        self.possible = possible


@blueprint.get("/cases/<uuid:case_id>/workplace")
@open_to_members(kinds=PARTNERS, roles=WRITERS)
def workplace(case_id: UUID) -> ResponseReturnValue:
    """The page on which a helper says where a case is."""
    return _page(CaseId(case_id))


@blueprint.post("/cases/<uuid:case_id>/workplace")
@open_to_members(kinds=PARTNERS, roles=WRITERS)
def keep_workplace(case_id: UUID) -> ResponseReturnValue:
    """Keep site and country; where the organisation may not have the case any more, it is gone from the desk."""
    here, by, seen = services(), member(), _seen_version()
    try:
        with here.database.reading() as session:
            chosen = Workplace(_typed_site(session, CaseId(case_id)), request.form.get("country") or None)
        with here.database.writing() as session:
            stays = set_workplace(session, here.vault, here.rules, by, CaseId(case_id), chosen, seen)
    except (NoAccess, ReadOnly):
        abort(404)
    except NotYours:
        problem = pgettext("desk", "This case is closed or was never accepted, so nothing was changed.")
        return _page(CaseId(case_id), problem), 409
    except UnknownCountry:
        return _page(CaseId(case_id), pgettext("desk", "Choose a country from the list.")), 400
    except _SiteUnclear as unclear:
        return _page(CaseId(case_id), _which(unclear.possible)), 400
    except EditConflict:
        problem = pgettext("desk", "Somebody changed this case meanwhile. Nothing of yours was saved yet.")
        return _page(CaseId(case_id), problem, changed=True), 409
    if not stays:
        return see_other(url_for("desk.queue", done="workplace_moved"))
    return see_other(url_for("desk.case", case_id=case_id, done="workplace"))


def _typed_site(session: Session, case_id: CaseId) -> SiteId | None:
    """The one site that was typed or chosen; raises `_SiteUnclear` and as `workplace_of`."""
    typed = request.form.get("site", "").strip()
    if not typed:
        return None
    vault = services().vault
    # The site that stands there may have been removed from the network meanwhile: whoever leaves it as it is means it still.
    known = workplace_of(session, vault, member(), case_id)
    if typed == _standing(session, known):
        return known.stands.site_id
    match = match_site(session, vault, typed)
    if match.certain and match.site is not None:
        return match.site.id
    names = site_names(session, vault, [found.id for found in match.possible[:5]])
    raise _SiteUnclear(tuple(names.values()))


def _which(possible: tuple[str, ...]) -> str:
    if not possible:
        return str(
            pgettext("desk", "The network has no site of that name. Choose only the country, if you know it.")
        )
    return str(pgettext("desk", "Which one? Choose it from the list: %(sites)s", sites="; ".join(possible)))


def _page(case_id: CaseId, problem: str | None = None, *, changed: bool = False) -> str:
    """The page with what stands on the case, or with what was typed when it could not be kept."""
    here = services()
    try:
        with here.database.reading() as session:
            known = workplace_of(session, here.vault, member(), case_id)
            standing = _standing(session, known)
            choices = site_choices(session, here.vault, known.stands.country, _MOST_SITES)
    except (NoAccess, ReadOnly):
        abort(404)
    typed = problem is not None
    return render_template(
        "desk/workplace.html",
        case_id=case_id,
        known=known,
        standing=standing,
        site=request.form.get("site", "") if typed else standing,
        country=request.form.get("country", "") if typed else known.stands.country or "",
        choices=choices.values(),
        countries=_countries(page_language()),
        problem=problem,
        changed=changed,
    )


def _standing(session: Session, known: KnownWorkplace) -> str:
    site_id = known.stands.site_id
    return "" if site_id is None else site_choice(services().vault, get_site(session, site_id))


@lru_cache(maxsize=4)
def _countries(language: Language) -> dict[str, str]:
    """Every country by its code, in the order of their names in this language."""
    names = {code: name for code, name in language.locale.territories.items() if is_country(code)}
    return dict(sorted(names.items(), key=lambda country: country[1].casefold()))


def _seen_version() -> int:
    try:
        return int(request.form.get("seen", ""))
    except ValueError:
        abort(400)
