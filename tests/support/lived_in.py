"""A network in which every signed table has rows."""

import secrets
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from app import clock
from app.attachments import DeclaredFile, FileKind, FileRefusal, declared_rows
from app.attachments.completing import part_place
from app.attachments.kinds import FileState
from app.attachments.models import AttachmentChunk, AttachmentPart
from app.cases.case import Escalation, HowAllowed, agreement_row, beside_row
from app.cases.custody.reading import agree_to_read, ask_to_read
from app.cases.desk import add_outside_date, end_outside_date, finish_task, plan_task
from app.cases.desk.answering import note, reply
from app.cases.enums import ClockKind, OutsideDateKind, Rung, RungState, TalkHow, TextAbout
from app.cases.followups import PlannedText
from app.database import CaseId, new_id
from app.messaging.delivery import Purpose
from app.messaging.gateways.simulator import LINE, NAME
from app.messaging.members.addresses import Channel, keep_address
from app.messaging.members.notices import Notice, choose_notices
from app.messaging.models import Phone
from app.messaging.phones.numbers import read_number
from app.messaging.phones.text_requests import keep_text_request, seal_text_request
from app.messaging.queue.outgoing import enqueue_text
from app.network import (
    Role,
    be_away,
    choose_procedure,
    declare_interest,
    invite_member,
    set_turn,
    start_tablet,
    vouch,
)
from app.vault import (
    Compartment,
    Vault,
    current_compartments,
)
from tests.harness.world import site_id
from tests.support.desk import Desk


def live_in(desk: Desk) -> Desk:
    """Give every signed table rows: a case answered by text too, one in custody that two agreed to read, an invitation."""
    world = desk.world
    case_id = desk.accepted()
    held = world.case_of(world.file(exclude_other="my cousin Zubin"))
    with desk.database.writing() as session:
        reply(session, world.vault, desk.lead, case_id, "We are here.", uuid4())
        note(session, world.vault, desk.lead, case_id, "A note.", uuid4())
        request = ask_to_read(session, world.vault, desk.custodian, held, "Nobody answers.")
        agree_to_read(session, world.vault, desk.second_custodian, request)
        invite_member(
            session,
            world.vault,
            organisation_id=world.far.id,
            role=Role.LEAD,
            login="somebody.new",
            name="Somebody New",
        )
        declare_interest(
            session,
            world.vault,
            organisation_id=world.buyer.id,
            site_id=site_id(world.site),
            reason="It buys there.",
        )
        for by in (desk.lead, desk.custodian):
            keep_address(session, world.vault, by, Channel.EMAIL, "somebody@mail.example")
        keep_address(session, world.vault, desk.lead, Channel.TEXT, "+60123450901")
        _be_on_duty(session, desk)
        _stand_beside(session, desk, case_id, held)
        _follow_laws(session, desk)
    with desk.database.writing() as session:
        _be_late(session, desk, case_id)
        for kind, days in ((OutsideDateKind.FLIGHT, 20), (OutsideDateKind.HEARING, 40)):
            on = (clock.now() + timedelta(days=days)).date()
            sent = uuid4()
            add_outside_date(session, world.vault, desk.lead, case_id, kind, on, sent)
        end_outside_date(session, world.vault, desk.lead, case_id, sent)
        for on in (clock.now().date() + timedelta(days=days) for days in (2, 3)):
            plan_task(session, world.vault, desk.lead, case_id, f"Call them, {on}.", on, planned := uuid4())
        finish_task(session, world.vault, desk.lead, case_id, planned)
    _send_files(desk)
    with desk.database.writing() as session:
        for of in (case_id, held):
            hour = clock.hour_of(clock.now())
            asked = {"subject_id": new_id(), "planned_hour": hour, "due_at": hour + timedelta(days=1)}
            session.add(PlannedText(case_id=of, about=TextAbout.QUESTION, **asked))
    with desk.database.writing() as session:
        for number, of in (("+60123450902", case_id), ("+60123450903", held)):
            _text_to(session, world.vault, number, of)
    return desk


def _send_files(desk: Desk) -> None:
    """Two photos that came whole, in two parts each, and two of which only some chunks did."""
    vault = desk.world.vault
    for case_id in (desk.accepted(), desk.accepted()):
        with desk.database.writing() as session:
            for kind, refusal in (
                (FileState.KEPT, FileRefusal.PIXELS),
                (FileState.WAITING, FileRefusal.TOO_LONG),
            ):
                declared = DeclaredFile(
                    uuid4(), FileKind.PHOTO, 100_000, secrets.token_bytes(32), secrets.token_bytes(32)
                )
                [row] = declared_rows(vault, case_id, [declared])
                row.state, row.refusal = kind, refusal
                session.add(row)
                session.flush()
                of: dict[str, Any] = {"case_id": case_id, "attachment_id": row.id}
                key = current_compartments(session, vault, case_id)[Compartment.ACCOUNT]
                for number in (0, 1):
                    sealed = vault.seal_part(key, part_place(row.id, number), b"%d" % number)
                    if kind is FileState.KEPT:
                        session.add(AttachmentPart(**of, number=number, version=number, sealed=sealed))
                    else:
                        session.add(AttachmentChunk(**of, number=number, key=f"key {number}", sealed=sealed))


def _stand_beside(session: Session, desk: Desk, *case_ids: CaseId) -> None:
    """A tablet of each of two members, and one of these cases told beside each."""
    vault = desk.world.vault
    for case_id, by in zip(case_ids, (desk.lead, desk.caseworker), strict=True):
        started = start_tablet(session, vault, by, f"Gate of {by.name}", 8, uuid4())
        heard = agreement_row(vault, case_id, uuid4(), by, TalkHow.VISIT, clock.now())
        heard.ended_hour = None if by is desk.lead else clock.hour_of(clock.now())
        session.add(heard)
        session.add(
            beside_row(
                vault, case_id, HowAllowed.TAP, "en", vouch(session, vault, started.authority), uuid4()
            )
        )


def _follow_laws(session: Session, desk: Desk) -> None:
    """Two organisations, each with a law and a region of its own."""
    profiles, regions = ("eu_whistleblower", "csddd_procedure"), ("MY-10", "MY-14")
    for by, profile, region in zip((desk.lead, desk.far), profiles, regions, strict=True):
        choose_procedure(session, desk.world.vault, by, profile, region, profiles=profiles, regions=regions)


def _be_on_duty(session: Session, desk: Desk) -> None:
    """Two turns and two absences, so that one can be put in the other's place, and what two want to be told of."""
    vault, today = desk.world.vault, clock.now().date()
    for number, who in enumerate((desk.lead, desk.caseworker)):
        set_turn(
            session,
            vault,
            desk.lead,
            who.member.id,
            weekdays=frozenset({number}),
            first=None,
            last=None,
            submission_id=uuid4(),
        )
        be_away(session, vault, who, today + timedelta(days=30), today + timedelta(days=31), uuid4())
        choose_notices(session, vault, who, {Notice.DANGER: frozenset({Channel.EMAIL})})


def _text_to(session: Session, vault: Vault, number: str, case_id: CaseId) -> None:
    """A wish to be texted, and a text that waits."""
    wish = seal_text_request(vault, case_id, read_number(number, LINE, None), NAME, LINE)
    keep_text_request(session, wish)
    enqueue_text(
        session,
        vault,
        key=("reply", number),
        purpose=Purpose.REPLY,
        body="We are here.",
        phone=session.get_one(Phone, wish.wish.phone_id),
        case_id=case_id,
        valid_for=timedelta(hours=2),
    )


def _be_late(session: Session, desk: Desk, case_id: CaseId) -> None:
    """Two rungs of a ladder: one that ended, and one on which the lead stands."""
    now, days = clock.hour_of(clock.now()), timedelta(days=1)
    common = {"case_id": case_id, "organisation_id": desk.world.near.id}
    session.add(
        Escalation(
            **common,
            clock_id=new_id(),
            kind=ClockKind.READ,
            rung=Rung.HELPER,
            state=RungState.PASSED_ON,
            member_id=desk.lead.member.id,
            late_since=now - 2 * days,
            asked_hour=now - 2 * days,
            due_at=now,
            ended_hour=now,
        )
    )
    session.add(
        Escalation(
            **common,
            clock_id=new_id(),
            kind=ClockKind.ACKNOWLEDGE,
            rung=Rung.LEAD,
            late_since=now - days,
            asked_hour=now,
            due_at=now + days,
        )
    )
