"""Search: what is found and by whom, what is opened at most, what is written down, and that nothing of it is kept."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import select

from app.cases.case.models import Entry
from app.cases.desk import looking_through, search
from app.cases.desk.answering import note, reply
from app.cases.desk.progress import Move, change_stage
from app.cases.desk.search import Matched, Search, record_search, search_cases
from app.cases.enums import AccessAct, ClosingReason, ConsentLevel, EntryKind, State
from app.cases.routing.offers import accept_offer
from app.cases.worker.inbox import open_inbox
from app.cases.worker.messages import say_worse, write
from app.cases.worker.sharing import stop_sharing
from app.database import CaseId
from app.intake import ContactWay
from app.network import SignedIn
from app.vault import GrantRow, GrantState, read_journal, verify_journal
from tests.harness.statements import reads_of
from tests.harness.world import everything_stored
from tests.support.desk import Desk


def look(desk: Desk, text: str, by: SignedIn | None = None) -> Search:
    """Both halves, as a view does them."""
    by = by or desk.lead
    with desk.database.reading() as session:
        found = search_cases(session, desk.world.vault, desk.world.rules, by, text)
    with desk.database.writing() as session:
        return record_search(session, desk.world.vault, by, found)


def found(desk: Desk, text: str, by: SignedIn | None = None) -> list[CaseId]:
    return [hit.row.id for hit in look(desk, text, by).hits]


def close(desk: Desk, case_id: CaseId) -> None:
    with desk.database.writing() as session:
        wanted = Move(
            State.CLOSED,
            "It went elsewhere.",
            uuid4(),
            ClosingReason.REFERRED,
            to_worker="The labour office helps you now.",
        )
        change_stage(session, desk.world.vault, desk.world.rules, desk.lead, case_id, wanted)


def test_every_kind_of_field_is_found_and_said(desk: Desk) -> None:
    filed = desk.world.file(
        words="The Zebra press has no guard.",
        contact=ContactWay.CALL,
        phone="+60 12-555 0199",
        name="Siti Nurhaliza",
        site="Hall seven",
    )
    case_id, worker = desk.accept(filed), desk.world.enter(filed)
    vault = desk.world.vault
    with desk.database.writing() as session:
        write(session, vault, desk.world.rules, worker, "Now the lorry too.", uuid4())
        say_worse(session, vault, desk.world.rules, worker, "They shouted.", False, uuid4())
        reply(session, vault, desk.lead, case_id, "We rang the inspector.", uuid4())
        note(session, vault, desk.lead, case_id, "Ask about overtime.", uuid4())

    for words, kind, shown in (
        ("zebra  PRESS", Matched.MESSAGE, "Zebra press"),
        ("lorry", Matched.MESSAGE, "lorry"),
        ("shouted", Matched.MESSAGE, "shouted"),
        ("hall seven", Matched.PLACE, "Hall seven"),
        ("inspector", Matched.REPLY, "inspector"),
        ("overtime", Matched.NOTE, "overtime"),
        ("nurhaliza", Matched.NAME, None),
        ("0199", Matched.PHONE, None),
        ("٠١٢ ٥٥٥ ٠١٩٩", Matched.PHONE, None),
        (desk.case(case_id).reference[-4:], Matched.REFERENCE, None),
    ):
        (hit,) = [hit for hit in look(desk, words).hits if hit.row.id == case_id]
        assert kind in hit.matched
        assert (hit.excerpt and hit.excerpt.found) == shown
        assert "Siti" not in repr(hit.excerpt)
        assert "555" not in repr(hit.excerpt)
    assert found(desk, "zebra press has a guard") == []


def test_who_must_not_know_is_found_in_an_accepted_case(desk: Desk) -> None:
    desk.crowd(2, "Quent is not all of it.")
    (named,) = desk.crowd(1, must_not_know="Quentin from the gate")
    (hit,) = look(desk, "quentin").hits
    assert (hit.row.id, hit.matched) == (named, frozenset({Matched.MUST_NOT_KNOW}))


def test_only_who_may_open_a_case_finds_it(desk: Desk) -> None:
    plain = desk.accepted(words="Planted zebra.", name="Zebra")
    restricted = desk.accepted(words="Planted zebra.", topics=("gbvh",), name="Zebra")
    offered = desk.offered(words="Planted zebra.", name="Zebra")
    desk.world.file(words="Planted zebra.", consent=ConsentLevel.NOBODY)
    desk.world.file(words="Planted zebra.", exclude_other="my cousin Zubin")
    elsewhere = desk.world.case_of(
        desk.world.file(words="Planted zebra.", site_code=desk.world.other_site.code)
    )
    with desk.database.writing() as session:
        accept_offer(session, desk.world.vault, desk.world.rules, desk.other, elsewhere)

    for words in ("planted zebra", "zebra"):
        assert set(found(desk, words)) == {plain, restricted}
        for by in (desk.caseworker, desk.viewer):
            assert found(desk, words, by) == [plain]
        assert found(desk, words, desk.other) == [elsewhere]
        # Standing by and holding custody find nothing.
        for by in (desk.far, desk.custodian, desk.second_custodian):
            assert look(desk, words, by) == Search()
    assert offered not in found(desk, "zebra")


def test_a_reference_leads_straight_to_a_case_that_one_may_open(desk: Desk) -> None:
    case_id, offered = desk.accepted(), desk.offered()
    restricted = desk.accepted(topics=("gbvh",))
    reference = desk.case(case_id).reference

    assert look(desk, f"  {reference.upper().replace('-', ' ')} ").jump == case_id
    assert look(desk, reference, desk.viewer).jump == case_id
    assert look(desk, desk.case(restricted).reference).jump == restricted
    for by, text in (
        (desk.far, reference),
        (desk.custodian, reference),
        (desk.caseworker, desk.case(restricted).reference),
        (desk.lead, desk.case(offered).reference),
    ):
        nothing = look(desk, text, by)
        assert (nothing.jump, nothing.hits) == (None, ())
    close(desk, case_id)
    assert look(desk, reference).jump == case_id


def test_a_reference_that_stands_in_a_note_is_found_there(desk: Desk) -> None:
    case_id = desk.accepted()
    gone = desk.case(desk.offered()).reference
    with desk.database.writing() as session:
        note(session, desk.world.vault, desk.lead, case_id, f"The same as {gone}, it seems.", uuid4())
    assert found(desk, gone) == [case_id]


def test_open_cases_come_first_and_in_the_order_of_the_queue(desk: Desk) -> None:
    closed = desk.crowd(1, "Planted zebra.", is_open=False)
    closed_danger = desk.crowd(1, "Planted zebra.", is_open=False, danger=True)
    calm, danger = desk.crowd(1, "Planted zebra."), desk.crowd(1, "Planted zebra.", danger=True)
    desk.crowd(2, "Noise.")
    assert found(desk, "zebra") == danger + calm + closed_danger + closed


def test_a_closed_case_is_found_and_a_stopped_one_is_not(desk: Desk) -> None:
    closed, filed = desk.accepted(words="Planted zebra."), desk.world.file(words="Planted zebra.")
    stopped = desk.accept(filed)
    assert set(found(desk, "zebra")) == {closed, stopped}
    close(desk, closed)
    worker = desk.world.enter(filed)
    with desk.database.writing() as session:
        stop_sharing(session, desk.world.vault, worker)
    assert found(desk, "zebra") == [closed]


def test_what_was_taken_back_between_finding_and_showing_is_not_shown(desk: Desk) -> None:
    filed = desk.world.file(words="Planted zebra.")
    stopped, kept = desk.accept(filed), desk.accepted(words="Planted zebra.")
    with desk.database.reading() as session:
        both = search_cases(session, desk.world.vault, desk.world.rules, desk.lead, "zebra")
        jump = search_cases(
            session, desk.world.vault, desk.world.rules, desk.lead, desk.case(stopped).reference
        )
    worker = desk.world.enter(filed)
    with desk.database.writing() as session:
        stop_sharing(session, desk.world.vault, worker)
    with desk.database.writing() as session:
        shown = record_search(session, desk.world.vault, desk.lead, both)
        assert record_search(session, desk.world.vault, desk.lead, jump).jump is None

    assert {hit.row.id for hit in both.hits} == {stopped, kept}
    assert [hit.row.id for hit in shown.hits] == [kept]
    assert AccessAct.READ_IN_SEARCH not in desk.acts(stopped)
    assert AccessAct.READ_IN_SEARCH in desk.acts(kept)


def test_a_search_is_written_down_with_its_hits_and_never_its_words(desk: Desk) -> None:
    read = desk.accepted(words="Planted zebra.", name="Aminah")
    named = desk.accepted(words="Other words.", name="Zebra Aminah")
    noise = desk.accepted(words="Other words.")
    look(desk, "planted zebra")
    look(desk, "aminah", desk.viewer)
    look(desk, "quagga")
    look(desk, desk.case(noise).reference)

    with desk.database.reading() as session:
        entries = [entry for entry in read_journal(session, desk.world.vault, None) if entry.act == "search"]
    assert [sorted(entry.detail.pop("hits")) for entry in entries] == [
        [str(read)],
        sorted([str(read), str(named)]),
        [],
        [str(noise)],
    ]
    assert [entry.detail for entry in entries] == [{"more": 0, "bounded": False}] * 4
    assert [entry.actor for entry in entries] == [desk.lead.actor, desk.viewer.actor, *[desk.lead.actor] * 2]
    for words in ("zebra", "aminah", "quagga"):
        assert words not in repr(entries).lower()
        assert words.encode() not in everything_stored(desk.database).lower()
    assert desk.acts(read)[-2:] == [AccessAct.READ_IN_SEARCH, AccessAct.FOUND_BY_CONTACT]
    assert desk.acts(named)[-1] == AccessAct.FOUND_BY_CONTACT
    assert AccessAct.READ_IN_SEARCH not in desk.acts(named)
    assert not {AccessAct.READ_IN_SEARCH, AccessAct.FOUND_BY_CONTACT} & set(desk.acts(noise))


def test_the_worker_sees_the_search_and_still_waits_for_a_reader(desk: Desk) -> None:
    filed = desk.world.file(words="Planted zebra.", name="Aminah")
    case_id = desk.accept(filed)
    look(desk, "zebra")
    look(desk, "aminah")

    worker = desk.world.enter(filed)
    with desk.database.reading() as session:
        view = open_inbox(session, desk.world.vault, worker)
    assert [sighting.act for sighting in view.sightings] == [
        AccessAct.READ_IN_SEARCH,
        AccessAct.FOUND_BY_CONTACT,
    ]
    assert {sighting.organisation_id for sighting in view.sightings} == {desk.world.near.id}
    assert [
        line.last_read is not None for line in view.access if line.organisation == desk.world.near.name
    ] == [True]
    assert not desk.case(case_id).helper_has_read
    assert desk.case(case_id).next_clock == "read"


def test_what_does_not_open_hides_nothing_else_and_is_counted(desk: Desk) -> None:
    whole, bad_entry, bad_grant = (desk.accepted(words="Planted zebra.") for _ in range(3))
    with desk.database.writing() as session:
        entry = session.scalars(
            select(Entry).where(Entry.case_id == bad_entry, Entry.kind == EntryKind.REPORT)
        ).one()
        entry.sealed = entry.sealed[:-1] + bytes([entry.sealed[-1] ^ 1])
        for grant in session.scalars(select(GrantRow).where(GrantRow.case_id == bad_grant)):
            if grant.state == GrantState.LIVE and grant.sealed is not None:
                grant.sealed = grant.sealed[:-1] + bytes([grant.sealed[-1] ^ 1])
    result = look(desk, "zebra")
    assert [hit.row.id for hit in result.hits] == [whole]
    assert result.unreadable == 2


def test_a_bounded_search_opens_the_first_cases_and_says_so(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    still_open = desk.crowd(3, "Planted zebra.", danger=True)
    desk.crowd(2, "Planted zebra.", is_open=False)
    everything = look(desk, "zebra").opened

    for most, hits, bounded in ((everything, 5, False), (everything - 1, 4, True), (3, 3, True)):
        monkeypatch.setattr(search, "OPENED_AT_MOST", most)
        result = look(desk, "zebra")
        assert (len(result.hits), result.opened, result.bounded) == (hits, most, bounded)
        assert {hit.row.id for hit in result.hits} >= set(still_open)


def test_where_cases_are_long_fewer_are_looked_through(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.crowd(4, "Planted zebra.")
    everything = look(desk, "zebra").opened
    monkeypatch.setattr(looking_through, "_CHUNK", 2)
    # A case of the crowd has two entries that are opened.
    for most, opened in ((1, 2), (4, 2), (5, 4), (1000, everything)):
        monkeypatch.setattr(looking_through, "ENTRIES_AT_MOST", most)
        result = look(desk, "zebra")
        assert (result.opened, result.bounded) == (opened, opened < everything)


def test_who_writes_without_end_into_one_case_fills_no_search_of_the_others(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking_through, "READ_OF_ONE_CASE", 12_000)
    monkeypatch.setattr(looking_through, "_BATCH_BYTES", 6_000)
    before = desk.crowd(2, "Planted zebra.", danger=True)
    flood = desk.world.file(words="Planted zebra, the first words.")
    flooded, worker = desk.accept(flood), desk.world.enter(flood)
    after = desk.crowd(2, "Planted zebra.")
    with desk.database.writing() as session:
        for words in ("Early giraffe.", *("x" * 3_000 for _ in range(4)), "Late okapi."):
            write(session, desk.world.vault, desk.world.rules, worker, words, uuid4())
    result = look(desk, "zebra")
    assert {hit.row.id for hit in result.hits} == {*before, flooded, *after}
    assert (result.partly, result.bounded) == (1, False)
    assert found(desk, "giraffe") == [flooded]
    assert found(desk, "okapi") == []
    monkeypatch.undo()
    assert found(desk, "okapi") == [flooded]
    assert look(desk, "okapi").partly == 0


def test_a_search_ends_when_its_time_is_over(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.crowd(4, "Planted zebra.")
    everything = look(desk, "zebra").opened
    monkeypatch.setattr(looking_through, "_CHUNK", 2)
    # Each look at the clock is a second later; a case of the crowd has two entries that are opened.
    seconds = iter(range(10_000))
    monkeypatch.setattr("app.cases.desk.looking_through.time.monotonic", lambda: float(next(seconds)))
    result = look(desk, "zebra")
    assert (result.opened, result.bounded) == (2, True)
    assert everything > 2


def test_more_hits_than_are_shown_are_counted_and_not_read(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = desk.crowd(5, "Planted zebra.")
    monkeypatch.setattr(search, "SHOWN_AT_MOST", 2)
    result = look(desk, "zebra")
    assert (len(result.hits), result.more) == (2, 3)
    marked = [case_id for case_id in cases if AccessAct.READ_IN_SEARCH in desk.acts(case_id)]
    assert sorted(marked) == sorted(hit.row.id for hit in result.hits)


def test_the_number_of_statements_does_not_grow_with_the_cases(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cost() -> int:
        with reads_of(desk.database) as seen, desk.database.reading() as session:
            search_cases(session, desk.world.vault, desk.world.rules, desk.lead, "zebra")
        return len(seen)

    desk.crowd(1, "Planted zebra.")
    few = cost()
    desk.crowd(6, "Planted zebra.", site=desk.world.site.id)
    assert cost() <= few
    monkeypatch.setattr(looking_through, "_CHUNK", 4)
    assert few < cost() <= few + 3 * 2


def test_searches_that_find_the_same_cases_never_wait_for_each_other_for_ever(desk: Desk) -> None:
    desk.crowd(6, "Planted zebra.")
    with desk.database.reading() as session:
        one_way = search_cases(session, desk.world.vault, desk.world.rules, desk.lead, "zebra")
    other_way = replace(one_way, hits=one_way.hits[::-1])

    def record(found: Search) -> int:
        with desk.database.writing() as session:
            return len(record_search(session, desk.world.vault, desk.lead, found).hits)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(record, [one_way, other_way] * 6)) == [6] * 12
    for hit in one_way.hits:
        assert desk.acts(hit.row.id).count(AccessAct.READ_IN_SEARCH) == 12
    with desk.database.reading() as session:
        assert verify_journal(session, desk.world.vault).sound
