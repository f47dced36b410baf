"""Members who can be alerted, and who was."""

from sqlalchemy import select

from app.database import CaseId
from app.messaging.delivery import Purpose
from app.messaging.members.addresses import (
    Channel,
    keep_address,
)
from app.messaging.models import MemberAddress, OutgoingText
from app.messaging.queue.outgoing import address_place
from tests.support.texting import Texting

NUMBERS = {
    "near.lead": "+60123450901",
    "far.lead": "+41791234567",
    "other.lead": "+919840450902",
    "custodian.one": "+31612345678",
}


def reachable(texting: Texting, *logins: str) -> None:
    """Let these members be alerted by text, and by e-mail too."""
    for login in logins or NUMBERS:
        member = texting.world.sign_in(login)
        with texting.database.writing() as session:
            keep_address(session, texting.world.vault, member, Channel.TEXT, NUMBERS[login])
            keep_address(session, texting.world.vault, member, Channel.EMAIL, f"{login}@mail.example")


def alerted(texting: Texting, case_id: CaseId | None = None) -> list[str]:
    """To whom alerts are on their way, each by its address, as the dispatcher opens them."""
    with texting.database.reading() as session:
        query = (
            select(OutgoingText, MemberAddress)
            .join(MemberAddress, MemberAddress.id == OutgoingText.address_id)
            .where(OutgoingText.purpose == Purpose.ALERT)
        )
        if case_id is not None:
            query = query.where(OutgoingText.case_id == case_id)
        return sorted(
            str(texting.dispatcher.open_contact(address_place(address.id), address.address_sealed))
            for _, address in session.execute(query)
        )


def both(*logins: str) -> list[str]:
    """The addresses of these members."""
    return sorted(each for login in logins for each in (NUMBERS[login], f"{login}@mail.example"))
