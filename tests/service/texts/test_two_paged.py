"""A case on the fast track pages whoever may take it at both partners that are asked, and nobody once it is another's."""

from typing import Any

import pytest
from sqlalchemy import select

from app.cases.enums import Urgency
from app.cases.routing.offers import accept_offer
from app.database import CaseId
from app.messaging.delivery import Delivery, Purpose
from app.messaging.members.addresses import Channel
from app.messaging.models import MemberAddress, OutgoingText
from app.messaging.sending.send_batch import send_due
from app.network import Member
from app.settings import read_settings
from tests.support.alerts import alerted, both, reachable
from tests.support.texting import Texting


def fates(texting: Texting, case_id: CaseId) -> dict[str, Delivery]:
    """What became of the texts that page of a case, by the organisation of the member whom each went to."""
    query = (
        select(Member.organisation_id, OutgoingText.state)
        .join(MemberAddress, MemberAddress.member_id == Member.id)
        .join(OutgoingText, OutgoingText.address_id == MemberAddress.id)
        .where(
            OutgoingText.case_id == case_id,
            OutgoingText.purpose == Purpose.ALERT,
            MemberAddress.channel == Channel.TEXT,
        )
    )
    names = {each.id: each.name for each in (texting.world.near, texting.world.far)}
    with texting.database.reading() as session:
        return {names[organisation_id]: state for organisation_id, state in session.execute(query)}


def send(texting: Texting) -> None:
    settings = read_settings({"REDRESS_PUBLIC_URL": "https://help.example.org"})
    send_due(texting.database, texting.dispatcher, texting.services.gateways, settings)


@pytest.mark.parametrize(
    "answers", ({"danger": True}, {"topics": ("forced_labour",)}), ids=("danger", "urgent")
)
def test_both_who_are_asked_are_paged_by_text_and_e_mail(texting: Texting, answers: dict[str, Any]) -> None:
    reachable(texting)
    plain = texting.world.case_of(texting.world.file())
    case_id = texting.world.case_of(texting.world.file(**answers))
    assert alerted(texting, case_id) == both("near.lead", "far.lead")
    assert alerted(texting, plain) == []
    send(texting)
    assert fates(texting, case_id) == {
        texting.world.near.name: Delivery.DELIVERED,
        texting.world.far.name: Delivery.DELIVERED,
    }


def test_a_page_that_has_not_gone_out_is_called_off_for_the_one_that_does_not_get_it(
    texting: Texting,
) -> None:
    world = texting.world
    reachable(texting)
    taken, open_still = (world.case_of(world.file(danger=True)) for _ in range(2))
    with texting.database.writing() as session:
        assert accept_offer(session, world.vault, world.rules, world.sign_in("far.lead"), taken).taken
    send(texting)
    assert fates(texting, taken) == {world.near.name: Delivery.CANCELLED, world.far.name: Delivery.DELIVERED}
    assert fates(texting, open_still) == {
        world.near.name: Delivery.DELIVERED,
        world.far.name: Delivery.DELIVERED,
    }


def test_danger_told_by_text_is_put_before_two_as_well(texting: Texting) -> None:
    reachable(texting)
    texting.say("Please help us, it is bad here", "1", "1", "Foxglove Circuits Penang")
    texting.fall_silent()
    case = texting.case()
    assert case.urgency is Urgency.DANGER
    assert case.partners == (texting.world.near.id, texting.world.far.id)
    assert alerted(texting) == both("near.lead", "far.lead")
