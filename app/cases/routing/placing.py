"""From a decision of the routing to offers: whose keys a case is sealed to, who is asked and who stands by."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from app.cases.case import Case, CaseFacts, Clock, Offer
from app.cases.clocks import clock_rows
from app.cases.enums import ClockKind, OfferState, StartEvent, State
from app.cases.rules import AT_ONCE, Deadlines, Routing, Rules, route
from app.cases.taxonomy import Handling
from app.database import Base, CaseId, OrganisationId, new_id
from app.network import OrganisationFacts
from app.vault import (
    CircleName,
    Compartment,
    OpenedCompartments,
    PublicKey,
    Vault,
    circle_public_keys,
)

EVERYTHING = frozenset(Compartment)


class KeysMissing(Exception):
    """Organisations that a routing led to have no key of a circle that this deployment made; it has to be run without them."""

    def __init__(self, organisations: Collection[OrganisationId]) -> None:
        super().__init__(f"organisations {sorted(organisations)} lack the keys of a circle")
        self.organisations = frozenset(organisations)


@dataclass(frozen=True)
class Recipients:
    """The authenticated keys that a routing leads to: custody's, and those of the partners in the order of the offers."""

    custody: PublicKey | None
    partners: tuple[tuple[OrganisationId, PublicKey], ...]


def find_recipients(session: Session, vault: Vault, facts: CaseFacts, routing: Routing) -> Recipients:
    """Look up whom a case will be sealed to: a restricted case only ever to the restricted circles; raises `KeysMissing`."""
    circle = CircleName.RESTRICTED if Handling.RESTRICTED in facts.handling else CircleName.EVERYONE
    chosen = () if routing.chosen is None else (routing.chosen, *routing.standbys)
    wanted = dict.fromkeys(chosen, circle)
    if routing.custodian is not None:
        wanted[routing.custodian] = CircleName.CUSTODY
    keys = circle_public_keys(session, vault, wanted)
    if missing := wanted.keys() - keys.keys():
        raise KeysMissing(missing)
    return Recipients(
        None if routing.custodian is None else keys[routing.custodian],
        tuple((partner, keys[partner]) for partner in chosen),
    )


def without_keys(
    candidates: Iterable[OrganisationFacts], organisations: Collection[OrganisationId]
) -> tuple[OrganisationFacts, ...]:
    """The candidates, of whom these turned out to have no key that a case could be sealed to."""
    return tuple(replace(each, has_keys=False) if each.id in organisations else each for each in candidates)


def route_to_keys(
    session: Session,
    vault: Vault,
    rules: Rules,
    facts: CaseFacts,
    country: str | None,
    language: str,
    candidates: Sequence[OrganisationFacts],
    *,
    from_here: int = 0,
) -> tuple[Routing, Recipients]:
    """The routing and the keys that it leads to; whoever's keys others have changed is left out, and no report fails for it."""
    while True:
        routing = route(
            facts, country, language, candidates, rules.taxonomy, rules.routing, from_here=from_here
        )
        try:
            return routing, find_recipients(session, vault, facts, routing)
        except KeysMissing as missing:
            candidates = without_keys(candidates, missing.organisations)


def write_offers(
    vault: Vault,
    case: Case,
    facts: CaseFacts,
    opened: OpenedCompartments,
    recipients: Recipients,
    deadlines: Deadlines,
) -> list[Base]:
    """The grants, offers and clocks that a routing starts, as rows to be added; sets where the case stands now.

    Custody's grant is live, the partners' are wrapped until they accept. Nothing is read and nothing is sent.
    """
    rows: list[Base] = []
    case_id = CaseId(case.id)
    if recipients.custody is not None:
        rows.append(vault.write_grant(case_id, opened, EVERYTHING, recipients.custody))
    clocks: list[Clock] = []
    if recipients.partners:
        clocks = clock_rows(case, facts, StartEvent.OFFERED, deadlines)
    elif recipients.custody is not None:
        clocks = clock_rows(case, facts, StartEvent.HELD, deadlines)
    expires = next((row.due_at for row in clocks if row.kind is ClockKind.ACCEPT), None)
    asked = recipients.partners[: AT_ONCE[facts.profile]]
    for position, (organisation, key) in enumerate(recipients.partners):
        grant = vault.write_grant(case_id, opened, EVERYTHING, key, offered=True)
        now = position < len(asked)
        rows.append(grant)
        rows.append(
            Offer(
                case_id=case.id,
                id=new_id(),
                organisation_id=organisation,
                position=position,
                state=OfferState.OFFERED if now else OfferState.STANDBY,
                expires_at=expires if now else None,
                grant_id=grant.id,
            )
        )
    case.state = State.OFFERED if asked else State.RECEIVED
    case.organisation_id = asked[0][0] if asked else None
    case.also_asked_id = asked[1][0] if len(asked) > 1 else None
    return [*rows, *clocks]


def earliest(clocks: Iterable[Clock]) -> Clock | None:
    """The clock that falls due first: it orders the queue."""
    return min(clocks, key=lambda row: (row.due_at, row.kind), default=None)
