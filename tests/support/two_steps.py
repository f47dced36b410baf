"""A text in its two steps: prepared outside of a unit of work, heard within one."""

from app.intake.conversation.door.inbound import hear_text
from app.intake.conversation.door.preparing import Prepared, prepare_hearing
from app.messaging.gateways.protocol import ReceivedText
from tests.support.texting import MINE, Texting


def prepare_text(texting: Texting, body: str, sender: str = MINE) -> Prepared:
    """Prepare a text of this phone."""
    return prepare_received(texting, texting.received(body, sender))


def prepare_received(texting: Texting, received: ReceivedText) -> Prepared:
    """Prepare a text as it was received."""
    with texting.database.reading() as session:
        return prepare_hearing(session, texting.services, received)


def hear_prepared(texting: Texting, prepared: Prepared) -> None:
    """Hear what was prepared."""
    with texting.database.writing() as session:
        hear_text(session, texting.services.vault, texting.services.rules, prepared)
