"""What the database keeps of phones and texts: numbers and bodies sealed to the contact key, numbers found again by a slow tag.

A thief of the database sees that texts went out, when to the hour and through which gateway; never to whom or which words. Whoever
can also write there turns no text, wish, phone or address to somebody else: these rows carry a MAC.
"""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Blob, Opaque, new_id, partial_index, word_column
from app.messaging.delivery import Delivery, Purpose
from app.vault import Signed


def _index_of_given(name: str, column: str) -> Index:
    """An index of the few rows that have a value there, so that every other one costs nothing."""
    return partial_index(name, column, where=f"{column} IS NOT NULL")


class Phone(Signed, Base):
    """A number that wrote to us on this line, or that somebody left on the form and is to be texted from it.

    Erased (tag and number emptied) when nothing more may be sent to it.
    """

    __tablename__ = "phones"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    pepper: Mapped[str] = mapped_column(String(40))
    tag: Mapped[bytes | None] = mapped_column(
        Blob, unique=True, info=Opaque.tag("the number, by a peppered Argon2id")
    )
    number_sealed: Mapped[bytes | None] = mapped_column(Blob, info=Opaque.sealed_to_contact("the number"))
    gateway: Mapped[str] = mapped_column(String(40))
    line: Mapped[str] = mapped_column(String(60))  # our own side, where it wrote to or is texted from
    country: Mapped[str | None] = mapped_column(String(2))
    made_hour: Mapped[datetime]


class TextRequest(Signed, Base):
    """Somebody who filed on the web asked to be texted on this phone.

    Which case that is stands here as a keyed tag and veiled, never in the clear: a thief of the database must not learn who asked
    to be texted, nor that two cases came from one phone. A phone with such a wish is not forgotten.
    """

    __tablename__ = "text_wishes"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_tag: Mapped[bytes] = mapped_column(Blob, unique=True, info=Opaque.tag("the id of the case"))
    case_veil: Mapped[bytes] = mapped_column(Blob, info=Opaque.veiled("the id of the case"))
    phone_id: Mapped[UUID] = mapped_column(index=True)


class OptOutRow(Base):
    """Somebody said stop: kept for the number and the line, also after the number itself was erased."""

    __tablename__ = "opt_outs"

    tag: Mapped[bytes] = mapped_column(
        Blob, primary_key=True, info=Opaque.tag("the number's tag and our line")
    )
    hour: Mapped[datetime]


class InboundText(Base):
    """A text that came in, so that it is taken once: its words are in the case, never here."""

    __tablename__ = "inbound_texts"
    __table_args__ = (Index("ix_inbound_texts_redacting", "redacted", "hour"),)

    gateway: Mapped[str] = mapped_column(String(40), primary_key=True)
    provider_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    phone_id: Mapped[UUID | None]
    case_id: Mapped[UUID | None]
    hour: Mapped[datetime]
    redacted: Mapped[bool] = mapped_column(default=False)  # at the provider, or it cannot


class OutgoingText(Signed, Base):
    """One text or e-mail to send, exactly once. The body goes when it was delivered or will never be sent."""

    __tablename__ = "outgoing_texts"
    __table_args__ = (
        Index("ix_outgoing_texts_due", "state", "due_at"),
        Index("ix_outgoing_texts_case", "case_id"),
        Index("ix_outgoing_texts_phone", "phone_id"),
        Index("ix_outgoing_texts_redacting", "redacted", "state"),
        _index_of_given("ix_outgoing_texts_address", "address_id"),
        _index_of_given("ix_outgoing_texts_asking", "ask_at"),
        UniqueConstraint("gateway", "provider_id"),
    )
    FREE: ClassVar[dict[str, str]] = {
        "gateway": "whereby it goes is asked of the routes anew; to whom is covered",
        "line": "our own side, asked of the routes anew; to whom is covered",
        "body_sealed": "sealed for this row alone, to a key that no database holds; emptied, the text is called off",
        "state": "moved by whole batches; what goes, to whom and until when is covered",
        "due_at": "when it may go; not after `valid_until`, which is covered and keeps a helper's words from the night",
        "ask_at": "when the provider is asked how far it is",
        "attempts": "how often it is tried again; not after `valid_until`, which is covered",
        "claim_id": "which dispatcher has it; a text without a claim is claimed anew",
        "provider_id": "by which name the provider's reports find it; they move its state only",
        "reason": "shown to helpers as the provider's code",
        "redacted": "whether the provider is still asked to forget the words",
    }

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    key: Mapped[bytes] = mapped_column(
        Blob, unique=True, info=Opaque.tag("what makes it this text and no second one")
    )
    purpose: Mapped[Purpose] = mapped_column(word_column(Purpose))
    case_id: Mapped[UUID | None]
    phone_id: Mapped[UUID | None]
    address_id: Mapped[UUID | None]  # of a member, for alerts
    rung_id: Mapped[UUID | None]  # of the ladder, for an alert that something is late
    gateway: Mapped[str] = mapped_column(String(40))
    line: Mapped[str] = mapped_column(String(60))
    body_sealed: Mapped[bytes | None] = mapped_column(
        Blob, info=Opaque.sealed_to_contact("the words, until they are sent")
    )
    encoding: Mapped[str] = mapped_column(String(10))
    segments: Mapped[int]
    state: Mapped[Delivery] = mapped_column(word_column(Delivery), default=Delivery.WAITING)
    due_at: Mapped[datetime]
    valid_until: Mapped[datetime]
    ask_at: Mapped[
        datetime | None
    ]  # the hour from which the provider, which took it and says no more, is asked
    attempts: Mapped[int] = mapped_column(default=0)
    # Which dispatcher's batch has it. No time stands beside it: others wait by their own monotonic clocks before they take over.
    claim_id: Mapped[UUID | None]
    provider_id: Mapped[str | None] = mapped_column(String(80))
    reason: Mapped[str | None] = mapped_column(String(60))  # the provider's code, never a number or a text
    redacted: Mapped[bool] = mapped_column(default=False)  # at the provider, or it cannot


class OutgoingStep(Base):
    """One state that an outgoing text reached, with the provider's reason where it gave one."""

    __tablename__ = "outgoing_steps"

    text_id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[Delivery] = mapped_column(word_column(Delivery), primary_key=True)
    hour: Mapped[datetime]
    reason: Mapped[str | None] = mapped_column(String(60))


class MemberAddress(Signed, Base):
    """Where a member wants to be alerted: a number or an e-mail address, sealed to the contact key; a hint of it is veiled."""

    __tablename__ = "member_addresses"
    __table_args__ = (UniqueConstraint("member_id", "channel"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    member_id: Mapped[UUID]
    channel: Mapped[str] = mapped_column(String(10))  # text or email
    address_sealed: Mapped[bytes] = mapped_column(
        Blob, info=Opaque.sealed_to_contact("the number or e-mail address")
    )
    hint_veil: Mapped[bytes] = mapped_column(Blob, info=Opaque.veiled("a hint of it"))
    country: Mapped[str | None] = mapped_column(String(2))


class MemberNotices(Signed, Base):
    """Of what a member wants to be told and how; without a row, or by one that others wrote, it is as for everybody."""

    __tablename__ = "member_notices"

    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    # JSON of kind and channels, see app.messaging.members.notices
    wishes_veil: Mapped[bytes] = mapped_column(
        Blob, info=Opaque.veiled("of what a member is told by text, by e-mail or not")
    )


class SimulatedText(Base):
    """A text on the simulator's phones, veiled: what the demo and the terminal show instead of a real phone."""

    __tablename__ = "simulated_texts"
    __table_args__ = (Index("ix_simulated_texts_phone", "phone_tag", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    phone_tag: Mapped[bytes] = mapped_column(Blob, info=Opaque.tag("the number"))
    outgoing_id: Mapped[UUID | None] = mapped_column(unique=True)
    at: Mapped[datetime]
    # JSON of direction and body
    text_veil: Mapped[bytes] = mapped_column(Blob, info=Opaque.veiled("direction and words"))
