"""Whoever can write the database puts an older copy of a row back, or what nobody else writes there: who reads and waits."""

from typing import Any

import pytest
from sqlalchemy import Table, delete, literal_column, select, update

from app import clock
from app.attachments import FileRefusal
from app.attachments.models import Attachment
from app.cases.case.access import NoAccess, circle_for, key_of_holder, open_compartments
from app.cases.case.models import Case, Entry, Escalation, Issue, RoutingRecord
from app.cases.case.restricting import restrict_case
from app.cases.case.veils import topic_place
from app.cases.clocks.settling import mark_clocks_missed
from app.cases.consent.taking_back import keys_held_by
from app.cases.custody.deciding import waiting_for_custody
from app.cases.custody.reading import ask_to_read, read_routing_note
from app.cases.desk.queue import QueueFilters, queue_page
from app.cases.enums import ClockKind, ConsentLevel, Rung, TextAbout, Urgency
from app.cases.followups import PlannedText
from app.cases.routing.handing_on import custodian_of
from app.cases.rules import RoutingOutcome
from app.cases.worker.messages import say_worse, write
from app.cases.worker.sharing import change_consent, stop_sharing, undo_stop
from app.database import Base, CaseId, OrganisationId, SiteId, new_id
from app.database.types import Word
from app.messaging.members.addresses import Channel, keep_address
from app.messaging.queue.outgoing import cancel_texts
from app.network import UnionStanding, set_standing
from app.vault import (
    CircleName,
    GrantRow,
    HolderKind,
    Place,
    VeilBroken,
    add_grants,
    circle_public_key,
    grants_that_stand,
    new_compartment_versions,
)
from tests.support.custody import held, waiting
from tests.support.desk import Desk

_CASES: Table = Base.metadata.tables["cases"]


def row_of(desk: Desk, case_id: CaseId) -> dict[str, Any]:
    with desk.database.reading() as session:
        return dict(
            session.connection().execute(select(_CASES).where(_CASES.c.id == case_id)).mappings().one()
        )


def put_back(desk: Desk, row: dict[str, Any]) -> None:
    with desk.database.writing() as session:
        session.connection().execute(update(_CASES).where(_CASES.c.id == row["id"]).values(row))


def test_an_older_row_of_a_locked_case_opens_it_to_no_custodian(desk: Desk) -> None:
    filed = held(desk)
    case_id, worker = desk.world.case_of(filed), desk.world.enter(filed)
    before = row_of(desk, case_id)
    world = desk.world
    with desk.database.writing() as session:
        change_consent(session, world.vault, world.rules, world.texts, "en", worker, ConsentLevel.NOBODY)
    put_back(desk, before)
    assert case_id not in {case.case_id for case in waiting(desk)}
    for read in (read_routing_note, ask_to_read):
        with pytest.raises(NoAccess), desk.database.writing() as session:
            read(session, world.vault, desk.custodian, case_id, "Because.")


WORDS = [
    pytest.param(table, column.name, id=f"{table.name}.{column.name}")
    for table in Base.metadata.sorted_tables
    for column in table.columns
    if isinstance(column.type, Word)
]


def _fill_every_table(desk: Desk) -> None:
    """A row at least of all that has a word: a case with custody, an alert that was called off, how free a union is."""
    world = desk.world
    held(desk)
    with desk.database.writing() as session:
        keep_address(session, world.vault, desk.lead, Channel.TEXT, "+60123450901")
        set_standing(
            session,
            world.vault,
            union_id=OrganisationId(world.union.id),
            site_id=SiteId(world.site.id),
            standing=UnionStanding.INDEPENDENT,
            source="It says so.",
            as_of=clock.now().date(),
        )
    alerted = world.case_of(world.file(danger=True))
    with desk.database.writing() as session:
        cancel_texts(session, world.vault, case_id=alerted)
        asked = {"clock_id": new_id(), "kind": ClockKind.READ, "rung": Rung.LEAD, "late_since": clock.now()}
        session.add(Escalation(case_id=alerted, asked_hour=clock.now(), due_at=clock.now(), **asked))
        waiting = {"id": new_id(), "declared_veil": b"x", "tag": b"x", "owner_tag": b"x"}
        session.add(Attachment(case_id=alerted, refusal=FileRefusal.GONE, last_hour=clock.now(), **waiting))
        due = {"planned_hour": clock.now(), "due_at": clock.now()}
        session.add(PlannedText(case_id=alerted, about=TextAbout.LATE, subject_id=new_id(), **due))


@pytest.mark.parametrize(("table", "column"), WORDS)
def test_a_word_that_does_not_exist_stops_nobody_else(desk: Desk, table: Table, column: str) -> None:
    world = desk.world
    _fill_every_table(desk)
    mine = desk.offered()
    kept = {"cases": mine, "organisations": world.near.id, "members": desk.lead.member.id}.get(table.name)
    with desk.database.writing() as session:
        key = table.primary_key.columns.values()
        rows = session.connection().execute(select(*key)).all()
        other = next(row for row in rows if row[0] != kept)
        strange: dict[str, Any] = {column: literal_column("'zzz'")}
        this = [each == value for each, value in zip(key, other, strict=True)]
        session.connection().execute(update(table).where(*this).values(strange))
    world.case_of(world.file(danger=True))
    with desk.database.reading() as session:
        waiting_for_custody(session, world.vault, world.rules, desk.custodian)
        page = queue_page(session, world.vault, world.rules, desk.lead, QueueFilters(), None)
    assert mine in {row.id for row in page.rows}


@pytest.mark.parametrize("column", ("kind", "state", "who"))
def test_a_spoilt_clock_keeps_no_worker_from_telling_danger(desk: Desk, column: str) -> None:
    world, clocks = desk.world, Base.metadata.tables["clocks"]
    worker = world.enter(world.file())
    strange: dict[str, Any] = {column: literal_column("'zzz'")}
    with desk.database.writing() as session:
        first = session.connection().execute(
            select(clocks.c.id).where(clocks.c.case_id == worker.case_id).order_by(clocks.c.due_at)
        )
        spoilt = first.scalars().first()
        session.connection().execute(update(clocks).where(clocks.c.id == spoilt).values(strange))
    with desk.database.writing() as session:
        assert say_worse(session, world.vault, world.rules, worker, "They have knives.", True, new_id())
    assert desk.case(worker.case_id).urgency is Urgency.DANGER
    clock.set_offset(round(clock._offset.total_seconds()) + 30 * 86_400)
    with desk.database.writing() as session:
        mark_clocks_missed(session, world.vault, 50)


def test_no_column_without_a_mac_hides_a_case_from_custody(desk: Desk) -> None:
    case_id = desk.world.case_of(held(desk))
    with desk.database.writing() as session:
        session.execute(update(Case).values(next_due_at=None))
    assert case_id in {case.case_id for case in waiting(desk)}


def test_the_highest_number_in_a_thread_silences_no_worker(desk: Desk) -> None:
    filed = desk.world.file()
    worker = desk.world.enter(filed)
    with desk.database.writing() as session:
        first = session.scalars(select(Entry).where(Entry.case_id == worker.case_id)).first()
        assert first is not None
        session.execute(update(Entry).where(Entry.id == first.id).values(seq=2_147_483_647))
    with desk.database.writing() as session:
        assert (
            write(session, desk.world.vault, desk.world.rules, worker, "They hit us.", new_id()) is not None
        )


def test_a_spoilt_record_costs_one_case_its_reason_only(desk: Desk) -> None:
    spoilt, other = (desk.world.case_of(held(desk)) for _ in range(2))
    with desk.database.writing() as session:
        session.execute(
            update(RoutingRecord).where(RoutingRecord.case_id == spoilt).values(decision_veil=b"x" * 40)
        )
    assert {spoilt, other} <= {case.case_id for case in waiting(desk)}


def test_the_reasons_of_another_case_are_shown_at_none(desk: Desk) -> None:
    mine, other = (desk.world.case_of(held(desk)) for _ in range(2))
    assert {card.case_id: card.why for card in waiting(desk)}[mine] is RoutingOutcome.UNMATCHED_EXCLUSION
    with desk.database.writing() as session:
        session.execute(delete(RoutingRecord).where(RoutingRecord.case_id == mine))
        session.execute(update(RoutingRecord).where(RoutingRecord.case_id == other).values(case_id=mine))
    assert {card.case_id: card.why for card in waiting(desk)}[mine] is RoutingOutcome.NOBODY_ELIGIBLE


def test_a_topic_opens_at_its_own_case_only(desk: Desk) -> None:
    case_id, vault = desk.offered(topics=("gbvh",)), desk.world.vault
    with desk.database.reading() as session:
        issue = session.scalars(select(Issue).where(Issue.case_id == case_id)).one()
    assert vault.unveil(topic_place(case_id, issue.id), issue.topic_veil) == "gbvh"
    for place in (topic_place(new_id(), issue.id), Place("issues", issue.id, "topic_veil")):
        with pytest.raises(VeilBroken):
            vault.unveil(place, issue.topic_veil)


def test_a_custody_grant_that_was_put_back_names_nobody_and_gets_no_new_keys(desk: Desk) -> None:
    world, filed = desk.world, desk.world.file()
    case_id, worker = world.case_of(filed), world.enter(filed)
    grants: Table = Base.metadata.tables["vault_grants"]
    of_custody = (grants.c.case_id == case_id) & (grants.c.holder_kind == "custody")
    with desk.database.reading() as session:
        before = dict(session.connection().execute(select(grants).where(of_custody)).mappings().one())
        assert custodian_of(session, case_id) == world.coordinator.id
    with desk.database.writing() as session:
        stop_sharing(session, world.vault, worker)
    with desk.database.writing() as session:
        session.connection().execute(update(grants).where(of_custody).values(before))
    with desk.database.writing() as session:
        assert custodian_of(session, case_id) is None
        case = session.get_one(Case, case_id)
        new_compartment_versions(
            session, world.vault, case_id, keys_held_by(session, world.vault, case, list(HolderKind))
        )
    with desk.database.reading() as session:
        kept = session.scalars(select(GrantRow.key_version).where(GrantRow.id == before["id"])).one()
        assert kept == before["key_version"]


def test_nobody_yet_is_kept_while_sharing_is_stopped(desk: Desk) -> None:
    """An older page says it after another one stopped: whoever starts again then shares with nobody."""
    world = desk.world
    filed = world.file()
    worker = world.enter(filed)
    with desk.database.writing() as session:
        stop_sharing(session, world.vault, worker)
    with desk.database.writing() as session:
        change_consent(session, world.vault, world.rules, world.texts, "en", worker, ConsentLevel.NOBODY)
    with desk.database.writing() as session:
        undo_stop(session, world.vault, world.rules, world.texts, "en", worker)
    case = desk.case(worker.case_id)
    assert case.organisation_id is None
    assert case.next_due_at is None


def test_danger_pressed_again_after_it_was_lowered_counts(desk: Desk) -> None:
    world, again = desk.world, new_id()
    filed = world.file()
    worker = world.enter(filed)

    def press() -> bool:
        with desk.database.writing() as session:
            return say_worse(session, world.vault, world.rules, worker, "", True, again)

    assert press()
    assert not press()
    with desk.database.writing() as session:
        session.get_one(Case, worker.case_id).urgency = Urgency.LOW
    assert press()
    assert desk.case(worker.case_id).urgency is Urgency.DANGER


def test_an_older_grant_of_the_trained_circle_does_not_keep_the_case_from_who_is_in_it(desk: Desk) -> None:
    world, filed = desk.world, desk.world.file()
    case_id, worker = desk.accept(filed), world.enter(filed)
    vault, grants = world.vault, Base.metadata.tables["vault_grants"]
    world.admit("near.lead", "near.caseworker", [CircleName.EVERYONE, CircleName.RESTRICTED])
    trained = world.sign_in("near.caseworker")
    with desk.database.writing() as session:
        opened = open_compartments(session, vault, desk.lead, case_id)
        narrow = circle_for(session, vault, OrganisationId(world.near.id), restricted=True)
        assert narrow is not None
        grant = vault.write_grant(case_id, opened, opened.names, circle_public_key(session, vault, narrow))
        add_grants(session, vault, [grant])
    of_narrow = grants.c.id == grant.id
    with desk.database.writing() as session:
        older = dict(session.connection().execute(select(grants).where(of_narrow)).mappings().one())
        others = [each for each in grants_that_stand(session, case_id) if each.id != grant.id]
        new_compartment_versions(
            session, vault, case_id, [key_of_holder(session, vault, each) for each in others]
        )
    with desk.database.writing() as session:
        session.connection().execute(update(grants).where(of_narrow).values(older))
    with desk.database.writing() as session:
        restrict_case(session, vault, desk.lead, session.get_one(Case, case_id))
        write(session, vault, world.rules, worker, "It was the foreman.", new_id())
    assert "It was the foreman." in str(desk.open(trained, case_id).entries)
    with pytest.raises(NoAccess):
        desk.open(desk.viewer, case_id)
