"""Taking organisations into the network, and finding them."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from babel import Locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import OrganisationId
from app.language import clean_line, folded, says_something
from app.network.models import Organisation, OrganisationKind, OrganisationState, Site
from app.network.people import actor_of
from app.vault import Vault, holder_of, journal, sound, sound_or_none

REMOTE = "*"
"""In an organisation's countries: it works remotely, wherever the case is from."""

LONGEST_NAME = 200
# Invisible, but part of how words are written in Persian and in the scripts of India.
_JOINERS = {"\N{ZERO WIDTH NON-JOINER}", "\N{ZERO WIDTH JOINER}"}
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
# Territories of the CLDR that are no country: unions of states, outlying areas, private use.
_NO_COUNTRY = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}
_COUNTRIES = (
    frozenset(re.findall(r"\b[A-Z]{2}\b", " ".join(map(str, Locale("en").territories)))) - _NO_COUNTRY
)


# What people write for countries whose code is another one.
_MEANT = {
    name: code
    for code, names in {
        "AE": ("uae",),
        "CD": ("drc", "dr congo", "zaire"),
        "CI": ("ivory coast",),
        "GB": ("uk", "england", "scotland", "wales", "great britain", "britain"),
        "GR": ("el",),
        "KR": ("korea",),
        "MM": ("burma",),
        "TR": ("turkey",),
        "US": ("usa", "america", "united states of america"),
    }.items()
    for name in names
}


class OrganisationRefused(Exception):
    """The organisation cannot be added; the text is the line the operator reads."""


class UnknownOrganisation(Exception):
    """There is no organisation of that name or id."""


@dataclass(frozen=True)
class Mandate:
    """Where, in which languages, on which topics and for how many open cases an organisation works."""

    countries: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en",)
    trained: tuple[str, ...] = ()
    capacity: int = 50


def add_organisation(
    session: Session,
    vault: Vault,
    *,
    kind: OrganisationKind,
    name: str,
    country: str,
    mandate: Mandate | None = None,
    aliases: Iterable[str] = (),
    employer_run: bool = False,
) -> Organisation:
    """Take an organisation into the network, or raise `OrganisationRefused` with what is wrong.

    Without a mandate it works in its own country and in English. It gets no case before its first lead took up the invitation.
    """
    mandate = mandate or Mandate(countries=(country,))
    name = clean_name(name)
    _check(name, country, mandate)
    _check_unknown(session, name)
    organisation = Organisation(
        kind=kind,
        name=name,
        aliases=[cleaned for alias in aliases if (cleaned := clean_name(alias))],
        country=country,
        countries=list(mandate.countries),
        languages=list(mandate.languages),
        trained=list(mandate.trained),
        capacity=mandate.capacity,
        employer_run=employer_run,
        state=OrganisationState.ACTIVE,
    )
    session.add(organisation)
    session.flush()
    detail = {"organisation": str(organisation.id), "kind": kind.value}
    journal(session, vault, None, "organisation.added", actor_of(None), detail)
    return organisation


def organisations_of(session: Session, kind: OrganisationKind | None = None) -> list[Organisation]:
    """Every organisation, or every one of a kind, by name."""
    query = select(Organisation)
    if kind is not None:
        query = query.where(Organisation.kind == kind)
    found = sound(holder_of(session), session.scalars(query))
    return sorted(found, key=lambda each: each.name.casefold())


def organisation_named(session: Session, name: str) -> Organisation:
    """The organisation of exactly this name, however it is capitalised; raises `UnknownOrganisation`."""
    wanted = clean_name(name).casefold()
    for organisation in sound(holder_of(session), session.scalars(select(Organisation))):
        if organisation.name.casefold() == wanted:
            return organisation
    raise UnknownOrganisation(name)


def network_countries(session: Session) -> frozenset[str]:
    """The countries in which the network has organisations, mandates or workplaces.

    Rows that others wrote count too: what depends on it are days off, and each country's are its own.
    """
    found = set(session.scalars(select(Site.country).distinct()))
    for country, mandate in session.execute(select(Organisation.country, Organisation.countries)):
        found.update((country, *mandate))
    return frozenset(filter(is_country, found))


def network_regions(session: Session) -> frozenset[str]:
    """The regions, such as DE-BY, whose holidays an organisation of the network keeps."""
    return frozenset(filter(None, session.scalars(select(Organisation.region).distinct())))


def get_organisation(session: Session, organisation_id: OrganisationId) -> Organisation:
    """The organisation with this id; raises `UnknownOrganisation`."""
    found = sound_or_none(holder_of(session), session.get(Organisation, organisation_id))
    if found is None:
        raise UnknownOrganisation(str(organisation_id))
    return found


def is_country(code: str) -> bool:
    """Whether this is the two-letter code of a country (ISO 3166, in capitals)."""
    return code in _COUNTRIES


def country_hint(written: str) -> str:
    """The code that an operator may have meant with something else for a country, as the end of a sentence; or nothing."""
    plain = clean_name(written).strip(".").casefold()
    code = _MEANT.get(plain.replace(".", "")) or _named_countries().get(plain)
    if code is None and is_country(plain.upper()):
        code = plain.upper()
    return f": write {code}" if code else ""


@cache
def _named_countries() -> dict[str, str]:
    territories = Locale("en").territories
    return {name.casefold(): code for code, name in territories.items() if is_country(code)}


def clean_name(text: str) -> str:
    """A name in NFC on one line, without marks of direction that would spoil a page or a comparison; empty without a letter."""
    line = clean_line(text)
    kept = (sign for sign in line if sign in _JOINERS or unicodedata.category(sign) != "Cf")
    return clean_line(folded("".join(kept), "NFC")) if says_something(line) else ""


def _check(name: str, country: str, mandate: Mandate) -> None:
    if not name or len(name) > LONGEST_NAME:
        raise OrganisationRefused(f"An organisation needs a name of 1 to {LONGEST_NAME} letters.")
    for code in (country, *(code for code in mandate.countries if code != REMOTE)):
        if not is_country(code):
            raise OrganisationRefused(
                f"{code!r} is not a country{country_hint(code)}; write its two capital letters, such as MY."
            )
    for language in mandate.languages:
        if not _LANGUAGE.fullmatch(language):
            raise OrganisationRefused(
                f"{language!r} is not a language; write its code, such as en or zh-Hans."
            )
    if mandate.capacity < 0:
        raise OrganisationRefused("The number of open cases an organisation can carry is 0 or more.")


def _check_unknown(session: Session, name: str) -> None:
    try:
        organisation_named(session, name)
    except UnknownOrganisation:
        return
    raise OrganisationRefused(f"There is already an organisation named {name!r}.")
