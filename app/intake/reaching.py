"""Reaching a worker by text: the one link from a case to its phone, and the number that was left on the form.

At filing the web process has the number in the clear for a moment. It is sealed once more then, to the contact key, because only so
can a dispatcher send to it: the number in the case itself opens to the helper alone. Who ticked "Text me" was told what that shows
to others and agreed: a helper's own answer may be sent, and that there is a question or news to look for. The number is kept for
exactly as long as a helper may read the case: not while nobody may, and not after the worker took the case back or said stop.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import Case, Entry, body_of, facts_of, latest_contact
from app.cases.enums import ConsentLevel, EntryKind
from app.cases.worker import Worker
from app.database import CaseId
from app.followups import AskingWay
from app.intake.conversation.machine import Position, Step, WhosePhone
from app.intake.conversation.store import (
    Conversation,
    cases_of_phone,
    is_doubted,
    last_number,
    live_conversations,
    move_conversation,
    new_conversation,
    position_of,
)
from app.intake.report import ContactWay, Report
from app.intake.sealing import SealedGrievance
from app.messaging.gateways.registry import Gateways, Route
from app.messaging.models import Phone
from app.messaging.phones import (
    Number,
    SealedTextRequest,
    end_text_request,
    is_our_line,
    read_written_number,
    requested_phone,
    seal_text_request,
)
from app.messaging.queue import cancel_texts, forget_phone
from app.vault import Vault, open_grant, read_journal, sound

_A_MOMENT = timedelta(hours=1)


def phone_of_case(session: Session, vault: Vault, case_id: CaseId) -> Phone | None:
    """The phone on which the worker of a case may be texted: the one that wrote, or the one that was left on the form."""
    conversations = session.scalars(select(Conversation).where(Conversation.case_id == case_id)).all()
    may = {talk.phone_id for talk in conversations if position_of(vault, talk) is not None}
    asked = requested_phone(session, vault, case_id)
    phones = select(Phone).where(Phone.id.in_(may if asked is None else may | {asked}))
    found = list(sound(vault, session.scalars(phones)))
    # One that was forgotten, and left anew, is there twice.
    return next((phone for phone in found if phone.number_sealed is not None), next(iter(found), None))


def way_to_ask(gateways: Gateways, session: Session, vault: Vault, case: Case) -> AskingWay | None:
    """How a text that comes by itself reaches the worker of a case; None where there is any doubt whose phone it is.

    Where a phone has several cases, one text is about all of them; a number from the form is told where to look if it cannot text
    back.
    """
    phone = phone_of_case(session, vault, CaseId(case.id))
    if phone is None or phone.tag is None or phone.number_sealed is None:
        return None
    route = gateways.route_to(phone.country, phone.gateway, phone.line)
    talks = [(talk, position_of(vault, talk)) for talk in live_conversations(session, phone.id)]
    positions = [position for _, position in talks if position is not None]
    if route is None or any(is_in_doubt(position) for position in positions):
        return None
    if is_doubted(read_journal(session, vault, CaseId(case.id)), facts_of(vault, case)):
        return None  # also where the conversation that it was said in was taken away, ended or put back by others
    busy, cases = any(map(_is_busy, positions)), frozenset(cases_of_phone(session, vault, phone.id))
    if not facts_of(vault, case).phone:
        listen = partial(_listen, session, vault, case, phone) if route.two_way else None
        return AskingWay(phone, case.language, route.two_way, busy, cases, listen)
    own = next((position for talk, position in talks if talk.case_id == case.id), None)
    if own is None or own.contact is not ContactWay.TEXT or own.stopped is not None or not route.two_way:
        return None
    return AskingWay(phone, own.language, True, busy, cases)


def _listen(session: Session, vault: Vault, case: Case, phone: Phone) -> None:
    """Take digits from a phone that was left on the form and is asked now; one that wrote by itself is listened to already."""
    if live_conversations(session, phone.id):
        return
    position = Position(
        Step.OPEN,
        case.language,
        whose=WhosePhone.OWN,
        consent=facts_of(vault, case).consent,
        contact=ContactWay.TEXT,
        settled=True,
        reached=True,
        from_form=True,
    )
    number = 1 + last_number(session, phone.id)
    session.add(new_conversation(vault, phone.id, case.id, number, position, clock.now()))
    session.flush()


def listen_for_answer(session: Session, vault: Vault, case: Case, phone: Phone) -> None:
    """Take words from a phone that was left on the form as the answer to a helper who texts it now; the phone's row is locked.

    A conversation that the phone began by itself goes on as it is; while nobody knows whose phone it is, its words are for this
    helper too.
    """
    _listen(session, vault, case, phone)
    (latest, *_) = live_conversations(session, phone.id)
    position = position_of(vault, latest)
    if latest.case_id == case.id and position is not None and position.from_form:
        move_conversation(vault, latest, replace(position, helper_wrote=clock.now()), latest.silent_at)
        session.flush()
    elif latest.case_id != case.id and position is not None and position.whose is WhosePhone.UNKNOWN:
        wrote = replace(position, helper_wrote=clock.now(), helper_case=case.id)
        move_conversation(vault, latest, wrote, latest.silent_at)
        session.flush()


def _is_busy(position: Position) -> bool:
    """Whether something else was asked or said a moment ago."""
    asks = position.waits and position.step is not Step.QUIET
    return asks or (position.last_at is not None and abs(clock.now() - position.last_at) < _A_MOMENT)


def is_in_doubt(position: Position) -> bool:
    """Whether somebody else may hold the phone: it was said so, or said and taken back, or its holder asked who we are."""
    return position.whose is not WhosePhone.OWN or _may_be_others(position)


def is_doubted_phone(session: Session, vault: Vault, case: Case, phone: Phone) -> bool:
    """Whether somebody said on the phone of a case that it may be another's; that nobody has said whose it is, is no doubt yet."""
    positions = (position_of(vault, talk) for talk in live_conversations(session, phone.id))
    if any(position is not None and _may_be_others(position) for position in positions):
        return True
    return is_doubted(read_journal(session, vault, CaseId(case.id)), facts_of(vault, case))


def _may_be_others(position: Position) -> bool:
    others = position.whose in (WhosePhone.SHARED, WhosePhone.COMPANY)
    return others or position.taken_back or position.doubted_at is not None


def contacts_of(session: Session, case_id: CaseId) -> Sequence[Entry]:
    """The entries in which a worker said how to be reached, the newest last; sealed."""
    query = select(Entry).where(Entry.case_id == case_id, Entry.kind == EntryKind.CONTACT)
    return session.scalars(query.order_by(Entry.seq)).all()


def can_be_texted(gateways: Gateways, written: str, country: str | None) -> bool:
    """Whether texts can go to a number as it was written in this country.

    Told by the number and our gateways alone, never by what we know of it: whoever tries somebody else's number on the form must
    not find out that it wrote to us before, or said stop.
    """
    return _way_to(gateways, written, country) is not None


def with_text_request(
    vault: Vault, gateways: Gateways, report: Report, sealed: SealedGrievance
) -> SealedGrievance:
    """The same sealed report, with the number to text where its worker asked for texts and one can come; raises `TooBusy`.

    Only then is a second Argon2id spent. A report that nobody may read yet keeps its number in the case alone.
    """
    if report.contact is not ContactWay.TEXT or report.consent is ConsentLevel.NOBODY:
        return sealed
    wish = sealed_wish(vault, gateways, CaseId(sealed.case.id), report.phone, sealed.case.country)
    return sealed if wish is None else replace(sealed, wish=wish[1])


def request_texts_again(
    session: Session, vault: Vault, gateways: Gateways, worker: Worker, level: ConsentLevel | None = None
) -> SealedTextRequest | None:
    """The wish of a worker who lets a helper read again, out of the case that the code opens; for `keep_text_request`.

    `level` is the consent that is to hold, if it changes. None where nobody may read, where no wish was left, where it still
    stands, and where a STOP ended it. On a reading unit. Raises `TooBusy`.
    """
    case = session.get_one(Case, worker.case_id)
    facts = facts_of(vault, case)
    if (level or facts.consent) is ConsentLevel.NOBODY or facts.reach != ContactWay.TEXT:
        return None
    known = phone_of_case(session, vault, worker.case_id)
    if known is not None and known.number_sealed is not None:
        return None
    opened = open_grant(session, vault, worker.case_id, worker.keys)
    written = latest_contact(body_of(opened, row) for row in contacts_of(session, worker.case_id)).get(
        "phone", ""
    )
    wish = sealed_wish(vault, gateways, worker.case_id, written, case.country)
    return None if wish is None else wish[1]


def stop_texts(session: Session, vault: Vault, case_id: CaseId) -> None:
    """The worker takes the case back: what still waits is called off, and a number from the form is forgotten.

    Before the case is locked, so that this and a STOP from the same phone never wait for each other in a circle.
    """
    phone = end_text_request(session, vault, case_id)
    cancel_texts(session, vault, case_id=case_id)
    if phone is not None:
        _stop_listening(session, vault, case_id, phone)
    # Somebody else on the same phone may still want to be answered.
    if phone is not None and not live_conversations(session, phone.id):
        forget_phone(session, vault, phone)


def _stop_listening(session: Session, vault: Vault, case_id: CaseId, phone: Phone) -> None:
    for talk in live_conversations(session, phone.id):
        position = position_of(vault, talk)
        if talk.case_id == case_id and position is not None and position.from_form:
            move_conversation(vault, talk, position.to(Step.ENDED), None)
    session.flush()


def sealed_wish(
    vault: Vault, gateways: Gateways, case_id: CaseId, written: str, country: str | None
) -> tuple[Number, SealedTextRequest] | None:
    """A number as it was written in this country, and the wish to be texted on it; None where no text can go. Raises `TooBusy`."""
    way = _way_to(gateways, written, country)
    if way is None:
        return None
    number, route = way
    return number, seal_text_request(vault, case_id, number, route.gateway, route.line)


def _way_to(gateways: Gateways, written: str, country: str | None) -> tuple[Number, Route] | None:
    number = read_written_number(written, country)
    route = None if number is None else gateways.route_to(number.country, None)
    if number is None or route is None or is_our_line(number, route.line):
        return None
    return number, route
