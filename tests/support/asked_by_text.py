"""Texts that come by themselves: what the dispatcher's jobs do about them, and what is seen of them."""

from functools import partial

from sqlalchemy import select

from app import clock
from app.cases.case.models import Entry
from app.cases.enums import EntryKind, FollowupState, TextState
from app.cases.followups import PlannedText, followups_of, planned_texts_of
from app.database import CaseId
from app.followups import Texter, ask_due, text_due
from app.intake.reaching import way_to_ask
from app.messaging.delivery import BY_ITSELF
from app.messaging.models import OutgoingText
from app.messaging.queue.outgoing import body_place
from app.messaging.sending import send_due
from tests.support.texting import HOST, Texting
from tests.support.texting_back import taken

DAY = 86_400
KEPT = "Thank you. Your answer is kept with what you told us. Delete these texts."


def on_day(day: float) -> None:
    """So many days after the test began."""
    clock.set_offset(round(day * DAY))


def ask(texting: Texting) -> None:
    """One tick of the job that puts questions into inboxes."""
    with texting.database.writing() as session:
        ask_due(session, texting.world.vault, texting.world.rules, 50)


def text(texting: Texting) -> int:
    """One tick of the job that texts them: until nothing is due."""
    world, here = texting.world, texting.services
    texter = Texter(world.vault, world.rules, here.languages, partial(way_to_ask, here.gateways), HOST)
    done = 0
    while True:
        with texting.database.writing() as session:
            if not text_due(session, texter):
                return done
        done += 1


def tick(texting: Texting) -> None:
    """Everything that the dispatcher does about questions by text."""
    ask(texting)
    text(texting)
    send(texting)


def send(texting: Texting) -> int:
    """Send what is due."""
    here = texting.services
    return send_due(texting.database, texting.dispatcher, here.gateways, here.settings)


def by_itself(texting: Texting, case_id: CaseId) -> list[OutgoingText]:
    """The texts that came by themselves to the worker of a case, the first first."""
    with texting.database.reading() as session:
        found = session.scalars(
            select(OutgoingText)
            .where(OutgoingText.case_id == case_id, OutgoingText.purpose.in_(BY_ITSELF))
            .order_by(OutgoingText.due_at)
        )
        return list(found)


def words_of(texting: Texting, row: OutgoingText) -> str:
    """What a text says that waits."""
    assert row.body_sealed is not None
    return str(texting.dispatcher.open_contact(body_place(row.id), row.body_sealed))


def planned(texting: Texting, case_id: CaseId, state: TextState | None = None) -> list[PlannedText]:
    """The texts of a case that were planned."""
    with texting.database.reading() as session:
        rows = planned_texts_of(session, texting.world.vault, case_id)
    return [row for row in rows if state in (None, row.state)]


def answers_kept(texting: Texting, case_id: CaseId) -> int:
    """How many answers stand in the thread of a case."""
    with texting.database.reading() as session:
        rows = select(Entry.id).where(Entry.case_id == case_id, Entry.kind == EntryKind.ANSWER)
        return len(session.scalars(rows).all())


def asked_state(texting: Texting, case_id: CaseId) -> list[FollowupState]:
    """What became of the questions of a case that were put."""
    with texting.database.reading() as session:
        rows = followups_of(session, texting.world.vault, case_id)
    return [row.state for row in rows if row.state is not FollowupState.PLANNED]


def put_to(texting: Texting, *said: str) -> CaseId:
    """A case whose first question was put and texted."""
    case_id = taken(texting, *said)
    on_day(14.05)
    tick(texting)
    return case_id
