"""The same change through every door leaves the same urgency, clocks and journal; words alone raise and restrict a case."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from app import clock
from app.cases.case.access import lock_case
from app.cases.case.models import Clock
from app.cases.case.veils import facts_of
from app.cases.desk.triage import set_urgency
from app.cases.enums import ClockKind, ClockState, Profile, Urgency
from app.cases.taxonomy import Handling
from app.cases.worker.messages import say_worse, write
from app.database import CaseId
from app.intake import Filed
from app.intake.conversation.store.apply import set_danger
from app.vault import CircleName, GrantState, circle_of, grants_of_case, read_journal
from tests.harness.world import everything_stored
from tests.support.desk import Desk

Door = Callable[[Desk, Filed, CaseId], None]

DANGER = "I want to end my life"


def by_web(desk: Desk, filed: Filed, _case_id: CaseId) -> None:
    worker = desk.world.enter(filed)
    with desk.database.writing() as session:
        assert say_worse(session, desk.world.vault, desk.world.rules, worker, "", True, uuid4())


def by_words(desk: Desk, filed: Filed, _case_id: CaseId) -> None:
    worker = desk.world.enter(filed)
    with desk.database.writing() as session:
        assert write(session, desk.world.vault, desk.world.rules, worker, DANGER, uuid4())


def by_text(desk: Desk, _filed: Filed, case_id: CaseId) -> None:
    with desk.database.writing() as session:
        case = lock_case(session, case_id)
        assert case is not None
        set_danger(session, desk.world.vault, desk.world.rules, case)


def by_desk(desk: Desk, _filed: Filed, case_id: CaseId) -> None:
    seen = desk.case(case_id).edit_version
    with desk.database.writing() as session:
        set_urgency(
            session, desk.world.vault, desk.world.rules, desk.lead, case_id, Urgency.DANGER, "She said.", seen
        )


# A later door joins here.
EVERY_DOOR = (by_web, by_words, by_text, by_desk)
WORKERS_DOORS = (by_web, by_words, by_text)

_FAST = {ClockKind.ACCEPT: 13, ClockKind.READ: 25, ClockKind.ACKNOWLEDGE: 25, ClockKind.SAFETY_CONTACT: 25}


def asking(desk: Desk, case_id: CaseId) -> dict[ClockKind, float]:
    """The clocks that run, each once, by the hours they have left."""
    with desk.database.reading() as session:
        rows = session.scalars(
            select(Clock).where(Clock.case_id == case_id, Clock.state == ClockState.RUNNING)
        ).all()
    assert len({row.kind for row in rows}) == len(rows)
    return {row.kind: (row.due_at - clock.now()) / timedelta(hours=1) for row in rows}


def raised(desk: Desk, case_id: CaseId) -> None:
    case = desk.case(case_id)
    assert (case.urgency, case.queue_rank) == (Urgency.DANGER, 0)
    assert facts_of(desk.world.vault, case).profile is Profile.FAST_TRACK
    with desk.database.reading() as session:
        written = [
            entry for entry in read_journal(session, desk.world.vault, case_id) if entry.act == "case.urgency"
        ]
    assert [entry.detail for entry in written] == [{"before": "medium", "after": "danger"}]


@pytest.mark.parametrize("door", EVERY_DOOR)
def test_danger_in_an_accepted_case_is_the_same_through_every_door(desk: Desk, door: Door) -> None:
    filed = desk.world.file(words="Too many hours.")
    case_id = desk.accept(filed)
    assert asking(desk, case_id)[ClockKind.SAFETY_CONTACT] > 300

    door(desk, filed, case_id)

    raised(desk, case_id)
    hours = asking(desk, case_id)
    assert {kind for kind, left in hours.items() if left <= 25} == {
        ClockKind.READ,
        ClockKind.ACKNOWLEDGE,
        ClockKind.SAFETY_CONTACT,
    }
    assert set(hours) == {
        *(ClockKind.READ, ClockKind.ACKNOWLEDGE, ClockKind.SAFETY_CONTACT, ClockKind.SAFETY_PLAN),
        *(ClockKind.FIRST_UPDATE, ClockKind.ASSESSMENT, ClockKind.OUTCOME_FEEDBACK),
    }
    assert hours[ClockKind.SAFETY_PLAN] <= 73


@pytest.mark.parametrize("door", WORKERS_DOORS)
def test_danger_in_an_offered_case_is_the_same_through_every_door(desk: Desk, door: Door) -> None:
    filed = desk.world.file(words="Too many hours.")
    case_id = desk.world.case_of(filed)
    assert asking(desk, case_id)[ClockKind.ACCEPT] > 25

    door(desk, filed, case_id)

    raised(desk, case_id)
    hours = asking(desk, case_id)
    assert {kind: hours[kind] <= most for kind, most in _FAST.items()} == dict.fromkeys(_FAST, True)

    desk.accept(filed)
    later = asking(desk, case_id)  # asks nothing twice
    assert later[ClockKind.SAFETY_CONTACT] <= 25


@pytest.mark.parametrize("door", WORKERS_DOORS)
def test_danger_in_a_case_that_custody_holds_is_the_same_through_every_door(desk: Desk, door: Door) -> None:
    filed = desk.world.file(words="Too many hours.", exclude_other="a man with a hat")
    case_id = desk.world.case_of(filed)
    assert asking(desk, case_id)[ClockKind.PLACE] > 25

    door(desk, filed, case_id)

    raised(desk, case_id)
    hours = asking(desk, case_id)
    assert hours[ClockKind.PLACE] <= 13
    assert hours[ClockKind.SAFETY_CONTACT] <= 25


def test_words_without_a_tick_are_never_low(desk: Desk) -> None:
    assert desk.case(desk.offered(words="Too many hours.")).urgency is Urgency.MEDIUM
    assert desk.case(desk.offered(words="")).urgency is Urgency.LOW


def test_words_at_filing_raise_and_restrict_and_are_not_in_the_clear(desk: Desk) -> None:
    words = "they locked us in the hall and he will kill me"
    case = desk.case(desk.offered(words=words))

    assert case.urgency is Urgency.URGENT
    facts = facts_of(desk.world.vault, case)
    assert facts.found == ("violence_harassment.injury_or_ongoing", "forced_labour.locked_in")
    assert (facts.topics, Handling.RESTRICTED in facts.handling) == ((), True)
    assert circles(desk, CaseId(case.id)) == {CircleName.RESTRICTED}
    stored = everything_stored(desk.database)
    assert not any(word in stored for word in (b"locked_in", b"injury_or_ongoing", b"locked us", b"kill me"))


def circles(desk: Desk, case_id: CaseId) -> set[CircleName]:
    """By which circles the near partner holds the case."""
    with desk.database.reading() as session:
        held = {
            grant.holder_id for grant in grants_of_case(session, case_id) if grant.state != GrantState.ENDED
        }
        return {
            name
            for name in (CircleName.EVERYONE, CircleName.RESTRICTED)
            if (circle := circle_of(session, desk.world.vault, desk.world.near.id, name)) is not None
            and circle.id in held
        }


def test_a_later_message_restricts_the_case_and_is_sealed_after_that(desk: Desk) -> None:
    filed = desk.world.file(words="Too many hours.")
    case_id = desk.accept(filed)
    assert circles(desk, case_id) == {CircleName.EVERYONE}
    worker = desk.world.enter(filed)

    with desk.database.writing() as session:
        assert not write(
            session, desk.world.vault, desk.world.rules, worker, "He touches me at night.", uuid4()
        )

    assert desk.case(case_id).urgency is Urgency.URGENT
    assert circles(desk, case_id) == {CircleName.RESTRICTED}
    page = desk.open(desk.lead, case_id)
    assert page.found == ("gbvh.touching",)
    assert [entry.body["text"] for entry in page.entries if entry.body] == [
        "Too many hours.",
        "He touches me at night.",
    ]


def test_words_that_tell_nothing_change_nothing_and_a_person_may_lower_again(desk: Desk) -> None:
    filed = desk.world.file(words="Too many hours.")
    case_id = desk.accept(filed)
    worker = desk.world.enter(filed)
    with desk.database.writing() as session:
        set_urgency(
            session,
            desk.world.vault,
            desk.world.rules,
            desk.lead,
            case_id,
            Urgency.LOW,
            "A question.",
            desk.case(case_id).edit_version,
        )
    with desk.database.writing() as session:
        assert not write(session, desk.world.vault, desk.world.rules, worker, "Thank you.", uuid4())
    assert desk.case(case_id).urgency is Urgency.LOW
