"""The promise, checked: every open case that anybody may read has one next step; each one for which that is not so is named."""

from collections import defaultdict
from uuid import UUID

from sqlalchemy import and_, inspect, or_, select
from sqlalchemy.orm import Session

from app.cases.case import Case, Clock, Escalation, Offer, read_facts
from app.cases.clocks import (
    ASKING,
    AskingClock,
    JournaledLateness,
    OpenOffer,
    StandingRung,
    WhereItStands,
    climbs,
    lateness_in,
    next_step,
)
from app.cases.enums import (
    ClockState,
    ConsentLevel,
    FollowupState,
    OfferState,
    RungState,
    State,
    TextState,
)
from app.cases.followups import Followup, PlannedText
from app.clock import now
from app.database import LONG_PAST, CaseId
from app.vault import GrantRow, GrantState, HolderKind, Vault, VeilBroken, read_journal, row_fits

_AT_A_TIME = 2_000


def without_next_step(session: Session, vault: Vault) -> list[str]:
    """The references of open cases that somebody may read and for which nobody has exactly one thing to do by a date.

    And of those whose worker agreed to texts of which none can ever come. Seven statements, however many cases there are, and the
    journal of each that is late and of which nobody was asked yet.
    """
    around = _Around(session, vault)
    cases = session.execute(
        select(
            Case.id,
            Case.reference,
            Case.state,
            Case.organisation_id,
            Case.also_asked_id,
            Case.stopped_hour,
            Case.facts_veil,
        ).where(Case.is_open),
        execution_options={"yield_per": _AT_A_TIME},
    )
    return sorted(
        row.reference
        for row in cases
        if not (
            around.has_next_step(row.id, row.state, row.organisation_id, row.also_asked_id)
            and around.can_be_texted(row.id)
        )
        and row.stopped_hour is None
        and around.may_be_read(row.id, row.state)
        and not _is_locked(vault, row.id, row.facts_veil)
    )


def _is_locked(vault: Vault, case_id: UUID, facts_veil: bytes) -> bool:
    """Whether its worker lets nobody know yet."""
    try:
        return read_facts(vault, case_id, facts_veil).consent is ConsentLevel.NOBODY
    except VeilBroken:
        return False  # others wrote it: it is named


_WAITING = select(Case.id).where(Case.is_open, Case.state == State.RECEIVED)
_CLOCKS = select(Clock.case_id, Clock.id, Clock.kind, Clock.due_at, Clock.state, Clock.who).join(
    Case, Case.id == Clock.case_id
)
_OFFERS = select(*inspect(Offer).columns).join(Case, Case.id == Offer.case_id)
_RUNGS = select(*inspect(Escalation).columns).join(Case, Case.id == Escalation.case_id)
_WITHOUT_HOUR = (
    select(*inspect(PlannedText).columns)
    .join(Case, Case.id == PlannedText.case_id)
    .outerjoin(Followup, and_(Followup.case_id == PlannedText.case_id, Followup.id == PlannedText.subject_id))
    .outerjoin(
        Escalation, and_(Escalation.case_id == PlannedText.case_id, Escalation.id == PlannedText.subject_id)
    )
    .where(
        Case.is_open,
        PlannedText.state == TextState.NO_HOUR,
        or_(
            Followup.state == FollowupState.ASKED,
            Escalation.state.in_((RungState.ASKED, RungState.LAST, RungState.MOVED)),
        ),
    )
)


class _Around:
    """What else decides about the open cases, each kind of row read once."""

    def __init__(self, session: Session, vault: Vault) -> None:
        self._session, self._vault, self._now = session, vault, now()
        self._clocks: dict[UUID, list[AskingClock]] = defaultdict(list)
        self._offers: dict[UUID, list[OpenOffer]] = defaultdict(list)
        self._rungs: dict[UUID, list[StandingRung]] = defaultdict(list)
        # Clocks for which others wrote that somebody was asked.
        self._pretended: dict[UUID, set[UUID]] = defaultdict(set)
        for clock in session.execute(_CLOCKS.where(Case.is_open, Clock.state.in_(ASKING))):
            if clock.due_at == LONG_PAST:
                continue  # no time at all: it asks nobody for anything
            asking = AskingClock(clock.id, clock.kind, clock.due_at, clock.state, clock.who)
            self._clocks[clock.case_id].append(asking)
        for offer in session.execute(
            _OFFERS.where(Case.is_open, Offer.state == OfferState.OFFERED)
        ).mappings():
            if not row_fits(vault, Offer, offer):
                continue  # others wrote it: it was offered to nobody
            until = None if offer["expires_at"] == LONG_PAST else offer["expires_at"]
            self._offers[offer["case_id"]].append(OpenOffer(offer["organisation_id"], until))
        standing = (RungState.ASKED, RungState.LAST)
        for row in session.execute(_RUNGS.where(Case.is_open, Escalation.state.in_(standing))).mappings():
            if not row_fits(vault, Escalation, row):
                self._pretended[row["case_id"]].add(row["clock_id"])
                continue
            last = row["state"] is RungState.LAST
            rung = StandingRung(row["clock_id"], row["rung"], row["due_at"], last=last)
            self._rungs[row["case_id"]].append(rung)
        kept_ready = select(*inspect(Offer).columns).where(
            Offer.case_id.in_(_WAITING), Offer.state == OfferState.STANDBY
        )
        self._kept_ready = {
            offer["case_id"]
            for offer in session.execute(kept_ready).mappings()
            if row_fits(vault, Offer, offer)
        }
        # Of those that wait: where the worker shut everybody out, nobody but the worker has a grant.
        readable = select(GrantRow.case_id).where(
            GrantRow.case_id.in_(_WAITING),
            GrantRow.state != GrantState.ENDED,
            GrantRow.holder_kind != HolderKind.RECEIPT,
        )
        self._readable = set(session.scalars(readable))

        self._without_hour = {
            planned["case_id"]
            for planned in session.execute(_WITHOUT_HOUR).mappings()
            if row_fits(vault, PlannedText, planned)
        }

    def can_be_texted(self, case_id: UUID) -> bool:
        """Whether there is an hour for what its worker is to be texted; so too where nothing is."""
        return case_id not in self._without_hour

    def has_next_step(
        self, case_id: UUID, state: State, organisation_id: UUID | None, also_asked_id: UUID | None
    ) -> bool:
        """Whether there is one; what is late only keeps it by the journal, and while nobody pretends that somebody was asked."""
        late = self._late(case_id, state)
        early = [each for each in late if each.due_at > self._now]
        # Others called it missed before its date, or the clock of this machine was put back since it was: then the journal knows.
        if early and not all(map(self._lateness(case_id).is_of, early)):
            return False
        step = next_step(self._standing(case_id, state, organisation_id, also_asked_id))
        if step is None or step.late_since is None or step.rung is not None:
            return step is not None
        if not self._pretended.get(case_id, set()).isdisjoint(each.id for each in late):
            return False
        told = self._lateness(case_id)
        return not any(told.is_silenced(each, self._now) for each in late)

    def _lateness(self, case_id: UUID) -> JournaledLateness:
        return lateness_in(read_journal(self._session, self._vault, CaseId(case_id)))

    def _late(self, case_id: UUID, state: State) -> list[AskingClock]:
        return [
            each
            for each in self._clocks.get(case_id, ())
            if each.state is ClockState.MISSED and climbs(each.kind, each.who, state)
        ]

    def _standing(
        self, case_id: UUID, state: State, organisation_id: UUID | None, also_asked_id: UUID | None
    ) -> WhereItStands:
        """How a case stands."""
        return WhereItStands(
            state,
            organisation_id,
            self._clocks.get(case_id, ()),
            self._offers.get(case_id, ()),
            case_id in self._kept_ready,
            self._rungs.get(case_id, ()),
            also_asked_id,
        )

    def may_be_read(self, case_id: UUID, state: State) -> bool:
        """Whether anybody may read it; a case that a partner has or is offered is one that somebody should."""
        return state is not State.RECEIVED or case_id in self._readable
