"""Routing runs again as site, kind and consent become known by text: whoever it now keeps out loses what was kept ready for it.

Once somebody has to act, the first partner that remains gets the offer, or custody holds the case.
"""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.case import (
    Case,
    Offer,
    circle_that_opens,
    facts_of,
    key_of_holder,
    let_go_of_assignee,
)
from app.cases.clocks import settle_clocks, start_clocks
from app.cases.consent import keys_held_by, take_back
from app.cases.enums import ClockKind, ClockState, ConsentLevel, OfferState, StartEvent, State
from app.cases.routing.asking import is_left_to_another
from app.cases.routing.beside import ask_beside
from app.cases.routing.handing_on import candidates_of, forbidden, hand_on, next_position
from app.cases.routing.records import routing_record
from app.cases.routing.standbys import READY
from app.cases.rules import Reason, Routing, RoutingOutcome, Rules, route
from app.cases.taxonomy import Handling
from app.database import CaseId, CircleId, OrganisationId
from app.network import OrganisationFacts
from app.vault import (
    SYSTEM,
    CircleName,
    CircleRow,
    GrantRow,
    GrantState,
    HolderKind,
    Vault,
    accept_grant,
    circle_name,
    delete_offered_grants,
    grants_that_stand,
    has_members,
    holder_of,
    is_sound,
    journal,
    new_compartment_versions,
    sound,
)

_STANDING = (OfferState.STANDBY, OfferState.OFFERED, OfferState.ACCEPTED)
_TAKEN = (OfferState.OFFERED, OfferState.ACCEPTED)


def route_again(
    session: Session, vault: Vault, rules: Rules, case: Case, *, complete: bool, custody_first: bool = False
) -> None:
    """Bring offers and grants in line with what is known of the case, whose row the caller has locked, and ask somebody.

    `complete` says that the worker is asked nothing more: then only what may still be needed stays ready. `custody_first` says that
    custody has to look before anybody takes the case: an offer that nobody has answered goes too.
    """
    if case.stopped_hour is not None or not is_sound(vault, case):
        return
    facts = facts_of(vault, case)
    if facts.consent is ConsentLevel.NOBODY:
        if complete:
            _let_go(session, vault, case)
        return
    if not case.is_open:
        return
    known = candidates_of(session, vault, case)
    routing = route(facts, case.country, case.language, known.values(), rules.taxonomy, READY)
    offers = _offers_of(session, case)
    left_out = _left_out(session, vault, rules, case, offers, known, routing)
    if custody_first:
        unanswered = (offer.organisation_id for offer in offers if offer.state is OfferState.OFFERED)
        left_out = dict.fromkeys(unanswered, Reason.HELD) | left_out
    if complete:
        left_out |= _surplus(offers, left_out, routing, rules.routing.standbys)
    kept = [offer for offer in offers if offer.organisation_id not in left_out]
    restricted = Handling.RESTRICTED in facts.handling
    keyless = _give_right_grants(session, vault, case, kept, restricted=restricted)
    left_out |= dict.fromkeys(keyless, Reason.NO_KEYS)
    lost = any(offer.state is OfferState.ACCEPTED and offer.organisation_id in left_out for offer in offers)
    for offer in offers:
        if offer.organisation_id in left_out:
            offer.state, offer.expires_at, offer.grant_id = OfferState.WITHDRAWN, None, None
    if restricted:
        let_go_of_assignee(session, vault, case)
    _put_in_order(session, case, offers, routing)
    _note_down(session, vault, case, routing, left_out)
    _ask(session, vault, rules, case, offers, routing, lost=lost)


def is_read_by_somebody(session: Session, vault: Vault, case: Case) -> bool:
    """Whether whoever has the case, if anybody has, has somebody in the circle that may read it."""
    holder = case.organisation_id
    return holder is None or _has_readers(session, vault, case, OrganisationId(holder))


def _has_readers(session: Session, vault: Vault, case: Case, organisation: OrganisationId) -> bool:
    circle = circle_that_opens(session, vault, case, organisation)
    return circle is not None and has_members(session, CircleId(circle.id))


def _let_go(session: Session, vault: Vault, case: Case) -> None:
    """The worker lets nobody know and is asked nothing more: what was kept ready goes, and custody keeps the case unread."""
    standing = select(Offer.id).where(Offer.case_id == case.id, Offer.state.in_(_STANDING))
    if session.scalars(standing).first() is None:
        return
    keep = keys_held_by(session, vault, case, (HolderKind.CUSTODY, HolderKind.RECEIPT))
    take_back(session, vault, case, keep)
    journal(session, vault, CaseId(case.id), "case.locked", SYSTEM)


def _ask(
    session: Session,
    vault: Vault,
    rules: Rules,
    case: Case,
    offers: Collection[Offer],
    routing: Routing,
    *,
    lost: bool,
) -> None:
    """Offer the case to the first that are ready, unless somebody was asked already or custody holds it.

    `lost` says that who had taken it may not keep it.
    """
    session.flush()
    # Of two who are asked one may have to go: it is before the other then, and one more is asked.
    if case.state is State.OFFERED and is_left_to_another(session, vault, case):
        ask_beside(session, vault, rules, case)
    shut = case.next_due_at is None  # the worker had let nobody know and now does
    if any(offer.state in _TAKEN for offer in offers) or not (offers or shut):
        return
    if shut:
        start_clocks(session, case, facts_of(vault, case), StartEvent.FILED, rules.deadlines)
    settle_clocks(session, case, {ClockKind.ACCEPT}, ClockState.ESCALATED)
    case.state, case.organisation_id, case.also_asked_id = State.RECEIVED, None, None
    case.assignee_id = None
    why = routing.why if routing.chosen is None else RoutingOutcome.NOBODY_ACCEPTED
    hand_on(session, vault, rules, case, why_held=RoutingOutcome.MAY_NOT_KEEP if lost else why)


def _offers_of(session: Session, case: Case) -> list[Offer]:
    query = select(Offer).where(Offer.case_id == case.id, Offer.state.in_(_STANDING)).order_by(Offer.position)
    offers = session.scalars(query.execution_options(populate_existing=True))
    return list(sound(holder_of(session), offers))


def _left_out(
    session: Session,
    vault: Vault,
    rules: Rules,
    case: Case,
    offers: Iterable[Offer],
    known: Mapping[OrganisationId, OrganisationFacts],
    routing: Routing,
) -> dict[UUID, Reason]:
    """Who may not have the case now, and why: of those that were asked already only for what nobody may overrule."""
    permitted, reasons = _order(routing), dict(routing.reasons)
    left_out: dict[UUID, Reason] = {}
    for offer in offers:
        organisation = OrganisationId(offer.organisation_id)
        if offer.state in _TAKEN:
            reason = forbidden(vault, rules, case, known.get(organisation))
            if offer.state is OfferState.ACCEPTED and reason in (None, Reason.NOT_TRAINED):
                # Who has a case is not asked anew, by whichever door it is told: those whom they trained and named keep it.
                has_readers = _has_readers(session, vault, case, organisation)
                reason = None if has_readers else Reason.NOT_TRAINED
        else:
            reason = None if organisation in permitted else reasons.get(organisation, Reason.NO_KEYS)
        if reason is not None:
            left_out[organisation] = reason
    return left_out


def _surplus(
    offers: Iterable[Offer], left_out: Mapping[UUID, Reason], routing: Routing, standbys: int
) -> dict[UUID, Reason]:
    """Of those kept ready only as many stay as stand by for a report from the web."""
    kept = {offer.organisation_id: offer for offer in offers if offer.organisation_id not in left_out}
    asked = any(offer.state in _TAKEN for offer in kept.values())
    waiting = [each for each in _order(routing) if each in kept and kept[each].state is OfferState.STANDBY]
    return dict.fromkeys(waiting[standbys if asked else standbys + 1 :], Reason.RANKED_LOWER)


def _give_right_grants(
    session: Session, vault: Vault, case: Case, kept: Iterable[Offer], *, restricted: bool
) -> set[UUID]:
    """Let each kept organisation hold the case by the right circle only; gives those that have no grant for it."""
    wanted = CircleName.RESTRICTED if restricted else CircleName.EVERYONE
    partners = {offer.organisation_id: offer for offer in kept}
    fitting: dict[UUID, GrantRow] = {}
    superfluous: list[GrantRow] = []
    for grant, circle in _circle_grants(session, case):
        if circle.organisation_id in partners and circle_name(vault, circle) is wanted:
            fitting[circle.organisation_id] = grant
        elif circle.organisation_id not in partners or restricted:
            # The restricted circle stays ready: later words may make the case restricted, and then nobody can seal it anew.
            superfluous.append(grant)
    for organisation, right in fitting.items():
        offer = partners[organisation]
        offer.grant_id = right.id
        if offer.state is OfferState.ACCEPTED and right.state == GrantState.OFFERED:
            accept_grant(session, vault, right.id)
    _end(session, vault, case, superfluous)
    return set(partners) - set(fitting)


def _end(session: Session, vault: Vault, case: Case, superfluous: Collection[GrantRow]) -> None:
    """Delete what was only offered; where somebody could read already, what comes later is sealed to new versions."""
    holders = {grant.holder_id for grant in superfluous}
    if all(grant.state == GrantState.OFFERED for grant in superfluous):
        delete_offered_grants(session, CaseId(case.id), holders)
        return
    keep = [
        key_of_holder(session, vault, grant)
        for grant in grants_that_stand(session, CaseId(case.id))
        if grant.holder_id not in holders
    ]
    new_compartment_versions(session, vault, CaseId(case.id), keep)


def _circle_grants(session: Session, case: Case) -> list[tuple[GrantRow, CircleRow]]:
    query = (
        select(GrantRow, CircleRow)
        .join(CircleRow, CircleRow.id == GrantRow.holder_id)
        .where(
            GrantRow.case_id == case.id,
            GrantRow.holder_kind == HolderKind.CIRCLE,
            GrantRow.state != GrantState.ENDED,
        )
    )
    holder = holder_of(session)
    return [
        (grant, circle)
        for grant, circle in session.execute(query)
        if is_sound(holder, grant) and is_sound(holder, circle)
    ]


def _put_in_order(session: Session, case: Case, offers: Iterable[Offer], routing: Routing) -> None:
    """The standbys in the order of this routing, behind whoever was asked before them."""
    first, order = next_position(session, case), _order(routing)
    for offer in offers:
        if offer.state is OfferState.STANDBY:
            offer.position = first + order.index(OrganisationId(offer.organisation_id))


def _order(routing: Routing) -> tuple[OrganisationId, ...]:
    return () if routing.chosen is None else (routing.chosen, *routing.standbys)


def _note_down(
    session: Session, vault: Vault, case: Case, routing: Routing, left_out: Mapping[UUID, Reason]
) -> None:
    session.add(routing_record(vault, CaseId(case.id), routing))
    why = {str(organisation): reason.value for organisation, reason in left_out.items()}
    journal(session, vault, CaseId(case.id), "case.routed_again", SYSTEM, {"left_out": why})
