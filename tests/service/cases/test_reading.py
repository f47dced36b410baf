"""Opening a case: who can, what they see, what the worker learns of it, and that one broken entry hides no other."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.cases.case.access import NoAccess, open_locked
from app.cases.case.assignment import AssignableMember
from app.cases.case.models import Case, Clock, Entry
from app.cases.desk.reading import ShownContact, show_contact
from app.cases.enums import ClockKind, ClockState, EntryKind, Exclusion, Stage, State
from app.cases.routing.offers import accept_offer
from app.cases.worker.inbox import open_inbox
from app.cases.worker.messages import write
from app.clock import hour_of
from app.database import CaseId, new_id
from app.intake import ContactWay
from app.network import SignedIn
from app.vault import (
    CircleName,
    Compartment,
    GrantState,
    HolderKind,
    circle_of,
    circles_of_member,
    end_grants,
    grants_of_case,
    public_key_of,
    read_journal,
)
from app.vault.pairs import Pair
from tests.harness.statements import reads_of
from tests.support.desk import Desk


def shown(desk: Desk, by: SignedIn, case_id: CaseId) -> ShownContact:
    with desk.database.writing() as session:
        return show_contact(session, desk.world.vault, by, case_id)


def test_the_page_holds_what_the_worker_wrote_and_what_must_stay_in_sight(desk: Desk) -> None:
    case_id = desk.accepted(
        words="They took our passports.",
        topics=("wages",),
        danger=True,
        exclude=frozenset({Exclusion.UNION, Exclusion.POLICE}),
        contact=ContactWay.CALL,
        phone="+60123456789",
        safe_times="after nine",
        name="Nazrin",
    )

    page = desk.open(desk.lead, case_id)
    assert [(entry.kind, entry.body and entry.body["text"]) for entry in page.entries] == [
        (EntryKind.REPORT, "They took our passports.")
    ]
    assert page.topics == ("wages",)
    assert page.site == "Foxglove Circuits, Penang"
    assert (page.strip.danger, page.strip.contact, page.strip.safe_times) == (True, "call", "after nine")
    assert page.strip.exclude == ("police", "union")
    assert page.has_contact
    assert "60123456789" not in repr(page)
    assert "Nazrin" not in repr(page)
    assert (page.state, page.stage, page.may_write) == (State.ACCEPTED, Stage.READ, True)
    assert page.moves == (State.ASSESSING, State.CLOSED)
    assert (page.next_kind, page.late) == (ClockKind.ACKNOWLEDGE, False)


def test_reading_is_journaled_meets_the_clock_and_shows_in_the_inbox(desk: Desk) -> None:
    filed = desk.world.file()
    case_id, worker = desk.accept(filed), desk.world.enter(filed)
    assert not desk.case(case_id).helper_has_read

    desk.open(desk.lead, case_id)
    assert desk.case(case_id).helper_has_read
    with desk.database.reading() as session:
        states = session.scalars(
            select(Clock.state).where(Clock.case_id == case_id, Clock.kind == ClockKind.READ)
        ).all()
        entry = read_journal(session, desk.world.vault, case_id)[-1]
        inbox = open_inbox(session, desk.world.vault, worker)
    assert states == [ClockState.MET]
    assert (entry.act, entry.actor) == ("case.read", desk.lead.actor)
    assert [(seen.act, seen.organisation_id) for seen in inbox.sightings] == [
        ("case.read", desk.lead.organisation.id)
    ]
    assert inbox.stage is Stage.READ


def test_a_viewer_reads_without_taking_anything_off_the_list(desk: Desk) -> None:
    filed = desk.world.file()
    case_id, worker = desk.accept(filed), desk.world.enter(filed)
    with desk.database.writing() as session:
        write(session, desk.world.vault, desk.world.rules, worker, "Are you there?", new_id())

    page = desk.open(desk.viewer, case_id)
    assert (page.may_write, page.moves) == (False, ())
    assert [entry.kind for entry in page.entries] == [EntryKind.REPORT, EntryKind.WORKER_MESSAGE]
    case = desk.case(case_id)
    assert (case.helper_has_read, case.worker_wrote, case.next_clock) == (False, True, ClockKind.READ)
    assert desk.acts(case_id)[-1] == "case.read"

    desk.open(desk.caseworker, case_id)
    case = desk.case(case_id)
    assert (case.helper_has_read, case.worker_wrote) == (True, False)


def test_without_a_live_grant_there_is_no_such_case(desk: Desk) -> None:
    accepted, offered = desk.accepted(), desk.offered()
    restricted = desk.accepted(topics=("child",))

    for by, case_id in (
        (desk.far, accepted),
        (desk.other, accepted),
        (desk.custodian, accepted),  # custody's grant opens only through two people
        (desk.lead, offered),
        (desk.caseworker, restricted),
        (desk.lead, CaseId(new_id())),
    ):
        with pytest.raises(NoAccess):
            desk.open(by, case_id)
        with pytest.raises(NoAccess):
            shown(desk, by, case_id)
    assert "case.read" not in desk.acts(accepted)
    assert desk.open(desk.lead, restricted).handling == ("K", "R")


def test_a_broken_entry_hides_no_other(desk: Desk) -> None:
    case_id = desk.accepted(words="The first report.")
    desk.reply(desk.lead, case_id, "The answer.")
    with desk.database.writing() as session:
        entry = session.scalars(
            select(Entry).where(Entry.case_id == case_id, Entry.kind == EntryKind.REPORT)
        ).one()
        entry.sealed = entry.sealed[:-1] + bytes([entry.sealed[-1] ^ 1])

    page = desk.open(desk.lead, case_id)
    assert [(entry.kind, entry.body is None) for entry in page.entries] == [
        (EntryKind.REPORT, True),
        (EntryKind.REPLY, False),
    ]
    assert page.entries[1].author == desk.lead.name


def test_name_and_number_are_shown_on_request_and_the_worker_learns_of_it(desk: Desk) -> None:
    filed = desk.world.file(
        contact=ContactWay.TEXT, phone="+60123456789", safe_times="Sundays", name="Nazrin"
    )
    case_id, worker = desk.accept(filed), desk.world.enter(filed)
    desk.accepted(phone="+60999999999", name="Another")

    assert shown(desk, desk.viewer, case_id) == ShownContact("Nazrin", "+60123456789", "text", "Sundays")
    with desk.database.reading() as session:
        inbox = open_inbox(session, desk.world.vault, worker)
    assert [seen.act for seen in inbox.sightings] == ["case.contact_shown"]


def test_the_access_list_names_every_holder_and_its_last_reading(desk: Desk) -> None:
    case_id = desk.accepted()

    page = desk.open(desk.lead, case_id)
    near, far = desk.lead.organisation.name, desk.far.organisation.name
    lines = {(line.kind, line.organisation, line.holder, line.offered): line for line in page.access}
    assert set(lines) == {
        (HolderKind.RECEIPT, None, None, False),
        (HolderKind.CUSTODY, desk.custodian.organisation.name, "custody", False),
        (HolderKind.CIRCLE, near, "everyone", False),
        (HolderKind.CIRCLE, far, "everyone", True),
    }
    assert lines[HolderKind.CIRCLE, near, "everyone", False].last_read == hour_of(clock.now())
    assert lines[HolderKind.CIRCLE, far, "everyone", True].last_read is None
    assert all(line.until is None for line in page.access)


def test_a_date_that_passed_shows_as_late(desk: Desk) -> None:
    case_id = desk.accepted()
    desk.open(desk.lead, case_id)

    clock.set_offset(int(timedelta(days=8).total_seconds()))
    page = desk.open(desk.lead, case_id)
    assert (page.next_kind, page.late) == (ClockKind.ACKNOWLEDGE, True)
    kinds = [date.kind for date in page.dates]
    assert kinds.count(ClockKind.ACKNOWLEDGE) == 1
    assert [date.due_at for date in page.dates] == sorted(date.due_at for date in page.dates)


def test_a_grant_alone_opens_nothing_once_another_organisation_holds_the_case(desk: Desk) -> None:
    case_id = desk.accepted()
    with desk.database.writing() as session:
        session.get_one(Case, case_id).organisation_id = desk.far.organisation.id

    with pytest.raises(NoAccess):
        desk.open(desk.lead, case_id)


def test_a_live_grant_alone_opens_nothing_before_the_case_is_taken_on(desk: Desk) -> None:
    case_id = desk.accepted()
    with desk.database.writing() as session:
        session.get_one(Case, case_id).state = State.OFFERED

    with pytest.raises(NoAccess):
        desk.open(desk.lead, case_id)


def test_a_circle_of_another_organisation_opens_nothing(desk: Desk) -> None:
    case_id = desk.accepted()
    with desk.database.writing() as session:
        circle = circle_of(session, desk.world.vault, desk.lead.organisation.id, CircleName.EVERYONE)
        assert circle is not None
        circle.organisation_id = desk.far.organisation.id

    for by in (desk.lead, desk.caseworker, desk.far):
        with pytest.raises(NoAccess):
            desk.open(by, case_id)


def test_an_ended_grant_opens_nothing(desk: Desk) -> None:
    case_id = desk.accepted()
    with desk.database.writing() as session:
        for grant in grants_of_case(session, case_id):
            # What was sealed is left, as by somebody who can write rows: the state alone decides.
            grant.state = GrantState.ENDED

    with pytest.raises(NoAccess):
        desk.open(desk.lead, case_id)


def test_custodys_grant_opens_nothing_even_where_the_coordinator_holds_the_case(desk: Desk) -> None:
    case_id = desk.accepted()
    with desk.database.writing() as session:
        session.get_one(Case, case_id).organisation_id = desk.custodian.organisation.id

    with pytest.raises(NoAccess):
        desk.open(desk.custodian, case_id)


def test_a_grant_of_the_members_own_opens_without_a_circle(desk: Desk) -> None:
    case_id = desk.accepted(words="For one reader.")
    with desk.database.writing() as session:
        _, opened = open_locked(session, desk.world.vault, desk.lead, case_id)
        # One of another organisation too: nobody there is a colleague.
        for member in (desk.caseworker.member, desk.far.member):
            to = public_key_of(session, desk.world.vault, HolderKind.MEMBER, member.id)
            session.add(desk.world.vault.write_grant(case_id, opened, frozenset({Compartment.ACCOUNT}), to))
        end_grants(
            session, case_id, [circle.id for circle in circles_of_member(session, desk.lead.member.id)]
        )

    page = desk.open(desk.caseworker, case_id)
    assert [entry.body and entry.body["text"] for entry in page.entries] == ["For one reader."]
    assert page.colleagues == (AssignableMember(desk.caseworker.member.id, desk.caseworker.name),)
    with pytest.raises(NoAccess):
        desk.open(desk.lead, case_id)


def test_a_page_opens_each_entry_once_and_its_statements_do_not_grow(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    filed = desk.world.file(name="Nazrin", contact=ContactWay.CALL, phone="+60123456789")
    case_id, worker = desk.accept(filed), desk.world.enter(filed)
    with reads_of(desk.database) as few:
        desk.open(desk.lead, case_id)
    for number in range(4):
        desk.reply(desk.lead, case_id, f"Answer {number}.")
        with desk.database.writing() as session:
            write(session, desk.world.vault, desk.world.rules, worker, f"Question {number}.", new_id())
    opened: list[Pair] = []
    open_pair = Pair.open

    def counted(pair: Pair, ciphertext: bytes, info: bytes) -> bytes:
        opened.append(pair)
        return open_pair(pair, ciphertext, info)

    monkeypatch.setattr(Pair, "open", counted)
    with reads_of(desk.database) as many:
        page = desk.open(desk.lead, case_id)

    assert len(page.entries) == 9
    assert page.strip.contact == "call"
    # The circle's key, the grant, the contact, and what the page shows.
    assert len(opened) == 2 + 1 + 9
    assert len(many) <= len(few) <= 14


def test_a_case_accepted_elsewhere_is_read_there_only(desk: Desk) -> None:
    case_id = desk.world.case_of(desk.world.file(site_code=desk.world.other_site.code))
    with desk.database.writing() as session:
        accept_offer(session, desk.world.vault, desk.world.rules, desk.other, case_id)

    assert desk.open(desk.other, case_id).reference == desk.case(case_id).reference
    with pytest.raises(NoAccess):
        desk.open(desk.lead, case_id)
