"""A helper answers by text: the reply stays in the thread, and goes out as a text where the worker agreed to be texted.

Above the rooms of cases and of texts, because it joins the two in one unit of work: both happen, or neither.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import (
    Case,
    CaseFacts,
    NotYours,
    SpokenYes,
    body_of,
    change_case,
    clean_answer,
    facts_of,
    keep_narrow_ready,
    latest_contact,
    open_compartments,
    owned_case,
    refuse_viewers,
    spoken_yes,
)
from app.cases.changes import TEXTS_STOPPED, last_of_stop
from app.cases.clocks import ASKING, clocks_of
from app.cases.desk import reply
from app.database import CaseId
from app.intake.answers_in_journal import TEXTED, unheard_answers
from app.intake.reaching import contacts_of, is_doubted_phone, listen_for_answer, phone_of_case
from app.intake.report import ContactWay
from app.messaging.composing import (
    LeakWarning,
    Segments,
    count_segments,
    fits_gsm,
    local_times,
    quiet_until,
    valid_for,
    warn_of_leaks,
)
from app.messaging.delivery import Purpose
from app.messaging.gateways.registry import Gateways
from app.messaging.models import Phone
from app.messaging.phones import is_opted_out, lock_phone
from app.messaging.queue import TextStatus, enqueue_text, texts_of_case
from app.network import SignedIn
from app.vault import Json, ReceiptRow, Vault, journal, read_journal

MOST_SEGMENTS_OF_A_REPLY = 10
"""A person may write more than a template may hold, but what no phone company carries is not tried."""

_BY_ITSELF = "followup.texted"


class CannotBeTexted(Exception):
    """No text may or can go to this worker; `why` says which. Nothing was stored."""

    def __init__(self, why: "Unreachable") -> None:
        super().__init__(why.value)
        self.why = why


class TooLongToText(Exception):
    """The words cost more than `MOST_SEGMENTS_OF_A_REPLY` segments; nothing was stored."""


class Unreachable(StrEnum):
    """Why a worker who wrote by text, or left a number on the form, cannot be answered by text."""

    STOPPED = "stopped"
    CALL_ONLY = "call_only"
    NOT_AGREED = "not_agreed"
    NO_NUMBER = "no_number"
    FORGOTTEN = "forgotten"
    DOUBTED = "doubted"
    NO_WAY = "no_way"


@dataclass(frozen=True)
class TextWay:
    """How a text reaches the worker of a case, or why none does; `two_way` when the worker can answer it by text.

    With `by_form` nobody has proven whose number it is: a text that comes from it begins a report of its own,
    or answers a helper who texted it, and then stands in no inbox.
    """

    whose: str
    by_form: bool
    why_not: Unreachable | None
    two_way: bool = False
    country: str | None = None
    phone_id: UUID | None = None


@dataclass(frozen=True)
class CaseTexts:
    """The texts of a case for the desk, never their words: `answers` by the entry that each carries."""

    way: TextWay
    answers: dict[UUID, TextStatus]
    automatic: tuple[TextStatus, ...]
    later: frozenset[UUID]  # those that were to wait for the morning
    has_code: bool  # whether anybody can read the inbox
    heard: SpokenYes | None = None  # who heard the worker agree to them
    unheard: TextStatus | None = None  # the last answer, where nobody heard it


@dataclass(frozen=True)
class Preview:
    """A text before it is sent: what it costs and why, what it gives away, and whether it would wake somebody.

    `safe_times` are the worker's own words, where the writer may read them: no clock can tell whether it is such a time now.
    """

    words: str
    segments: Segments
    odd_signs: tuple[str, ...]
    without_them: int
    leaks: tuple[LeakWarning, ...]
    country: str | None
    now_there: tuple[datetime, ...]
    morning: datetime | None
    safe_times: str


def texts_for_desk(session: Session, vault: Vault, gateways: Gateways, case_id: CaseId) -> CaseTexts | None:
    """What the desk shows of the texts of a case that its reader has opened; None where the form asked for the inbox only."""
    case = session.get_one(Case, case_id)
    facts = facts_of(vault, case)
    if not facts.beyond_inbox:
        return None
    acts = read_journal(session, vault, case_id)
    texted = [act.detail for act in acts if act.act == TEXTED]
    entry_of = {UUID(detail["text"]): UUID(detail["entry"]) for detail in texted}
    # One text is about every case of the phone for which it was time: the journal of each names it.
    merged = {UUID(act.detail["text"]) for act in acts if act.act == _BY_ITSELF}
    texts = texts_of_case(session, case_id, merged)
    answers = {entry_of[text.id]: text for text in texts if text.id in entry_of}
    last = next(unheard_answers(acts), None)
    with_code = select(ReceiptRow.id).where(ReceiptRow.case_id == case_id, ReceiptRow.ended_hour.is_(None))
    return CaseTexts(
        way=_way(session, vault, gateways, case, facts),
        answers=answers,
        automatic=tuple(text for text in texts if text.id not in entry_of),
        later=frozenset(UUID(detail["text"]) for detail in texted if detail["later"]),
        has_code=session.scalars(with_code).first() is not None,
        heard=spoken_yes(session, vault, case_id),
        unheard=None if last is None else answers.get(UUID(last.detail["entry"])),
    )


def preview_text(
    session: Session, vault: Vault, gateways: Gateways, by: SignedIn, case_id: CaseId, text: str
) -> Preview:
    """Look at a text before it is sent, on a reading unit; raises `EmptyText`, `TextTooLong`, `CannotBeTexted` and as `reply`."""
    words = clean_answer(text)
    case = owned_case(session, by, case_id)
    refuse_viewers(by)
    if not case.is_open:
        raise NotYours
    way = _open_way(session, vault, gateways, case)
    odd = tuple(dict.fromkeys(sign for sign in words if not fits_gsm(sign)))
    now = clock.now()
    return Preview(
        words=words,
        segments=count_segments(words),
        odd_signs=odd,
        without_them=count_segments("".join("x" if sign in odd else sign for sign in words)).count,
        leaks=warn_of_leaks(session, vault, case, words),
        country=way.country,
        now_there=local_times(way.country, now),
        morning=quiet_until(way.country, now),
        safe_times=_safe_times(session, vault, by, case_id) if way.by_form else "",
    )


def answer_by_text(  # noqa: PLR0913 - what makes a text, each by its name
    session: Session,
    vault: Vault,
    gateways: Gateways,
    by: SignedIn,
    case_id: CaseId,
    text: str,
    submission_id: UUID,
    *,
    in_the_morning: bool,
    seen_version: int | None = None,
) -> UUID:
    """Reply to the worker and send the reply as a text too; the text's id. Sent twice it is kept and texted once.

    `in_the_morning` lets it wait for the hours in which it wakes nobody. Raises `CannotBeTexted`, `TooLongToText` and as `reply`.
    """
    words = clean_answer(text)
    seen = phone_of_case(session, vault, case_id)
    if seen is not None:
        lock_phone(session, seen.id)  # before the case, as everybody does
    case = change_case(session, by, case_id)
    if count_segments(words).count > MOST_SEGMENTS_OF_A_REPLY:
        raise TooLongToText
    way = _open_way(session, vault, gateways, case)
    phone = session.get_one(Phone, way.phone_id)
    asking = {row.id for row in clocks_of(session, case) if row.state in ASKING}
    entry_id = reply(session, vault, by, case_id, words, submission_id, seen_version)
    met = [str(row.id) for row in clocks_of(session, case) if row.id in asking and row.state not in ASKING]
    before = {known.id for known in texts_of_case(session, case_id)}
    morning = quiet_until(way.country, clock.now()) if in_the_morning else None
    text_id = enqueue_text(
        session,
        vault,
        key=("reply", str(entry_id)),
        purpose=Purpose.REPLY,
        body=words,
        phone=phone,
        case_id=case_id,
        valid_for=valid_for(way.country, morning or clock.now()),
        due_at=morning,
    )
    if text_id is None:
        raise CannotBeTexted(Unreachable.FORGOTTEN)
    if text_id not in before:
        detail: dict[str, Json] = {"entry": str(entry_id), "text": str(text_id), "later": morning is not None}
        detail["met"] = [*met]
        journal(session, vault, case_id, TEXTED, by.actor, detail)
        if way.two_way:
            # What the worker answers may restrict the case, and nobody who could seal it anew is there then.
            keep_narrow_ready(session, vault, case, open_compartments(session, vault, by, case_id))
        if way.by_form and way.two_way:
            listen_for_answer(session, vault, case, phone)
    return text_id


def _safe_times(session: Session, vault: Vault, by: SignedIn, case_id: CaseId) -> str:
    opened = open_compartments(session, vault, by, case_id)
    return str(
        latest_contact(body_of(opened, row) for row in contacts_of(session, case_id)).get("safe_times") or ""
    )


def _open_way(session: Session, vault: Vault, gateways: Gateways, case: Case) -> TextWay:
    way = _way(session, vault, gateways, case, facts_of(vault, case))
    if way.why_not is not None:
        raise CannotBeTexted(way.why_not)
    return way


def _way(session: Session, vault: Vault, gateways: Gateways, case: Case, facts: CaseFacts) -> TextWay:
    phone = phone_of_case(session, vault, CaseId(case.id))
    here = TextWay(facts.phone, by_form=not facts.phone, why_not=None)
    if _said_stop(session, vault, case, phone):
        return replace(here, why_not=Unreachable.STOPPED)
    if facts.reach != ContactWay.TEXT:
        called = facts.reach == ContactWay.CALL
        return replace(here, why_not=Unreachable.CALL_ONLY if called else Unreachable.NOT_AGREED)
    if phone is None or phone.tag is None or phone.number_sealed is None:
        return replace(here, why_not=Unreachable.NO_NUMBER if here.by_form else Unreachable.FORGOTTEN)
    if is_doubted_phone(session, vault, case, phone):
        return replace(here, why_not=Unreachable.DOUBTED)
    route = gateways.route_to(phone.country, phone.gateway, phone.line)
    if route is None:
        return replace(here, why_not=Unreachable.NO_WAY)
    return replace(here, two_way=route.two_way, country=phone.country, phone_id=phone.id)


def _said_stop(session: Session, vault: Vault, case: Case, phone: Phone | None) -> bool:
    if phone is not None and phone.tag is not None:
        return is_opted_out(session, vault, phone.tag, phone.line)
    # Once the number is forgotten, only the case itself still tells that texts were stopped, or that START took it back.
    return last_of_stop(read_journal(session, vault, CaseId(case.id))) == TEXTS_STOPPED
