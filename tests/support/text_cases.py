"""Cases by text: taken on, read, and kept from who has an interest."""

from sqlalchemy import select

from app.cases.desk.reading import open_case
from app.cases.routing.offers import accept_offer
from app.database import CaseId, OrganisationId
from app.messaging.models import InboundText, Phone
from app.network import SignedIn, declare_interest
from tests.harness.world import site_id
from tests.support.texting import Texting

FIRST = "Please help us, it is bad here"


PLACE = "Foxglove Circuits Penang"


def accept(texting: Texting, login: str) -> SignedIn:
    """The offered case is taken by a member."""
    member = texting.member(login)
    with texting.database.writing() as session:
        world = texting.world
        assert accept_offer(session, world.vault, world.rules, member, CaseId(texting.case().id)).taken
    return member


def read(texting: Texting, login: str) -> list[str]:
    """The words that a member who took the case reads."""
    member = texting.member(login)
    with texting.database.writing() as session:
        page = open_case(session, texting.world.vault, member, CaseId(texting.case().id))
    return [str(entry.body["text"]) for entry in page.entries if entry.body and "text" in entry.body]


def phones_known(texting: Texting) -> int:
    """How many numbers are kept, without the noise's own."""
    with texting.database.reading() as session:
        known = session.scalars(select(Phone).where(Phone.tag.is_not(None))).all()
        texts = session.scalars(select(InboundText).where(InboundText.provider_id.startswith("noise"))).all()
    return len({row.id for row in known} - {row.phone_id for row in texts})


def interest(texting: Texting) -> None:
    """The near partner has a stake in the site."""
    world = texting.world
    with texting.database.writing() as session:
        declare_interest(
            session,
            world.vault,
            organisation_id=OrganisationId(world.near.id),
            site_id=site_id(world.site),
            reason="Paid by the company.",
        )
