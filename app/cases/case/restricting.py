"""Making a case restricted after it was shared: from then on only the trained and named circle of each organisation opens it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.case.access import circle_for, key_of_holder, open_compartments
from app.cases.case.models import Case, Offer
from app.database import CaseId, MemberId, OrganisationId
from app.network import SignedIn
from app.vault import (
    Actor,
    CircleName,
    CircleRow,
    GrantRow,
    GrantState,
    HolderKind,
    OpenedCompartments,
    Vault,
    accept_grant,
    add_grants,
    circle_name,
    circle_public_keys,
    delete_offered_grants,
    grants_that_stand,
    is_in_circle,
    journal,
    new_compartment_versions,
    sound,
)


@dataclass(frozen=True)
class _Wide:
    """A grant to an organisation's `everyone` circle, and its `restricted` circle that takes its place."""

    grant: GrantRow
    narrow: CircleRow | None


def restrict_case(session: Session, vault: Vault, by: SignedIn, case: Case) -> None:
    """As `restrict_opened`, by a member who can open the case."""
    opened = open_compartments(session, vault, by, CaseId(case.id))
    restrict_opened(session, vault, by.actor, case, opened)


def restrict_opened(
    session: Session, vault: Vault, by: Actor, case: Case, opened: OpenedCompartments
) -> None:
    """Move every grant from an `everyone` circle to that organisation's `restricted` one; the caller holds the case's lock.

    What was read before may be remembered; everything later is sealed to new versions that the wide circles never get.
    """
    wide = _wide_grants(session, vault, CaseId(case.id))
    if not wide:
        return
    keep_narrow_ready(session, vault, case, opened)
    offers = {
        offer.grant_id: offer for offer in session.scalars(select(Offer).where(Offer.case_id == case.id))
    }
    ready = {grant.holder_id: grant for grant in grants_that_stand(session, CaseId(case.id))}
    for found in wide:
        narrow = None if found.narrow is None else ready.get(found.narrow.id)
        if narrow is not None and found.grant.state == GrantState.LIVE and narrow.state == GrantState.OFFERED:
            accept_grant(session, vault, narrow.id)
        offer = offers.get(found.grant.id)
        if offer is not None:
            offer.grant_id = None if narrow is None else narrow.id
    session.flush()
    dropped = [found.grant.holder_id for found in wide]
    delete_offered_grants(session, CaseId(case.id), dropped)
    keep = [
        key_of_holder(session, vault, grant)
        for grant in grants_that_stand(session, CaseId(case.id))
        if grant.holder_id not in dropped
    ]
    new_compartment_versions(session, vault, CaseId(case.id), keep)
    let_go_of_assignee(session, vault, case)
    journal(session, vault, CaseId(case.id), "case.restricted", by, {"grants": len(wide)})


def keep_narrow_ready(session: Session, vault: Vault, case: Case, opened: OpenedCompartments) -> None:
    """Keep ready, wrapped, for each `everyone` circle what its `restricted` circle needs; the caller holds the case's lock.

    A text may restrict the case when nobody who can open it is there, and nobody could seal it anew then.
    """
    ready = {grant.holder_id for grant in grants_that_stand(session, CaseId(case.id))}
    wide = [
        found
        for found in _wide_grants(session, vault, CaseId(case.id))
        if found.narrow is not None and found.narrow.id not in ready
    ]
    owners = [OrganisationId(found.narrow.organisation_id) for found in wide if found.narrow is not None]
    # One whose key others changed gets nothing.
    keys = circle_public_keys(session, vault, dict.fromkeys(owners, CircleName.RESTRICTED))
    fresh = [
        vault.write_grant(
            CaseId(case.id),
            opened,
            vault.granted_names(found.grant) & opened.names,
            keys[owner],
            offered=True,
        )
        for found, owner in zip(wide, owners, strict=True)
        if owner in keys
    ]
    if fresh:
        add_grants(session, vault, fresh)
        session.flush()


def _wide_grants(session: Session, vault: Vault, case_id: CaseId) -> list[_Wide]:
    grants = [
        grant for grant in grants_that_stand(session, case_id) if grant.holder_kind == HolderKind.CIRCLE
    ]
    circles: dict[UUID, CircleRow] = {
        row.id: row
        for row in sound(
            vault,
            session.scalars(select(CircleRow).where(CircleRow.id.in_([grant.holder_id for grant in grants]))),
        )
    }
    wide = []
    for grant in grants:
        circle = circles.get(grant.holder_id)
        if circle is None:  # others changed it: whose it is, nobody can tell, so it loses the grant
            wide.append(_Wide(grant, None))
        elif circle_name(vault, circle) is CircleName.EVERYONE:
            organisation = OrganisationId(circle.organisation_id)
            wide.append(_Wide(grant, circle_for(session, vault, organisation, restricted=True)))
    return wide


def let_go_of_assignee(session: Session, vault: Vault, case: Case) -> None:
    """Take the case from an assignee who may not open it any more, now that it is restricted."""
    if case.assignee_id is None or case.organisation_id is None:
        return
    circle = circle_for(session, vault, OrganisationId(case.organisation_id), restricted=True)
    if circle is None or not is_in_circle(session, circle.id, MemberId(case.assignee_id)):
        case.assignee_id = None
