"""A first text is filed before anybody knows where and what it is about: possible partners are kept ready, and none is asked.

Each has an offered grant for each of its circles, wrapped and unseen, since only later answers tell which one may have the case.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.cases.case import Case, Offer
from app.cases.enums import OfferState
from app.cases.routing.placing import EVERYTHING
from app.cases.rules import Routing, RoutingRules
from app.database import Base, CaseId, OrganisationId, new_id
from app.vault import CircleName, OpenedCompartments, PublicKey, Vault, circle_public_keys

READY = RoutingRules(standbys=7)
"""How many partners are kept ready behind the first: little is known yet, and most drop out later."""


@dataclass(frozen=True)
class ReadyKeys:
    """The keys of one partner's circles."""

    organisation_id: OrganisationId
    circles: tuple[PublicKey, ...]


def ready_keys(session: Session, vault: Vault, routing: Routing) -> tuple[ReadyKeys, ...]:
    """The keys of every partner that a routing leads to, in its order."""
    partners = () if routing.chosen is None else (routing.chosen, *routing.standbys)
    wide = circle_public_keys(session, vault, dict.fromkeys(partners, CircleName.EVERYONE))
    narrow = circle_public_keys(session, vault, dict.fromkeys(partners, CircleName.RESTRICTED))
    circles = {
        partner: tuple(keys[partner] for keys in (wide, narrow) if partner in keys) for partner in partners
    }
    return tuple(ReadyKeys(partner, keys) for partner, keys in circles.items() if keys)


def keep_ready(
    vault: Vault, case: Case, opened: OpenedCompartments, partners: Iterable[ReadyKeys]
) -> list[Base]:
    """Standby offers and their wrapped grants, as rows to be added."""
    rows: list[Base] = []
    for position, partner in enumerate(partners):
        grants = [
            vault.write_grant(CaseId(case.id), opened, EVERYTHING, key, offered=True)
            for key in partner.circles
        ]
        offer = Offer(
            case_id=case.id,
            id=new_id(),
            organisation_id=partner.organisation_id,
            position=position,
            state=OfferState.STANDBY,
            grant_id=grants[0].id,
        )
        rows += [*grants, offer]
    return rows
