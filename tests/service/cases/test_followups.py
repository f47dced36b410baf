"""Follow-ups in the database: planned by what happens to a case, asked once whoever ticks, and never in a burst."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError

from app import clock
from app.cases.case.events import Happened
from app.cases.case.models import Case
from app.cases.desk.progress import Move, MoveRefused, change_stage
from app.cases.enums import ClosingReason, ConsentLevel, FollowupKind, FollowupState, State, Urgency
from app.cases.followups.models import Followup
from app.cases.followups.rows import followups_of, plan_again, shown_to_helpers
from app.cases.worker.messages import say_worse, write
from app.cases.worker.sharing import change_consent, stop_sharing, undo_stop
from app.database import Base, CaseId
from app.followups.asking import ask_due
from app.vault import read_journal, verify_journal
from tests.support.closing import close
from tests.support.desk import Desk

DAY = 86_400
BEFORE_CLOSING = (FollowupKind.WORSE, FollowupKind.NEWS, FollowupKind.PUT_RIGHT)


def tick(desk: Desk, limit: int = 50) -> int:
    with desk.database.writing() as session:
        return ask_due(session, desk.world.vault, desk.world.rules, limit)


def rows(desk: Desk, case_id: CaseId, state: FollowupState | None = None) -> list[Followup]:
    with desk.database.reading() as session:
        found = followups_of(session, desk.world.vault, case_id)
    return [row for row in found if state in (None, row.state)]


def kinds(desk: Desk, case_id: CaseId, state: FollowupState) -> list[str]:
    return sorted(f"{row.kind} {row.round}" for row in rows(desk, case_id, state))


def journaled(desk: Desk, case_id: CaseId, act: str) -> list[object]:
    with desk.database.reading() as session:
        found = read_journal(session, desk.world.vault, case_id)
        assert verify_journal(session, desk.world.vault).faults == ()
    return [entry.detail for entry in found if entry.act == act]


def test_what_happens_to_a_case_plans_and_calls_off(desk: Desk) -> None:
    filed = desk.world.file(words="They keep our pay.")
    case_id = desk.world.case_of(filed)
    assert kinds(desk, case_id, FollowupState.PLANNED) == ["news 1", "worse 1", "worse 2", "worse 3"]
    clock.set_offset(2 * DAY)
    desk.accept(filed)
    news = [row for row in rows(desk, case_id, FollowupState.PLANNED) if row.kind is FollowupKind.NEWS]
    assert [row.due_at - clock.now() > timedelta(days=29) for row in news] == [True]
    desk.reply(desk.lead, case_id)
    desk.reply(desk.lead, case_id, "And once more.")
    planned = kinds(desk, case_id, FollowupState.PLANNED)
    assert planned == ["news 1", "put_right 1", "worse 1", "worse 2", "worse 3"]
    clock.set_offset(3 * DAY)
    close(desk, case_id)
    assert kinds(desk, case_id, FollowupState.PLANNED) == ["after_closing 1", "after_closing 2"]
    clock.set_offset(4 * DAY)
    worker = desk.world.enter(filed)
    with desk.database.writing() as session:
        write(session, desk.world.vault, desk.world.rules, worker, "It is not over.", uuid4())
    planned = kinds(desk, case_id, FollowupState.PLANNED)
    assert planned == ["news 1", "put_right 1", "worse 1", "worse 2", "worse 3"]
    # Other cases stay as they were.
    with desk.database.reading() as session:
        of_others = select(Followup.state).where(Followup.case_id != case_id)
        assert FollowupState.PLANNED in session.scalars(of_others).all()


def test_whoever_says_that_it_got_worse_is_asked_sooner(desk: Desk) -> None:
    filed = desk.world.file()
    case_id = desk.world.case_of(filed)
    clock.set_offset(DAY)
    worker = desk.world.enter(filed)
    with desk.database.writing() as session:
        say_worse(session, desk.world.vault, desk.world.rules, worker, "", False, uuid4())
    planned = rows(desk, case_id, FollowupState.PLANNED)
    days = [(row.kind, round((row.due_at - clock.now()) / timedelta(days=1))) for row in planned]
    assert days == [
        (FollowupKind.WORSE, 3),
        (FollowupKind.NEWS, 7),
        *((FollowupKind.WORSE, n) for n in (14, 30, 90)),
    ]


def test_who_tells_of_it_within_the_hour_of_the_report_is_asked_as_soon(desk: Desk) -> None:
    """The questions of that hour are the same ones: their days change, and none is planned beside another."""
    filed = desk.world.file()
    case_id, worker = desk.world.case_of(filed), desk.world.enter(filed)
    with desk.database.writing() as session:
        say_worse(session, desk.world.vault, desk.world.rules, worker, "", True, uuid4())
    planned = rows(desk, case_id, FollowupState.PLANNED)
    assert sorted((row.kind.value, (row.due_at - row.since).days) for row in planned) == [
        ("news", 7),
        *(("worse", day) for day in (3, 14, 30, 90)),
    ]


def test_did_it_get_worse_stays_on_the_card_when_news_is_due_hours_later(desk: Desk) -> None:
    filed = desk.world.file()
    case_id = desk.world.case_of(filed)
    clock.set_offset(3 * 3600)  # taken hours after the report, from which "worse" counts
    desk.accept(filed)
    for hours in (1, 2, 3, 4, 5):
        clock.set_offset(30 * DAY + hours * 3600)
        tick(desk)
    assert kinds(desk, case_id, FollowupState.ASKED) == ["worse 2"]
    assert kinds(desk, case_id, FollowupState.MERGED) == ["news 1"]
    assert "news 2" in kinds(desk, case_id, FollowupState.PLANNED)


def test_rows_that_others_wrote_keep_nobody_from_saying_that_it_got_worse(desk: Desk) -> None:
    filed = desk.world.file()
    case_id, worker = desk.world.case_of(filed), desk.world.enter(filed)
    clock.set_offset(2 * DAY)
    # They take every key of that hour, with rows of their own.
    with desk.database.writing() as session:
        moved = update(Followup).where(Followup.case_id == case_id)
        session.execute(moved.values(since=clock.hour_of(clock.now())))
    with desk.database.writing() as session:
        say_worse(session, desk.world.vault, desk.world.rules, worker, "", False, uuid4())
    assert desk.case(case_id).urgency is Urgency.URGENT
    # What they wrote is set aside, and the worker is asked all the same.
    planned = kinds(desk, case_id, FollowupState.PLANNED)
    assert planned == ["news 1", "worse 1", "worse 2", "worse 3", "worse 4"]


def test_a_row_in_the_place_of_the_next_round_is_set_aside(desk: Desk) -> None:
    case_id, table = desk.accepted(), Base.metadata.tables["followups"]
    with desk.database.writing() as session:
        rows_of_case = select(table).where(table.c.case_id == case_id, table.c.kind == "news")
        row = dict(session.connection().execute(rows_of_case).mappings().first() or {})
        planted = row | {"id": uuid4(), "round": 2, "state": "called_off"}
        session.connection().execute(insert(table).values(planted))
    clock.set_offset(34 * DAY)
    tick(desk)
    assert "news 2" in kinds(desk, case_id, FollowupState.PLANNED)


def test_nobody_is_asked_where_nobody_would_read_the_answer(desk: Desk) -> None:
    world = desk.world
    assert rows(desk, world.case_of(world.file(consent=ConsentLevel.NOBODY))) == []
    filed = world.file()
    case_id, worker = world.case_of(filed), world.enter(filed)

    def let_know(level: ConsentLevel) -> None:
        with desk.database.writing() as session:
            change_consent(session, world.vault, world.rules, world.texts, "en", worker, level)

    let_know(ConsentLevel.NOBODY)
    assert {row.state for row in rows(desk, case_id)} == {FollowupState.CALLED_OFF}
    let_know(ConsentLevel.HELPER)
    assert kinds(desk, case_id, FollowupState.PLANNED) == ["news 1", "worse 1", "worse 2", "worse 3"]
    with desk.database.writing() as session:
        stop_sharing(session, world.vault, worker)
    assert {row.state for row in rows(desk, case_id)} == {FollowupState.CALLED_OFF}
    with desk.database.writing() as session:
        undo_stop(session, world.vault, world.rules, world.texts, "en", worker)
    assert kinds(desk, case_id, FollowupState.PLANNED) == ["news 1", "worse 1", "worse 2", "worse 3"]


def test_planning_twice_is_impossible(desk: Desk) -> None:
    case_id = desk.accepted()
    before = [(row.id, row.state) for row in rows(desk, case_id)]
    for _ in range(3):
        with desk.database.writing() as session:
            case = session.get_one(Case, case_id)
            plan_again(session, desk.world.vault, desk.world.rules, case, Happened.ACCEPTED)
    assert [(row.id, row.state) for row in rows(desk, case_id)] == before
    first = rows(desk, case_id)[0]
    again = Followup(
        case_id=case_id, kind=first.kind, since=first.since, round=first.round, due_at=first.due_at
    )
    with pytest.raises(IntegrityError), desk.database.writing() as session:
        session.add(again)


def test_a_question_is_asked_once_in_a_thousand_ticks(desk: Desk) -> None:
    case_id = desk.accepted()
    assert tick(desk) == 0
    clock.set_offset(14 * DAY + 3700)
    assert tick(desk) > 0
    for _ in range(20):
        assert tick(desk) == 0
    clock.set_offset(14 * DAY)  # an hour back
    assert tick(desk) == 0
    assert kinds(desk, case_id, FollowupState.ASKED) == ["worse 1"]
    assert len(journaled(desk, case_id, "followup.asked")) == 1


def test_ten_days_of_outage_bring_one_question_and_what_was_late_is_not_made_up_for(desk: Desk) -> None:
    case_id = desk.accepted()
    clock.set_offset(
        34 * DAY
    )  # since before the fourteenth day nobody ticked: 14 is stale, 30 and news are right
    tick(desk)
    assert kinds(desk, case_id, FollowupState.ASKED) == ["worse 2"]
    assert kinds(desk, case_id, FollowupState.MERGED) == ["news 1"]
    assert kinds(desk, case_id, FollowupState.MISSED) == ["worse 1"]
    assert len(journaled(desk, case_id, "followup.missed")) == 1
    following = [row for row in rows(desk, case_id, FollowupState.PLANNED) if row.kind is FollowupKind.NEWS]
    assert [(row.round, row.due_at - clock.now() > timedelta(days=29)) for row in following] == [(2, True)]
    clock.set_offset(65 * DAY)
    tick(desk)
    assert kinds(desk, case_id, FollowupState.ASKED) == ["news 2"]
    assert kinds(desk, case_id, FollowupState.UNANSWERED) == ["worse 2"]


def test_three_claimers_at_once_ask_each_case_once(desk: Desk) -> None:
    cases = [desk.accepted() for _ in range(5)]
    clock.set_offset(40 * DAY)

    def work(_number: int) -> int:
        done = 0
        while claimed := tick(desk, limit=3):
            done += claimed
        return done

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(work, range(3))) >= len(cases)
    for case_id in cases:
        assert len(rows(desk, case_id, FollowupState.ASKED)) == 1
        assert len(journaled(desk, case_id, "followup.asked")) == 1
    assert tick(desk) == 0


def test_what_happened_unseen_between_planning_and_asking_calls_off(desk: Desk) -> None:
    case_id = desk.accepted()
    with desk.database.writing() as session:
        session.get_one(Case, case_id).is_open = False
    clock.set_offset(15 * DAY)
    tick(desk)
    assert rows(desk, case_id, FollowupState.ASKED) == []
    assert kinds(desk, case_id, FollowupState.CALLED_OFF) == ["worse 1"]


def test_what_others_wrote_is_asked_of_nobody_and_stands_in_nobodys_way(desk: Desk) -> None:
    forged, right = desk.accepted(), desk.accepted()
    spoilt = desk.accepted()
    with desk.database.writing() as session:
        session.execute(update(Followup).where(Followup.case_id == forged).values(round=Followup.round + 10))
        session.execute(
            text("UPDATE cases SET urgency = 'low' WHERE id = :id"), {"id": _raw(session, spoilt)}
        )
    clock.set_offset(15 * DAY)
    while tick(desk, limit=1):
        pass
    assert len(rows(desk, right, FollowupState.ASKED)) == 1
    assert rows(desk, forged) == []
    assert rows(desk, spoilt, FollowupState.ASKED) == []
    assert kinds(desk, spoilt, FollowupState.MISSED) == ["worse 1"]


def _raw(session: object, case_id: CaseId) -> object:
    dialect = session.get_bind().dialect.name  # type: ignore[attr-defined]
    return case_id.hex if dialect == "sqlite" else case_id


def test_only_a_silent_worker_closes_as_unverified(desk: Desk) -> None:
    filed = desk.world.file()
    case_id = desk.accept(filed)
    other = desk.accepted()

    def close_unverified() -> None:
        move = Move(
            State.CLOSED, "Four tries.", uuid4(), ClosingReason.UNVERIFIED, to_worker="We stop asking."
        )
        with desk.database.writing() as session:
            change_stage(session, desk.world.vault, desk.world.rules, desk.lead, case_id, move)

    for day in (14, 30, 60):
        clock.set_offset(day * DAY + 7300)
        tick(desk)
    worker = desk.world.enter(filed)
    with pytest.raises(MoveRefused, match="ask_on"):
        close_unverified()
    with desk.database.writing() as session:
        write(session, desk.world.vault, desk.world.rules, worker, "I am here.", uuid4())
    for day in (92, 124, 156):
        clock.set_offset(day * DAY + 7300)
        tick(desk)
    with pytest.raises(MoveRefused, match="ask_on"):
        close_unverified()  # three since the worker wrote
    clock.set_offset(188 * DAY)
    tick(desk)
    close_unverified()
    assert desk.case(case_id).closing_reason is ClosingReason.UNVERIFIED
    assert desk.case(other).is_open


def test_helpers_see_what_was_asked_or_missed_and_what_comes_next(desk: Desk) -> None:
    case_id = desk.accepted()
    clock.set_offset(34 * DAY)
    tick(desk)
    with desk.database.reading() as session:
        shown = shown_to_helpers(session, desk.world.vault, case_id)
    assert [f"{row.kind} {row.round} {row.state}" for row in shown] == [
        "worse 1 missed",
        "worse 2 asked",
        "news 2 planned",
        "worse 3 planned",
    ]


def test_rows_that_nobody_can_handle_hold_up_no_question(desk: Desk) -> None:
    """On SQLite an id need not even be one: then no statement that names it finds it again."""
    case_id, other, table = desk.accepted(), desk.accepted(), Base.metadata.tables["followups"]
    long_ago = clock.hour_of(clock.now()) - timedelta(days=999)
    planted = {
        "case_id": other,
        "kind": FollowupKind.NEWS,
        "due_at": long_ago,
        "state": FollowupState.PLANNED,
    }
    with desk.database.writing() as session:
        for number in range(60):
            since = long_ago - timedelta(hours=number)
            row = {"id": uuid4(), "since": since, "round": 1}
            session.connection().execute(insert(table).values(**planted, **row))
        if session.connection().dialect.name == "sqlite":
            session.connection().execute(text("UPDATE followups SET id = 'z' || rowid WHERE row_mac IS NULL"))
    clock.set_offset(15 * DAY)
    for _ in range(12):  # 50 of them at a time, by chance
        tick(desk)
    assert kinds(desk, case_id, FollowupState.ASKED) == ["worse 1"]
