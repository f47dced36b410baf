"""Whoever can only write the database makes no phone the worker of another case: what was turned counts as if it were not there.

Whoever really has the number is heard all the same.
"""

from uuid import UUID

import pytest
from sqlalchemy import select, update

from app.cases.case.models import Case, Consent
from app.database import Base, CaseId
from app.intake.conversation.store.models import Conversation
from app.intake.reaching import phone_of_case, request_texts_again
from app.intake.texting import CannotBeTexted
from app.messaging.models import OptOutRow, Phone, TextRequest
from app.messaging.phones.text_requests import (
    end_text_request,
    is_text_requested,
    keep_text_request,
    requested_phone,
)
from tests.support.text_wishes import filed, phone_of, reach_of, taken
from tests.support.texting import MINE, Texting
from tests.support.texting_back import answer

THEIRS = "+60123456702"


def write_past_us(texting: Texting, model: type[Base], row_id: UUID, **values: object) -> None:
    """What somebody does who has the database and no key."""
    rows = Base.metadata.tables[model.__tablename__]
    with texting.database.engine.begin() as connection:
        assert connection.execute(update(rows).where(rows.c.id == row_id).values(values)).rowcount == 1


def swap_tags(texting: Texting, one: Phone, other: Phone) -> None:
    """Each phone's row gets the other number's tag."""
    write_past_us(texting, Phone, one.id, tag=None)
    write_past_us(texting, Phone, other.id, tag=one.tag)
    write_past_us(texting, Phone, one.id, tag=other.tag)


def rows_of(texting: Texting, number: str) -> list[Phone]:
    """The rows that have this number's tag."""
    tags = list(texting.world.vault.number_tags(number).values())
    with texting.database.reading() as session:
        return list(session.scalars(select(Phone).where(Phone.tag.in_(tags))))


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


def test_whoever_has_the_tag_of_another_number_texts_as_nobody_else(texting: Texting) -> None:
    texting.say("Our boss shouts", "1", sender=THEIRS)
    (victim,) = texting.cases()
    texting.say("Nothing much", "1")
    mine, theirs = rows_of(texting, MINE)[0], rows_of(texting, THEIRS)[0]
    before, cases = texting.words(victim), len(texting.cases())
    swap_tags(texting, mine, theirs)
    texting.say("He threatens me, I want to add this")
    assert texting.words(victim) == before
    assert len(texting.cases()) == cases + 1
    assert [row.id for row in rows_of(texting, MINE)] not in ([mine.id], [theirs.id], [])
    # The other person is heard too, in a case of their own, and the next text goes on there.
    assert texting.say("Is somebody there?", sender=THEIRS)
    (fresh,) = rows_of(texting, THEIRS)
    assert fresh.id not in (mine.id, theirs.id)
    cases = len(texting.cases())
    assert texting.say("1", sender=THEIRS)
    assert len(texting.cases()) == cases


def test_a_stop_from_a_turned_phone_stops_nobody_else(texting: Texting) -> None:
    texting.say("Our boss shouts", "1", sender=THEIRS)
    texting.say("Nothing much", "1")
    mine, theirs = rows_of(texting, MINE)[0], rows_of(texting, THEIRS)[0]
    swap_tags(texting, mine, theirs)
    texting.say("STOP")
    assert texting.say("Still here", sender=THEIRS)
    with texting.database.reading() as session:
        assert len(session.scalars(select(OptOutRow.tag)).all()) == 1


@pytest.mark.parametrize("column", ("phone_id", "case_tag", "row_mac"))
def test_a_wish_turned_to_another_phone_gets_no_answer_there(texting: Texting, column: str) -> None:
    texting.say("My own report", sender=THEIRS)
    (mine,) = rows_of(texting, THEIRS)
    case_id, other = taken(texting), taken(texting, phone="012-345 6703")
    wish = wish_of(texting, case_id)
    if column == "case_tag":
        theirs = wish_of(texting, other)
        write_past_us(texting, TextRequest, wish.id, case_tag=b"free")
        write_past_us(texting, TextRequest, theirs.id, case_tag=wish.case_tag)
    else:
        write_past_us(texting, TextRequest, wish.id, **{column: {"phone_id": mine.id}.get(column)})
    assert phone_of(texting, case_id) is None
    with pytest.raises(CannotBeTexted):
        answer(texting, case_id)


def wish_of(texting: Texting, case_id: CaseId) -> TextRequest:
    """The row of a case's wish, found as the database's thief cannot."""
    with texting.database.reading() as session:
        phone_id = requested_phone(session, texting.world.vault, case_id)
        found = session.scalars(select(TextRequest).where(TextRequest.phone_id == phone_id)).all()
    return next(
        wish for wish in found if wish.case_tag in texting.world.vault.lookups("text wish", case_id.bytes)
    )


def test_a_stop_ends_no_wish_that_was_turned_to_its_phone(texting: Texting) -> None:
    texting.say("My own report", sender=THEIRS)
    (mine,) = rows_of(texting, THEIRS)
    case_id = taken(texting)
    assert reach_of(texting, case_id).reach == "text"
    write_past_us(texting, TextRequest, wish_of(texting, case_id).id, phone_id=mine.id)
    texting.say("STOP", sender=THEIRS)
    assert reach_of(texting, case_id).reach == "text"


def test_a_wish_that_others_wrote_keeps_no_number_and_is_taken_back_too(texting: Texting) -> None:
    case_id = taken(texting)
    wish = wish_of(texting, case_id)
    with texting.database.reading() as session:
        assert is_text_requested(session, wish.phone_id)
    write_past_us(texting, TextRequest, wish.id, case_veil=b"veil")
    with texting.database.writing() as session:
        assert not is_text_requested(session, wish.phone_id)
        assert end_text_request(session, texting.world.vault, case_id) is None
        assert session.get(TextRequest, wish.id) is None


def test_a_wish_that_others_wrote_does_not_stand_in_the_way_of_the_workers_own(texting: Texting) -> None:
    report = filed(texting)
    case_id = texting.world.case_of(report)
    worker = texting.world.enter(report)
    wish = wish_of(texting, case_id)
    write_past_us(texting, TextRequest, wish.id, phone_id=UUID(int=5))
    vault = texting.world.vault
    with texting.database.reading() as session:
        again = request_texts_again(session, vault, texting.services.gateways, worker)
    assert again is not None
    with texting.database.writing() as session:
        keep_text_request(session, again)
    with texting.database.reading() as session:
        assert requested_phone(session, vault, case_id) == wish.phone_id
