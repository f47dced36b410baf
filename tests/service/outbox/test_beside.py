"""A report told beside a helper on a tablet: taken in every case, and what was allowed there counts where the helper is one."""

import base64
import sqlite3
import string
from contextlib import closing
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Table, Update, delete, insert, select, update

from app import clock
from app.cases.case import HowAllowed, ReportBeside, loose_ends, spoilt_journals
from app.cases.enums import ConsentHow, ConsentLevel
from app.database import Base, CaseId
from app.network import (
    MOST_TABLETS,
    OFFERED_REPORTS,
    OFFLINE_FOR,
    REPORTS,
    TabletStanding,
    TooManyTablets,
    attempts_so_far,
    count_attempt,
    end_tablet,
    start_tablet,
    tablets_of,
)
from app.network.models import Member, MemberState, Organisation, OrganisationState, Role, Tablet
from app.network.tablets import _authority
from app.vault import JournalChainRow, JournalRow, Vault, read_journal
from tests.harness.pages import checked_client
from tests.harness.world import World, light_vault
from tests.support.beside import (
    HELPER,
    acts_of,
    asked_for,
    beside,
    consent_of,
    reports_of_tablets,
    tablet_of,
    told_of,
)
from tests.support.browsing import Page, Visitor
from tests.support.outbox import Seal, Sealing, answer, case_of_submission, number_of_cases, post, words_under

WORDS = "They lock the gate at night."
_TABLETS: Table = Base.metadata.tables["tablets"]


def send(client: FlaskClient, world: World, sealing: Sealing) -> CaseId:
    assert answer(post(client, sealing.envelope()))["state"] == "kept"
    return CaseId(case_of_submission(world, sealing).id)


def use(client: FlaskClient, authority: str) -> str:
    """What a tablet is told that asks whether it may go on."""
    response = client.post("/api/v1/tablet", data={"beside": authority})
    told = response.get_json()
    assert (response.status_code, told["redress"], set(told)) == (200, 1, {"redress", "state"})
    return str(told["state"])


@pytest.mark.parametrize(
    ("how", "counted"),
    (
        (HowAllowed.TAP, (ConsentLevel.BUYERS, ConsentHow.BESIDE_TAP)),
        (HowAllowed.VOICE, (ConsentLevel.BUYERS, ConsentHow.BESIDE_VOICE)),
        (HowAllowed.NOT, (ConsentLevel.HELPER, ConsentHow.FORM_SKIPPED)),
        ("whatever", (ConsentLevel.HELPER, ConsentHow.FORM_SKIPPED)),
    ),
)
def test_what_the_worker_said_beside_a_helper_is_marked_so_and_what_was_not_said_tells_least(
    client: FlaskClient, world: World, seal: Seal, how: str, counted: tuple[ConsentLevel, ConsentHow]
) -> None:
    tablet_of(world, "far.lead")
    sealing = seal(words=WORDS, consent="buyers", **beside(tablet_of(world), how))
    case_id = send(client, world, sealing)
    assert consent_of(world, case_id) == counted
    told, helper = told_of(world, case_id), world.sign_in(HELPER)
    assert told is not None
    assert (told.member_id, told.organisation_id) == (helper.member.id, helper.organisation.id)
    assert (told.standing, told.language) == (TabletStanding.STANDS, "en")
    assert words_under(world, sealing.receipt) == WORDS
    assert reports_of_tablets(world) == [0, 1]
    (act,) = (each for each in acts_of(world, case_id) if each.act == "case.told_beside")
    assert act.actor.id == helper.member.id


def test_an_authority_is_known_in_one_spelling(client: FlaskClient, world: World, seal: Seal) -> None:
    authority = tablet_of(world)
    assert use(client, authority) == "on"
    # The last sign holds bits that are not read; the one after it in the alphabet differs in these alone.
    alphabet = f"{string.ascii_uppercase}{string.ascii_lowercase}{string.digits}-_"
    unread = authority[:-1] + alphabet[alphabet.index(authority[-1]) ^ 1]
    for other in (f"{authority}=", f"{authority}==", f" {authority}", f"{authority}\n", unread):
        assert use(client, other) == "ended", other
    case_id = send(client, world, seal(words=WORDS, consent="buyers", **beside(f"{authority}=")))
    told = told_of(world, case_id)
    assert told is not None
    assert told.standing is TabletStanding.UNKNOWN
    assert reports_of_tablets(world) == [0]


def test_a_report_without_a_tablet_tells_of_nobody(client: FlaskClient, world: World, seal: Seal) -> None:
    tablet_of(world)
    case_id = send(client, world, seal(words=WORDS, consent="union"))
    assert told_of(world, case_id) is None
    assert consent_of(world, case_id) == (ConsentLevel.UNION, ConsentHow.FORM)
    assert reports_of_tablets(world) == [0]


def test_the_same_report_again_is_one_also_after_its_tablet_was_ended(
    client: FlaskClient, world: World, seal: Seal
) -> None:
    sealing = seal(words=WORDS, **beside(tablet_of(world)))
    send(client, world, sealing)
    end_all(world)
    before = number_of_cases(world)
    assert answer(post(client, sealing.envelope()))["already"] is True
    assert (number_of_cases(world), reports_of_tablets(world)) == (before, [1])
    other = seal(
        submission=sealing.submission,
        receipt=sealing.receipt,
        ack=sealing.ack,
        words=WORDS,
        **beside(tablet_of(world)),
    )
    assert answer(post(client, other.envelope()))["reason"] == "conflict"


def end_all(world: World) -> None:
    by = world.sign_in(HELPER)
    with world.database.writing() as session:
        for each in tablets_of(session, world.vault, by):
            end_tablet(session, world.vault, by, each.id)


@pytest.mark.parametrize(
    ("how", "consent", "overruled"),
    (
        (HowAllowed.TAP, "buyers", True),
        (HowAllowed.VOICE, "union", True),
        (HowAllowed.TAP, "nobody", False),
        (HowAllowed.NOT, "buyers", False),
    ),
)
@pytest.mark.parametrize("ended", (True, False), ids=("ended", "stands"))
def test_only_what_was_allowed_is_said_not_to_count(
    client: FlaskClient, world: World, seal: Seal, how: HowAllowed, consent: str, overruled: bool, ended: bool
) -> None:
    other = seal(words="Of another.", consent="buyers", **beside(tablet_of(world), HowAllowed.TAP))
    sealing = seal(words=WORDS, consent=consent, **beside(tablet_of(world), how))
    if ended:
        end_all(world)
    send(client, world, other)
    told = told_of(world, send(client, world, sealing))
    assert told is not None
    assert told.counts is not ended
    assert told.overruled is (overruled and ended)
    visitor = Visitor(client)
    visitor.open("/en/inbox")
    page = visitor.send("/inbox", receipt=sealing.receipt)
    assert "helped you to write this" in page.text
    assert ("did not count" in page.text) is (overruled and ended)


def _pass_by(time: timedelta) -> None:
    gone = clock.now() - datetime.now(UTC)
    clock.set_offset(round((gone + time).total_seconds()))


def later(_world: World) -> None:
    _pass_by(timedelta(hours=10) + OFFLINE_FOR)


def suspended(world: World) -> None:
    helper = world.sign_in(HELPER).member.id
    with world.database.writing() as session:
        session.get_one(Member, helper).state = MemberState.DEPARTED


def only_looks_on(world: World) -> None:
    helper = world.sign_in(HELPER).member.id
    with world.database.writing() as session:
        session.get_one(Member, helper).role = Role.VIEWER


def frozen(world: World) -> None:
    with world.database.writing() as session:
        session.get_one(Organisation, world.near.id).state = OrganisationState.FROZEN


def unfrozen_by_others(world: World) -> None:
    """Whoever can write the database makes an organisation active again that was frozen."""
    frozen(world)
    _past_us(world, update(Organisation).where(Organisation.id == world.near.id), OrganisationState.ACTIVE)


def brought_back_by_others(world: World) -> None:
    """Whoever can write the database makes a member active again who left."""
    helper = world.sign_in(HELPER).member.id
    suspended(world)
    _past_us(world, update(Member).where(Member.id == helper), MemberState.ACTIVE)


def _past_us(world: World, row: Update, state: StrEnum) -> None:
    with world.database.writing() as session:
        session.connection().execute(row.values(state=state))


def moved_on(world: World) -> None:
    """The member works for another organisation now, by a row that we wrote ourselves."""
    helper, other = world.sign_in(HELPER).member.id, world.sign_in("far.lead").organisation.id
    with world.database.writing() as session:
        session.get_one(Member, helper).organisation_id = other


def given_to_another(world: World) -> None:
    other = world.sign_in("far.lead").member.id
    with world.database.writing() as session:
        session.connection().execute(update(Tablet).values(member_id=other))


def ended_and_put_back(world: World) -> None:
    """Whoever can write the database puts the row back as it stood before the tablet was ended."""
    with world.database.reading() as session:
        rows = [dict(each) for each in session.execute(select(_TABLETS)).mappings()]
    end_all(world)
    put_back(world, rows)


def put_back(world: World, rows: list[dict[str, Any]]) -> None:
    with world.database.writing() as session:
        for row in rows:
            session.connection().execute(update(_TABLETS).where(_TABLETS.c.id == row["id"]).values(row))


def put_back_without_its_journal(world: World) -> None:
    ended_and_put_back(world)
    with world.database.writing() as session:
        for table in (JournalRow, JournalChainRow):
            chain = table.chain_id if table is JournalRow else table.id
            session.execute(delete(table).where(chain.in_(select(Tablet.id))))


def ended_past_a_spoilt_journal(world: World) -> None:
    """Nobody is kept from ending a tablet by a head that others wrote into."""
    with world.database.writing() as session:
        heads = update(JournalChainRow).where(JournalChainRow.id.in_(select(Tablet.id)))
        session.execute(heads.values(mac=bytes(32)))
    ended_and_put_back(world)


@pytest.mark.parametrize(
    ("happens", "standing"),
    (
        (end_all, TabletStanding.ENDED),
        (ended_and_put_back, TabletStanding.ENDED),
        (put_back_without_its_journal, TabletStanding.ENDED),
        (ended_past_a_spoilt_journal, TabletStanding.ENDED),
        (later, TabletStanding.LATE),
        (suspended, TabletStanding.LOST),
        (only_looks_on, TabletStanding.LOST),
        (frozen, TabletStanding.LOST),
        (unfrozen_by_others, TabletStanding.LOST),
        (brought_back_by_others, TabletStanding.LOST),
        (moved_on, TabletStanding.LOST),
        (given_to_another, TabletStanding.UNKNOWN),
    ),
    ids=lambda each: getattr(each, "__name__", str(each)),
)
def test_beside_who_has_no_standing_it_is_taken_and_marked_and_its_consent_is_not_counted(
    client: FlaskClient, world: World, seal: Seal, happens: Any, standing: TabletStanding
) -> None:
    authority = tablet_of(world)
    locked, sealing = (
        seal(words=WORDS, consent=consent, **beside(authority)) for consent in ("nobody", "buyers")
    )
    assert use(client, authority) == "on"
    happens(world)
    assert use(client, authority) == "ended"
    case_id = send(client, world, sealing)
    told = told_of(world, case_id)
    assert told is not None
    assert told.standing is standing
    assert not told.counts
    assert consent_of(world, case_id) == (ConsentLevel.HELPER, ConsentHow.FORM_SKIPPED)
    # That nobody may read it tells nobody anything, so it holds whoever stood there.
    assert consent_of(world, send(client, world, locked))[0] is ConsentLevel.NOBODY


@pytest.mark.parametrize(
    "database", ("sqlite",), indirect=True
)  # any tool opens its file without foreign keys
@pytest.mark.parametrize("whom", ("members", "organisations"))
def test_beside_whom_others_took_out_of_the_database_a_report_is_taken(
    client: FlaskClient, world: World, seal: Seal, whom: str
) -> None:
    authority = tablet_of(world)
    sealing = seal(words=WORDS, consent="buyers", **beside(authority))
    path, helper = world.database.engine.url.database, world.sign_in(HELPER)
    assert path is not None
    gone = helper.member.id if whom == "members" else helper.organisation.id
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        taken = connection.execute(f"delete from {whom} where id = ?", (gone.hex,))  # noqa: S608 - our own names
        assert taken.rowcount == 1
    assert use(client, authority) == "ended"
    send(client, world, sealing)
    assert words_under(world, sealing.receipt) == WORDS


def test_a_tablet_whose_network_was_away_for_days_still_counts(
    client: FlaskClient, world: World, seal: Seal
) -> None:
    authority = tablet_of(world, hours=4)
    sealing = seal(words=WORDS, consent="union", **beside(authority))
    _pass_by(timedelta(hours=4))
    assert use(client, authority) == "on"
    # No new one is begun then, and what was written before still counts.
    _pass_by(timedelta(hours=1))
    assert use(client, authority) == "over"
    _pass_by(timedelta(days=10))
    assert consent_of(world, send(client, world, sealing)) == (ConsentLevel.UNION, ConsentHow.BESIDE_TAP)


def turned(authority: str, place: int) -> str:
    raw = bytearray(base64.urlsafe_b64decode(authority + "=" * (-len(authority) % 4)))
    raw[place] ^= 1
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def test_an_authority_that_is_none_of_ours_refuses_no_worker(
    client: FlaskClient, world: World, seal: Seal, other_vault: Vault
) -> None:
    good = tablet_of(world)
    foreign = _authority_elsewhere(world, other_vault)
    bad = [
        "",
        "x",
        "====",
        "\ud83d",
        "A" * 76,
        good[:-1],
        good * 3,
        foreign,
        *(turned(good, at) for at in (0, 18, 30, -1)),
    ]
    for authority in bad:
        sealing = seal(words=WORDS, consent="buyers", **beside(authority))
        case_id = send(client, world, sealing)
        told = told_of(world, case_id)
        assert told is not None, authority
        assert (told.standing, told.member_id) == (TabletStanding.UNKNOWN, None), authority
        assert consent_of(world, case_id)[0] is ConsentLevel.HELPER, authority
        # What is no text reaches a seal and no form.
        assert authority == "\ud83d" or use(client, authority) == "ended", authority
    assert reports_of_tablets(world) == [0]


def _authority_elsewhere(world: World, other: Vault) -> str:
    """The authority that another deployment made for a tablet with the same row."""
    with world.database.reading() as session:
        (row,) = session.query(Tablet).all()
        return _authority(other, row)


@pytest.fixture
def other_vault(tmp_path: Any) -> Vault:
    return light_vault(tmp_path / "elsewhere")


def test_the_helpers_own_organisation_does_not_get_it_where_the_worker_leaves_it_out(
    client: FlaskClient, world: World, seal: Seal
) -> None:
    authority, near = tablet_of(world), world.near.id
    plain = send(client, world, seal(words=WORDS, site=world_site(world), **beside(authority)))
    assert near in asked_for(world, plain)
    for more in ({"beside_without": "yes"}, {"category": "mechanism_itself"}):
        case_id = send(client, world, seal(words=WORDS, site=world_site(world), **beside(authority), **more))
        assert near not in asked_for(world, case_id), more
    about = send(client, world, seal(words=WORDS, category="mechanism_itself", **beside(authority)))
    assert asked_for(world, about) == set()


def world_site(world: World) -> str:
    return "Foxglove Circuits, Penang"


def test_who_leaves_out_a_helper_whom_nobody_knows_is_held_until_a_person_looked(
    client: FlaskClient, world: World, seal: Seal
) -> None:
    sealing = seal(words=WORDS, site=world_site(world), beside_without="yes", **beside("none of ours"))
    assert asked_for(world, send(client, world, sealing)) == set()


def test_a_flood_from_a_tablet_is_held_with_every_word_and_does_not_spend_its_address(
    client: FlaskClient, world: World, seal: Seal
) -> None:
    authority, other = tablet_of(world), tablet_of(world)
    with world.database.writing() as session:
        by = world.sign_in(HELPER)
        both = {each.id for each in tablets_of(session, world.vault, by)}
        crowded = next(each for each in both if authority.startswith(start_of(each)))
        for limit in (REPORTS, OFFERED_REPORTS):
            count_attempt(session, world.vault, limit, f"tablet {crowded}", by=limit.most)
    held = seal(words=WORDS, site=world_site(world), **beside(authority))
    assert asked_for(world, send(client, world, held)) == set()
    assert words_under(world, held.receipt) == WORDS
    free = send(client, world, seal(words=WORDS, site=world_site(world), **beside(other)))
    assert world.near.id in asked_for(world, free)
    with world.database.reading() as session:
        assert attempts_so_far(session, world.vault, REPORTS, "127.0.0.1") == 0


def start_of(tablet_id: Any) -> str:
    return base64.urlsafe_b64encode(tablet_id.bytes[:15]).decode()


def test_whoever_opens_the_messages_with_the_code_of_a_tablet_is_asked_to_take_one_of_their_own(
    client: FlaskClient, app: Flask, world: World, seal: Seal
) -> None:
    sealing = seal(words=WORDS, consent="union", **beside(tablet_of(world)))
    plain = seal(words="Noise.")
    case_id = send(client, world, sealing)
    send(client, world, plain)
    asks = "Make these messages your own"
    worker = Visitor(checked_client(app))
    assert asks not in open_messages(worker, plain.receipt).text
    page = open_messages(worker, sealing.receipt)
    assert asks in page.text
    assert "helped you to write this" in page.text
    page = worker.send("/inbox/code")
    own = page.code
    assert own != sealing.receipt
    assert [each.act for each in acts_of(world, case_id)].count("receipt.replaced") == 1
    assert WORDS not in open_messages(worker, sealing.receipt).text
    page = open_messages(worker, own)
    assert WORDS in page.text
    assert asks not in page.text
    # The tablet's copy of the report, sent again after that, is still the same one and brings the old code back to life in no way.
    assert answer(post(client, sealing.envelope()))["already"] is True
    assert WORDS not in open_messages(worker, sealing.receipt).text


def open_messages(worker: Visitor, code: str) -> Page:
    worker.open("/en/code")
    worker.open("/en/inbox")
    page = worker.send("/inbox", receipt=code)
    return worker.open("/en/inbox") if page.status == 303 else page


def test_what_others_wrote_into_the_row_of_a_helper_names_nobody(
    client: FlaskClient, world: World, seal: Seal
) -> None:
    authority = tablet_of(world)
    first, second = (send(client, world, seal(words=WORDS, **beside(authority))) for _ in range(2))
    with world.database.writing() as session:
        veil = session.get_one(ReportBeside, first).told_veil
        session.connection().execute(
            update(ReportBeside).where(ReportBeside.case_id == second).values(told_veil=veil)
        )
    assert told_of(world, second) is None
    assert told_of(world, first) is not None


def test_an_organisation_has_so_many_tablets_at_a_time_and_one_that_was_started_twice_is_one(
    world: World,
) -> None:
    by, other = world.sign_in(HELPER), world.sign_in("far.lead")
    once = uuid4()
    with world.database.writing() as session:
        first = start_tablet(session, world.vault, by, "Gate", 8, once)
    for number in range(1, MOST_TABLETS):
        tablet_of(world, label=f"Gate {number}")
    with world.database.writing() as session:
        assert start_tablet(session, world.vault, by, "Gate", 8, once) == first
    with pytest.raises(TooManyTablets), world.database.writing() as session:
        start_tablet(session, world.vault, by, "One more", 8, uuid4())
    with world.database.writing() as session:
        assert start_tablet(session, world.vault, other, "Of others", 8, uuid4()).authority
        end_tablet(session, world.vault, by, once)
    assert tablet_of(world)
    with world.database.reading() as session:
        listed = tablets_of(session, world.vault, by)
    assert len(listed) == MOST_TABLETS + 1
    assert [each.live for each in listed] == [True] * MOST_TABLETS + [False]


def test_rows_of_others_and_rows_put_back_keep_nobody_from_starting_a_tablet(world: World) -> None:
    by = world.sign_in(HELPER)
    tablet_of(world)
    with world.database.reading() as session:
        (row,) = (dict(each) for each in session.execute(select(_TABLETS)).mappings())
    with world.database.writing() as session:
        session.connection().execute(insert(_TABLETS), [row | {"id": uuid4()} for _ in range(MOST_TABLETS)])
    for number in range(1, MOST_TABLETS):
        tablet_of(world, label=f"Gate {number}")
    with pytest.raises(TooManyTablets):
        tablet_of(world)
    ended_and_put_back(world)
    with world.database.reading() as session:
        listed = tablets_of(session, world.vault, by)
        assert [(each.live, each.ended) for each in listed] == [(False, True)] * MOST_TABLETS
    assert tablet_of(world)


def test_a_tablets_journal_says_who_started_and_who_ended_it_and_is_no_loose_end(world: World) -> None:
    tablet_of(world)
    end_all(world)
    with world.database.reading() as session:
        (row,) = session.query(Tablet).all()
        acts = read_journal(session, world.vault, CaseId(row.id))
        assert [(each.act, each.actor.id) for each in acts] == [
            ("tablet.started", row.member_id),
            ("tablet.ended", row.member_id),
        ]
        assert list(loose_ends(session, world.vault)) == spoilt_journals(session, world.vault) == []
    with world.database.writing() as session:
        session.execute(delete(Tablet))
    with world.database.reading() as session:
        assert list(loose_ends(session, world.vault)) == [
            f"Chain {row.id}: its case, or its tablet, is gone."
        ]
