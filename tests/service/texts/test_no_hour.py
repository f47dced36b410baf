"""Hours that no clock has in common, which nobody may pass over in silence; and hours that are asked about again and again."""

from itertools import pairwise

import pytest

from app import clock
from app.cases.case import NoHourLeft
from app.cases.case.models import Case
from app.cases.case.text_times import TextTimes
from app.cases.changes import choose_texts
from app.cases.enums import TextState
from app.cases.escalation import without_next_step
from app.cases.followups import has_no_hour
from app.database import CaseId
from app.intake.sealing import WORKER
from tests.support.asked_by_text import ask as put_questions
from tests.support.asked_by_text import by_itself, on_day, planned, send, text, tick, words_of
from tests.support.texting import Texting
from tests.support.texting_back import AGREED, taken

AMERICAN = "+12025550143"  # it is never by day both there, in all its zones, and in Malaysia


def from_abroad(texting: Texting) -> CaseId:
    texting.say(*AGREED, sender=AMERICAN)
    texting.fall_silent()
    return CaseId(texting.case().id)


def named(texting: Texting) -> list[str]:
    with texting.database.reading() as session:
        return without_next_step(session, texting.world.vault)


def test_a_text_that_can_never_come_is_seen_by_a_person_and_not_called_well(texting: Texting) -> None:
    case_id = from_abroad(texting)
    before = named(texting)
    on_day(14.05)
    tick(texting)
    assert (by_itself(texting, case_id), [row.state for row in planned(texting, case_id)]) == (
        [],
        [TextState.NO_HOUR],
    )
    assert texting.journal().count("followup.no_hour") == 1
    assert set(named(texting)) - set(before) == {texting.case().reference}
    with texting.database.reading() as session:
        assert has_no_hour(session, texting.world.vault, case_id)
    # Times that the worker chooses count at the work place alone.
    with texting.database.writing() as session:
        case = session.get_one(Case, case_id)
        times = TextTimes(0, 24)
        choose_texts(session, texting.world.vault, case, WORKER, wanted=True, times=times, number_from="US")
    tick(texting)
    assert len(by_itself(texting, case_id)) == 1
    assert set(named(texting)) == set(before)
    with texting.database.reading() as session:
        assert not has_no_hour(session, texting.world.vault, case_id)


def test_an_answer_in_the_inbox_leaves_nothing_that_has_no_hour(texting: Texting) -> None:
    case_id = from_abroad(texting)
    before = named(texting)
    on_day(14.05)
    tick(texting)
    with texting.database.writing() as session:
        choose_texts(session, texting.world.vault, session.get_one(Case, case_id), WORKER, wanted=False)
    assert set(named(texting)) <= set(before)


def test_times_that_leave_no_hour_are_refused_and_nothing_changes(texting: Texting) -> None:
    case_id = from_abroad(texting)
    with texting.database.writing() as session:
        case = session.get_one(Case, case_id)
        case.country = None
        session.flush()
        with pytest.raises(NoHourLeft):
            choose_texts(
                session,
                texting.world.vault,
                case,
                WORKER,
                wanted=True,
                times=TextTimes(7, 9),
                number_from="US",
            )
    assert texting.facts().text_times is None


def test_over_ninety_five_days_it_is_asked_every_thirty_whether_the_times_are_still_right(
    texting: Texting,
) -> None:
    case_id = taken(texting)
    asked_on: list[int] = []
    seen = 0
    for day in range(13, 109):
        on_day(day + 0.05)
        put_questions(texting)
        text(texting)
        rows = by_itself(texting, case_id)
        asked_on += [day for row in rows[seen:] if "A bad time? Text 1." in words_of(texting, row)]
        seen = len(rows)
        send(texting)
    # It stands behind a question, so sooner rather than later: none is older than a month when the next text comes.
    assert asked_on[0] == 14
    assert asked_on[-1] >= 90
    assert all(later - day <= 31 for day, later in pairwise(asked_on))
    assert texting.facts().text_times_on is not None
    # Whoever chooses anew is not asked for as long again.
    assert texting.say("1", "2")[-1].startswith("Our texts now come from 7 to 12")
    assert texting.facts().text_times_on == clock.now().date()
