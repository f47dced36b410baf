"""Several cases of one phone, filed by text or on the form: one text for all of them, and each answer goes where it is meant."""

import pytest
from sqlalchemy import select

from app.cases.case.models import Case, Entry
from app.cases.case.text_times import TextTimes
from app.cases.case.veils import facts_of
from app.cases.changes import choose_texts
from app.cases.enums import EntryKind, FollowupAnswer, FollowupState, TextState, Urgency
from app.cases.followups import asked_in_texts, followups_of
from app.cases.routing.offers import accept_offer
from app.database import CaseId
from app.followups import AskText, asked_as
from app.intake.reaching import stop_texts
from app.intake.sealing import WORKER
from app.messaging.delivery import Delivery, Purpose
from app.messaging.models import InboundText, Phone
from app.vault import read_journal
from tests.support.asked_by_text import ask, by_itself, on_day, planned, send, text, tick, words_of
from tests.support.closing import close_case
from tests.support.text_wishes import phone_of
from tests.support.text_wishes import taken as filed_with_wish
from tests.support.texting import Texting
from tests.support.texting_back import AGREED, shown, taken

ASKED = "How is it now? 5 Worse 6 The same 7 Better 1 Other times 9 Do not ask again."
KEPT = "Thank you. Your answer is kept with what you told us. Delete these texts."


def answers_of(texting: Texting, case_id: CaseId) -> list[str]:
    with texting.database.reading() as session:
        entries = read_journal(session, texting.world.vault, case_id)
    return [str(entry.detail["answer"]) for entry in entries if entry.act == "followup.answered"]


def states_of(texting: Texting, case_id: CaseId) -> list[FollowupState]:
    with texting.database.reading() as session:
        rows = followups_of(session, texting.world.vault, case_id)
    return [row.state for row in rows if row.state is not FollowupState.PLANNED]


def case_of(texting: Texting, case_id: CaseId) -> Case:
    with texting.database.reading() as session:
        return session.get_one(Case, case_id)


def kept_in(texting: Texting, case_id: CaseId) -> list[EntryKind]:
    with texting.database.reading() as session:
        rows = session.scalars(select(Entry).where(Entry.case_id == case_id).order_by(Entry.seq))
        return [row.kind for row in rows]


def two(texting: Texting, apart_days: float = 3) -> tuple[CaseId, CaseId]:
    """Two cases that one phone told, the second some days later."""
    first = taken(texting)
    on_day(apart_days)
    texting.say("2", "They hit a friend of mine", *AGREED[1:])
    texting.fall_silent()
    second = next(CaseId(case.id) for case in texting.cases() if case.id != first)
    lead = texting.member("near.lead")
    with texting.database.writing() as session:
        accept_offer(session, texting.world.vault, texting.world.rules, lead, second)
    return first, second


def both_asked(texting: Texting) -> tuple[CaseId, CaseId]:
    """Both were asked with one text."""
    first, second = two(texting)
    on_day(17.95)
    ask(texting)
    tick(texting)
    texting.pass_by(hours=2)
    return first, second


def from_form(texting: Texting) -> CaseId:
    case_id = filed_with_wish(texting, safe_times="")
    on_day(14.05)
    tick(texting)
    return case_id


def test_a_number_from_the_form_is_asked_and_answers_by_digit(texting: Texting) -> None:
    case_id = filed_with_wish(texting, safe_times="")
    on_day(14.05)
    ask(texting)
    text(texting)
    (row,) = by_itself(texting, case_id)
    assert words_of(texting, row).startswith(f"You wrote to us. {ASKED}")
    send(texting)
    assert texting.say("7") == [KEPT]
    assert answers_of(texting, case_id) == [FollowupAnswer.BETTER]
    assert texting.cases()[0].id == case_id
    assert texting.say("2 evenings") != [KEPT]


def test_words_behind_good_news_from_the_form_are_the_helpers_alone(texting: Texting) -> None:
    case_id = from_form(texting)
    assert texting.say("they paid me now") == [KEPT]
    assert answers_of(texting, case_id) == [FollowupAnswer.BETTER]
    assert [case.id for case in texting.cases()] == [case_id]
    (body,) = [body for body in texting.bodies() if body.get("from_form")]
    assert body["text"] == "they paid me now"
    assert EntryKind.NOTE in kept_in(texting, case_id)


@pytest.mark.parametrize("said", ("5", "It got worse", "५"))
def test_worse_from_the_form_raises_and_asks_for_danger(texting: Texting, said: str) -> None:
    case_id = from_form(texting)
    assert texting.say(said) == ["Is anyone in danger now? 1 Yes 2 No"]
    assert case_of(texting, case_id).urgency is Urgency.URGENT
    texting.say("1")
    assert case_of(texting, case_id).urgency is Urgency.DANGER
    assert texting.say("Thank you") == []


def test_the_digits_0_9_1_and_8_are_obeyed_from_the_form(texting: Texting) -> None:
    case_id = from_form(texting)
    assert texting.say("8")[0].startswith("Received") or texting.say("8")[0].startswith("Read")
    assert texting.say("1", "2")[-1].startswith("Our texts now come from 7 to 12")
    with texting.database.reading() as session:
        facts = facts_of(texting.world.vault, session.get_one(Case, case_id))
    assert facts.text_times == TextTimes(7, 12)
    assert texting.say("9")[0].startswith("We will not ask you again by text.")
    assert texting.say("0") == ["We will not text you again. We keep your message."]
    with texting.database.reading() as session:
        facts = facts_of(texting.world.vault, session.get_one(Case, case_id))
    assert (facts.no_text_questions, facts.reach) == (True, "none")
    on_day(40)
    tick(texting)
    assert len(by_itself(texting, case_id)) == 1


def test_stop_from_the_form_ends_all_texts(texting: Texting) -> None:
    case_id = from_form(texting)
    assert texting.say("STOP") == []
    assert texting.say("1", "7", "They hit him again") == []
    assert {"They hit him again"} <= {word for case in texting.cases() for word in texting.words(case)}
    on_day(40)
    tick(texting)
    assert len(by_itself(texting, case_id)) == 1


@pytest.mark.parametrize(
    "said",
    (
        "He came to my room again last night.",
        "HELP",
        "4",
        "thank you",
        "pls stop texting me",
        "It is Anna, at the mill",
    ),
)
def test_words_from_a_number_of_the_form_never_come_into_the_case(texting: Texting, said: str) -> None:
    """Whoever files a form with somebody else's number reads what is kept with it."""
    case_id = from_form(texting)
    before = kept_in(texting, case_id)
    replies = texting.say(said)
    assert set(kept_in(texting, case_id)) - set(before) <= {EntryKind.CONTACT}
    assert not any("code" in reply for reply in replies)
    own = [case for case in texting.cases() if case.id != case_id]
    assert len(own) == (1 if said.startswith(("He", "It")) and said != "HELP" else 0)
    if own:
        assert replies == ["Got it. Whose phone is this? 1 Only mine 2 Shared 3 Company"]
        assert texting.say("1")  # and its questions go on in that conversation
        assert kept_in(texting, case_id) == before


def test_words_beside_a_yes_to_danger_raise_the_case_and_are_a_report_of_their_own(texting: Texting) -> None:
    case_id = from_form(texting)
    texting.say("5")
    before = kept_in(texting, case_id)
    texting.say("yes they are at the door")
    assert case_of(texting, case_id).urgency is Urgency.DANGER
    assert kept_in(texting, case_id) == before
    assert len(texting.cases()) == 2


def test_who_takes_the_form_back_is_not_listened_to_and_is_forgotten(texting: Texting) -> None:
    case_id = from_form(texting)
    phone = phone_of(texting, case_id)
    assert phone is not None
    with texting.database.writing() as session:
        stop_texts(session, texting.world.vault, case_id)
    with texting.database.reading() as session:
        assert session.get_one(Phone, phone.id).tag is None
    texting.say("7")
    assert answers_of(texting, case_id) == []


def test_two_cases_of_a_phone_are_asked_in_one_text(texting: Texting) -> None:
    first, second = two(texting)
    on_day(17.95)
    ask(texting)
    text(texting)
    (row,) = [*by_itself(texting, first), *by_itself(texting, second)]
    assert words_of(texting, row).startswith(f"You wrote to us more than once. {ASKED}")
    assert [len(planned(texting, each, TextState.WRITTEN)) for each in (first, second)] == [1, 1]
    send(texting)
    texting.pass_by(hours=5)
    text(texting)
    assert [len(planned(texting, each, TextState.SENT)) for each in (first, second)] == [1, 1]


def test_one_text_about_several_stands_with_each_in_the_words_in_which_it_asked(texting: Texting) -> None:
    first, second = both_asked(texting)
    for each in (first, second):
        told = [text.purpose for text in shown(texting, each).automatic]
        assert told.count(Purpose.FOLLOWUP) == 1
        with texting.database.reading() as session:
            (kinds,) = asked_in_texts(session, texting.world.vault, each).values()
        assert asked_as(kinds) is AskText.HOW_IS_IT
    texting.say("7", "0")
    for each in (first, second):
        (answer,) = [body for body in texting.bodies(case_of(texting, each)) if "answer" in body]
        assert (answer["answer"], answer["asked"]) == ("better", "HOW_IS_IT")


@pytest.mark.parametrize(("which", "has"), (("1", (1, 0)), ("2", (0, 1)), ("0", (1, 1)), ("all", (1, 1))))
def test_it_is_asked_which_is_meant_by_its_day_alone(
    texting: Texting, which: str, has: tuple[int, int]
) -> None:
    first, second = both_asked(texting)
    (asked,) = texting.say("7")
    assert asked.startswith("You wrote to us more than once. Which do you mean? 1 The one of ")
    assert asked.endswith(" 0 All")
    assert answers_of(texting, first) == answers_of(texting, second) == []
    assert texting.say(which) == [KEPT]
    assert (len(answers_of(texting, first)), len(answers_of(texting, second))) == has


def test_what_is_answered_is_not_asked_about_again(texting: Texting) -> None:
    first, second = both_asked(texting)
    texting.say("7", "1")
    assert texting.say("6") == [KEPT]
    assert (answers_of(texting, first), answers_of(texting, second)) == (["better"], ["same"])


def test_worse_counts_in_both_at_once_and_so_does_danger(texting: Texting) -> None:
    both = both_asked(texting)
    assert texting.say("5")[0].endswith("Is anyone in danger now? 1 Yes 2 No")
    assert [case_of(texting, each).urgency for each in both] == [Urgency.URGENT, Urgency.URGENT]
    texting.say("1")
    assert [case_of(texting, each).urgency for each in both] == [Urgency.DANGER, Urgency.DANGER]


def test_an_answer_to_which_after_a_shift_is_asked_about(texting: Texting) -> None:
    first, second = both_asked(texting)
    (asked,) = texting.say("7")
    texting.fall_silent()
    texting.pass_by(hours=9)
    assert texting.say("2") == [asked]
    assert texting.say("2") == [KEPT]
    assert (answers_of(texting, first), answers_of(texting, second)) == ([], ["better"])


@pytest.mark.parametrize("said", ("9", "0", "STOP"))
def test_what_ends_texts_ends_them_for_every_case_of_the_phone(texting: Texting, said: str) -> None:
    first, second = both_asked(texting)
    texting.say(said)
    for day in (32, 48, 64, 80, 96):
        on_day(day)
        tick(texting)
    assert len(by_itself(texting, first)) + len(by_itself(texting, second)) == 1


def test_times_hold_for_every_case_of_the_phone(texting: Texting) -> None:
    both = both_asked(texting)
    texting.say("1", "3")
    with texting.database.reading() as session:
        found = [facts_of(texting.world.vault, session.get_one(Case, each)).text_times for each in both]
    assert found == [TextTimes(17, 22)] * 2


def test_one_that_is_over_takes_nothing_from_the_other(texting: Texting) -> None:
    """A text about both is called off with the case it was written down for, and written anew about the other."""
    first, second = two(texting)
    on_day(17.95)
    ask(texting)
    text(texting)
    (row,) = [*by_itself(texting, first), *by_itself(texting, second)]
    gone = CaseId(row.case_id) if row.case_id else first
    left = second if gone == first else first
    close_case(texting.world, texting.member("near.lead"), gone)
    send(texting)
    texting.pass_by(hours=5)
    tick(texting)
    found = {each.id: each for case in (first, second) for each in by_itself(texting, case)}
    went = [
        each
        for each in found.values()
        if each.state in (Delivery.ACCEPTED, Delivery.SENT, Delivery.DELIVERED)
    ]
    assert len(went) == 1
    assert planned(texting, left)[0].state in (TextState.SENT, TextState.WRITTEN)


def test_cases_whose_hours_differ_are_texted_each_in_its_own_and_within_the_limits(texting: Texting) -> None:
    first, second = two(texting)
    with texting.database.writing() as session:
        for case_id, times in ((first, TextTimes(8, 9)), (second, TextTimes(21, 22))):
            case = session.get_one(Case, case_id)
            choose_texts(session, texting.world.vault, case, WORKER, wanted=True, times=times)
    moments: list[int] = []
    for hour in range(16 * 24):
        on_day(14.5 + hour / 24)
        tick(texting)
        seen = len(by_itself(texting, first)) + len(by_itself(texting, second))
        moments += [hour] * (seen - len(moments))
    assert len(moments) == 2
    assert moments[1] - moments[0] > 7 * 24


def test_a_form_and_a_text_from_one_phone_are_asked_together_and_words_go_to_the_text(
    texting: Texting,
) -> None:
    formed = filed_with_wish(texting, safe_times="")
    texting.world.cookies.clear()
    texted = taken(texting)
    on_day(14.95)
    tick(texting)
    assert len(by_itself(texting, formed)) + len(by_itself(texting, texted)) == 1
    texting.say("7", "0")
    assert answers_of(texting, formed) == answers_of(texting, texted) == ["better"]
    before = kept_in(texting, formed)
    texting.say("The manager said we get it on Friday")
    assert kept_in(texting, formed) == before
    with texting.database.reading() as session:
        last = session.scalars(select(InboundText).order_by(InboundText.provider_id.desc())).first()
    assert last is not None
