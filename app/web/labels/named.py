"""Names that no table of ours has: countries, languages, numbers to dial, holders, and several codes in one line."""

from collections.abc import Iterable

from app.language import to_ascii
from app.web.labels.of_cases import EXCLUDED
from app.web.labels.of_the_network import CIRCLE
from app.web.labels.table import word
from app.web.labels.topics import GROUP, TOPIC
from app.web.language import lazy_pgettext as pgettext
from app.web.language import page_language


def country(code: str | None) -> str:
    """A country's name in the reader's language; empty when the country is not known."""
    return str(page_language().locale.territories.get(code, code)) if code else ""


def read_in(code: str) -> str:
    """The language in which something was read aloud to a worker."""
    return str(pgettext("desk", "another language")) if code == "other" else language(code)


def language(code: str | None) -> str:
    """A language's name in the reader's language; empty when it is not known."""
    if not code:
        return ""
    names, whole = page_language().locale.languages, code.replace("-", "_")
    # "zh_Hans" has a name of its own, a pseudo-language has only that of the language it imitates.
    return str(names.get(whole) or names.get(whole.split("_")[0], code))


# Longer than any number with its country and an extension.
_MOST_DIGITS = 20


def dialled(written: str | None) -> str:
    """A number as a `tel:` address dials it, out of what somebody wrote; empty where that is no number."""
    plain = to_ascii(written or "").strip()
    signs = "".join(sign for sign in plain if sign.isascii() and sign.isdigit())
    if not 3 <= len(signs) <= _MOST_DIGITS or any(sign.isalpha() for sign in plain):
        return ""
    return f"+{signs}" if plain.lstrip("(").startswith(("+", "\N{FULLWIDTH PLUS SIGN}")) else signs


def topics(codes: Iterable[str]) -> str:
    """Kinds of problem, or their groups on the card of an offer, in one line."""
    return ", ".join(word(GROUP if code in GROUP else TOPIC, code) for code in codes)


def excluded(codes: Iterable[str], other: str | None) -> str:
    """Who must not know, in one line; whoever the worker named in words stands with exactly those words."""
    named = [word(EXCLUDED, code) for code in codes if not (other and code == "other")]
    return ", ".join([*named, f"“{other}”"] if other else named)


def holder(kind: str, organisation: str | None, name: str | None) -> str:
    """One who can open a case: the worker, a circle of an organisation, or one member."""
    if kind == "receipt":
        return str(pgettext("desk", "The worker, with the code"))
    inner = word(CIRCLE, name) if name in CIRCLE else name
    who = ": ".join(part for part in (organisation, inner) if part)
    return who or str(pgettext("desk", "Somebody we cannot name: see the operator’s check (redress doctor)"))
