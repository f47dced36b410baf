"""The outgoing queue: a text is written down in the same unit of work as what it tells of, once for each key, and sent later.

Bodies are sealed to the contact key, so the process that writes them cannot read them back. Taking the body away is also how
a text is called off that a dispatcher has already claimed: it looks once more right before it sends.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.database import (
    CaseId,
    Lock,
    Statement,
    hour_of_id,
    insert_rows,
    insert_unless_taken,
    locking,
    new_id,
    new_row,
)
from app.messaging.composing import count_segments
from app.messaging.delivery import NOT_URGENT, Delivery, Purpose
from app.messaging.models import MemberAddress, OutgoingStep, OutgoingText, Phone
from app.messaging.phones import is_opted_out
from app.messaging.queue.replies import note_unheard
from app.vault import KeyHolder, Place, Vault, holder_of, is_sound, sign_row, sound, sound_or_none

EMAIL = "email"
"""The channel of an address, and the name of the gateway, through which a member is alerted by e-mail."""

MERGED = "merged"
"""The reason of an alert that another one speaks for."""

FORGED = "forged"
"""The reason of a text that others wrote, turned to somebody else, or whose recipient they wrote."""

_KEY = "outgoing text"


@dataclass(frozen=True)
class TextStatus:
    """How far a text of a case has come, for the desk; never its words."""

    id: UUID
    purpose: Purpose
    state: Delivery
    hour: datetime
    reason: str | None
    segments: int
    steps: tuple[tuple[Delivery, datetime, str | None], ...]
    goes_at: datetime  # when it may go, while it waits


def enqueue_text(  # noqa: PLR0913 - what makes a text, each by its name
    session: Session,
    vault: Vault,
    *,
    key: tuple[str, ...],
    purpose: Purpose,
    body: str,
    phone: Phone,
    case_id: CaseId | None,
    valid_for: timedelta,
    due_at: datetime | None = None,
) -> UUID | None:
    """Write a text down for a phone, once for each key; its id, or None when nothing may be sent to this phone any more."""
    if phone.tag is None or is_opted_out(session, vault, phone.tag, phone.line):
        return None
    text = seal_text(vault, key=key, purpose=purpose, body=body, valid_for=valid_for, due_at=due_at)
    return keep_text(session, text, phone, case_id)


def seal_text(
    vault: Vault,
    *,
    key: tuple[str, ...],
    purpose: Purpose,
    body: str,
    valid_for: timedelta,
    due_at: datetime | None = None,
) -> OutgoingText:
    """A sealed text to nobody yet, for whoever seals before the unit of work that writes it down with `keep_text`."""
    text_id = new_id()
    counted = count_segments(body)
    due_at = due_at or clock.now()
    return OutgoingText(
        id=text_id,
        key=vault.lookup(_KEY, "\x1f".join(key)),
        purpose=purpose,
        body_sealed=vault.seal_to_contact(body_place(text_id), body),
        encoding=counted.encoding,
        segments=counted.count,
        state=Delivery.WAITING,
        due_at=due_at,
        # Up to the quarter of an hour, since the minute of an answer is that of a worker's text. `due_at` stays exact until it went
        # out: it is the order in which the texts of one phone go.
        valid_until=clock.quarter_after(due_at + valid_for),
        attempts=0,
        redacted=False,
    )


def keep_text(session: Session, text: OutgoingText, phone: Phone, case_id: CaseId | None) -> UUID | None:
    """Write a sealed text down for a phone, once for each key; its id, or None when the phone's number is forgotten.

    The caller has asked whether somebody said stop there; right before it goes out this is asked once more in any case.
    """
    if phone.tag is None or phone.number_sealed is None:
        return None
    _address(text, phone.id, phone.gateway, phone.line, case_id)
    return _keep(session, text)


def keeping(
    vault: Vault, text: OutgoingText, phone_id: UUID, gateway: str, line: str, case_id: CaseId
) -> Statement:
    """As `keep_text` for a phone that `holding` locks, for a unit of work that sends several statements together."""
    _address(text, phone_id, gateway, line, case_id)
    sign_row(vault, text)
    return new_row(text)


def _address(text: OutgoingText, phone_id: UUID, gateway: str, line: str, case_id: CaseId | None) -> None:
    text.phone_id, text.gateway, text.line, text.case_id = phone_id, gateway, line, case_id


def enqueue_alert(  # noqa: PLR0913 - what makes an alert, each by its name
    session: Session,
    vault: Vault,
    *,
    key: tuple[str, ...],
    body: str,
    address: MemberAddress,
    valid_for: timedelta,
    subject: str = "",
    case_id: CaseId | None = None,
    rung_id: UUID | None = None,
    due_at: datetime | None = None,
) -> UUID:
    """Write an alert down for a member's own number or e-mail address, once for each key; `subject` only heads an e-mail.

    With the rung of a ladder it is called off when that asks nobody any more.
    """
    by_email = address.channel == EMAIL
    words = f"{subject}\n\n{body}" if by_email else body
    text = seal_text(vault, key=key, purpose=Purpose.ALERT, body=words, valid_for=valid_for, due_at=due_at)
    text.case_id, text.address_id, text.rung_id = case_id, address.id, rung_id
    # Which gateway reaches a member's country is looked up when the alert goes out.
    text.gateway, text.line = EMAIL if by_email else "", ""
    return _keep(session, text)


def note_merged_alert(
    session: Session,
    vault: Vault,
    *,
    key: tuple[str, ...],
    address: MemberAddress,
    case_id: CaseId,
    rung_id: UUID | None = None,
) -> None:
    """Write down that an alert was not sent by itself, because another one of the same case says the same: nothing goes unseen."""
    text = seal_text(vault, key=key, purpose=Purpose.ALERT, body="", valid_for=timedelta())
    text.case_id, text.address_id, text.rung_id = case_id, address.id, rung_id
    text.gateway, text.line = "", ""
    text.body_sealed, text.state, text.reason, text.redacted = None, Delivery.CANCELLED, MERGED, True
    _keep(session, text)


def is_written_down(session: Session, vault: Vault, key: tuple[str, ...]) -> bool:
    """Whether there is a text for this key already, whatever became of it."""
    return bool(written_down(session, vault, [key]))


def written_down(
    session: Session, vault: Vault, keys: Iterable[tuple[str, ...]]
) -> frozenset[tuple[str, ...]]:
    """For which of these keys there is a text already."""
    tags = {vault.lookup(_KEY, "\x1f".join(key)): key for key in keys}
    found = session.scalars(select(OutgoingText.key).where(OutgoingText.key.in_(tags)))
    return frozenset(tags[tag] for tag in found)


def anything_waits(session: Session, phone_id: UUID) -> bool:
    """Whether something that was written for this phone has not been handed to a provider yet."""
    waiting = (Delivery.WAITING, Delivery.CLAIMED)
    query = select(OutgoingText.id).where(OutgoingText.phone_id == phone_id, OutgoingText.state.in_(waiting))
    return session.scalars(query.limit(1)).first() is not None


def cancel_texts(
    session: Session,
    vault: Vault,
    phone_id: UUID | None = None,
    case_id: CaseId | None = None,
    only: Purpose | None = None,
) -> int:
    """Call off what was not handed over yet to this phone, of this case, or both; how many texts that were.

    With `only` no others than those of that purpose.
    """
    if phone_id is None and case_id is None:
        raise ValueError("cancelling every text is not meant")
    theirs = [
        column == value
        for column, value in ((OutgoingText.phone_id, phone_id), (OutgoingText.case_id, case_id))
        if value is not None
    ]
    if only is not None:
        theirs.append(OutgoingText.purpose == only)
    waiting = _cancel_waiting(session, and_(*theirs))
    note_unheard(session, vault, waiting)
    # A dispatcher may be about to send these, or did so and got no answer: it finds no body any more, and says which it was.
    underway = OutgoingText.state.in_((Delivery.CLAIMED, Delivery.UNCLEAR))
    has_body = OutgoingText.body_sealed.is_not(None)
    return len(waiting) + len(_call_off(session, and_(underway, has_body, *theirs), None))


def cancel_waiting_text(session: Session, text_id: UUID) -> bool:
    """Call off one text that no dispatcher has taken up; False, and nothing happens, when it does not wait any more."""
    return bool(_cancel_waiting(session, OutgoingText.id == text_id))


def cancel_replies(session: Session, case_id: CaseId) -> list[UUID]:
    """Call off the helpers' answers of a case that wait and that nobody else has in hand just now; which those were.

    Nobody is waited for, since the caller has the case's row already (app/database/lock_order.py).
    """
    theirs = and_(OutgoingText.case_id == case_id, OutgoingText.purpose == Purpose.REPLY)
    return _cancel_waiting(session, theirs, wait=False)


def went_by(session: Session, vault: Vault, phone_id: UUID) -> list[datetime]:
    """By when each text that was not urgent went or will go to this phone at the latest; what was never sent is left out."""
    found = session.scalars(
        select(OutgoingText).where(
            OutgoingText.phone_id == phone_id,
            OutgoingText.purpose.in_(NOT_URGENT),
            OutgoingText.state.not_in((Delivery.CANCELLED, Delivery.EXPIRED, Delivery.OPTED_OUT)),
        )
    )
    return [text.valid_until for text in sound(vault, found)]


def state_of_text(session: Session, vault: Vault, text_id: UUID) -> Delivery | None:
    """How far a text has come; None where it is gone, or others changed it."""
    text = sound_or_none(vault, session.get(OutgoingText, text_id, populate_existing=True))
    return None if text is None else text.state


def case_of_text(session: Session, vault: Vault, text_id: UUID | None) -> UUID | None:
    """The case that a text was written down for."""
    text = None if text_id is None else sound_or_none(vault, session.get(OutgoingText, text_id))
    return None if text is None else text.case_id


def texts_of_case(session: Session, case_id: CaseId, merged: Collection[UUID] = ()) -> list[TextStatus]:
    """Every text of a case that went or will go to the worker, newest last.

    `merged` are those that were written down for another case of the phone and are about this one too.
    """
    own = OutgoingText.case_id == case_id
    texts = session.scalars(
        select(OutgoingText).where(
            or_(own, OutgoingText.id.in_(merged)) if merged else own, OutgoingText.purpose != Purpose.ALERT
        )
    ).all()
    steps: dict[UUID, list[tuple[Delivery, datetime, str | None]]] = {
        text.id: [(Delivery.WAITING, hour_of_id(text.id), None)] for text in texts
    }
    for step in session.scalars(select(OutgoingStep).where(OutgoingStep.text_id.in_(steps))):
        steps[step.text_id].append((step.state, step.hour, step.reason))
    holder, order = holder_of(session), list(Delivery)
    for history in steps.values():
        history.sort(key=lambda step: (step[1], order.index(step[0])))
    return [
        _status_of(holder, text, tuple(steps[text.id]))
        for text in sorted(texts, key=lambda text: (hour_of_id(text.id), text.due_at))
    ]


def _status_of(
    holder: KeyHolder, text: OutgoingText, steps: tuple[tuple[Delivery, datetime, str | None], ...]
) -> TextStatus:
    # One that others changed is not left out: whoever wrote an answer has to see that it does not stand as it was written.
    told = (text.state, text.reason) if is_sound(holder, text) else (Delivery.FAILED, FORGED)
    return TextStatus(
        id=text.id,
        purpose=text.purpose,
        state=told[0],
        hour=steps[-1][1],
        reason=told[1],
        segments=text.segments,
        steps=steps,
        goes_at=clock.quarter_after(text.due_at),
    )


def body_place(text_id: UUID) -> Place:
    """Where a text's words are sealed to the contact key."""
    return Place("outgoing_texts", text_id, "body_sealed")


def address_place(address_id: UUID) -> Place:
    """Where a member's own number or e-mail address is sealed to the contact key."""
    return Place("member_addresses", address_id, "address_sealed")


def _keep(session: Session, text: OutgoingText) -> UUID:
    if insert_unless_taken(session, text):
        return text.id
    return session.scalars(select(OutgoingText.id).where(OutgoingText.key == text.key)).one()


def _cancel_waiting(session: Session, which: ColumnElement[bool], *, wait: bool = True) -> list[UUID]:
    waiting = and_(OutgoingText.state == Delivery.WAITING, which)
    cancelled = _call_off(session, waiting, Delivery.CANCELLED, wait=wait)
    hour = clock.hour_of(clock.now())
    insert_rows(
        session, [OutgoingStep(text_id=text_id, state=Delivery.CANCELLED, hour=hour) for text_id in cancelled]
    )
    return cancelled


def _call_off(
    session: Session, which: ColumnElement[bool], state: Delivery | None, *, wait: bool = True
) -> list[UUID]:
    if wait:
        locking(session, Lock.TEXT)
    # In the order of the keys, so that two who call off the same texts never wait for each other in a circle.
    found = (
        select(OutgoingText.id).where(which).order_by(OutgoingText.id).with_for_update(skip_locked=not wait)
    )
    values: dict[str, object] = {"body_sealed": None} | ({} if state is None else {"state": state})
    changing = update(OutgoingText).where(OutgoingText.id.in_(found), which).values(values)
    gone = session.scalars(
        changing.returning(OutgoingText.id), execution_options={"synchronize_session": False}
    )
    return list(gone)
