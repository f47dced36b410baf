"""Lends the catalogues of app.language to Flask-Babel, and finds the language of the page from its address."""

import gettext
from dataclasses import dataclass
from functools import lru_cache, partial

from flask import Flask, g, has_app_context, has_request_context, request
from flask_babel import Babel, Domain
from markupsafe import Markup

from app.language import Language, Languages
from app.web.services import services


class LentCatalogues(Domain):  # type: ignore[misc] # Flask-Babel has no types, so its classes are of any type
    """Flask-Babel's translations, taken from the languages that were read and checked at start."""

    def get_translations(self) -> gettext.NullTranslations:
        """The catalogue of this request's language."""
        return _renamed(page_language().catalogue if has_app_context() else gettext.NullTranslations())


class _Ugettext(gettext.NullTranslations):
    """A catalogue under the method names that Flask-Babel still calls."""

    def __init__(self, catalogue: gettext.NullTranslations) -> None:
        super().__init__()
        self.ugettext = catalogue.gettext
        self.ungettext = catalogue.ngettext
        self.upgettext = catalogue.pgettext
        self.unpgettext = catalogue.npgettext


# A page asks for each of its texts; there are as many catalogues as languages.
_renamed = lru_cache(maxsize=64)(_Ugettext)


def speak(app: Flask, languages: Languages) -> None:
    """Let templates and views of this application use gettext in the language of the page."""
    babel = Babel(app, default_locale=str(languages.default.locale), locale_selector=_locale)
    babel.domain_instance = LentCatalogues()
    app.context_processor(_words_of_the_page)


def choose_language(language: Language) -> None:
    """Answer this request in that language; pages of members stay in the default one."""
    g.page_language = language


def page_language() -> Language:
    """The language of this request's page; of an address that leads nowhere, the one that it begins with."""
    chosen: Language | None = g.get("page_language")
    if chosen is None:
        languages = services().languages
        start = request.path.split("/")[1] if has_request_context() else ""
        chosen = languages.get(start) or languages.default
        # Found once: a page of the desk asks for some three hundred texts.
        choose_language(chosen)
    return chosen


@dataclass(frozen=True, slots=True)
class LazyText:
    """A text in a table that is made long before it is known who reads: it turns into words when it is shown."""

    context: str
    text: str

    def __str__(self) -> str:
        return page_language().pgettext(self.context, self.text)


def lazy_pgettext(context: str, message: str, /) -> LazyText:
    """The text of this message in the language of whichever page will show it."""
    return LazyText(context, message)


def pgettext(context: str, message: str, /, **values: object) -> str:
    """The text of this message in the language of the page."""
    return page_language().pgettext(context, message, **values)


def npgettext(context: str, singular: str, plural: str, number: int, /, **values: object) -> str:
    """The form of this message that goes with the number, in the language of the page."""
    return page_language().npgettext(context, singular, plural, number, **values)


def _locale() -> str:
    return str(page_language().locale)


def _words_of_the_page() -> dict[str, object]:
    language = page_language()
    return {
        "page_language": language.code,
        "page_direction": language.direction,
        "long_day": language.long_day,
        # Bound to the language once a page: Flask-Babel's own look for the page's catalogue at each of its texts.
        "pgettext": partial(_marked_up, language.catalogue),
        "npgettext": partial(_marked_up_of_number, language.catalogue),
    }


def _marked_up(catalogue: gettext.NullTranslations, context: str, message: str, /, **values: object) -> str:
    """A text for a template: it may hold marks of HTML itself, and what is put into its placeholders is escaped."""
    text = catalogue.pgettext(context, message)
    # Most texts hold nothing that would have to be escaped.
    return Markup(text) % values if values else Markup(text % values)  # noqa: S704 - our own texts and their checked translations


def _marked_up_of_number(
    catalogue: gettext.NullTranslations,
    context: str,
    singular: str,
    plural: str,
    number: int,
    /,
    **values: object,
) -> str:
    """As `_marked_up`, in the form that goes with the number, which is also the placeholder `%(num)s`."""
    text = catalogue.npgettext(context, singular, plural, number)
    return Markup(text) % {"num": number, **values}  # noqa: S704 - as above
