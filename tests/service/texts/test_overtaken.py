"""Between the look at a conversation and the lock of its phone another text may be heard: the later one stores nothing."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from app.database import CaseId
from app.intake.conversation.door.whole_phone import Overtaken
from app.intake.conversation.store.models import Conversation
from app.messaging.models import InboundText
from app.messaging.queue.outgoing import cancel_texts
from tests.support.texting import Texting
from tests.support.two_steps import hear_prepared, prepare_received, prepare_text

_OTHER_NUMBER = "+60123456799"


def _told(texting: Texting) -> int:
    with texting.database.reading() as session:
        return session.scalar(select(func.count()).select_from(InboundText)) or 0


def _answered(texting: Texting) -> None:
    texting.say("1", apart=0)


def _stopped(texting: Texting) -> None:
    texting.say("STOP", apart=0)


def _silent_on_a_phone_of_others(texting: Texting) -> None:
    texting.fall_silent()


def _another_report_began(texting: Texting) -> None:
    with texting.database.writing() as session:
        first = session.scalars(select(Conversation).where(Conversation.case_id == texting.case().id)).one()
        later = {"phone_id": first.phone_id, "case_id": first.case_id, "number": first.number + 1}
        session.add(Conversation(**later, position_veil=first.position_veil, ended=False))


@pytest.mark.parametrize(
    "meanwhile", (_answered, _stopped, _silent_on_a_phone_of_others, _another_report_began)
)
def test_a_text_that_was_overtaken_stores_nothing(
    texting: Texting, meanwhile: Callable[[Texting], None]
) -> None:
    texting.say("Boss has kept our pay", "hello")
    late = prepare_text(texting, "2")
    meanwhile(texting)
    stored, answers = _told(texting), texting.answers()
    with pytest.raises(Overtaken):
        hear_prepared(texting, late)
    assert (_told(texting), texting.answers()) == (stored, answers)


def test_what_happens_on_another_phone_overtakes_nobody(texting: Texting) -> None:
    texting.say("Boss has kept our pay")
    mine = prepare_text(texting, "1")
    texting.say("They took our passports", "1", sender=_OTHER_NUMBER)
    before = len(texting.answers())
    hear_prepared(texting, mine)
    assert len(texting.answers()) == before + 1


def test_of_two_first_texts_at_once_the_second_joins_the_first(texting: Texting) -> None:
    one, other = prepare_text(texting, "Boss has kept our pay"), prepare_text(texting, "and our passports")
    hear_prepared(texting, one)
    with pytest.raises(Overtaken):
        hear_prepared(texting, other)
    assert len(texting.cases()) == 1


def test_a_number_that_wrote_only_help_is_overtaken_by_its_own_first_report(texting: Texting) -> None:
    texting.say("HELP")
    late = prepare_text(texting, "They keep our pay")
    texting.say("Boss has kept our pay")
    with pytest.raises(Overtaken):
        hear_prepared(texting, late)
    assert len(texting.cases()) == 1


def test_a_prepared_text_is_stored_once(texting: Texting) -> None:
    texting.say("Boss has kept our pay")
    prepared = prepare_text(texting, "1")
    hear_prepared(texting, prepared)
    answers, moved = texting.answers(), texting.journal()
    with pytest.raises(Overtaken):
        hear_prepared(texting, prepared)
    assert (texting.answers(), texting.journal()) == (answers, moved)
    assert prepare_received(texting, prepared.received).taken


def test_what_was_called_off_is_not_written_again(texting: Texting) -> None:
    texting.say("Boss has kept our pay")
    prepared = prepare_text(texting, "1")
    hear_prepared(texting, prepared)
    with texting.database.writing() as session:
        assert cancel_texts(session, texting.world.vault, case_id=CaseId(texting.case().id)) == 2
    with pytest.raises(Overtaken):
        hear_prepared(texting, prepared)
    assert texting.answers() == []
