"""Cases by text, answered by text from a desk."""

from uuid import UUID

from sqlalchemy import select

from app.cases.case.models import Entry
from app.cases.enums import EntryKind
from app.cases.routing.offers import accept_offer
from app.database import CaseId
from app.intake.texting import (
    CaseTexts,
    answer_by_text,
    texts_for_desk,
)
from app.messaging.delivery import Purpose
from app.messaging.models import OutgoingText
from app.network import SignedIn
from tests.support.texting import Texting

FIRST = "They have not treated us well since June"


AGREED = (FIRST, "1", "2", "Foxglove Circuits Penang", "1", "1", "1")


WORDS = "We have read it. We ask the office on Monday."


def taken(texting: Texting, *said: str) -> CaseId:
    """A case by text that the near partner has accepted."""
    texting.say(*(said or AGREED))
    texting.fall_silent()
    case_id = CaseId(texting.case().id)
    lead = texting.world.sign_in("near.lead")
    with texting.database.writing() as session:
        assert accept_offer(session, texting.world.vault, texting.world.rules, lead, case_id).taken
    return case_id


def answer(
    texting: Texting,
    case_id: CaseId,
    words: str = WORDS,
    number: int = 1,
    *,
    by: SignedIn | None = None,
    later: bool = False,
) -> UUID:
    """Answer by text from the near lead's desk."""
    by = by or texting.world.sign_in("near.lead")
    with texting.database.writing() as session:
        return answer_by_text(
            session,
            texting.world.vault,
            texting.services.gateways,
            by,
            case_id,
            words,
            UUID(int=number),
            in_the_morning=later,
        )


def shown(texting: Texting, case_id: CaseId) -> CaseTexts:
    """What the desk shows of its texts."""
    with texting.database.reading() as session:
        texts = texts_for_desk(session, texting.world.vault, texting.services.gateways, case_id)
    assert texts is not None
    return texts


def replies(texting: Texting, case_id: CaseId) -> list[OutgoingText]:
    """The texts that carry a helper's words, as rows."""
    with texting.database.reading() as session:
        query = select(OutgoingText).where(
            OutgoingText.case_id == case_id, OutgoingText.purpose == Purpose.REPLY
        )
        return list(session.scalars(query))


def thread(texting: Texting, case_id: CaseId) -> int:
    """How many replies stand in the thread."""
    with texting.database.reading() as session:
        query = select(Entry.id).where(Entry.case_id == case_id, Entry.kind == EntryKind.REPLY)
        return len(session.scalars(query).all())
