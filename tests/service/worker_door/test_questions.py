"""The question in the inbox: one card, one tap without script, kept once, and nothing that was tapped is lost."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from app import clock
from app.cases.case.models import Case
from app.cases.desk.answering import reply
from app.cases.desk.progress import Move, change_stage
from app.cases.desk.reading import open_case
from app.cases.enums import AccessAct, ClosingReason, EntryKind, FollowupState, Profile, State, Urgency
from app.cases.followups.models import Followup
from app.cases.followups.rows import followups_of
from app.cases.routing.handing_on import hold_with_custody
from app.cases.routing.losing import lose_for_lateness
from app.cases.routing.offers import accept_offer
from app.database import CaseId
from app.followups.asking import ask_due
from app.network import NotSignedIn, SignedIn
from app.vault import journal, read_journal
from tests.harness.world import World
from tests.support.browsing import Page, Visitor
from tests.support.stored_cases import stored

DAY = 86_400
WORSE, SAME, BETTER = range(3)  # the buttons of "did it get worse", in their order
RIGHT, NOT_RIGHT = range(2)  # those of "is it right now"


@pytest.fixture(autouse=True)
def _clock_back() -> Iterator[None]:
    yield
    clock.set_offset(0)


def lead(world: World) -> SignedIn:
    """The helpers' lead, signed in again where the clock went past the end of their session."""
    try:
        return world.sign_in("near.lead")
    except NotSignedIn:
        del world.cookies["near.lead"]
        return world.sign_in("near.lead")


def filed(visitor: Visitor, world: World) -> str:
    visitor.open(f"/en/s/{world.site.code}")
    code, by = visitor.send("/report", words="They owe us pay.").code, lead(world)
    with world.database.writing() as session:
        accept_offer(session, world.vault, world.rules, by, case_id(world, code))
    return code


def case_id(world: World, code: str) -> CaseId:
    return CaseId(stored(world, code)[0].id)


def later(world: World, days: int) -> None:
    clock.set_offset(days * DAY + 3700)
    with world.database.writing() as session:
        while ask_due(session, world.vault, world.rules, 50):
            pass


def inside(visitor: Visitor, code: str) -> Page:
    visitor.open("/en/code")
    return visitor.send("/inbox", receipt=code)


def close(world: World, code: str) -> None:
    move = Move(State.CLOSED, "words", uuid4(), ClosingReason.UNRESOLVED, to_worker="The office helps you.")
    by = lead(world)
    with world.database.writing() as session:
        change_stage(session, world.vault, world.rules, by, case_id(world, code), move)


def questions(world: World, code: str, state: FollowupState) -> list[Followup]:
    with world.database.reading() as session:
        found = followups_of(session, world.vault, case_id(world, code))
    return [row for row in found if row.state is state]


def tapped(world: World, code: str) -> list[dict[str, object]]:
    """What a helper reads of the answers."""
    by = lead(world)
    with world.database.writing() as session:
        opened = open_case(session, world.vault, by, case_id(world, code))
    return [entry.body or {} for entry in opened.entries if entry.kind is EntryKind.ANSWER]


def acts(world: World, code: str) -> list[str]:
    with world.database.reading() as session:
        return [entry.act for entry in read_journal(session, world.vault, case_id(world, code))]


def test_the_card_comes_on_its_day_and_a_tap_is_kept_in_the_thread(visitor: Visitor, world: World) -> None:
    code = filed(visitor, world)
    page = inside(visitor, code)
    assert "Did it get worse" not in page.text
    later(world, 14)
    page = inside(visitor, code)
    assert "Did it get worse since you told us?" in page.text
    assert "No helper has read this yet." in page.text
    assert "Only those who can read your messages can read it." in page.text
    page = visitor.send("/inbox/answer", button=SAME)
    assert page.status == 200
    assert "You answered" not in page.text
    assert page.text.count("It is the same") == 1  # in the thread; the card is gone
    case, facts = stored(world, code)
    assert (case.urgency, case.worker_wrote, facts.profile) == (Urgency.MEDIUM, True, Profile.STANDARD)
    assert [(body["question"], body["answer"]) for body in tapped(world, code)] == [("worse", "same")]
    assert len(questions(world, code, FollowupState.ANSWERED)) == 1
    assert acts(world, code).count("followup.answered") == 1


def test_worse_makes_it_urgent_and_starts_the_fast_track(visitor: Visitor, world: World) -> None:
    code = filed(visitor, world)
    later(world, 14)
    inside(visitor, code)
    page = visitor.send("/inbox/answer", button=WORSE)
    assert page.response.request.url.endswith("#worse") or page.response.history[-1].location.endswith(
        "#worse"
    )
    case, facts = stored(world, code)
    assert (case.urgency, facts.profile) == (Urgency.URGENT, Profile.FAST_TRACK)
    assert "case.worse" in acts(world, code)
    sooner = questions(world, code, FollowupState.PLANNED)
    assert [(row.due_at - clock.now()).days for row in sooner] == [3, 7, 14, 30, 90]


@pytest.mark.parametrize(("button", "opens"), ((RIGHT, False), (NOT_RIGHT, True), (2, True)))
def test_after_closing_only_what_is_not_over_opens_it_again(
    visitor: Visitor, world: World, button: int, opens: bool
) -> None:
    code = filed(visitor, world)
    close(world, code)
    later(world, 30)
    page = inside(visitor, code)
    assert "We closed this. Is it right now?" in page.text
    assert "The last answer to you is from" in page.text
    visitor.send("/inbox/answer", button=button)
    case, _ = stored(world, code)
    assert case.is_open is opens
    assert case.urgency is (Urgency.URGENT if button == 2 else Urgency.MEDIUM)
    assert len(tapped(world, code)) == 1
    left = {row.kind for row in questions(world, code, FollowupState.PLANNED)}
    assert ("after_closing" in left) is not opens


def test_yes_closes_nothing(visitor: Visitor, world: World) -> None:
    code = filed(visitor, world)
    by = lead(world)
    with world.database.writing() as session:
        reply(session, world.vault, by, case_id(world, code), "We wrote.", uuid4())
    # Of the fourteenth and the thirtieth day only what is still right is asked.
    later(world, 14)
    inside(visitor, code)
    visitor.send("/inbox/answer", button=BETTER)
    later(world, 29)
    assert "Has it been put right?" not in inside(visitor, code).text
    with world.database.writing() as session:
        for row in followups_of(session, world.vault, case_id(world, code)):
            if row.kind == "worse" and row.state is FollowupState.PLANNED:
                row.state = FollowupState.CALLED_OFF
    later(world, 31)
    assert "Has it been put right?" in inside(visitor, code).text
    visitor.send("/inbox/answer", button=RIGHT)
    case, _ = stored(world, code)
    assert (case.is_open, case.state) == (True, State.ACCEPTED)
    assert [body["answer"] for body in tapped(world, code)] == ["better", "put_right"]


def test_the_same_again_is_the_same_and_another_answer_is_kept_too(visitor: Visitor, world: World) -> None:
    code = filed(visitor, world)
    later(world, 14)
    card = inside(visitor, code)
    visitor.send("/inbox/answer", button=SAME)
    visitor.page = card  # Back, and pressed again
    page = visitor.send("/inbox/answer", button=SAME)
    assert "You gave this answer before." in page.text
    visitor.page = card
    page = visitor.send("/inbox/answer", button=WORSE)
    assert "That question was not open any more. Your answer is kept all the same" in page.text
    assert [body["answer"] for body in tapped(world, code)] == ["same", "worse"]
    assert stored(world, code)[0].urgency is Urgency.URGENT
    assert acts(world, code).count("followup.answered") == 2


def test_an_answer_from_before_the_closing_is_kept(visitor: Visitor, world: World) -> None:
    code = filed(visitor, world)
    later(world, 14)
    inside(visitor, code)
    close(world, code)
    page = visitor.send("/inbox/answer", button=BETTER)
    assert "That question was not open any more." in page.text
    assert [body["answer"] for body in tapped(world, code)] == ["better"]
    assert stored(world, code)[0].is_open is False


def test_what_is_no_answer_changes_nothing(visitor: Visitor, world: World) -> None:
    code, others = filed(visitor, world), filed(visitor, world)
    later(world, 14)
    inside(visitor, others)
    theirs = visitor.page.form("/inbox/answer").values["question"]
    inside(visitor, code)
    for wrong in (
        {"question": theirs},
        {"question": "none"},
        {"answer": "put_right"},
        {"answer": "\N{SNOWMAN}"},
    ):
        form = visitor.page.form("/inbox/answer")
        sent = Page(visitor.client.post(form.action, data={**form.values, "answer": "worse", **wrong}))
        assert sent.status == 422
        assert "Nothing is sent yet." in sent.text
    assert "Did it get worse since you told us?" in inside(visitor, code).text
    assert tapped(world, code) == tapped(world, others) == []


def test_a_tap_after_the_messages_were_closed_waits_for_the_code(visitor: Visitor, world: World) -> None:
    code, others = filed(visitor, world), filed(visitor, world)
    later(world, 14)
    card = inside(visitor, code)
    visitor.send("/inbox/leave")
    visitor.page = card
    page = visitor.send("/inbox/answer", button=WORSE)
    assert "You answered our question. Your answer is not sent yet." in page.text
    assert "It got worse" in page.text
    page = visitor.send("/inbox", receipt=others)
    assert "This code opens other messages." in page.text
    page = visitor.send("/inbox", receipt=code)
    assert [body["answer"] for body in tapped(world, code)] == ["worse"]
    assert tapped(world, others) == []


def test_a_card_of_other_messages_answers_in_none(visitor: Visitor, world: World) -> None:
    code, others = filed(visitor, world), filed(visitor, world)
    later(world, 14)
    card = inside(visitor, code)
    visitor.send("/inbox/leave")
    inside(visitor, others)
    visitor.page = card
    page = visitor.send("/inbox/answer", button=WORSE)
    assert "Other messages are open on this phone now." in page.text
    assert tapped(world, code) == tapped(world, others) == []


def test_a_stopped_case_asks_nothing_and_still_keeps_a_tap(visitor: Visitor, world: World) -> None:
    code = filed(visitor, world)
    later(world, 14)
    card = inside(visitor, code)
    page = visitor.send("/inbox/stop")
    assert "Did it get worse" not in page.text
    visitor.page = card
    page = visitor.send("/inbox/answer", button=WORSE)
    assert "That question was not open any more." in page.text
    case, _ = stored(world, code)
    assert case.is_open is False
    assert "It got worse" in page.text


def test_one_tap_ends_the_questions_and_one_tap_brings_them_back(visitor: Visitor, world: World) -> None:
    code = filed(visitor, world)
    later(world, 14)
    inside(visitor, code)
    page = visitor.send("/inbox/do-not-ask")
    assert "Done. We ask you no more questions." in page.text
    assert "You do not want questions from us, so we ask none." in page.text
    assert "Did it get worse" not in page.text
    assert questions(world, code, FollowupState.PLANNED) == []
    # What happens to the case plans none either.
    by = lead(world)
    with world.database.writing() as session:
        reply(session, world.vault, by, case_id(world, code), "We wrote.", uuid4())
    assert questions(world, code, FollowupState.PLANNED) == []
    old = visitor.page
    page = visitor.send("/inbox/ask-me")
    assert "Done. From time to time we ask you here how it is." in page.text
    assert "From time to time we ask you here how it is." in page.text
    planned = questions(world, code, FollowupState.PLANNED)
    assert sorted(row.kind for row in planned) == ["news", "put_right", "worse", "worse", "worse"]
    visitor.page = old
    visitor.send("/inbox/ask-me")
    assert acts(world, code).count("followup.wanted") == 2
    close(world, code)
    assert {row.kind for row in questions(world, code, FollowupState.PLANNED)} == {"after_closing"}


def test_who_wants_questions_again_is_asked_only_what_the_case_calls_for(
    visitor: Visitor, world: World
) -> None:
    code, answered = filed(visitor, world), filed(visitor, world)
    by = lead(world)
    with world.database.writing() as session:
        reply(session, world.vault, by, case_id(world, answered), "We wrote.", uuid4())

    def again(one: str) -> set[str]:
        inside(visitor, one)
        visitor.send("/inbox/do-not-ask")
        visitor.send("/inbox/ask-me")
        return {row.kind.value for row in questions(world, one, FollowupState.PLANNED)}

    assert again(code) == {"worse", "news"}
    assert again(answered) == {"worse", "news", "put_right"}
    close(world, code)
    assert again(code) == {"after_closing"}


def test_the_card_says_who_has_read_what(visitor: Visitor, world: World) -> None:
    code = filed(visitor, world)
    later(world, 14)

    def said() -> str:
        return inside(visitor, code).text

    assert "No helper has read this yet." in said()
    one, by = case_id(world, code), lead(world)
    with world.database.writing() as session:
        journal(session, world.vault, one, AccessAct.READ_IN_SEARCH, by.actor)
    assert "A helper has read some of this, and has not answered yet." in said()
    tapped(world, code)  # opens it
    assert "A helper has read what is written below, and has not answered yet." in said()
    visitor.send("/inbox/write", words="He came again.")
    text = said()
    assert "A helper has read what you wrote before, but not yet your newest message." in text
    assert "A helper has read what is written below" not in text
    tapped(world, code)
    with world.database.writing() as session:
        case = session.get_one(Case, one)
        assert lose_for_lateness(session, world.vault, world.rules, case)
    text = said()
    assert "No helper has read this yet." not in text
    assert "A helper has read this before. The helper whose turn it is now has not read it yet." in text
    with world.database.writing() as session:
        hold_with_custody(session, world.vault, world.rules, session.get_one(Case, one))
    assert "A helper has read this before. No helper has it now." in said()
