"""Filters on kind and site: what fits, what is offered to choose, paging by key, and the bound that is said."""

from collections.abc import Iterable

import pytest

from app.cases.desk import queue
from app.cases.desk.queue import Count, QueueFilters, QueueKey, queue_page
from app.cases.desk.triage import set_category
from app.database import CaseId
from app.network import SignedIn
from tests.harness.statements import reads_of
from tests.harness.world import site_id
from tests.support.desk import Desk
from tests.support.queue_pages import page, shown


def triage(desk: Desk, case_id: CaseId, category: str) -> None:
    seen = desk.case(case_id).edit_version
    with desk.database.writing() as session:
        set_category(session, desk.world.vault, desk.world.rules, desk.lead, case_id, category, seen)


def walk(
    desk: Desk, filters: QueueFilters, by: SignedIn | None = None
) -> Iterable[tuple[list[CaseId], bool]]:
    """Every page from the top to the end."""
    after: QueueKey | None = None
    for _ in range(40):
        found = page(desk, by, filters, after)
        yield [row.id for row in found.rows], found.stopped_early
        if found.next_key is None:
            return
        after = QueueKey.read(found.next_key.text())
    pytest.fail("the pages never end")


def test_a_kind_is_what_the_queue_shows(desk: Desk) -> None:
    pay, both = desk.accepted(topics=("wages",)), desk.accepted(topics=("hours", "wages"))
    moved = desk.accepted(topics=("wages",))
    triage(desk, moved, "hours.no_leave")
    hurt, offered = desk.accepted(topics=("gbvh",)), desk.offered(topics=("wages",))
    desk.offered(topics=("ohs",))  # a kind that nobody here may know of yet

    assert shown(desk, kind="wages") == {pay, both}
    assert shown(desk, kind="hours") == {both, moved}
    assert shown(desk, kind="gbvh") == {hurt}
    assert shown(desk, desk.caseworker, kind="gbvh") == set()
    assert shown(desk, desk.other, kind="wages") == set()
    assert shown(desk, kind="nonsense") == set()
    assert offered in shown(desk)
    assert page(desk).choices.kinds == ("wages", "hours", "gbvh")
    assert page(desk, desk.caseworker).choices.kinds == ("wages", "hours")
    assert page(desk, desk.far).choices.kinds == ()


def test_a_site_is_one_of_those_that_occur(desk: Desk) -> None:
    here, there = site_id(desk.world.site), site_id(desk.world.other_site)
    nowhere = desk.crowd(1)
    assert page(desk).choices.sites == {here: "Foxglove Circuits, Penang"}

    banyan = desk.crowd(2, site=there)
    foxglove, offered = desk.accepted(), desk.offered()
    found = page(desk).choices.sites
    assert list(found.items()) == [(there, "Banyan Boards, Chennai"), (here, "Foxglove Circuits, Penang")]
    assert shown(desk, site=there) == set(banyan)
    assert foxglove in shown(desk, site=here)
    assert not {*banyan, *nowhere, offered} & shown(desk, site=here)
    assert shown(desk, site=there, kind="wages") == set(banyan)
    assert shown(desk, site=there, kind="hours") == set()
    assert shown(desk, site=there, count=Count.LATE) == set()
    assert page(desk, desk.custodian).choices.sites == {}


def test_filtered_pages_follow_each_other_without_gap_or_repeat(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = site_id(desk.world.other_site)
    wanted = set()
    for number in range(7):
        wanted |= set(desk.crowd(1, site=there, danger=number == 3))
        desk.crowd(2)
    filters = QueueFilters(site=there)
    for size, chunk in ((1, 1), (2, 3), (3, 2), (7, 5), (8, 500)):
        monkeypatch.setattr(queue, "PAGE", size)
        monkeypatch.setattr(queue, "_CHUNK", chunk)
        pages = list(walk(desk, filters))
        walked = [case_id for rows, _ in pages for case_id in rows]
        assert len(walked) == len(wanted)
        assert set(walked) == wanted
        assert [len(rows) for rows, _ in pages][:-1] == [size] * (len(pages) - 1)
        assert not any(stopped for _, stopped in pages)


def test_a_page_stops_at_the_bound_says_so_and_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    there = site_id(desk.world.other_site)
    desk.crowd(5, danger=True)
    wanted = set(desk.crowd(3, site=there))
    monkeypatch.setattr(queue, "OPENED_AT_MOST", 4)

    pages = list(walk(desk, QueueFilters(site=there)))
    assert pages[0] == ([], True)
    assert {case_id for rows, _ in pages for case_id in rows} == wanted
    assert sum(len(rows) for rows, _ in pages) == len(wanted)
    assert not pages[-1][1]


def test_statements_do_not_grow_with_the_cases(desk: Desk) -> None:
    def cost() -> int:
        with reads_of(desk.database) as seen, desk.database.reading() as session:
            queue_page(
                session, desk.world.vault, desk.world.rules, desk.lead, QueueFilters(kind="wages"), None
            )
        return len(seen)

    few = cost()
    desk.crowd(9, site=site_id(desk.world.other_site))
    assert cost() <= few
