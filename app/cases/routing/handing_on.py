"""Where a case goes when an offer comes to nothing: to the next standbys that may have it, and at last to custody."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.case import Case, Happened, Offer, facts_of, note, site_of
from app.cases.clocks import start_clocks
from app.cases.consent import consent_stands
from app.cases.enums import OfferState, StartEvent, State
from app.cases.routing.asking import drop_offer, make_offers
from app.cases.routing.candidates import candidates_at
from app.cases.routing.records import routing_record
from app.cases.rules import AT_ONCE, FORBIDDING, Reason, Routing, RoutingOutcome, Rules, why_not
from app.database import CaseId, OrganisationId
from app.network import OrganisationFacts
from app.vault import (
    SYSTEM,
    CircleRow,
    GrantRow,
    GrantState,
    HolderKind,
    Vault,
    holder_of,
    is_sound,
    journal,
    sound,
    stands,
    with_heads,
)


def forbidden(vault: Vault, rules: Rules, case: Case, candidate: OrganisationFacts | None) -> Reason | None:
    """The reason that nobody may overrule for which this organisation must not have the case now, or None."""
    if candidate is None:
        return Reason.NO_KEYS
    reason = why_not(facts_of(vault, case), case.country, case.language, candidate, rules.taxonomy)
    return reason if reason in FORBIDDING else None


def candidates_of(session: Session, vault: Vault, case: Case) -> dict[OrganisationId, OrganisationFacts]:
    """Every organisation as routing sees it now, for this case."""
    facts = facts_of(vault, case)
    found = candidates_at(
        session, site_of(vault, case), facts.possible_sites, place_in_doubt=facts.place_in_doubt
    )
    return {candidate.id: candidate for candidate in found}


def hand_on(
    session: Session,
    vault: Vault,
    rules: Rules,
    case: Case,
    why_held: RoutingOutcome = RoutingOutcome.NOBODY_ACCEPTED,
) -> None:
    """Offer a case to its next standbys that may have it, on the fast track to two at once, or let it wait with custody.

    `why_held` then says why.
    """
    if not is_sound(vault, case):
        return  # whose it would be now, nobody can tell: `redress doctor` names it
    at_once, asked = AT_ONCE[facts_of(vault, case).profile], list[Offer]()
    for offer, reason in standbys_of(session, vault, rules, case):
        if reason is not None:
            _pass_over(session, vault, case, offer, reason)
            continue
        asked.append(offer)
        if len(asked) == at_once:
            break
    if asked:
        make_offers(session, vault, rules, case, asked, SYSTEM)
    else:
        hold_with_custody(session, vault, rules, case, why_held)


def is_foreseen(session: Session, vault: Vault, rules: Rules, case: Case) -> bool:
    """Whether a partner stands by that may have the case now."""
    return any(reason is None for _, reason in standbys_of(session, vault, rules, case))


def let_coordinator_look(session: Session, vault: Vault, rules: Rules, case: Case) -> None:
    """Ask nobody who stands by any more, and let a custodian look first, where the worker did not shut the coordinator out."""
    if custodian_of(session, CaseId(case.id)) is None:
        hand_on(session, vault, rules, case)
        return
    for offer, _ in standbys_of(session, vault, rules, case):
        _pass_over(session, vault, case, offer, Reason.HELD)
    hold_with_custody(session, vault, rules, case)


def standbys_of(
    session: Session, vault: Vault, rules: Rules, case: Case
) -> list[tuple[Offer, Reason | None]]:
    """Those who stand by, in their order, each with the reason for which it must not have the case now."""
    standbys = session.scalars(
        select(Offer)
        .where(Offer.case_id == case.id, Offer.state == OfferState.STANDBY)
        .order_by(Offer.position)
        .execution_options(populate_existing=True)
    ).all()
    candidates = candidates_of(session, vault, case) if standbys else {}
    agreed = bool(standbys) and consent_stands(session, vault, case)

    def why(offer: Offer) -> Reason | None:
        reason = forbidden(vault, rules, case, candidates.get(OrganisationId(offer.organisation_id)))
        if reason is None and not agreed:
            return Reason.LOCKED
        if reason is None and (offer.grant_id is None or not is_sound(vault, offer)):
            return Reason.NO_KEYS
        return reason

    return [(offer, why(offer)) for offer in standbys]


def _pass_over(session: Session, vault: Vault, case: Case, offer: Offer, reason: Reason) -> None:
    drop_offer(session, offer, OfferState.WITHDRAWN)
    detail = {"organisation": str(offer.organisation_id), "reason": reason.value}
    journal(session, vault, CaseId(case.id), "case.passed_over", SYSTEM, detail)


def hold_with_custody(
    session: Session,
    vault: Vault,
    rules: Rules,
    case: Case,
    why: RoutingOutcome = RoutingOutcome.NOBODY_ACCEPTED,
) -> None:
    """Let a case wait for a custodian; where the worker shut the coordinator out, it waits for the worker alone."""
    case.state = State.RECEIVED
    case.assignee_id = None
    case.organisation_id, case.also_asked_id = None, None
    custodian = custodian_of(session, CaseId(case.id))
    if custodian is None:
        note(session, vault, Happened.NOBODY_LEFT, case)
        journal(session, vault, CaseId(case.id), "case.nobody_may_hold_it", SYSTEM, {})
        return
    facts = facts_of(vault, case)
    start_clocks(session, case, facts, StartEvent.HELD, rules.deadlines)
    reasons = tuple(
        (known.id, why_not(facts, case.country, case.language, known, rules.taxonomy) or Reason.HELD)
        for known in candidates_of(session, vault, case).values()
    )
    routing = Routing(None, (), reasons, custodian, custody=True, why=why)
    session.add(routing_record(vault, CaseId(case.id), routing))
    note(session, vault, Happened.HELD, case)
    journal(session, vault, CaseId(case.id), "case.held", SYSTEM, {"why": routing.why.value})


def custodian_of(session: Session, case_id: CaseId) -> OrganisationId | None:
    """The coordinator whose custody circle has a live grant for the case; one that ended and was put back names nobody."""
    found = session.execute(
        with_heads(
            select(CircleRow, GrantRow)
            .join(GrantRow, GrantRow.holder_id == CircleRow.id)
            .where(
                GrantRow.case_id == case_id,
                GrantRow.holder_kind == HolderKind.CUSTODY,
                GrantRow.state == GrantState.LIVE,
            )
        )
    )
    holder = holder_of(session)
    custodians = (
        circle.organisation_id
        for circle, grant, *head in found
        if is_sound(holder, circle) and stands(holder, grant, (head[0], head[1], head[2], head[3], head[4]))
    )
    return next(custodians, None)


def next_position(session: Session, case: Case) -> int:
    """The position behind every offer that the case ever had; others may have written one at the highest there is."""
    offers = sound(holder_of(session), session.scalars(select(Offer).where(Offer.case_id == case.id)))
    return max((offer.position for offer in offers), default=-1) + 1
