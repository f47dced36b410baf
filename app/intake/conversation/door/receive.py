"""From a provider's text to a stored one: prepared on a reading unit, heard in one writing unit, again when another was faster."""

from threading import Lock

from app.database import retrying
from app.intake.conversation.door.inbound import hear_text
from app.intake.conversation.door.preparing import prepare_hearing
from app.intake.conversation.door.whole_phone import Overtaken
from app.messaging.gateways.protocol import ReceivedText
from app.services import Services

# A long testimony comes as many texts at one moment, which would overtake each other: in one process they wait here instead,
# each for the others of its number (and, seldom, for those of another), and only the processes still meet at the database.
_LANES = tuple(Lock() for _ in range(64))
_TRIES = 10


class NotHeard(Exception):
    """Something else came in between each time: the provider has to come again."""


def receive_text(services: Services, received: ReceivedText) -> None:
    """Hear a text, exactly once however often it is told; raises `NotHeard`, `TooBusy`, `FloodRefused`."""

    def attempt(_number: int) -> None:
        with services.database.reading() as session:
            prepared = prepare_hearing(session, services, received)
        with services.database.writing() as session:
            hear_text(session, services.vault, services.rules, prepared)

    with _LANES[hash(received.sender) % len(_LANES)]:
        try:
            retrying(attempt, on=Overtaken, tries=_TRIES)
        except Overtaken:
            raise NotHeard from None
