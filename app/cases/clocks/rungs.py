"""The ladder that a late clock climbs: who is asked next, as pure rules, and the one rung of a case that somebody stands on."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import Case, CaseFacts, Escalation
from app.cases.clocks.planning import due_after
from app.cases.clocks.running import calendar_of
from app.cases.clocks.written_over import BY_THE_HOLDER, ON_THE_WAY
from app.cases.enums import ClockKind, Profile, Rung, RungState, State, Who
from app.cases.rules import Calendar, Duration, Ladder, Rules, Unit

_ORDER = tuple(Rung)
_EACH_DAY, _WEEK = 20, 5

NOT_HELD = frozenset({State.RECEIVED, State.OFFERED, State.CLOSED})
"""Where no partner has a case: nobody can be late with it but who is asked to take or to place it."""


@dataclass(frozen=True)
class Footing:
    """What decides whom a late clock is put before: the clock, and who there is to ask."""

    kind: ClockKind
    who: Who
    helper: bool = False  # somebody of the partner works on it, and is not away
    lead: bool = True  # the partner's leads are not all of them away
    coordinator: bool = True  # the worker did not shut the coordinator out
    standby: bool = False  # another partner was foreseen, and may have the case now
    forged: bool = False  # whose the case is, a row that others wrote cannot say


def rungs_for(footing: Footing, ladder: Ladder) -> tuple[Rung, ...]:
    """Whom this clock is put before, one after the other."""
    if footing.forged:
        return (Rung.CUSTODIAN,)
    if footing.who is Who.COORDINATOR:
        return (Rung.CUSTODIAN, Rung.COORDINATOR)
    rungs = [Rung.HELPER] if footing.helper else []
    # Asked although they are away where nobody else is left: whoever can open the case is called in their place.
    if footing.lead or not (rungs or footing.coordinator):
        rungs.append(Rung.LEAD)
    if footing.coordinator:
        rungs.append(Rung.COORDINATOR)
    # Who waits for a company that does not answer is not late themselves: no case is taken from them for it.
    stays = footing.kind in ladder.stays or footing.who is Who.COMPANY
    if not stays and (footing.standby or footing.coordinator):
        rungs.append(Rung.STANDBY if footing.standby else Rung.CUSTODIAN)
    return tuple(rungs)


def next_rung(footing: Footing, ladder: Ladder, used: Collection[Rung]) -> Rung | None:
    """The first rung above those that were used for this clock; None where nobody is left to ask."""
    rungs = rungs_for(footing, ladder)
    if footing.who is Who.COORDINATOR:
        return next((rung for rung in rungs if rung not in used), None)
    # Somebody may have been given the case meanwhile: a ladder is never climbed down.
    highest = max((_ORDER.index(rung) for rung in used), default=-1)
    return next((rung for rung in rungs if _ORDER.index(rung) > highest), None)


def climbs(kind: ClockKind, who: Who, state: State) -> bool:
    """Whether somebody has to be asked when such a clock is missed where the case stands: it is theirs who has the case now.

    A company lets its date pass and nobody can ask it from here: whoever has the case has to see what follows. An offer that nobody
    answered climbs nothing: it lapses in that hour, and whoever stands by is asked, or a custodian.
    """
    if state is State.RECEIVED:
        return kind is ClockKind.PLACE
    return state not in NOT_HELD and who in BY_THE_HOLDER and kind not in ON_THE_WAY


def answer_by(ladder: Ladder, profile: Profile, calendar: Calendar) -> datetime:
    """By when somebody who is asked now has to act."""
    return due_after(clock.now(), ladder.intervals[profile], calendar)


def ask_last_by(asked_before: int, calendar: Calendar) -> datetime:
    """By when whoever is left to the last has to act, who is asked again and again: each working day, later each fifth one."""
    days = 1 if asked_before < _EACH_DAY else _WEEK
    return due_after(clock.now(), Duration(days, Unit.WORKING_DAYS), calendar)


def hasten_rung(session: Session, rules: Rules, case: Case, facts: CaseFacts) -> None:
    """Whoever is asked of a case, which the caller has locked, has no longer than anybody who is asked of it now."""
    due_at = answer_by(rules.ladder, facts.profile, calendar_of(case, facts, rules.deadlines))
    asked = select(Escalation).where(Escalation.case_id == case.id, Escalation.state == RungState.ASKED)
    for rung in session.scalars(asked):
        rung.due_at = min(rung.due_at, due_at)
