"""The names of organisations that a worker's page tells."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from app.database import OrganisationId
from app.network import OrganisationKind, UnknownOrganisation, get_organisation, organisations_of
from app.web.language import pgettext


def coordinator_name(session: Session) -> str:
    """What the coordinator is called; empty while there is none."""
    return next((found.name for found in organisations_of(session, OrganisationKind.COORDINATOR)), "")


def either(first: str, second: str) -> str:
    """Two who were asked at once, of whom one will have it, in the place of a name; the one alone where only one is known."""
    if not (first and second):
        return first or second
    return pgettext("worker-next", "%(first)s or %(second)s", first=first, second=second)


def names_of(session: Session, organisations: Iterable[OrganisationId | None]) -> dict[OrganisationId, str]:
    """The names of these organisations; one that is gone has none."""
    names = {}
    for organisation_id in {found for found in organisations if found is not None}:
        try:
            names[organisation_id] = get_organisation(session, organisation_id).name
        except UnknownOrganisation:
            names[organisation_id] = ""
    return names
