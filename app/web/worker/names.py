"""The names of organisations that a worker's page tells."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy.orm import Session

from app.cases.worker import InboxView
from app.database import OrganisationId
from app.network import OrganisationKind, UnknownOrganisation, get_organisation, organisations_of
from app.web.language import pgettext

Names = Mapping[OrganisationId, str]


def coordinator_name(session: Session) -> str:
    """What the coordinator is called; empty while there is none."""
    return next((found.name for found in organisations_of(session, OrganisationKind.COORDINATOR)), "")


def either(names: Sequence[str]) -> str:
    """In the place of a name that of the one who is asked, or of two of whom one will have it; empty where nobody is named."""
    known = [name for name in names if name]
    if len(known) < 2:
        return "".join(known)
    return pgettext("worker-next", "%(first)s or %(second)s", first=known[0], second=known[1])


def names_of(session: Session, organisations: Iterable[OrganisationId | None]) -> dict[OrganisationId, str]:
    """The names of these organisations; one that is gone has none."""
    names = {}
    for organisation_id in {found for found in organisations if found is not None}:
        try:
            names[organisation_id] = get_organisation(session, organisation_id).name
        except UnknownOrganisation:
            names[organisation_id] = ""
    return names


def names_asked(view: InboxView, names: Names) -> tuple[str, ...]:
    """Who has the case, or the one or two who are asked to take it."""
    asked = (view.organisation_id, view.also_asked_id)
    return tuple(names.get(each, "") for each in asked if each is not None)
