"""Questions by text: only where the worker agreed and the phone is theirs, in their hours, few, once, answered by digit."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, insert, select, update

from app import clock
from app.cases.case import CaseFacts
from app.cases.case.models import Case
from app.cases.case.text_times import TextTimes
from app.cases.changes import choose_texts
from app.cases.desk import is_silent_now
from app.cases.enums import ConsentLevel, FollowupState, Profile, TextAbout, TextState, Urgency
from app.cases.followups import PlannedText, followups_of
from app.cases.followups.text_rows import times_for
from app.database import CaseId
from app.intake.sealing import WORKER
from app.messaging.delivery import Delivery
from app.messaging.models import Phone
from app.messaging.phones import erase_phone
from tests.harness.world import shipped_rules
from tests.support.asked_by_text import (
    KEPT,
    answers_kept,
    ask,
    asked_state,
    by_itself,
    on_day,
    planned,
    put_to,
    send,
    text,
    tick,
    words_of,
)
from tests.support.closing import close_case
from tests.support.texting import Texting
from tests.support.texting_back import AGREED, FIRST, taken

ASKED = "You wrote to us. How is it now? 5 Worse 6 The same 7 Better 1 Other times 9 Do not ask again."
HOURS = "Our texts come from 9 to 20. A bad time? Text 1."
KUALA_LUMPUR = ZoneInfo("Asia/Kuala_Lumpur")


def test_a_worker_who_agreed_is_asked_by_text_once_and_answers_by_digit(texting: Texting) -> None:
    case_id = taken(texting)
    on_day(14.05)
    ask(texting)
    assert text(texting) == 1
    (row,) = by_itself(texting, case_id)
    assert words_of(texting, row) == f"{ASKED} {HOURS}"  # of the hours once in 30 days
    for _ in range(3):
        ask(texting)
        text(texting)
        send(texting)
    (row,) = by_itself(texting, case_id)
    assert row.state in (Delivery.ACCEPTED, Delivery.SENT, Delivery.DELIVERED)
    assert texting.say("7") == [KEPT]
    assert (answers_kept(texting, case_id), asked_state(texting, case_id)) == (1, [FollowupState.ANSWERED])
    assert texting.journal().count("followup.texted") == texting.journal().count("followup.answered") == 1
    # The same once more is the same.
    (over,) = texting.say("7 Better")
    assert over.startswith("That question is not open any more.")
    assert answers_kept(texting, case_id) == 1
    # Another one too late is kept all the same.
    texting.say("the same")
    assert answers_kept(texting, case_id) == 2
    texting.pass_by(hours=5)
    text(texting)
    assert [row.state for row in planned(texting, case_id)] == [TextState.SENT]


@pytest.mark.parametrize(
    "said",
    (
        *("SAME", "Same, thank you", "It is better now", "not worse", "sama saja", "no change", "mas mabuti"),
        *("its bad still", "still not paid"),
    ),
)
def test_an_answer_in_other_words_than_the_question_has_is_one(texting: Texting, said: str) -> None:
    case_id = put_to(texting)
    assert texting.say(said) == [KEPT]
    assert (answers_kept(texting, case_id), asked_state(texting, case_id)) == (1, [FollowupState.ANSWERED])
    assert texting.case().urgency is Urgency.MEDIUM


def test_words_behind_good_news_are_kept_beside_the_answer(texting: Texting) -> None:
    case_id = put_to(texting)
    assert texting.say("they paid me now") == [KEPT]
    assert (answers_kept(texting, case_id), asked_state(texting, case_id)) == (1, [FollowupState.ANSWERED])
    assert texting.words().count("they paid me now") == 1


@pytest.mark.parametrize("said", ("they paid us nothing", "better, no", "theek nahi hai", "is it safe"))
def test_news_that_is_taken_back_is_no_good_news(texting: Texting, said: str) -> None:
    case_id = put_to(texting)
    (asked,) = texting.say(said)
    assert "Please answer with one number. How is it now?" in asked
    assert said in texting.words()
    assert answers_kept(texting, case_id) == 0


def test_words_that_answer_nothing_are_kept_and_asked_about_once(texting: Texting) -> None:
    case_id = put_to(texting)
    (asked,) = texting.say("he came on monday")
    assert asked.startswith("We keep what you wrote. Please answer with one number. How is it now? 5 Worse")
    assert "he came on monday" in texting.words()
    assert "How is it now?" not in " ".join(texting.say("and on tuesday"))
    assert texting.say("they beat him again")[0].endswith("Is anyone in danger now? 1 Yes 2 No")
    assert (answers_kept(texting, case_id), texting.case().urgency) == (0, Urgency.URGENT)


@pytest.mark.parametrize("said", ("5", "5 Worse", "worse", "५", "It got worse", "not same, more bad"))
def test_worse_raises_the_case_and_asks_for_danger(texting: Texting, said: str) -> None:
    case_id = put_to(texting)
    assert texting.say(said) == ["Is anyone in danger now? 1 Yes 2 No"]
    assert (answers_kept(texting, case_id), texting.case().urgency) == (1, Urgency.URGENT)
    texting.say("1")
    assert texting.case().urgency is Urgency.DANGER


def test_not_put_right_opens_a_closed_case_again(texting: Texting) -> None:
    case_id = taken(texting)
    close_case(texting.world, texting.member("near.lead"), case_id)
    on_day(31)
    ask(texting)
    text(texting)
    (row,) = by_itself(texting, case_id)
    assert words_of(texting, row).startswith(
        "You wrote to us. Has it been put right? 3 Put right 6 Not right"
    )
    send(texting)
    assert by_itself(texting, case_id)[0].state is not Delivery.CANCELLED
    assert texting.say("6") == [KEPT]
    assert texting.case().is_open
    assert texting.journal().count("case.reopened") == 1


@pytest.mark.parametrize(
    "said",
    ((*AGREED[:-1], "2"), (FIRST, "2"), (FIRST, "3"), (*AGREED, "STOP"), (*AGREED, "0"), (FIRST,)),
    ids=("said no", "shared", "company", "stop", "no more", "silent"),
)
def test_without_agreement_or_on_anothers_phone_nothing_is_texted(
    texting: Texting, said: tuple[str, ...]
) -> None:
    texting.say(*said)
    texting.fall_silent()
    case_id = CaseId(texting.case().id)
    on_day(14.05)
    tick(texting)
    assert (by_itself(texting, case_id), planned(texting, case_id)) == ([], [])


@pytest.mark.parametrize("how", ("stop", "9", "locked", "closed", "forgotten", "answered"))
def test_what_ends_asking_between_planning_and_sending_ends_the_text(texting: Texting, how: str) -> None:
    case_id = taken(texting)
    on_day(14.05)
    ask(texting)
    text(texting)
    match how:
        case "stop":
            texting.say("STOP")
        case "9":
            texting.say("9")
        case "locked":
            texting.say("Nobody may know this.")
        case "closed":
            close_case(texting.world, texting.member("near.lead"), case_id)
        case "forgotten":
            with texting.database.writing() as session:
                phone_id = by_itself(texting, case_id)[0].phone_id
                erase_phone(session, session.get_one(Phone, phone_id))
        case _:
            texting.say("6")
    send(texting)
    assert [row.state for row in by_itself(texting, case_id)] in ([Delivery.CANCELLED], [Delivery.OPTED_OUT])
    for _ in range(9):
        texting.pass_by(hours=5)
        text(texting)
        send(texting)
    assert len(by_itself(texting, case_id)) == 1


def test_the_digit_that_ends_asking_ends_it_for_good_and_a_helper_may_still_text(texting: Texting) -> None:
    case_id = put_to(texting)
    assert texting.say("9")[0].startswith("We will not ask you again by text.")
    facts = texting.facts()
    assert (facts.no_text_questions, facts.reach, facts.no_questions) == (True, "text", False)
    for day in (31, 61, 91):
        on_day(day)
        tick(texting)
    assert len(by_itself(texting, case_id)) == 1
    assert len(planned(texting, case_id)) == 1


def test_a_digit_that_two_questions_have_is_never_guessed(texting: Texting) -> None:
    # Silence ended the question what it is about, which has every digit.
    case_id = taken(texting, FIRST, "1", "2", "Yes, Foxglove Circuits Penang")
    on_day(14.05)
    tick(texting)
    assert len(by_itself(texting, case_id)) == 1
    (unsure,) = texting.say("5")
    assert unsure.startswith("We do not know any more what this answers.")
    assert (answers_kept(texting, case_id), texting.case().urgency) == (0, Urgency.MEDIUM)
    assert texting.say("5 Worse") == ["Is anyone in danger now? 1 Yes 2 No"]
    assert answers_kept(texting, case_id) == 1


def test_no_text_in_the_night_and_the_hours_that_the_worker_chose_hold(texting: Texting) -> None:
    case_id = taken(texting)
    on_day(14.05 + 4 / 24)  # about eleven in the evening there
    ask(texting)
    text(texting)
    assert by_itself(texting, case_id) == []
    (row,) = planned(texting, case_id)
    assert row.due_at.astimezone(KUALA_LUMPUR).hour == 9
    vault = texting.world.vault
    with texting.database.writing() as session:
        case = session.get_one(Case, case_id)
        assert choose_texts(session, vault, case, WORKER, wanted=True, times=TextTimes(22, 2, frozenset({2})))
    for hour in range(9 * 24):
        on_day(14.3 + hour / 24)
        text(texting)
        if by_itself(texting, case_id):
            break
    there = clock.now().astimezone(KUALA_LUMPUR)
    assert (there.weekday(), there.hour) == (2, 22)


def test_chosen_hours_hold_where_the_phone_is_when_nobody_knows_where_the_work_is() -> None:
    """A report without a workplace: by UTC a text of "9 to 18" would come at two in the night."""
    chosen = TextTimes(9, 18)
    facts = CaseFacts((), Profile.STANDARD, ConsentLevel.HELPER, text_times=chosen)
    rules = shipped_rules()
    for country, number_from, zones in (
        (None, "MY", {"Asia/Kuala_Lumpur", "Asia/Kuching"}),
        ("NP", "MY", {"Asia/Kathmandu"}),
        (None, None, set()),
    ):
        times, found = times_for(Case(country=country), facts, rules, number_from)
        assert (times, {str(zone) for zone in found}) == (chosen, zones)


def test_hours_that_change_before_it_goes_out_have_it_written_anew(texting: Texting) -> None:
    case_id = taken(texting)
    on_day(14.05)
    ask(texting)
    text(texting)
    vault = texting.world.vault
    with texting.database.writing() as session:
        case = session.get_one(Case, case_id)
        choose_texts(session, vault, case, WORKER, wanted=True, times=TextTimes(7, 9))
    send(texting)
    assert [row.state for row in by_itself(texting, case_id)] == [Delivery.EXPIRED]
    sent: list[int] = []
    for hour in range(48):
        on_day(14.1 + hour / 24)
        text(texting)
        send(texting)
        sent += [
            clock.now().astimezone(KUALA_LUMPUR).hour for row in by_itself(texting, case_id)[1 + len(sent) :]
        ]
    assert sent == [7]
    assert [row.state for row in planned(texting, case_id)] == [TextState.SENT]


def test_an_outage_brings_one_text_and_a_stale_one_none(texting: Texting) -> None:
    case_id = taken(texting)
    on_day(14.05)
    ask(texting)
    on_day(24.05)
    tick(texting)
    assert len(by_itself(texting, case_id)) == 1
    on_day(31)
    ask(texting)
    on_day(46)
    text(texting)
    assert len(by_itself(texting, case_id)) == 1
    assert TextState.MISSED in {row.state for row in planned(texting, case_id)}
    assert texting.journal().count("followup.not_texted") == 1


def test_three_at_once_and_a_clock_put_back_text_each_once(texting: Texting) -> None:
    case_id = taken(texting)
    on_day(14.05)
    ask(texting)
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: text(texting), range(3)))
    on_day(14)
    tick(texting)
    on_day(14.1)
    tick(texting)
    assert len(by_itself(texting, case_id)) == 1


def test_what_others_wrote_texts_nobody_and_stands_in_nobodys_way(texting: Texting) -> None:
    case_id = taken(texting)
    on_day(14.05)
    ask(texting)
    with texting.database.writing() as session:
        row = session.scalars(select(PlannedText)).one()
        noise = session.scalars(select(Case.id).where(Case.id != case_id)).all()
        values = {column.name: getattr(row, column.name) for column in PlannedText.__table__.c}
        for number, other in enumerate(noise):
            forged = values | {"case_id": other, "planned_hour": row.planned_hour + timedelta(hours=number)}
            session.execute(insert(PlannedText).values(forged))
    text(texting)
    assert len(by_itself(texting, case_id)) == 1
    assert [by_itself(texting, CaseId(other)) for other in noise] == [[]] * len(noise)
    # A text that was sent and is put back is not sent again: its row is not ours any more.
    send(texting)
    with texting.database.writing() as session:
        session.execute(update(PlannedText).values(state=TextState.PLANNED, text_id=None, tries=0))
    text(texting)
    assert len(by_itself(texting, case_id)) == 1


def test_a_row_that_others_put_in_a_texts_place_is_set_aside(texting: Texting) -> None:
    case_id = taken(texting)
    with texting.database.reading() as session:
        questions = followups_of(session, texting.world.vault, case_id)
    hour = clock.hour_of(clock.now())
    with texting.database.engine.begin() as connection:
        for question in questions:
            forged = {
                "id": uuid4(),
                "subject_id": question.id,
                "about": TextAbout.QUESTION,
                "case_id": case_id,
            }
            times = {"planned_hour": hour, "due_at": hour, "state": TextState.SENT, "tries": 0}
            connection.execute(insert(PlannedText).values(**forged, **times))
    on_day(14.05)
    ask(texting)
    (row,) = planned(texting, case_id)
    assert row.state is TextState.PLANNED
    text(texting)
    assert len(by_itself(texting, case_id)) == 1


def test_one_in_seven_days_and_six_in_ninety_with_a_helpers_own_among_them(texting: Texting) -> None:
    case_id = taken(texting)
    moments: list[datetime] = []
    for day in range(13, 200):
        on_day(day + 0.05)
        if day % 2:
            with texting.database.writing() as session:
                # Every question comes due again and again.
                rows = followups_of(session, texting.world.vault, case_id)
                for row in rows:
                    if row.state is FollowupState.PLANNED and row.due_at > clock.now():
                        row.due_at = clock.hour_of(clock.now())
                        break
        tick(texting)
        moments += [clock.now()] * (len(by_itself(texting, case_id)) - len(moments))
    assert len(moments) > 6
    assert all(after - before > timedelta(days=7) for before, after in pairwise(moments))
    assert all(
        after - before > timedelta(days=90) for before, after in zip(moments, moments[6:], strict=False)
    )


@pytest.mark.parametrize("goes_out", (True, False), ids=("sent", "never sent"))
def test_only_a_text_that_went_out_is_a_try(texting: Texting, goes_out: bool) -> None:
    case_id = taken(texting)
    for day in (14, 31, 61, 92, 123):
        on_day(day + 0.05)
        ask(texting)
        text(texting)
        if goes_out:
            send(texting)
        texting.pass_by(hours=5)
        text(texting)
    with texting.database.reading() as session:
        assert is_silent_now(session, texting.world.vault, case_id) is goes_out


def test_nobody_falls_silent_who_was_never_texted_because_the_rows_were_taken_away(texting: Texting) -> None:
    case_id = taken(texting)
    for day in (14, 31, 61, 92, 123):
        on_day(day + 0.05)
        ask(texting)
        with texting.database.writing() as session:
            session.execute(delete(PlannedText).where(PlannedText.case_id == case_id))
        text(texting)
    assert not by_itself(texting, case_id)
    with texting.database.reading() as session:
        assert not is_silent_now(session, texting.world.vault, case_id)
