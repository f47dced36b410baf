"""Who chose it is told that a case is offered: once for each offer, many by one alert, and of danger by the page alone."""

from collections import Counter

from sqlalchemy import select

from app.messaging.delivery import Delivery
from app.messaging.members import Channel, Notice, choose_notices, tell_of_offers
from app.messaging.members.offer_alerts import OFFER
from app.messaging.models import MemberNotices, OutgoingText
from app.messaging.queue.outgoing import body_place
from tests.support.alerts import NUMBERS, alerted, reachable
from tests.support.past_us import write_past_us
from tests.support.texting import Texting


def wish(texting: Texting, login: str, *channels: Channel) -> None:
    by = texting.world.sign_in(login)
    wishes = {Notice.DANGER: frozenset(Channel), Notice.OFFER: frozenset(channels)}
    with texting.database.writing() as session:
        choose_notices(session, texting.world.vault, by, wishes)


def tick(texting: Texting) -> int:
    with texting.database.writing() as session:
        return tell_of_offers(session, texting.world.vault)


def states(texting: Texting) -> Counter[Delivery]:
    with texting.database.reading() as session:
        return Counter(
            session.scalars(select(OutgoingText.state).where(OutgoingText.address_id.is_not(None)))
        )


def test_only_who_chose_it_is_told_and_many_offers_are_one_alert(texting: Texting) -> None:
    reachable(texting)
    world = texting.world
    for _ in range(3):
        world.file()
    assert tick(texting) == 0
    wish(texting, "near.lead", Channel.TEXT)
    assert (tick(texting), tick(texting)) == (1, 0)
    assert states(texting) == Counter({Delivery.WAITING: 1, Delivery.CANCELLED: 2})
    assert set(alerted(texting)) == {NUMBERS["near.lead"]}
    with texting.database.reading() as session:
        row = session.scalars(select(OutgoingText).where(OutgoingText.state == Delivery.WAITING)).one()
        assert str(texting.dispatcher.open_contact(body_place(row.id), row.body_sealed or b"")) == OFFER
    case_id = world.case_of(world.file())
    assert tick(texting) == 1
    assert alerted(texting, case_id) == [NUMBERS["near.lead"]]
    # The fast track is told by the page, to both partners by both ways, and not once more.
    danger, urgent = (
        world.case_of(world.file(danger=True)),
        world.case_of(world.file(topics=("forced_labour",))),
    )
    assert tick(texting) == 0
    assert [len(alerted(texting, each)) for each in (danger, urgent)] == [4, 4]


def test_a_choice_that_others_wrote_is_none(texting: Texting) -> None:
    reachable(texting, "near.lead", "far.lead")
    texting.world.file()
    wish(texting, "near.lead", *Channel)
    lead = texting.world.sign_in("near.lead").member.id
    write_past_us(texting.database, MemberNotices, {"member_id": lead}, row_mac=None)
    assert tick(texting) == 0
