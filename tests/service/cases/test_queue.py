"""The queue: its order, what it never shows, paging by key, filters, counts, and how few statements it takes."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app import clock
from app.cases.case.assignment import claim
from app.cases.case.models import Case
from app.cases.desk import plan_task, queue
from app.cases.desk.progress import Move, change_stage
from app.cases.desk.queue import Count, QueueFilters, QueueKey
from app.cases.enums import ClosingReason, ConsentLevel, Stage, State, Urgency
from app.cases.worker.messages import write
from app.database import CaseId, Database, new_id
from app.intake import ContactWay
from app.network import zone_info
from tests.harness.statements import reads_of
from tests.support.desk import Desk
from tests.support.queue_pages import page, shown


def move(desk: Desk, case_id: CaseId, to: State, closing: ClosingReason | None = None) -> None:
    with desk.database.writing() as session:
        wanted = Move(to, "words", uuid4(), closing, to_worker="The labour office helps you now.")
        change_stage(session, desk.world.vault, desk.world.rules, desk.lead, case_id, wanted)


def test_danger_comes_first_then_the_late_and_then_the_next_date(desk: Desk) -> None:
    late = desk.accepted()
    clock.set_offset(int(timedelta(days=6).total_seconds()))
    calm, danger = desk.accepted(), desk.accepted(danger=True)
    desk.open(desk.lead, calm)

    rows = page(desk).rows
    order = [row.id for row in rows if row.id in {late, calm, danger}]
    assert order == [danger, late, calm]
    assert rows[0].id == danger
    assert [row.late for row in rows if row.id in {late, calm, danger}] == [False, True, False]
    dates = [(row.urgency is not Urgency.DANGER, row.next_due) for row in rows if not row.offered]
    assert dates == sorted(dates)


def test_a_row_holds_what_the_desk_needs_and_an_offered_one_only_the_card(desk: Desk) -> None:
    case_id = desk.accepted(
        topics=("wages",), contact=ContactWay.CALL, phone="+60123456789", words="Planted words"
    )
    offered = desk.offered(topics=("gbvh",), words="Planted words", danger=True)
    with desk.database.writing() as session:
        claim(session, desk.world.vault, desk.caseworker, case_id)

    rows = {row.id: row for row in page(desk).rows}
    row, card = rows[case_id], rows[offered]
    assert (row.reference, row.site) == (desk.case(case_id).reference, "Foxglove Circuits, Penang")
    assert (row.topics, row.category, row.reach) == (("wages",), None, "call")
    assert (row.assignee, row.unread, row.stage) == (desk.caseworker.name, True, Stage.RECEIVED)
    assert row.worker_wrote_hour is not None
    assert (card.offered, card.reference, card.site, card.category, card.reach) == (True, *[None] * 4)
    assert (card.topics, card.country, card.urgency) == (("freedom_and_treatment",), "MY", Urgency.DANGER)
    assert (card.assignee, card.worker_wrote_hour, card.next_kind) == (None, None, "accept")
    assert card.next_due is not None
    assert "Planted words" not in repr(rows)


def test_everybody_sees_the_cases_they_can_open_and_no_others(desk: Desk) -> None:
    plain, restricted, offered = desk.accepted(), desk.accepted(topics=("gbvh",)), desk.offered()
    offered_restricted = desk.offered(topics=("child",))
    ours = {plain, restricted, offered, offered_restricted}

    assert ours <= shown(desk)
    for by in (desk.caseworker, desk.viewer):
        assert ours & shown(desk, by) == {plain, offered}
    # Standing by, holding custody, or working elsewhere shows nothing of it.
    for by in (desk.other, desk.custodian):
        assert ours & shown(desk, by) == set()
    assert ours & shown(desk, desk.far) == {offered_restricted}  # an urgent one is offered to two at once
    assert shown(desk, desk.custodian) == set()
    before = page(desk, desk.caseworker)
    hidden = desk.accepted(topics=("gbvh",), danger=True)
    after = page(desk, desk.caseworker)
    assert hidden not in {row.id for row in after.rows}
    assert (after.counts, after.open_cases) == (before.counts, before.open_cases)
    locked = desk.world.case_of(desk.world.file(consent=ConsentLevel.NOBODY))
    assert locked not in shown(desk) | shown(desk, desk.custodian)


def test_each_filter_narrows_to_its_cases(desk: Desk) -> None:
    mine, engaged = (
        desk.accepted(language="ms", words="Majikan simpan pasport saya dan gaji kami belum dibayar."),
        desk.accepted(consent=ConsentLevel.BUYERS),
    )
    danger, closed = desk.accepted(danger=True), desk.accepted()
    with desk.database.writing() as session:
        claim(session, desk.world.vault, desk.lead, mine)
    move(desk, engaged, State.ASSESSING)
    move(desk, engaged, State.ENGAGING)
    move(desk, closed, State.CLOSED, ClosingReason.REFERRED)
    everything = shown(desk)

    assert shown(desk, urgency=Urgency.DANGER) == {danger}
    assert shown(desk, stage=Stage.COMPANY_ASKED) == {engaged}
    assert shown(desk, stage=Stage.CLOSED) == {closed}
    assert closed not in everything
    assert shown(desk, language="ms") == {mine}
    assert shown(desk, country="MY") == everything
    assert shown(desk, country="IN") == set()
    assert shown(desk, mine=True) == {mine}
    assert shown(desk, unclaimed=True) == everything - {mine}
    assert shown(desk, stage=Stage.RECEIVED) | shown(desk, stage=Stage.READ) == everything - {engaged}
    assert shown(desk, stage=Stage.READ).isdisjoint(shown(desk, stage=Stage.RECEIVED))
    assert page(desk).choices.countries == ("MY",)
    assert page(desk).choices.languages == ("en", "ms")


def test_the_counts_are_the_sizes_of_what_they_filter_to(desk: Desk) -> None:
    filed = desk.world.file()
    wrote, worker = desk.accept(filed), desk.world.enter(filed)
    engaged = desk.accepted(consent=ConsentLevel.BUYERS)
    move(desk, engaged, State.ASSESSING)
    move(desk, engaged, State.ENGAGING)
    desk.open(desk.lead, engaged)
    desk.accepted(danger=True)
    offered = desk.offered(danger=True)
    with desk.database.writing() as session:
        write(session, desk.world.vault, desk.world.rules, worker, "More.", uuid4())
    practice = desk.accepted(danger=True)
    with desk.database.writing() as session:
        session.get_one(Case, practice).practice = True

    for days in (0, 2, 9):
        clock.set_offset(days * 86400)
        found = page(desk)
        sizes = {count: len(shown(desk, count=count)) for count in Count}
        assert found.counts == sizes
        assert found.open_cases == len(found.rows)
    assert shown(desk, count=Count.WORKER_WROTE) == {wrote}
    assert shown(desk, count=Count.UNREAD).isdisjoint(
        {offered, engaged}
    )  # what cannot be read yet is not unread
    assert shown(desk, count=Count.WAITING_ON_COMPANY) == {engaged}
    assert found.counts[Count.DANGER] == 2
    assert found.counts[Count.LATE] > 2
    assert not found.counts_are_partial
    assert practice not in shown(desk)
    assert shown(desk, practice=True) == {practice}


def test_what_is_due_today_where_the_member_lives_is_neither_late_nor_due_tomorrow(desk: Desk) -> None:
    """At noon in Greenwich it is eight in the evening in Malaysia: four hours later another day begins for its helpers."""

    def due_in(hours: float) -> CaseId:
        case_id = desk.accepted()
        with desk.database.writing() as session:
            session.get_one(Case, case_id).next_due_at = clock.now() + timedelta(hours=hours)
        return case_id

    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=1)
    clock.set_offset(int((noon - datetime.now(UTC)).total_seconds()))
    late, today, tomorrow = due_in(-1), due_in(3), due_in(5)

    assert {late, today, tomorrow} & shown(desk, count=Count.DUE_TODAY) == {today}
    assert {late, today, tomorrow} & shown(desk, count=Count.LATE) == {late}


def test_pages_follow_each_other_by_key_without_gap_or_repeat(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [desk.accepted(danger=number == 0) for number in range(6)]
    with desk.database.writing() as session:
        session.get_one(Case, cases[3]).next_due_at = clock.now() - timedelta(days=1)
    whole = [row.id for row in page(desk).rows]
    assert whole[:2] == [cases[0], cases[3]]

    for size in (1, 2, 3):
        monkeypatch.setattr(queue, "PAGE", size)
        walked: list[CaseId] = []
        after: QueueKey | None = None
        for _ in range(len(whole) + 1):
            found = page(desk, after=after)
            assert len(found.rows) <= size
            walked += [row.id for row in found.rows]
            if found.next_key is None:
                break
            after = QueueKey.read(found.next_key.text())
        assert walked == whole


@pytest.mark.parametrize(
    "text",
    (
        "",
        "1",
        "1_2",
        "a_b_c",
        "2_5_" + "0" * 32,
        "1__no",
        "1_1_" + "0" * 31,
        "1_" + "9" * 30 + "_" + "0" * 32,
    ),
)
def test_a_key_that_was_tampered_with_is_no_key(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever is wrong with it
        QueueKey.read(text)


def test_a_key_survives_its_way_through_a_link() -> None:
    for due in (None, datetime(2026, 11, 21, 10, 0, 0, 7, tzinfo=UTC), datetime(1969, 1, 1, tzinfo=UTC)):
        key = QueueKey(1, due, UUID(int=7))
        assert QueueKey.read(key.text()) == key


def test_the_number_of_statements_does_not_grow_with_the_rows(desk: Desk) -> None:
    desk.accepted()
    page(desk)
    with reads_of(desk.database) as few:
        small = page(desk)
    for _ in range(4):
        desk.accepted(topics=("wages",))
        desk.offered()
    with reads_of(desk.database) as many:
        large = page(desk)

    assert len(large.rows) == len(small.rows) + 8
    assert len(many) <= len(few) <= 13


def test_counting_stops_at_its_limit_and_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        desk.accepted()
    monkeypatch.setattr(queue, "COUNTED_AT_MOST", 3)

    found = page(desk)
    assert (found.open_cases, found.counts_are_partial) == (3, True)
    assert found.counts[Count.UNREAD] <= 3
    assert len(found.rows) > 3


def test_the_queue_reads_its_index_in_order(sqlite_database: Database) -> None:
    """No sorting step, so that the first page costs the same in a long queue; PostgreSQL sorts a table this small anyway."""
    ordered = (
        select(Case.id)
        .where(Case.organisation_id == uuid4(), Case.is_open)
        .order_by(Case.queue_rank, Case.next_due_at, Case.id)
    )
    compiled = ordered.compile(sqlite_database.engine, compile_kwargs={"literal_binds": True})
    with sqlite_database.reading() as session:
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}").all()
    steps = " ".join(str(row[-1]) for row in plan)
    assert "ix_cases_queue" in steps
    assert "TEMP B-TREE" not in steps


def test_closed_cases_are_paged_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = {desk.accepted() for _ in range(3)}
    for case_id in cases:
        move(desk, case_id, State.CLOSED, ClosingReason.REFERRED)
    monkeypatch.setattr(queue, "PAGE", 2)

    closed = QueueFilters(stage=Stage.CLOSED)
    first = page(desk, filters=closed)
    second = page(desk, filters=closed, after=first.next_key)
    assert [len(first.rows), len(second.rows)] == [2, 1]
    assert {row.id for row in (*first.rows, *second.rows)} == cases


def test_what_somebody_planned_comes_next_in_a_row_until_a_clock_is_late(desk: Desk) -> None:
    case_id, other = desk.accepted(), desk.accepted()
    on = clock.now().astimezone(zone_info(desk.lead.zone)).date()
    for each, days in ((case_id, 1), (case_id, 0), (other, 99)):
        with desk.database.writing() as session:
            plan_task(
                session, desk.world.vault, desk.lead, each, "Call.", on + timedelta(days=days), new_id()
            )

    def rows() -> list[tuple[bool, bool, bool]]:
        found = {row.id: row for row in page(desk).rows}
        return [
            (found[each].own_due is not None, found[each].own_late, found[each].late)
            for each in (case_id, other)
        ]

    assert rows() == [(True, False, False), (False, False, False)]
    clock.set_offset(int(timedelta(days=1).total_seconds()))
    assert rows() == [(True, True, False), (False, False, False)]
    # The date to read it has passed: that comes before all of it.
    clock.set_offset(int(timedelta(days=9).total_seconds()))
    assert rows() == [(False, False, True), (False, False, True)]
