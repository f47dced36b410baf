"""What all worker pages share: the language in their address, and answers in it when something is refused."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, make_response, render_template, url_for

from app.language import Language
from app.web.language import choose_language, page_language
from app.web.responses import see_other
from app.web.services import services

blueprint = Blueprint("worker", __name__, template_folder="templates")


class UnknownLanguage(Exception):
    """The address begins with no language that is offered."""


@blueprint.url_value_preprocessor
def find_language(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Take the language out of the address, so that no view needs to ask for it."""
    if values is None or "lang" not in values:
        return
    language = services().languages.get(values.pop("lang"))
    if language is None:
        raise UnknownLanguage
    choose_language(language)


@blueprint.errorhandler(UnknownLanguage)
def offer_languages(_error: UnknownLanguage) -> Response:
    """The list of languages, in the first of them, for an address that names none."""
    return make_response(
        render_template("worker/unknown_language.html", languages=offered()), HTTPStatus.NOT_FOUND
    )


def offered() -> tuple[Language, ...]:
    """The languages to choose from."""
    return services().languages.offered


def to_inbox(anchor: str = "top", *, done: str | None = None) -> Response:
    """Lead to the inbox after something was stored, so that reloading the page sends nothing again; `done` is said there."""
    return see_other(url_for("worker.inbox", lang=page_language().code, done=done, _anchor=anchor))
