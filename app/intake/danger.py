"""What a worker in danger is told: who hears of it now, and of which country the help numbers are. For every door."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.cases.case import Case, facts_of
from app.cases.enums import ConsentLevel
from app.database import OrganisationId
from app.messaging.gateways.registry import Gateways
from app.messaging.members import who_can_be_alerted
from app.network import match_site
from app.vault import Vault


@dataclass(frozen=True)
class DangerAnswer:
    """`told` is the organisation in which somebody can be alerted now, or None; `locked` says that the worker wants nobody told."""

    locked: bool
    told: OrganisationId | None
    country: str | None


def danger_answer(
    session: Session, vault: Vault, gateways: Gateways, case: Case, site_words: str
) -> DangerAnswer:
    """What can be said truly to the worker of this case; `site_words` is where they wrote that they work."""
    return DangerAnswer(
        locked=facts_of(vault, case).consent is ConsentLevel.NOBODY,
        told=who_can_be_alerted(session, vault, gateways, case),
        country=case.country or likely_country(session, vault, site_words),
    )


def likely_country(session: Session, vault: Vault, site_words: str) -> str | None:
    """The country of every workplace that these words may mean, where it is one and the same."""
    if not site_words:
        return None
    match = match_site(session, vault, site_words)
    found = [*match.possible, *([] if match.site is None else [match.site])]
    countries = {site.country for site in found}
    return countries.pop() if len(countries) == 1 else None
