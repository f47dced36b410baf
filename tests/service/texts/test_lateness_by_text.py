"""What was late is told by text where the worker agreed, and who ticked "Text me" on the form is told where to look."""

from collections import Counter
from zoneinfo import ZoneInfo

from app.cases.case.models import Case
from app.cases.case.text_times import TextTimes
from app.cases.changes import choose_texts, raise_case
from app.cases.enums import TextAbout, TextState, Urgency
from app.intake.sealing import WORKER
from app.messaging.delivery import Purpose
from tests.support.asked_by_text import ask, by_itself, on_day, planned, send, text, tick, words_of
from tests.support.dates import dates_pass
from tests.support.text_wishes import taken as filed_with_wish
from tests.support.texting import Texting
from tests.support.texting_back import taken

KUALA_LUMPUR = ZoneInfo("Asia/Kuala_Lumpur")


def be_late(texting: Texting, day: float) -> None:
    on_day(day)
    dates_pass(texting.world)


def test_what_was_late_is_texted_and_counts_among_the_few(texting: Texting) -> None:
    case_id = taken(texting)
    be_late(texting, 3.05)
    text(texting)
    (row,) = by_itself(texting, case_id)
    assert row.purpose is Purpose.FOLLOWUP
    said = words_of(texting, row)
    assert said.startswith("You wrote to us. The next step was late. ")
    assert said.count("You wrote to us.") == 1
    assert "Foxglove" not in said
    send(texting)
    be_late(texting, 8.05)
    text(texting)
    assert len(by_itself(texting, case_id)) == 1  # a week has not passed
    for hour in range(0, 6 * 24, 6):
        on_day(8.1 + hour / 24)
        tick(texting)
    assert len(by_itself(texting, case_id)) == 2
    states = {row.state for row in planned(texting, case_id) if row.about is TextAbout.LATE}
    assert states <= {TextState.SENT, TextState.WRITTEN, TextState.CALLED_OFF}


def test_on_the_fast_track_lateness_does_not_wait_but_for_the_hours(texting: Texting) -> None:
    case_id = taken(texting)
    with texting.database.writing() as session:
        case = session.get_one(Case, case_id)
        raise_case(session, texting.world.vault, texting.world.rules, case, Urgency.DANGER, WORKER)
    be_late(texting, 1.55)  # about six in the morning there
    text(texting)
    assert by_itself(texting, case_id) == []
    for hour in range(80):
        be_late(texting, 1.6 + hour / 24)
        tick(texting)
    found = by_itself(texting, case_id)
    # A question that falls due meanwhile keeps to the limits.
    assert Counter(row.purpose for row in found)[Purpose.URGENT] > 1
    assert {row.purpose for row in found} <= {Purpose.URGENT, Purpose.FOLLOWUP}
    assert all(9 <= row.due_at.astimezone(KUALA_LUMPUR).hour < 20 for row in found)


def test_a_question_and_lateness_are_one_text(texting: Texting) -> None:
    case_id = taken(texting)
    be_late(texting, 14.05)
    ask(texting)
    text(texting)
    (row,) = by_itself(texting, case_id)
    said = words_of(texting, row)
    assert "The next step was late." in said
    assert "5 Worse 6 The same 7 Better" in said
    assert len(planned(texting, case_id, TextState.WRITTEN)) == 2


def test_times_told_in_words_keep_texts_from_coming_until_hours_are_chosen(texting: Texting) -> None:
    case_id = filed_with_wish(texting)
    on_day(14.05)
    ask(texting)
    text(texting)
    assert (by_itself(texting, case_id), planned(texting, case_id)) == ([], [])
    with texting.database.writing() as session:
        case = session.get_one(Case, case_id)
        times = TextTimes(0, 24)
        choose_texts(session, texting.world.vault, case, WORKER, wanted=True, times=times)
    on_day(30.05)
    ask(texting)
    text(texting)
    assert len(by_itself(texting, case_id)) == 1


def test_a_phone_that_somebody_else_holds_too_gets_nothing_though_the_form_named_it(texting: Texting) -> None:
    case_id = filed_with_wish(texting, safe_times="")
    texting.say("They do not pay us", "2")
    on_day(14.05)
    ask(texting)
    text(texting)
    assert (by_itself(texting, case_id), planned(texting, case_id)) == ([], [])
