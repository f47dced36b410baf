"""Whoever can write the database but holds no key gains no reader and changes no meaning: each column, and each known attack."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import LargeBinary, Uuid, delete, select, update
from sqlalchemy.exc import IntegrityError

from app.cases.case.access import NoAccess
from app.cases.case.models import Case, Consent, Entry, Offer
from app.cases.case.veils import facts_of, store_facts
from app.cases.consent.consenting import consent_stands
from app.cases.custody.models import CustodyReading
from app.cases.custody.reading import NotAgreed, ask_to_read, open_from_custody
from app.cases.desk.answering import note, reply
from app.cases.desk.search import search_cases
from app.cases.enums import AuthorKind, EntryKind, OfferState, State
from app.cases.routing.offers import OfferGone, accept_offer
from app.cases.worker.messages import write
from app.cases.worker.sharing import stop_sharing
from app.database import Base, UtcDateTime, new_id
from app.database.types import Word
from app.network import (
    Interest,
    Invitation,
    InvitationUnknown,
    Member,
    NotSignedIn,
    Organisation,
    Role,
    SignInRefused,
    Site,
    code_now,
    declare_interest,
    invite_member,
    prepare_sign_in,
    read_invitation,
    signed_in,
    take_sign_in,
)
from app.vault import (
    CircleMemberRow,
    CircleRow,
    GrantRow,
    GrantState,
    JournalChainRow,
    PublicKeyRow,
    ReceiptRow,
    RowForged,
    declared,
    forged_rows,
    forged_rows_of,
    signed_models,
)
from tests.harness.world import PASSWORD, site_id
from tests.support.case_views import holder_of_case, inbox, queue, read, seen
from tests.support.desk import Desk
from tests.support.past_us import copy_of, put_back, table, write_past_us

TABLES = {
    "absences",
    "attachment_chunks",
    "attachment_parts",
    "attachments",
    "cases",
    "clocks",
    "consents",
    "custody_readings",
    "duty_turns",
    "entries",
    "escalations",
    "followups",
    "invitations",
    "member_addresses",
    "member_notices",
    "members",
    "offers",
    "organisations",
    "outgoing_texts",
    "outside_dates",
    "phones",
    "planned_texts",
    "reports_beside",
    "routing_notes",
    "site_heads",
    "sites",
    "tablets",
    "tasks",
    "text_agreements",
    "text_wishes",
    "vault_circle_members",
    "vault_circles",
    "vault_grants",
    "vault_receipts",
}
OTHERWISE = {
    "interests": "sites.stakes",
    "standings": "sites.stakes",
    "vault_public_keys": "mac",
    "vault_compartment_keys": "mac",
    "vault_journal_chains": "mac",
    "vault_journal": "hash",
}
"""Tables whose rows give authority and are authenticated in another way: by which column."""


def test_every_column_is_covered_or_says_why_not() -> None:
    assert {model.__tablename__ for model in signed_models()} == TABLES
    assert {line.table for line in declared()} == TABLES
    for line in declared():
        assert line.free_because is None or len(line.free_because) > 20, line
    for model in signed_models():
        assert set(model.FREE) < set(table(model).columns.keys()), "a reason for a column that is none"
        assert "row_mac" not in model.FREE
    for name, column in OTHERWISE.items():
        owner, _, mac = column.rpartition(".")
        assert mac in Base.metadata.tables[owner or name].columns


def test_no_row_is_forged_where_nobody_wrote(lived_in: Desk) -> None:
    with lived_in.database.reading() as session:
        assert list(forged_rows(session, lived_in.world.vault)) == []


_SOMETHING: tuple[tuple[type, Any], ...] = (
    (UtcDateTime, datetime(2026, 3, 1, tzinfo=UTC)),
    (LargeBinary, b"something"),
    (Uuid, UUID(int=1)),
)


def _other(column: Any, value: Any, others: list[Any]) -> Iterator[Any]:
    """What somebody might write there instead: another row's value, nothing, something of the same kind."""
    yield from others[:1]
    if value is None and not others:
        yield from [made for kind, made in _SOMETHING if isinstance(column.type, kind)][:1]
    if value is not None and column.nullable:
        yield None
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield value + 1
    elif isinstance(value, bytes):
        yield value[:-1] + bytes([value[-1] ^ 1]) if value else b"x"
    elif isinstance(value, datetime):
        yield value + timedelta(hours=1)
    elif isinstance(value, UUID):
        yield uuid4()
    elif isinstance(value, list):
        yield [*value, "x"]
    elif isinstance(column.type, Word):
        yield from (word for word in column.type.words if word != value)
    elif isinstance(value, str):
        yield value[:-1] + ("Y" if value[-1:] == "X" else "X")


@pytest.mark.parametrize("name", sorted(TABLES))
def test_each_covered_column_that_is_edited_is_refused(lived_in: Desk, name: str) -> None:
    rows, tried = Base.metadata.tables[name], set()
    vault, database = lived_in.world.vault, lived_in.database
    (model,) = (each for each in signed_models() if each.__tablename__ == name)
    covered = [line.column for line in declared() if line.table == name and line.free_because is None]
    with database.engine.connect() as connection:
        stored = [dict(row) for row in connection.execute(select(rows)).mappings()]
    assert stored
    for column in covered:
        for row in stored[-3:]:
            values = [each[column] for each in stored if each[column] != row[column]]
            for value in _other(rows.c[column], row[column], values):
                with database.writing() as session:
                    this = [key == row[key.name] for key in rows.primary_key]
                    try:
                        with session.begin_nested():
                            session.connection().execute(update(rows).where(*this).values({column: value}))
                    except IntegrityError:
                        tried.add(column)  # the database itself refuses
                        continue
                    found = list(forged_rows_of(session, vault, model))
                    assert len(found) == 1, (column, value)
                    tried.add(column)
                    session.rollback()
    assert tried == set(covered)


def test_a_row_without_a_mac_is_refused(lived_in: Desk) -> None:
    case_id = lived_in.accepted()
    write_past_us(lived_in.database, Case, {"id": case_id}, row_mac=None)
    assert case_id not in seen(lived_in, lived_in.lead)
    with pytest.raises(NoAccess):
        read(lived_in, lived_in.lead, case_id)


def test_a_buyer_that_is_made_a_partner_gets_no_case(desk: Desk) -> None:
    buyer = copy_of(desk.database, Organisation, id=desk.world.near.id)
    changed = {name: buyer[name] for name in ("kind", "countries", "languages", "trained", "capacity")}
    write_past_us(desk.database, Organisation, {"id": desk.world.buyer.id}, **changed)
    write_past_us(desk.database, Organisation, {"id": desk.world.near.id}, capacity=0)
    for _ in range(3):
        assert holder_of_case(desk, desk.world.file()) not in (desk.world.buyer.id, desk.world.near.id)
    with pytest.raises(NotSignedIn), desk.database.reading() as session:
        signed_in(session, desk.world.vault, _cookie(desk, "near.lead"))


@pytest.mark.parametrize("column", ("countries", "languages", "trained"))
def test_a_list_that_became_the_text_of_itself_is_refused(desk: Desk, column: str) -> None:
    """Its MAC would fit: the bytes of a list and of its text are the same."""
    near = copy_of(desk.database, Organisation, id=desk.world.near.id)[column]
    assert holder_of_case(desk, desk.world.file()) == desk.world.near.id
    spelt = json.dumps(near, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    write_past_us(desk.database, Organisation, {"id": desk.world.near.id}, **{column: spelt})
    assert holder_of_case(desk, desk.world.file()) != desk.world.near.id


def _cookie(desk: Desk, login: str) -> str:
    return desk.world.cookies[login]


def test_circles_that_were_swapped_open_nothing_and_filing_goes_on(desk: Desk) -> None:
    case_id, world = desk.accepted(), desk.world
    near, far = world.near.id, world.far.id
    with desk.database.engine.begin() as connection:
        circles = table(CircleRow)
        ids = connection.execute(select(circles.c.id, circles.c.organisation_id)).all()
        for circle, owner in ids:
            if owner in (near, far):
                swapped = far if owner == near else near
                connection.execute(
                    update(circles).where(circles.c.id == circle).values(organisation_id=swapped)
                )
    assert seen(desk, desk.lead) == set() == seen(desk, desk.far)
    with pytest.raises(NoAccess):
        read(desk, desk.lead, case_id)
    filed = world.file(words="Nothing is lost.")
    assert holder_of_case(desk, filed) is None
    assert filed.with_custody
    assert "Nothing is lost." in {message.text for message in inbox(desk, world.enter(filed)).messages}


@pytest.mark.parametrize("written", ("circle", "name", "something else"))
def test_the_worker_reads_no_name_that_others_wrote(desk: Desk, written: str) -> None:
    filed, world = desk.world.file(), desk.world
    desk.accept(filed)
    worker = world.enter(filed)
    before = inbox(desk, worker).access
    assert "Mawar Workers Aid" in {line.organisation for line in before}
    if written == "name":
        write_past_us(desk.database, Organisation, {"id": world.near.id}, name="The Nice Union")
    elif written == "circle":
        write_past_us(
            desk.database, CircleRow, {"organisation_id": world.near.id}, organisation_id=world.other.id
        )
    else:
        write_past_us(desk.database, Organisation, {"id": world.near.id}, capacity=7)
    after = inbox(desk, worker).access
    assert len(after) == len(before)  # whoever can read it is not left out
    told = {line.organisation for line in after}
    assert not told & {"Mawar Workers Aid", "The Nice Union", world.other.name}
    assert any(line.forged for line in after)
    assert not any(line.holder or line.last_read for line in after if line.forged)


def test_a_public_key_that_was_changed_is_passed_over(desk: Desk) -> None:
    world = desk.world
    with desk.database.engine.begin() as connection:
        circles, keys = table(CircleRow), table(PublicKeyRow)
        theirs = select(circles.c.id).where(circles.c.organisation_id == world.near.id)
        connection.execute(update(keys).where(keys.c.holder_id.in_(theirs)).values(raw=b"mine"))
    assert holder_of_case(desk, world.file()) == world.far.id


def test_a_note_that_is_made_a_reply_stays_out_of_the_inbox(desk: Desk) -> None:
    filed = desk.world.file()
    case_id = desk.accept(filed)
    with desk.database.writing() as session:
        kept = note(session, desk.world.vault, desk.lead, case_id, "He lies, I think.", uuid4())
        said = reply(session, desk.world.vault, desk.lead, case_id, "We look into it.", uuid4())
    worker = desk.world.enter(filed)
    write_past_us(desk.database, Entry, {"id": kept}, kind=EntryKind.REPLY)
    texts = [message.text for message in inbox(desk, worker).messages]
    assert "We look into it." in texts
    assert "He lies, I think." not in texts
    assert None not in texts
    bodies = {entry.id: entry.body for entry in read(desk, desk.lead, case_id).entries}
    assert bodies[kept] is None
    assert bodies[said] is not None
    write_past_us(desk.database, Entry, {"id": said}, author_kind=AuthorKind.WORKER)
    assert "We look into it." not in [message.text for message in inbox(desk, worker).messages]


def test_a_custody_agreement_that_was_filled_in_opens_nothing(desk: Desk) -> None:
    case_id = desk.world.case_of(desk.world.file(exclude_other="my cousin Zubin"))
    vault = desk.world.vault
    with desk.database.writing() as session:
        request = ask_to_read(session, vault, desk.custodian, case_id, "I want to.")
    until = datetime(2099, 1, 1, tzinfo=UTC)
    second = desk.second_custodian.member.id
    write_past_us(desk.database, CustodyReading, {"id": request}, agreed_by=second, until=until)
    with pytest.raises(NotAgreed), desk.database.writing() as session:
        open_from_custody(session, vault, desk.custodian, case_id)


@pytest.mark.parametrize("back", ("state", "row", "row and case"))
def test_an_ended_grant_that_was_restored_opens_nothing(desk: Desk, back: str) -> None:
    filed, vault = desk.world.file(), desk.world.vault
    case_id = desk.accept(filed)
    with desk.database.reading() as session:
        grant_id = session.scalars(
            select(GrantRow.id).where(
                GrantRow.case_id == case_id, GrantRow.state == "live", GrantRow.holder_kind == "circle"
            )
        ).one()
    grant = copy_of(desk.database, GrantRow, id=grant_id)
    case = copy_of(desk.database, Case, id=case_id)
    worker = desk.world.enter(filed)
    with desk.database.writing() as session:
        stop_sharing(session, vault, worker)
    if back == "state":
        changed = {name: grant[name] for name in ("state", "sealed", "ended_hour")}
        write_past_us(desk.database, GrantRow, {"id": grant_id}, **changed)
    else:
        put_back(desk.database, GrantRow, grant)
    if back != "row":
        kept = {name: value for name, value in case.items() if name != "id"}
        write_past_us(desk.database, Case, {"id": case_id}, **kept)
    assert case_id not in seen(desk, desk.lead)
    with pytest.raises(NoAccess):
        read(desk, desk.lead, case_id)
    with pytest.raises(NoAccess), desk.database.writing() as session:
        reply(session, vault, desk.lead, case_id, "Still here.", uuid4())
    with desk.database.reading() as session:
        found = search_cases(session, vault, desk.world.rules, desk.lead, "months")
    assert case_id not in {hit.row.id for hit in found.hits}


def test_a_grant_that_somebody_wrote_gets_no_new_keys(desk: Desk) -> None:
    filed, vault = desk.world.file(), desk.world.vault
    case_id = desk.accept(filed)
    with desk.database.reading() as session:
        mine = session.scalars(
            select(CircleRow.id).where(CircleRow.organisation_id == desk.world.other.id)
        ).first()
    real = copy_of(desk.database, GrantRow, case_id=case_id, holder_kind="custody")
    forged = real | {"id": new_id(), "holder_id": mine, "holder_kind": "circle", "state": "live"}
    put_back(desk.database, GrantRow, forged)
    worker = desk.world.enter(filed)
    assert {line.organisation for line in inbox(desk, worker).access} == {
        "Mawar Workers Aid",
        "Keel Coordination",
        "Distant Line",
    }
    with desk.database.writing() as session:
        stop_sharing(session, vault, worker)
    assert copy_of(desk.database, GrantRow, id=forged["id"])["sealed"] in (None, forged["sealed"])
    with pytest.raises(NoAccess):
        read(desk, desk.other, case_id)


@pytest.mark.parametrize("how", ("taken away", "moved"))
def test_a_stake_that_was_taken_away_lets_no_partner_in(desk: Desk, how: str) -> None:
    world = desk.world
    with desk.database.writing() as session:
        interest = declare_interest(
            session,
            world.vault,
            organisation_id=world.near.id,
            site_id=site_id(world.site),
            reason="Its founder runs it.",
        ).id
    assert holder_of_case(desk, world.file()) == world.far.id
    if how == "moved":
        write_past_us(desk.database, Interest, {"id": interest}, site_id=world.other_site.id)
    else:
        with desk.database.engine.begin() as connection:
            connection.execute(delete(table(Interest)))
    filed = world.file()
    assert holder_of_case(desk, filed) is None
    assert filed.with_custody


def test_a_posters_code_that_leads_elsewhere_asks_nobody(desk: Desk) -> None:
    world = desk.world
    code = world.site.code
    write_past_us(desk.database, Site, {"id": world.site.id}, code="zzzzzzzz")
    write_past_us(desk.database, Site, {"id": world.other_site.id}, code=code)
    filed = world.file(site_code=code)
    assert holder_of_case(desk, filed) is None
    assert filed.with_custody
    assert filed.country is None


@pytest.mark.parametrize("change", ({"role": Role.LEAD}, {"trained_restricted": True}, {"totp_last_step": 0}))
def test_a_member_that_was_changed_is_out(desk: Desk, change: dict[str, Any]) -> None:
    world, member = desk.world, desk.caseworker.member.id
    write_past_us(desk.database, Member, {"id": member}, **change)
    with pytest.raises(NotSignedIn), desk.database.reading() as session:
        signed_in(session, world.vault, _cookie(desk, "near.caseworker"))
    with desk.database.reading() as session:
        prepared = prepare_sign_in(session, world.vault, "near.caseworker", PASSWORD)
    with desk.database.writing() as session:
        answer = take_sign_in(session, world.vault, prepared, code_now(world.secrets["near.caseworker"]))
    with pytest.raises(SignInRefused):
        _ = answer.cookie


def test_a_link_that_was_moved_invites_nobody(lived_in: Desk) -> None:
    world = lived_in.world
    with lived_in.database.writing() as session:
        token = invite_member(
            session, world.vault, organisation_id=world.other.id, role=Role.LEAD, login="mine", name="Mine"
        )
        ids = session.scalars(select(Invitation.id).order_by(Invitation.expires_at.desc())).all()
        members = {each.id: each.member_id for each in session.scalars(select(Invitation))}
    mine = next(each for each in ids if members[each] == _member_of(lived_in, "mine"))
    victim = _member_of(lived_in, "somebody.new")
    write_past_us(lived_in.database, Invitation, {"id": mine}, member_id=victim)
    with pytest.raises(InvitationUnknown), lived_in.database.reading() as session:
        read_invitation(session, world.vault, token)


def _member_of(desk: Desk, login: str) -> UUID:
    tag = desk.world.vault.lookup("login", login)
    found: UUID = copy_of(desk.database, Member, login_tag=tag)["id"]
    return found


def test_a_membership_that_was_moved_opens_no_circle(desk: Desk) -> None:
    case_id = desk.accepted()
    mine = desk.other.member.id
    with desk.database.reading() as session:
        circles = session.scalars(
            select(CircleRow.id).where(CircleRow.organisation_id == desk.world.near.id)
        ).all()
    for circle in circles:
        theirs = copy_of(desk.database, CircleMemberRow, circle_id=circle, member_id=desk.lead.member.id)
        put_back(desk.database, CircleMemberRow, theirs | {"id": new_id(), "member_id": mine})
    write_past_us(desk.database, Case, {"id": case_id}, organisation_id=desk.world.other.id)
    assert case_id not in seen(desk, desk.other)
    with pytest.raises(NoAccess):
        read(desk, desk.other, case_id)


def test_a_standby_that_was_put_first_may_not_accept(desk: Desk) -> None:
    case_id, world = desk.offered(), desk.world
    offer = copy_of(desk.database, Offer, case_id=case_id, organisation_id=world.far.id)
    write_past_us(desk.database, Offer, {"id": offer["id"]}, state=OfferState.OFFERED)
    write_past_us(desk.database, Case, {"id": case_id}, organisation_id=world.far.id)
    with pytest.raises(NoAccess), desk.database.writing() as session:
        accept_offer(session, world.vault, world.rules, desk.far, case_id)
    assert case_id not in seen(desk, desk.far)


def test_nothing_is_shared_without_a_consent_that_the_receipt_signed(desk: Desk) -> None:
    world = desk.world
    for change in ({"signature": None}, {"text_hash": b"other words"}, {"how": "helper", "signature": None}):
        case_id = desk.offered()
        consent = copy_of(desk.database, Consent, case_id=case_id)
        write_past_us(desk.database, Consent, {"id": consent["id"]}, **change)
        with pytest.raises(OfferGone), desk.database.writing() as session:
            accept_offer(session, world.vault, world.rules, desk.lead, case_id)
    case_id = desk.offered()
    with desk.database.writing() as session:
        case = session.get_one(Case, case_id)
        assert consent_stands(session, world.vault, case)
        # An older copy of the facts allows more than the consent that stands.
        wider = facts_of(world.vault, case)
        store_facts(world.vault, case, replace(wider, consent=type(wider.consent).BUYERS))
        assert not consent_stands(session, world.vault, case)


def test_a_receipt_that_was_moved_leads_to_no_other_case(desk: Desk) -> None:
    mine, theirs = desk.world.file(), desk.world.file()
    worker = desk.world.enter(mine)
    write_past_us(desk.database, ReceiptRow, {"id": worker.receipt_id}, case_id=desk.world.case_of(theirs))
    with pytest.raises(AssertionError):
        desk.world.case_of(mine)


def test_what_was_forged_is_not_signed_with_the_next_change(desk: Desk) -> None:
    filed = desk.world.file()
    case_id, worker = desk.accept(filed), desk.world.enter(filed)
    write_past_us(desk.database, Case, {"id": case_id}, state=State.CLOSED, is_open=False, country="CH")
    with desk.database.writing() as session:
        write(
            session, desk.world.vault, desk.world.rules, worker, "It goes on.", uuid4()
        )  # reopens what seems closed
    assert case_id not in seen(desk, desk.lead)
    with desk.database.reading() as session:
        assert [row.ids for row in forged_rows(session, desk.world.vault)] == [(str(case_id),)]
    with pytest.raises(RowForged):
        inbox(desk, worker)


def test_a_case_given_to_another_organisation_shows_nothing(desk: Desk) -> None:
    before = queue(desk, desk.other)
    case_id = desk.accepted(topics=("gbvh",))
    grants = table(GrantRow)
    with desk.database.engine.connect() as connection:
        live = select(grants).where(grants.c.case_id == case_id, grants.c.holder_kind == "circle")
        grant = dict(connection.execute(live.where(grants.c.state == GrantState.LIVE)).mappings().one())
    with desk.database.reading() as session:
        mine = session.scalars(
            select(CircleRow.id).where(CircleRow.organisation_id == desk.world.other.id)
        ).first()
    put_back(desk.database, GrantRow, grant | {"id": new_id(), "holder_id": mine})
    write_past_us(desk.database, Case, {"id": case_id}, organisation_id=desk.world.other.id)
    after = queue(desk, desk.other)
    assert (after.rows, after.choices) == (before.rows, before.choices)


def test_a_restricted_case_stays_out_of_sight_of_a_colleague_who_writes_a_grant(desk: Desk) -> None:
    before = queue(desk, desk.caseworker)
    case_id = desk.accepted(topics=("gbvh",))
    grants = table(GrantRow)
    with desk.database.engine.connect() as connection:
        live = select(grants).where(grants.c.case_id == case_id, grants.c.holder_kind == "circle")
        grant = dict(connection.execute(live.where(grants.c.state == GrantState.LIVE)).mappings().one())
    forged = grant | {"id": new_id(), "holder_id": desk.caseworker.member.id, "holder_kind": "member"}
    put_back(desk.database, GrantRow, forged)
    after = queue(desk, desk.caseworker)
    assert (after.rows, after.choices) == (before.rows, before.choices)
    with pytest.raises(NoAccess):
        read(desk, desk.caseworker, case_id)


def test_a_head_that_was_turned_back_opens_nothing(desk: Desk) -> None:
    """The head of the chain says which keys are the newest; an older one does not fit the entries that came since."""
    case_id = desk.accepted()
    head = copy_of(desk.database, JournalChainRow, id=case_id)
    write_past_us(desk.database, JournalChainRow, {"id": case_id}, key_version=head["key_version"] + 1)
    with pytest.raises(NoAccess):
        read(desk, desk.lead, case_id)
