"""A partner loses a case for lateness: what comes later is sealed to new versions, and the next one who was foreseen is asked."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.case import Case, Offer, facts_of, key_of_holder
from app.cases.clocks import ask_anew
from app.cases.enums import ClockKind, OfferState
from app.cases.routing.handing_on import hand_on
from app.cases.rules import RoutingOutcome, Rules
from app.database import CaseId, OrganisationId
from app.network import Member
from app.vault import (
    SYSTEM,
    CircleRow,
    PublicKeyForged,
    Vault,
    grants_that_stand,
    journal,
    new_compartment_versions,
)


def lose_for_lateness(session: Session, vault: Vault, rules: Rules, case: Case) -> bool:
    """Take a case, whose row the caller has locked, from the partner that has it, and hand it on with nobody logged in.

    What was read before may be remembered. False, and nothing is changed, where others wrote the keys of somebody who keeps theirs.
    """
    lost = case.organisation_id
    if not new_keys_without(session, vault, case, {OrganisationId(lost)} if lost is not None else set()):
        return False
    held = (OfferState.ACCEPTED, OfferState.OFFERED)
    for offer in session.scalars(select(Offer).where(Offer.case_id == case.id, Offer.state.in_(held))):
        offer.state, offer.expires_at, offer.grant_id = OfferState.EXPIRED, None, None
    case.helper_has_read = False
    journal(session, vault, CaseId(case.id), "case.lost", SYSTEM, {"organisation": str(lost)})
    session.flush()
    # Whoever comes next has not read it yet, however well the one before knew it.
    ask_anew(session, case, facts_of(vault, case), rules.deadlines, also={ClockKind.READ})
    hand_on(session, vault, rules, case, RoutingOutcome.LATE)
    return True


def new_keys_without(
    session: Session, vault: Vault, case: Case, organisations: Collection[OrganisationId]
) -> bool:
    """Seal what comes later in a case, whose row the caller has locked, to keys that no grant of these opens, and end those.

    False, and nothing is changed, where others wrote the keys of somebody who keeps theirs.
    """
    theirs = set(session.scalars(select(CircleRow.id).where(CircleRow.organisation_id.in_(organisations))))
    theirs |= set(session.scalars(select(Member.id).where(Member.organisation_id.in_(organisations))))
    try:
        keep = [
            key_of_holder(session, vault, grant)
            for grant in grants_that_stand(session, CaseId(case.id))
            if grant.holder_id not in theirs
        ]
    except PublicKeyForged:
        return False  # `redress doctor` names the row
    new_compartment_versions(session, vault, CaseId(case.id), keep)
    return True
