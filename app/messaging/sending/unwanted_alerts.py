"""Alerts that were planned, and that nobody should get any more: their case was locked, or it is not before who was asked then."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.case import Case, Offer, facts_of
from app.cases.enums import ConsentLevel
from app.messaging.models import MemberAddress, OutgoingText
from app.network import Member
from app.vault import Vault, sound

_Asked = tuple[UUID, UUID]
"""A case and an organisation that was asked to take it."""


def unwanted_alerts(
    session: Session, vault: Vault, alerts: Collection[tuple[OutgoingText, MemberAddress | None]]
) -> set[UUID]:
    """Those of the alerts, each with its address, that must not go out.

    A worker who locked the case after somebody was paged reads that nobody is told. Of two partners who were asked at once the one
    that did not get the case has nothing to look for.
    """
    of_cases = [(text.id, text.case_id, address) for text, address in alerts if text.case_id is not None]
    ids = {case_id for _, case_id, _ in of_cases}
    found = session.scalars(select(Case).where(Case.id.in_(ids))) if ids else ()
    # Of one that others wrote nobody knows that the worker locked it: it is told, and one of them stops no other text.
    cases = list(sound(vault, found))
    locked = {case.id for case in cases if facts_of(vault, case).consent is ConsentLevel.NOBODY}
    gone = _asked_no_more(session, vault, cases)
    members = {address.member_id for _, _, address in of_cases if address is not None} if gone else ()
    working_at = _organisations(session, members)
    return {
        text_id
        for text_id, case_id, address in of_cases
        if case_id in locked or (address is not None and (case_id, working_at.get(address.member_id)) in gone)
    }


def _asked_no_more(session: Session, vault: Vault, cases: Iterable[Case]) -> set[_Asked]:
    """Each case with each partner that was asked to take it, and neither is asked now nor has it.

    By rows that we wrote only: whoever writes the database must not keep anybody from being paged.
    """
    before = {case.id: case.partners for case in cases}
    asked = session.scalars(select(Offer).where(Offer.case_id.in_(before))) if before else ()
    return {
        (offer.case_id, offer.organisation_id)
        for offer in sound(vault, asked)
        if offer.organisation_id not in before[offer.case_id]
    }


def _organisations(session: Session, members: Collection[UUID]) -> dict[UUID, UUID]:
    if not members:
        return {}
    found = session.execute(select(Member.id, Member.organisation_id).where(Member.id.in_(members)))
    return {member.id: member.organisation_id for member in found}
