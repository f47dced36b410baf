"""Telling who wants to know that a case is offered to their organisation; on the fast track `alert_danger` pages whoever is called.

A job looks every few minutes, so that a report is not filed more slowly for it, and that many offers are one alert.
"""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cases.case import Case, Offer, circle_that_opens
from app.cases.enums import OfferState, State, Urgency
from app.database import CaseId, OrganisationId
from app.messaging.members.calling import called_in
from app.messaging.members.notices import Notice, wishes_of
from app.messaging.models import MemberAddress, MemberNotices
from app.messaging.queue import enqueue_alert, note_merged_alert, written_down
from app.network import Member
from app.vault import Vault, is_sound

OFFER_SUBJECT = "Redress: a case is offered to you"
OFFER = "Redress: a case is offered to your organisation. Please log in and look."

_VALID_FOR = timedelta(hours=10)
_LOOKED_AT = 50

_Key = tuple[str, ...]


def tell_of_offers(session: Session, vault: Vault) -> int:
    """Tell each address once of each offer that stands, of all new ones by one alert; how many alerts. Any number may run."""
    told: dict[UUID, tuple[MemberAddress, dict[_Key, CaseId]]] = {}
    for organisation_id in _where_somebody_wants_it(session, vault):
        for case, offer_id in _offered(session, vault, organisation_id):
            circle = circle_that_opens(session, vault, case, organisation_id)
            for address in [] if circle is None else called_in(session, vault, circle, Notice.OFFER):
                key = ("offer", str(offer_id), str(address.member_id), address.channel)
                told.setdefault(address.id, (address, {}))[1][key] = CaseId(case.id)
    # In the order of the keys, so that two dispatchers never wait for each other in a circle.
    return sum(_tell(session, vault, *told[address_id]) for address_id in sorted(told))


def _tell(session: Session, vault: Vault, address: MemberAddress, offers: dict[_Key, CaseId]) -> bool:
    known = written_down(session, vault, offers)
    new = sorted(key for key in offers if key not in known)
    for key in new[1:]:
        note_merged_alert(session, vault, key=key, address=address, case_id=offers[key])
    if new:
        alone = offers[new[0]] if len(new) == 1 else None
        enqueue_alert(
            session,
            vault,
            key=new[0],
            body=OFFER,
            address=address,
            valid_for=_VALID_FOR,
            subject=OFFER_SUBJECT,
            case_id=alone,
        )
    return bool(new)


def _where_somebody_wants_it(session: Session, vault: Vault) -> list[OrganisationId]:
    """The organisations of members who chose to be told: without a choice nobody is."""
    rows = session.execute(
        select(MemberNotices.member_id, Member.organisation_id).join(
            Member, Member.id == MemberNotices.member_id
        )
    ).all()
    wishes = wishes_of(session, vault, [row.member_id for row in rows])
    return sorted({row.organisation_id for row in rows if wishes[row.member_id][Notice.OFFER]})


def _offered(session: Session, vault: Vault, organisation_id: OrganisationId) -> Iterator[tuple[Case, UUID]]:
    """Cases that are offered to an organisation now, with the offer; some of them, where there are very many."""
    found = session.execute(
        select(Case, Offer)
        .join(Offer, (Offer.case_id == Case.id) & (Offer.organisation_id == organisation_id))
        .where(
            Case.organisation_id == organisation_id,
            Case.state == State.OFFERED,
            Offer.state == OfferState.OFFERED,
            Case.is_open,
            ~Case.practice,
            Case.urgency.not_in((Urgency.DANGER, Urgency.URGENT)),
        )
        # In no order: rows of others must not stand before ours each time.
        .order_by(func.random())
        .limit(_LOOKED_AT)
    )
    for case, offer in found:
        if is_sound(vault, case) and is_sound(vault, offer):
            yield case, offer.id
