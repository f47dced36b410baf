"""Which cases the ladders have to look at: of which a date passed, somebody's time is over, or what was asked for was done."""

from collections.abc import Callable, Collection, Sequence
from uuid import UUID

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import Case, Clock, Escalation, Offer
from app.cases.clocks import BY_THE_HOLDER, NOT_HELD, climbs
from app.cases.enums import ClockKind, ClockState, OfferState, RungState, State, Who
from app.database import NEVER_BEFORE, has_id

BEGUN = (RungState.ASKED, RungState.LAST, RungState.MOVED)
"""Of a clock that is still late, the states in which somebody stands for it. Another one ended with it: it is late once more."""


_TRIED_IN_ORDER, _TRIED_AT_ALL = 10, 20


class Claims:
    """The cases that one unit of work claims, each once: one that cannot be claimed by its id is nobody's."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._claimed: set[UUID] = set()

    def each(self, query: Select[Case], climb: Callable[[Case], bool], limit: int) -> int:
        """Climb in at most so many of these cases; in how many there was anything to do.

        Where there is nothing to do in many, or it fails, the others must have a turn as well, and so must everybody who waits to
        write: after some, whichever chance gives are tried, and after some more it is enough for now.
        """
        climbed = in_vain = 0
        while climbed < limit and in_vain < _TRIED_AT_ALL:
            ordered = query if in_vain < _TRIED_IN_ORDER else query.order_by(None).order_by(func.random())
            case = self._another(ordered)
            if case is None:
                break
            done = climb(case)
            climbed += done
            in_vain += not done
        return climbed

    def one(self, query: Select[Case], climb: Callable[[Case], bool]) -> int:
        """Climb in one of these cases, as chance gives."""
        case = self._another(query.order_by(func.random()))
        return 0 if case is None else climb(case)

    def _another(self, query: Select[Case]) -> Case | None:
        # Whoever changes anything of a case locks its row first, so two claims never wait for each other in a circle.
        sound = query.where(has_id(Case.id), Case.id.not_in(self._claimed))
        claim = sound.limit(1).with_for_update(of=Case, skip_locked=True)
        case = self._session.scalars(claim.execution_options(populate_existing=True)).first()
        self._claimed.update(() if case is None else (case.id,))
        return case


def put_back() -> Select[Case]:
    """Cases that a partner seems to have while another one is asked, or a custodian, or that nobody seems to have who took them.

    Somebody may have put an old row back.
    """
    asked = exists().where(Offer.case_id == Case.id, Offer.state == OfferState.OFFERED)
    waits = exists().where(
        Clock.case_id == Case.id,
        Clock.kind == ClockKind.PLACE,
        Clock.state.in_((ClockState.RUNNING, ClockState.MISSED)),
    )
    taken = exists().where(Offer.case_id == Case.id, Offer.state == OfferState.ACCEPTED)
    held = Case.state.not_in(tuple(NOT_HELD)) & Case.organisation_id.is_not(None)
    let_go = Case.state.in_((State.RECEIVED, State.OFFERED))
    seems = or_(held & or_(asked, waits), let_go & taken)
    return select(Case).where(Case.is_open, seems).order_by(Case.id)


def quieted() -> Select[Case]:
    """Cases whose next date passed while nothing asks by then: somebody may have called it done past us."""
    asks = exists().where(
        Clock.case_id == Case.id,
        Clock.state.in_((ClockState.RUNNING, ClockState.MISSED)),
        Clock.due_at <= Case.next_due_at,
    )
    late = Case.next_due_at.between(NEVER_BEFORE, clock.now())
    running = Case.is_open, Case.stopped_hour.is_(None), ~Case.practice
    return select(Case).where(*running, late, ~asks).order_by(Case.next_due_at, Case.id)


def unanswered() -> Select[Case]:
    """Cases in which somebody was asked whose time is over; whoever is left to the last is asked again and again."""
    over = Escalation.state.in_((RungState.ASKED, RungState.LAST)), Escalation.due_at <= clock.now()
    return (
        select(Case)
        .join(Escalation, Escalation.case_id == Case.id)
        .where(*over)
        .order_by(Escalation.due_at, Case.id)
    )


def answered() -> Select[Case]:
    """Cases in which somebody is asked for what has been done meanwhile, or what nobody has to do any more."""
    done = exists().where(
        Clock.case_id == Escalation.case_id,
        Clock.id == Escalation.clock_id,
        Clock.state == ClockState.MISSED,
    )
    return (
        select(Case)
        .join(Escalation, Escalation.case_id == Case.id)
        .where(Escalation.state.in_((RungState.ASKED, RungState.LAST)), ~done)
        .order_by(Case.id)
    )


def missed_by_partner() -> Select[Case]:
    """Cases in which whoever has them let a date pass."""
    kinds = tuple(kind for kind in ClockKind if climbs(kind, Who.PARTNER, State.ACCEPTED))
    return _missed(kinds, BY_THE_HOLDER).where(
        Case.state.not_in(tuple(NOT_HELD)), Case.organisation_id.is_not(None)
    )


def missed_by_coordinator() -> Select[Case]:
    """Cases that wait to be placed by hand, and their date passed."""
    return _missed((ClockKind.PLACE,), (Who.COORDINATOR,)).where(Case.state == State.RECEIVED)


def _missed(kinds: Sequence[ClockKind], who: Collection[Who]) -> Select[Case]:
    """Open cases with a missed clock for which nobody was asked yet, while nobody is asked for another."""
    begun = exists().where(
        Escalation.case_id == Clock.case_id, Escalation.clock_id == Clock.id, Escalation.state.in_(BEGUN)
    )
    late = select(Clock.case_id).where(
        Clock.state == ClockState.MISSED, Clock.kind.in_(kinds), Clock.who.in_(who), ~begun
    )
    asked = exists().where(Escalation.case_id == Case.id, Escalation.state == RungState.ASKED)
    running = Case.is_open, Case.stopped_hour.is_(None), ~Case.practice
    return select(Case).where(Case.id.in_(late), ~asked, *running).order_by(Case.next_due_at, Case.id)


def standing() -> Select[Case]:
    """Open cases in which somebody stands on a rung, or of which a date passed that may be nobody's because others wrote so."""
    asked = exists().where(
        Escalation.case_id == Case.id, Escalation.state.in_((RungState.ASKED, RungState.LAST))
    )
    late = Case.next_due_at.between(NEVER_BEFORE, clock.now())
    return select(Case).where(Case.is_open, or_(asked, late))
