"""What the database keeps of a case.

Nothing here shows words, names, numbers, a site or a kind of problem: those are veiled (`_veil`) or sealed. What stays in the
clear (country, urgency, times to the hour, who holds the case) is what a thief of the database learns, and SECURITY.md says so.
Every table but `cases` has the case id as the first column of its key, so that a distributed PostgreSQL can shard by it. For
the same reason ids of other rooms (organisations, members, receipts, grants) are kept as plain ids.
"""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from app.cases.enums import (
    AuthorKind,
    ClockKind,
    ClockState,
    ClosingReason,
    ConsentHow,
    EntryKind,
    FirstAnswer,
    OfferState,
    Rung,
    RungState,
    State,
    Urgency,
    Who,
)
from app.database import Base, Blob, Opaque, new_id, partial_index, word_column
from app.vault import Signed, frame

_READERS = (
    "whoever has a grant for its compartment: the worker by the code, members and custodians through a circle"
)


_LAST_EDIT = 2_000_000_000


class Case(Signed, Base):
    """One case: what the queue sorts and filters by in the clear, everything that could point at somebody veiled."""

    __tablename__ = "cases"
    # The queue is read in one direction of this one index, and paged by its last columns.
    __table_args__ = (
        Index("ix_cases_queue", "organisation_id", "is_open", "queue_rank", "next_due_at", "id"),
        # The coordinator's months are counted from this index alone, and no case is read for them.
        Index("ix_cases_months", "received_hour", "practice", "first_answer", "came_back"),
        # Of the few that are open, among the many that were: what the coordinator counts of them stands here.
        partial_index(
            "ix_cases_open",
            *("organisation_id", "state", "urgency", "assignee_id", "stopped_hour", "practice", "id"),
            where="is_open = 1",
            in_postgresql="is_open",
        ),
        # The same for who was asked beside another; few cases are, and the others are not in it.
        partial_index(
            "ix_cases_also_asked",
            *("also_asked_id", "queue_rank", "next_due_at", "id"),
            where="also_asked_id IS NOT NULL",
        ),
        partial_index("ix_cases_assignee_id", "assignee_id", where="assignee_id IS NOT NULL"),
        partial_index("ix_cases_erase_at", "erase_at", where="erase_at IS NOT NULL"),
    )
    FREE: ClassVar[dict[str, str]] = {
        "queue_rank": "orders the queue only; the urgency beside it is covered",
        "next_due_at": "orders the queue and shows the next date; opens nothing",
        "next_clock": "names that date; opens nothing",
        "helper_has_read": "shows whether a helper has read; opens nothing",
        "worker_wrote": "shows that there is something new; opens nothing",
        "first_answer": "counted in the coordinator's months, as the entries beside it could be; opens nothing",
        "came_back": "counted in the coordinator's months, as the entries beside it could be; opens nothing",
        "edit_version": "tells a form that is older than the case; a lower one only lets an older form through",
    }

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    submission_id: Mapped[UUID] = mapped_column(unique=True)
    body_tag: Mapped[bytes] = mapped_column(
        Blob,
        info=Opaque.nothing_to_open("keyed tag", "of what was filed, under a key that only its form has"),
    )
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    country: Mapped[str | None] = mapped_column(String(2))
    language: Mapped[str] = mapped_column(String(35))
    urgency: Mapped[Urgency] = mapped_column(word_column(Urgency))
    state: Mapped[State] = mapped_column(word_column(State), default=State.RECEIVED)
    closing_reason: Mapped[ClosingReason | None] = mapped_column(word_column(ClosingReason))
    on_hold: Mapped[bool] = mapped_column(default=False)
    retaliation: Mapped[bool] = mapped_column(default=False)
    practice: Mapped[bool] = mapped_column(default=False)
    received_hour: Mapped[datetime]
    # The partner that is offered the case or holds it; none while it waits for a custodian or is locked.
    organisation_id: Mapped[UUID | None]
    # The second one, while two are asked at once; whoever accepts first has it alone.
    also_asked_id: Mapped[UUID | None]
    assignee_id: Mapped[UUID | None]
    queue_rank: Mapped[int]  # 0 for danger, 1 for everything else
    next_due_at: Mapped[datetime | None]
    next_clock: Mapped[ClockKind | None] = mapped_column(word_column(ClockKind))
    is_open: Mapped[bool] = mapped_column(default=True)
    helper_has_read: Mapped[bool] = mapped_column(default=False)
    worker_wrote: Mapped[bool] = mapped_column(default=False)
    # Both follow from what stands in the clear on entries and clocks: a year of those is too much to count each time.
    first_answer: Mapped[FirstAnswer | None] = mapped_column(word_column(FirstAnswer))
    came_back: Mapped[bool] = mapped_column(default=False, server_default=false())
    site_veil: Mapped[bytes | None] = mapped_column(Blob, info=Opaque.veiled("the id of the site"))
    # JSON, see app.cases.case.facts
    facts_veil: Mapped[bytes] = mapped_column(
        Blob, info=Opaque.veiled("the worker's topics, how to be reached, who must not know")
    )
    edit_version: Mapped[int] = mapped_column(default=1)
    erase_at: Mapped[datetime | None]
    stopped_hour: Mapped[datetime | None]

    @property
    def partners(self) -> tuple[UUID, ...]:
        """The partner that has the case, or those that are asked to take it: one, or on the fast track two at once."""
        return tuple(each for each in (self.organisation_id, self.also_asked_id) if each is not None)

    def count_edit(self) -> None:
        """Count a change, so that a page from before it is known. It begins anew at a number that only others can have set."""
        self.edit_version = self.edit_version + 1 if self.edit_version < _LAST_EDIT else 1


class Entry(Signed, Base):
    """One thing written on the timeline, sealed to one compartment of the case at one version of its keys."""

    __tablename__ = "entries"
    __table_args__ = (UniqueConstraint("case_id", "seq"),)
    FREE: ClassVar[dict[str, str]] = {
        "seq": "the order of the thread; when each was written is sealed inside and shown beside it"
    }

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    seq: Mapped[int]
    compartment: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]
    kind: Mapped[EntryKind] = mapped_column(word_column(EntryKind))
    author_kind: Mapped[AuthorKind] = mapped_column(word_column(AuthorKind))
    author_id: Mapped[UUID | None]
    # The form token of a reply or message: sent twice, it is one entry.
    submission_id: Mapped[UUID | None] = mapped_column(unique=True)
    hour: Mapped[datetime]
    sealed: Mapped[bytes] = mapped_column(
        Blob, info=Opaque.sealed("what was written, or how to reach the worker", to=_READERS)
    )


class Issue(Base):
    """One problem within a case: the worker's own topic, kept as chosen, and beside it what triage made of it."""

    __tablename__ = "issues"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    topic_veil: Mapped[bytes] = mapped_column(Blob, info=Opaque.veiled("the kind of problem, as chosen"))
    triage_veil: Mapped[bytes | None] = mapped_column(
        Blob, info=Opaque.veiled("the kind of problem, as triage found it")
    )


class Offer(Signed, Base):
    """A case offered to one partner, or kept ready for it as a standby; position 0 is the first choice."""

    __tablename__ = "offers"
    __table_args__ = (
        Index("ix_offers_organisation", "organisation_id", "state"),
        Index("ix_offers_expiring", "state", "expires_at"),
    )
    FREE: ClassVar[dict[str, str]] = {
        "expires_at": "ends an offer sooner, never later than its clock, which has a MAC; who gets the case then is decided afresh"
    }

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[UUID]
    position: Mapped[int]
    state: Mapped[OfferState] = mapped_column(word_column(OfferState))
    expires_at: Mapped[datetime | None]
    grant_id: Mapped[UUID | None]


class Consent(Signed, Base):
    """What the worker allowed, in which words and how, signed with the receipt; withdrawn ones stay as evidence."""

    __tablename__ = "consents"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    # JSON of level and company, see app.cases.consent
    level_veil: Mapped[bytes] = mapped_column(Blob, info=Opaque.veiled("how far the worker lets the case go"))
    text_version: Mapped[str] = mapped_column(String(20))
    text_hash: Mapped[bytes] = mapped_column(
        Blob, info=Opaque.nothing_to_open("digest", "of the question, which is public")
    )
    language: Mapped[str] = mapped_column(String(35))
    how: Mapped[ConsentHow] = mapped_column(word_column(ConsentHow))
    hour: Mapped[datetime]
    # none when given by text or through a helper
    signature: Mapped[bytes | None] = mapped_column(
        Blob, info=Opaque.nothing_to_open("signature", "of the consent, made with the worker's code")
    )
    receipt_id: Mapped[UUID | None]
    withdrawn_hour: Mapped[datetime | None]


def _spelled_clock(
    case_id: UUID,
    clock_id: UUID,
    kind: str,
    due_at: datetime,
    state: str,
    who: str,
    law: str | None,
    paused_hour: datetime | None,
) -> bytes:
    """The values of a clock, framed faster than those of any row are: four are written for each report."""
    paused = b"" if paused_hour is None else b"%d" % round(paused_hour.timestamp())
    due = round(due_at.timestamp() * 1_000_000)
    return b"%b%b%d,%b,%b" % (
        case_id.bytes,
        clock_id.bytes,
        due,
        paused,
        _words_of_clock(kind, state, who, law),
    )


@lru_cache(maxsize=512)
def _words_of_clock(kind: str, state: str, who: str, law: str | None) -> bytes:
    return frame(f"{kind}", f"{state}", f"{who}", law or "")


class Clock(Signed, Base):
    """Something that has to happen by an hour, and who has to do it."""

    __tablename__ = "clocks"
    SPELLED: ClassVar[Callable[..., bytes] | None] = staticmethod(_spelled_clock)
    __table_args__ = (
        Index("ix_clocks_due", "state", "due_at"),
        # Whether a case is late: each has many clocks that were met.
        Index("ix_clocks_state", "state", "case_id"),
    )

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[ClockKind] = mapped_column(word_column(ClockKind))
    due_at: Mapped[datetime]
    state: Mapped[ClockState] = mapped_column(word_column(ClockState), default=ClockState.RUNNING)
    who: Mapped[Who] = mapped_column(word_column(Who))
    # By which legal profile it is due then (config/deadlines.toml); none where it is the network's own procedure.
    law: Mapped[str | None] = mapped_column(String(40))
    # Since when a helper lets it wait, with a reason in the thread; a case that was closed or stopped has none.
    paused_hour: Mapped[datetime | None]


class Escalation(Signed, Base):
    """A rung of a ladder: somebody was asked because a clock was missed, by when they are to act, and what became of it.

    Nobody is asked twice for one clock, and of a case no two are asked at once.
    """

    __tablename__ = "escalations"
    __table_args__ = (
        UniqueConstraint("case_id", "clock_id", "rung"),
        partial_index("uq_escalations_asked", "case_id", where="state = 'asked'", unique=True),
        Index("ix_escalations_due", "state", "due_at"),
    )

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    clock_id: Mapped[UUID]
    kind: Mapped[ClockKind] = mapped_column(word_column(ClockKind))
    late_since: Mapped[datetime]
    rung: Mapped[Rung] = mapped_column(word_column(Rung))
    state: Mapped[RungState] = mapped_column(word_column(RungState), default=RungState.ASKED)
    # Who is asked: a partner or the coordinator; and of its members the one who works on the case, where it is a helper.
    organisation_id: Mapped[UUID | None]
    member_id: Mapped[UUID | None]
    asked_hour: Mapped[datetime]
    due_at: Mapped[datetime]
    ended_hour: Mapped[datetime | None]


class OutsideDate(Signed, Base):
    """A date that the world sets for a worker, such as a flight or a hearing, and when the helper is reminded of it next."""

    __tablename__ = "outside_dates"
    FREE: ClassVar[dict[str, str]] = {
        "warn_at": "says when a helper is reminded next; opens nothing, and the date itself is under the MAC"
    }

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    # That of the form which added it: sent twice, it is one date.
    id: Mapped[UUID] = mapped_column(primary_key=True)
    # JSON of kind and day, see app.cases.case.outside_dates
    date_veil: Mapped[bytes] = mapped_column(
        Blob, info=Opaque.veiled("what happens on which day: a flight, a hearing, the end of a permit")
    )
    warn_at: Mapped[datetime | None] = mapped_column(index=True)
    added_hour: Mapped[datetime]
    ended_hour: Mapped[datetime | None]


class Task(Signed, Base):
    """What somebody of the organisation that has the case plans to do by a day; what it is stands in a note of the thread."""

    __tablename__ = "tasks"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    # That of the form which planned it: sent twice, it is one task.
    id: Mapped[UUID] = mapped_column(primary_key=True)
    entry_id: Mapped[UUID]
    organisation_id: Mapped[UUID]
    member_id: Mapped[UUID]
    due_at: Mapped[datetime]
    planned_hour: Mapped[datetime]
    ended_hour: Mapped[datetime | None]


class RoutingNote(Signed, Base):
    """The worker's words about the site and about who must not know, sealed to custody so that a custodian can place the case.

    Whoever knows custody's public key can seal others to it: the MAC says that these are the worker's.
    """

    __tablename__ = "routing_notes"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(
        Blob,
        info=Opaque.sealed(
            "the worker's words about the place and who must not know",
            to="custodians, by the key of the custody circle",
        ),
    )


class RoutingRecord(Base):
    """One run of the routing: who was chosen, who stands by, and for everybody left out the reason."""

    __tablename__ = "routing_records"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    hour: Mapped[datetime]
    # JSON, see app.cases.routing
    decision_veil: Mapped[bytes] = mapped_column(
        Blob, info=Opaque.veiled("who was chosen or left out, and why")
    )
