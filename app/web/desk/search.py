"""Searching the cases that a member may open; the words come by POST only, so that no address, log or history holds them."""

from http import HTTPStatus

from flask import make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import pgettext

from app.cases.desk import (
    LEAST_SIGNS,
    LONGEST,
    OPENED_AT_MOST,
    Hit,
    Matched,
    Search,
    SearchesRest,
    SearchTooLong,
    SearchTooShort,
    count_search,
    find_by_reference,
    record_search,
    search_cases,
)
from app.language import clean_line
from app.network import SEARCHES
from app.web import labels
from app.web.access import open_to_members
from app.web.desk.blueprint import blueprint
from app.web.desk.queue import PARTNERS
from app.web.member_session import member
from app.web.responses import see_other
from app.web.retry import retry_after, seconds_until
from app.web.services import services


@blueprint.get("/search")
@open_to_members(kinds=PARTNERS)
def search_page() -> ResponseReturnValue:
    """The empty page, for who comes back to the address of a search; whatever the address asks for is not read."""
    return _page(None)


@blueprint.post("/search")
@open_to_members(kinds=PARTNERS)
def search() -> ResponseReturnValue:
    """Look through the member's cases, or go straight to the one whose reference was typed."""
    here, words = services(), _typed()
    try:
        found = _search(words)
    except SearchTooShort:
        problem = pgettext("desk", "Write at least %(number)s signs.", number=LEAST_SIGNS)
        return _page(None, words, problem), HTTPStatus.BAD_REQUEST
    except SearchTooLong:
        problem = pgettext("desk", "Write at most %(number)s signs.", number=LONGEST)
        return _page(None, words, problem), HTTPStatus.BAD_REQUEST
    except SearchesRest as rest:
        problem = pgettext(
            "desk",
            "You searched %(number)s times within a minute, and each search opens many cases. Nothing was searched this time. "
            "Wait a minute, then search again.",
            number=SEARCHES.most,
        )
        answer = make_response(_page(None, words, problem), HTTPStatus.TOO_MANY_REQUESTS)
        return retry_after(answer, seconds_until(rest.until))
    with here.database.writing() as session:
        found = record_search(session, here.vault, member(), found)
    if found.jump is not None:
        return see_other(url_for("desk.case", case_id=found.jump))
    return _page(found, words)


def _search(words: str) -> Search:
    """A reference costs next to nothing and is not counted; everything else is, before anything is opened."""
    here = services()
    with here.database.reading() as session:
        found = find_by_reference(session, member(), words)
    if found is None:
        with here.database.writing() as session:
            count_search(session, here.vault, member())
        with here.database.reading() as session:
            found = search_cases(session, here.vault, here.rules, member(), words)
    return found


def _typed() -> str:
    """What was typed, on one line."""
    return clean_line(request.form.get("sought", ""))


def _page(found: Search | None, words: str = "", problem: str | None = None) -> str:
    return render_template(
        "desk/search.html",
        found=found,
        where=_where,
        sought=words,
        problem=problem,
        opened_at_most=OPENED_AT_MOST,
    )


def _where(hit: Hit) -> str:
    """In what it was found, in one line."""
    return ", ".join(labels.word(labels.MATCHED, kind) for kind in Matched if kind in hit.matched)
