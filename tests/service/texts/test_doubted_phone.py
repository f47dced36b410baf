"""No helper's answer goes to a phone that may be somebody else's, by what was said on it: those that wait meet nothing."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import delete

from app.cases.case.models import Case
from app.cases.clocks import ASKING, clocks_of
from app.cases.enums import ClockKind
from app.database import CaseId
from app.intake.answers_in_journal import CALLED_OFF
from app.intake.conversation.store import Conversation
from app.intake.texting import CannotBeTexted, Unreachable, preview_text
from app.messaging.delivery import Delivery
from app.messaging.models import OutgoingText
from app.messaging.sending.claims import PACE, claim_due
from app.messaging.sending.presend_checks import check_before_sending
from app.vault import read_journal
from tests.support import text_wishes
from tests.support.past_us import table
from tests.support.texting import Texting
from tests.support.texting_back import answer, replies, shown, taken, thread

STRANGERS = ("who is this?", "Wrong number")
CASES = (taken, text_wishes.taken)


def asks(texting: Texting, case_id: CaseId) -> dict[ClockKind, datetime]:
    with texting.database.reading() as session:
        case = session.get_one(Case, case_id)
        return {row.kind: row.due_at for row in clocks_of(session, case) if row.state in ASKING}


def states(texting: Texting, case_id: CaseId) -> list[Delivery]:
    return sorted(row.state for row in replies(texting, case_id))


def acts(texting: Texting, case_id: CaseId) -> list[str]:
    with texting.database.reading() as session:
        return [entry.act for entry in read_journal(session, texting.world.vault, case_id)]


@pytest.mark.parametrize("taken_on", CASES)
@pytest.mark.parametrize("said", STRANGERS)
def test_an_answer_that_waits_is_held_and_what_it_met_is_asked_for_again(
    texting: Texting, taken_on: Callable[[Texting], CaseId], said: str
) -> None:
    case_id = taken_on(texting)
    noise = text_wishes.taken(texting, phone="+60123456777")
    answer(texting, noise, "Another one's answer.", 9)
    before = asks(texting, case_id)
    answer(texting, case_id)
    assert ClockKind.ACKNOWLEDGE not in asks(texting, case_id)
    texting.say(said)
    assert states(texting, case_id) == [Delivery.CANCELLED]
    assert asks(texting, case_id) == before
    assert acts(texting, case_id).count(CALLED_OFF) == 1
    assert shown(texting, case_id).way.why_not is Unreachable.DOUBTED
    assert states(texting, noise) == [Delivery.WAITING]
    assert shown(texting, noise).way.why_not is None


@pytest.mark.parametrize("taken_on", CASES)
def test_no_new_answer_goes_there_until_the_doubt_has_passed(
    texting: Texting, taken_on: Callable[[Texting], CaseId]
) -> None:
    case_id = taken_on(texting)
    answer(texting, case_id)
    texting.say("Wrong number")
    before = thread(texting, case_id)
    world, lead = texting.world, texting.member("near.lead")
    for try_it in (
        lambda: answer(texting, case_id, "Once more.", 2, by=lead),
        lambda: _preview(texting, case_id),
    ):
        with pytest.raises(CannotBeTexted) as refused:
            try_it()
        assert refused.value.why is Unreachable.DOUBTED
    assert thread(texting, case_id) == before
    texting.pass_by(hours=26)
    texting.say("It goes on.")
    world.cookies.clear()
    answer(texting, case_id, "Once more.", 2)
    assert Delivery.WAITING in states(texting, case_id)


def _preview(texting: Texting, case_id: CaseId) -> None:
    lead = texting.member("near.lead")
    with texting.database.reading() as session:
        preview_text(session, texting.world.vault, texting.services.gateways, lead, case_id, "Once more.")


def test_where_the_conversation_was_taken_away_the_journal_still_holds_it(texting: Texting) -> None:
    case_id = text_wishes.taken(texting)
    answer(texting, case_id)
    texting.say("Wrong number")
    with texting.database.engine.begin() as connection:
        connection.execute(delete(table(Conversation)))
    assert shown(texting, case_id).way.why_not is Unreachable.DOUBTED


def test_one_that_a_dispatcher_has_taken_up_does_not_go_either(texting: Texting) -> None:
    case_id = taken(texting)
    with texting.database.writing() as session:
        for row in session.query(OutgoingText).filter(OutgoingText.state == Delivery.WAITING):
            row.state = Delivery.SENT
    text_id = answer(texting, case_id)
    claim = claim_due(texting.database, PACE)
    assert claim is not None
    texting.say("Wrong number")
    with texting.database.reading() as session:
        (found,) = check_before_sending(
            session, texting.dispatcher, texting.services.gateways, "https://h", claim, [text_id]
        )
    assert found.verdict is not None
    assert found.verdict.state is Delivery.CANCELLED


def test_another_report_on_the_same_phone_is_no_doubt(texting: Texting) -> None:
    case_id = taken(texting)
    answer(texting, case_id)
    texting.say("2", "They took our passports too")  # of whose phone this is, nothing is said there yet
    assert shown(texting, case_id).way.why_not is None
    assert states(texting, case_id) == [Delivery.WAITING]
