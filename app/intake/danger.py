"""What a worker in danger is told: who hears of it now, and of which country the help numbers are. For every door."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from app.cases.case import Case, body_of, facts_of, latest_contact
from app.cases.enums import ConsentLevel
from app.cases.words import Places
from app.cases.worker import Worker
from app.database import OrganisationId
from app.intake.reaching import contacts_of
from app.messaging.gateways.registry import Gateways
from app.messaging.members import who_can_be_alerted
from app.messaging.phones import read_number, read_written_number
from app.network import match_site, site_by_code
from app.vault import Vault, open_grant

# A place stands in a sentence of its own.
_SENTENCES = re.compile(r"[.!?\n\u0964\u3002\uff01\uff1f\u061f\u06d4\u104b]+")
# Enough for whoever is in danger, of all words together: each sentence is looked through for every place on earth.
_MOST_READ = 2_000


@dataclass(frozen=True)
class Whereabouts:
    """What a worker told by which the country may be known, the newest words first. It is never shown or kept."""

    site_code: str = field(default="", repr=False)
    site: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    words: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class DangerAnswer:
    """`told` is the organisation in which somebody can be alerted now, or None; `locked` says that the worker wants nobody told."""

    locked: bool
    told: OrganisationId | None


def danger_answer(session: Session, vault: Vault, gateways: Gateways, case: Case) -> DangerAnswer:
    """What can be said truly to the worker of this case."""
    return DangerAnswer(
        locked=facts_of(vault, case).consent is ConsentLevel.NOBODY,
        told=who_can_be_alerted(session, vault, gateways, case),
    )


def likely_country(session: Session, vault: Vault, places: Places, told: Whereabouts) -> str | None:
    """Where the worker is, where no case tells it: the country of the workplace, else as `country_told`."""
    poster = site_by_code(session, told.site_code)
    if poster is not None:
        return poster.country
    return _country_of_sites(session, vault, told.site) or country_told(places, told)


def country_told(places: Places, told: Whereabouts) -> str | None:
    """The country by what needs no database: the place as it was typed, else the number that was left, else the words."""
    return places.country_of(told.site) or _country_of_number(told.phone) or _country_in(places, told.words)


def number_left(session: Session, vault: Vault, worker: Worker) -> str:
    """The number by which a worker wants to be reached, as their code opens it; only to read its country."""
    opened = open_grant(session, vault, worker.case_id, worker.keys)
    left = latest_contact(body_of(opened, row) for row in contacts_of(session, worker.case_id))
    return str(left.get("phone") or "")


def _country_of_sites(session: Session, vault: Vault, site_words: str) -> str | None:
    """The country of every workplace that these words may mean, where it is one and the same."""
    if not site_words:
        return None
    match = match_site(session, vault, site_words)
    found = [*match.possible, *([] if match.site is None else [match.site])]
    countries = {site.country for site in found}
    return countries.pop() if len(countries) == 1 else None


def _country_of_number(written: str) -> str | None:
    """The country of a number that was written in full, also of one to which no text can go; any other may be of anywhere."""
    number = read_written_number(written, None)
    if number is None and written.lstrip().startswith(("+", "00")):
        number = read_number(written, "", None)
    return None if number is None else number.country


def _country_in(places: Places, words: Iterable[str]) -> str | None:
    """The one country that the newest words with any tell; as for a place, two tell none."""
    left = _MOST_READ
    for said in words:
        sentences = _SENTENCES.split(said[:left])
        found = {country for sentence in sentences if (country := places.country_of(sentence))}
        if found:
            return found.pop() if len(found) == 1 else None
        left = max(0, left - len(said))
    return None
