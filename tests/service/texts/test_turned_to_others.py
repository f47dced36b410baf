"""Whoever can only write the database makes no phone the worker of another case: a conversation that was turned is not there."""

from sqlalchemy import select, update

from app.cases.models import Case, Consent
from app.intake.conversation.models import Conversation
from app.intake.reaching import phone_of_case
from app.messaging.models import Phone
from tests.service.texts.conftest import Texting


def test_a_conversation_turned_to_another_case_changes_nothing_there(texting: Texting) -> None:
    victim = texting.world.case_of(texting.world.file(words="Filed on the web."))
    texting.say("Our boss shouts", "1")
    with texting.database.writing() as session:
        mine = session.scalars(select(Conversation)).all()[-1]
        phone_id, own = mine.phone_id, mine.case_id
        before = session.scalars(select(Consent.id).where(Consent.case_id == victim)).all()
        session.execute(update(Conversation).where(Conversation.id == mine.id).values(case_id=victim))
    with texting.database.reading() as session:
        cases = len(session.scalars(select(Case.id)).all())
        assert phone_of_case(session, texting.world.vault, victim) is None
    texting.say("3", "4", "1", "These words are a report of their own")
    with texting.database.reading() as session:
        assert session.scalars(select(Consent.id).where(Consent.case_id == victim)).all() == before
        # The words are kept all the same, as a case of their own.
        assert len(session.scalars(select(Case.id)).all()) > cases
        assert session.get_one(Phone, phone_id).id == phone_id
        assert own != victim


def test_a_conversation_of_its_own_phone_and_case_goes_on(texting: Texting) -> None:
    texting.say("Our boss shouts", "1")
    with texting.database.reading() as session:
        mine = session.scalars(select(Conversation)).all()[-1]
        found = phone_of_case(session, texting.world.vault, mine.case_id)  # type: ignore[arg-type]
        assert found is not None
        assert found.id == mine.phone_id
