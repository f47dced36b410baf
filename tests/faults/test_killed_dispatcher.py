"""Three dispatchers at once, killed at any instruction of every job: each piece of work is done once, by whoever comes next."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from app import clock
from app.attachments import DeclaredFile, FileKind, declared_rows
from app.attachments.kinds import FileState
from app.attachments.models import Attachment
from app.cases.case.models import Case, Clock, Escalation, Offer, OutsideDate
from app.cases.clocks.settling import mark_clocks_missed
from app.cases.desk import add_outside_date
from app.cases.enums import (
    ClockState,
    FollowupState,
    OfferState,
    OutsideDateKind,
    RungState,
    State,
    TextAbout,
    TextState,
    Urgency,
)
from app.cases.escalation.promise import without_next_step
from app.cases.followups import Followup, PlannedText
from app.cases.routing.offers import accept_offer
from app.database import CaseId, Database
from app.dispatcher.jobs import JOBS, Job
from app.messaging.delivery import Purpose
from app.messaging.members import Channel, Notice, choose_notices, keep_address
from app.messaging.members.notices import USUAL
from app.messaging.models import MemberAddress, OutgoingText, Phone
from app.messaging.phones.numbers import read_number
from app.messaging.phones.phone_rows import keep_phone, new_phone
from app.messaging.queue import EMAIL
from app.network import REPORTS, Invitation, Organisation, Role, count_attempt, invite_member
from app.network.attempts import Attempts
from app.vault import SessionRow, Vault, open_session, read_journal, verify_journal
from tests.faults.kills import counted, share, told
from tests.faults.promises import check_access
from tests.faults.warm_parent import warm_parent
from tests.harness.world import World, light_vault

_DAY = 86_400
_LATE = 8 * _DAY
_ASKED = 16 * _DAY
_AT_ONCE = 3
_PLENTY_MS = 20_000


@dataclass(frozen=True)
class Chore:
    """One job as this test sees it: when its work is due, how long it takes at most, and how to make work and see what is left."""

    offset: int
    longest_ms: int
    make: Callable[[World], None]
    left: Callable[[Session], int]


def _file_some(world: World) -> None:
    for number in range(3):
        world.file(words=f"Report {number}.")


def _let_some_be_late(world: World) -> None:
    """Cases that a partner took and did not read."""
    by = world.sign_in("near.lead")
    clock.set_offset(0)
    for number in range(3):
        case_id = world.case_of(world.file(words=f"Late {number}."))
        with world.database.writing() as session:
            accept_offer(session, world.vault, world.rules, by, case_id)
    clock.set_offset(_LATE)
    with world.database.writing() as session:
        mark_clocks_missed(session, world.vault, 1_000)
    clock.set_offset(0)


def _late_left(session: Session) -> int:
    asked = exists().where(Escalation.case_id == Clock.case_id)
    late = (
        select(func.count())
        .select_from(Clock)
        .join(Case, Case.id == Clock.case_id)
        .where(Clock.state == ClockState.MISSED, Case.state == State.ACCEPTED, ~asked)
    )
    return session.scalar(late) or 0


def _questions_left(session: Session) -> int:
    over = clock.now() + timedelta(seconds=_ASKED)
    due = select(func.count()).where(Followup.state == FollowupState.PLANNED, Followup.due_at <= over)
    return session.scalar(due) or 0


def _add_some_dates(world: World) -> None:
    """Cases with a flight of which a reminder is due."""
    by = world.sign_in("near.lead")
    clock.set_offset(0)
    for number in range(3):
        case_id = world.case_of(world.file(words=f"Flight {number}."))
        with world.database.writing() as session:
            accept_offer(session, world.vault, world.rules, by, case_id)
            on = (clock.now() + timedelta(days=20)).date()
            add_outside_date(session, world.vault, by, case_id, OutsideDateKind.FLIGHT, on, uuid4())


def _name_some_files(world: World) -> None:
    """Files of which nothing comes."""
    for number in range(3):
        case_id = world.case_of(world.file(words=f"Photo {number}."))
        declared = DeclaredFile(uuid4(), FileKind.PHOTO, 100, b"tag", b"owner")
        with world.database.writing() as session:
            session.add_all(declared_rows(world.vault, case_id, [declared]))


def _files_left(session: Session) -> int:
    waiting = select(func.count()).select_from(Attachment).where(Attachment.state == FileState.WAITING)
    return session.scalar(waiting) or 0


def _plan_some_texts(world: World) -> None:
    """Texts to workers whom none reaches any more: they are called off."""
    for _ in range(5):
        case_id, hour = world.case_of(world.file()), clock.hour_of(clock.now())
        with world.database.writing() as session:
            asked = {"subject_id": uuid4(), "planned_hour": hour, "due_at": hour}
            session.add(PlannedText(case_id=case_id, about=TextAbout.QUESTION, **asked))


def _texts_left(session: Session) -> int:
    planned = select(func.count()).where(PlannedText.state == TextState.PLANNED)
    return session.scalar(planned) or 0


def _address_some(world: World) -> None:
    """A lead's address by e-mail, and no mail of a morning yet."""
    by = world.sign_in("near.lead")
    with world.database.writing() as session:
        keep_address(session, world.vault, by, Channel.EMAIL, "lead@mail.example")
        session.execute(delete(OutgoingText).where(OutgoingText.gateway == EMAIL))


def _wish_for_offers(world: World) -> None:
    """A lead who wants to be told of offers, and some of them."""
    by = world.sign_in("near.lead")
    with world.database.writing() as session:
        keep_address(session, world.vault, by, Channel.TEXT, "+60123450901")
        choose_notices(session, world.vault, by, {**USUAL, Notice.OFFER: frozenset({Channel.TEXT})})
        session.execute(delete(OutgoingText).where(OutgoingText.purpose == Purpose.ALERT))
    _file_some(world)


def _untold_left(session: Session) -> int:
    """Each offer that stands with the lead's organisation is told of by one alert, or by one that speaks for it."""
    theirs = select(Organisation.id).where(Organisation.name == "Mawar Workers Aid")
    offers = session.scalar(
        select(func.count())
        .select_from(Offer)
        .join(Case, Case.id == Offer.case_id)
        .where(Offer.state == OfferState.OFFERED, Case.state == State.OFFERED, Case.urgency != Urgency.DANGER)
        .where(Case.organisation_id == Offer.organisation_id, Offer.organisation_id.in_(theirs))
    )
    alerts = session.scalar(select(func.count()).where(OutgoingText.purpose == Purpose.ALERT))
    return abs((offers or 0) - (alerts or 0))


def _morning() -> int:
    """How many seconds it is to eight o'clock of a Wednesday in Malaysia, where the lead lives."""
    now = clock.now()
    there = now.astimezone(ZoneInfo("Asia/Kuala_Lumpur"))
    wednesday = there.date() + timedelta(days=7 + (2 - there.weekday()) % 7)
    return int((datetime.combine(wednesday, time(8), there.tzinfo) - now).total_seconds())


def _digests_left(session: Session) -> int:
    """One mail for each address, none of them twice."""
    addresses, mails = (
        session.scalar(select(func.count()).select_from(what).where(which)) or 0
        for what, which in (
            (MemberAddress, MemberAddress.channel == EMAIL),
            (OutgoingText, OutgoingText.gateway == EMAIL),
        )
    )
    return abs(addresses - mails)


def _open_some(world: World) -> None:
    with world.database.writing() as session:
        for _ in range(5):
            idle = timedelta(minutes=1)
            open_session(session, world.vault, "worker", uuid4(), b"", idle=idle, longest=timedelta(hours=2))


def _count_some(world: World) -> None:
    with world.database.writing() as session:
        for _ in range(5):
            count_attempt(session, world.vault, REPORTS, str(uuid4()))


def _invite_some(world: World) -> None:
    with world.database.writing() as session:
        for _ in range(3):
            login = f"{uuid4()}@example.org"
            invite_member(
                session,
                world.vault,
                organisation_id=world.near.id,
                role=Role.VIEWER,
                login=login,
                name="Noise",
            )


def _text_some(world: World) -> None:
    """Numbers that wrote once and have no conversation: silence forgets them."""
    for number in range(3):
        e164 = f"+254711{int(uuid4().hex[:5], 16) % 10**6:06d}"
        tags = world.vault.number_tags(e164)
        fresh = new_phone(
            world.vault, tags, read_number(e164, "+15550100999", None), f"noise {number}", "line"
        )
        with world.database.writing() as session:
            keep_phone(session, tags, fresh)


def _numbers_left(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Phone).where(Phone.tag.is_not(None))) or 0


def _left(
    what: type[SessionRow | Attempts | Invitation | OutsideDate], column: str, after: int
) -> Callable[[Session], int]:
    def count(session: Session) -> int:
        over = clock.now() + timedelta(seconds=after)
        return (
            session.scalar(select(func.count()).select_from(what).where(getattr(what, column) <= over)) or 0
        )

    return count


def _first_offers_left(session: Session) -> int:
    first = select(func.count()).where(Offer.state == OfferState.OFFERED, Offer.position == 0)
    return session.scalar(first) or 0


def _clocks_left(session: Session) -> int:
    running = select(func.count()).where(Clock.state == ClockState.RUNNING)
    return session.scalar(running) or 0


CHORES = {
    "expire_offers": Chore(6 * _DAY, 150, _file_some, _first_offers_left),
    "ask_followups": Chore(_ASKED, 100, _file_some, _questions_left),
    "text_followups": Chore(0, 40, _plan_some_texts, _texts_left),
    "remind_of_dates": Chore(7 * _DAY, 40, _add_some_dates, _left(OutsideDate, "warn_at", 7 * _DAY)),
    "tell_of_offers": Chore(0, 60, _wish_for_offers, _untold_left),
    "write_digests": Chore(_morning(), 40, _address_some, _digests_left),
    "climb_ladders": Chore(_LATE, 150, _let_some_be_late, _late_left),
    "mark_clocks_missed": Chore(400 * _DAY, 100, _file_some, _clocks_left),
    # Two hours: what is over shows by the full hour only.
    "expire_sessions": Chore(7200, 15, _open_some, _left(SessionRow, "over_hour", 7200)),
    "expire_attempts": Chore(3 * _DAY, 15, _count_some, _left(Attempts, "ends_at", 3 * _DAY)),
    "give_up_files": Chore(31 * _DAY, 40, _name_some_files, _files_left),
    "settle_silence": Chore(10_800, 20, _text_some, _numbers_left),
    "expire_invitations": Chore(40 * _DAY, 15, _invite_some, _left(Invitation, "expires_at", 9 * _DAY)),
}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("faults") / "keys"


@pytest.fixture(scope="module")
def vault(keys: Path) -> Vault:
    return light_vault(keys)


def test_every_job_has_its_chore() -> None:
    """Errands, which talk to providers, have their own test (test_killed_sending)."""
    assert set(CHORES) == {job.name for job in JOBS if isinstance(job, Job)}


@pytest.mark.timeout(0)
def test_killed_dispatchers_leave_no_work_undone_and_none_done_twice(
    database: Database, vault: Vault, keys: Path
) -> None:
    world = World(database, vault)
    world.make_room()
    world.sign_in("other.lead")
    clock.set_offset(0)
    dice = random.Random()  # noqa: S311 - the moment of a kill is no secret
    each = share(30, short=40) // len(CHORES)
    with _dispatchers(database, keys) as ask:
        for name, chore in CHORES.items():
            answers: Counter[str] = Counter()
            chore.make(world)
            for _ in counted(f"dispatchers in {name} on {database.engine.dialect.name}", each):
                killed = answers["killed"]
                while answers["killed"] == killed:
                    delays = [dice.uniform(0, chore.longest_ms) for _ in range(_AT_ONCE)]
                    said = ask(name, chore.offset, delays)
                    answers += said
                    if said["finished"]:
                        chore.make(world)
                _check_once(world)
            assert ask(name, chore.offset, [_PLENTY_MS] * _AT_ONCE)["finished"] == _AT_ONCE
            assert not answers["failed"]
            with database.reading() as session:
                assert chore.left(session) == 0, name
    # The sessions that were open when it began are over by now, swept as a chore.
    world.cookies.clear()
    clock.set_offset(120)  # past the code of the first log-in
    check_access(world)
    told(
        f"{database.engine.dialect.name}: {each * len(CHORES)} dispatchers killed, three at once; each piece of work done once"
    )
    with database.reading() as session:
        assert verify_journal(session, vault).sound


@contextmanager
def _dispatchers(database: Database, keys: Path) -> Iterator[Callable[[str, int, list[float]], Counter[str]]]:
    """Ask for a job in several children at once, killing each after so many milliseconds; how each of them ended."""
    with warm_parent("tests.faults.warm_dispatcher", database.url, str(keys)) as tell:

        def ask(job: str, offset: int, milliseconds: list[float]) -> Counter[str]:
            words = [str(offset), job, *(str(int(each * 1000)) for each in milliseconds)]
            return Counter(tell(" ".join(words)).split())

        yield ask


def _check_once(world: World) -> None:
    """A case has one current offer at most, went on at most once for each offer that ran out, and missed each clock once."""
    with world.database.reading() as session:
        for case in session.scalars(select(Case)):
            offers = Counter(session.scalars(select(Offer.state).where(Offer.case_id == case.id)))
            assert offers[OfferState.OFFERED] <= 1
            clocks = Counter(session.scalars(select(Clock.state).where(Clock.case_id == case.id)))
            acts = Counter(entry.act for entry in read_journal(session, world.vault, CaseId(case.id)))
            assert acts["case.offer_expired"] == offers[OfferState.EXPIRED]
            assert acts["clock.missed"] == clocks[ClockState.MISSED]
            rungs = session.scalars(select(Escalation.state).where(Escalation.case_id == case.id)).all()
            assert acts["case.escalated"] == len(rungs)
            assert rungs.count(RungState.ASKED) <= 1
            lost = select(func.count()).where(
                Attachment.case_id == case.id, Attachment.state == FileState.LOST
            )
            assert acts["case.file_lost"] == session.scalar(lost)
            asked = session.scalars(
                select(Followup.state).where(Followup.case_id == case.id, Followup.asked_hour.is_not(None))
            ).all()
            assert acts["followup.asked"] == len(asked)
            assert asked.count(FollowupState.ASKED) <= 1
        assert without_next_step(session, world.vault) == []
