"""Climbing the ladder: one more is asked when a date has passed, each once for a clock, and of a case one at a time.

However long nothing ran, a case climbs one rung, and whoever is asked has their full time from then on.
"""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import Case, Clock, Escalation, Happened, Offer, facts_of, note
from app.cases.clocks import (
    answer_by,
    as_it_ran,
    ask_last_by,
    calendar_of,
    climbs,
    clocks_of,
    lateness_in,
    next_rung,
    store_next_date,
)
from app.cases.enums import (
    ClockKind,
    ClockState,
    ConsentLevel,
    OfferState,
    Profile,
    Rung,
    RungState,
    State,
    Who,
)
from app.cases.escalation.footing import footing_of
from app.cases.escalation.waiting_for_rungs import (
    BEGUN,
    Claims,
    answered,
    missed_by_coordinator,
    missed_by_partner,
    put_back,
    quieted,
    standing,
    unanswered,
)
from app.cases.routing import custodian_of, lose_for_lateness, put_right
from app.cases.rules import Calendar, Rules
from app.database import CaseId, OrganisationId, apart
from app.logs import log_event
from app.vault import SYSTEM, Vault, is_sound, journal, read_journal

_TAKES_IT_AWAY = (Rung.STANDBY, Rung.CUSTODIAN)
_AGAIN = "case.asked_again"


def climb_ladders(session: Session, vault: Vault, rules: Rules, limit: int) -> int:
    """Claim cases of which somebody else has to be asked, and ask them; how many. Safe with several dispatchers at once.

    One in which nothing has to be done, whoever wrote it so, does not count: those behind it have their turn all the same.
    """
    claims, climbed = Claims(session), 0
    for query in (
        put_back(),
        quieted(),
        answered(),
        unanswered(),
        missed_by_partner(),
        missed_by_coordinator(),
    ):
        climbed += claims.each(query, partial(_climb_apart, session, vault, rules), limit - climbed)
    # Whoever writes the database may plant a rung that looks as if somebody were asked, or give a late date to whom nobody asks. No
    # query can tell it from ours, so of those of which nothing seems due one more is looked at, as chance gives: each in its turn.
    if climbed < limit:
        climbed += claims.one(standing(), partial(_climb_apart, session, vault, rules))
    return climbed


def _climb_apart(session: Session, vault: Vault, rules: Rules, case: Case) -> bool:
    """As `climb`; a case over which it stumbles is left as it was, so that those behind it have their turn."""
    try:
        with apart(session):
            return climb(session, vault, rules, case)
    except OperationalError:
        raise  # the whole unit of work is done once more
    except Exception as error:  # noqa: BLE001 - whatever others wrote into one case, the other workers' cases must climb
        log_event("ladder.failed", level=logging.ERROR, error=type(error).__name__)
        return False


def climb(session: Session, vault: Vault, rules: Rules, case: Case) -> bool:
    """End the rungs that nobody has to stand on any more, and ask whoever is next; whether there was anything to do.

    The caller has locked the case.
    """
    righted = put_right(session, vault, case)
    store_next_date(session, case)  # others may have written it, or called done what it waits for
    ladder = _look(session, vault, rules, case)
    over = [
        rung
        for rung in ladder.rungs
        if rung.state in (RungState.ASKED, RungState.LAST) and rung.clock_id not in ladder.late
    ]
    # Before anything else: another rung whose time runs must not keep these where they are found again and again.
    for rung in over:
        _end(rung, RungState.ENDED)
    for row in ladder.silenced:
        as_it_ran(session, row)
    session.flush()
    late = _asks_for_more(ladder)
    if late is not None:
        _step_up(session, ladder, late, ladder.asked)
    again = late is None and ladder.asked is None and _ask_the_last_again(session, ladder)
    return righted or bool(over) or bool(ladder.silenced) or late is not None or again


def _asks_for_more(ladder: "_LadderOfCase") -> Clock | None:
    """The clock for which somebody else has to be asked now: of the rung whose time is over, or one for which nobody was asked."""
    if ladder.asked is not None:
        return ladder.late[ladder.asked.clock_id] if ladder.asked.due_at <= clock.now() else None
    begun = {rung.clock_id for rung in ladder.rungs if rung.state in BEGUN}
    return next((late for late in ladder.late.values() if late.id not in begun), None)


@dataclass(frozen=True)
class _LadderOfCase:
    """What a case's ladder hangs on: its rungs so far, and the missed clocks that somebody has to be asked for, earliest first."""

    vault: Vault
    rules: Rules
    case: Case
    sound: bool
    rungs: tuple[Escalation, ...]
    late: dict[UUID, Clock]
    silenced: tuple[Clock, ...]  # called missed by others, so that nobody marks them: they run

    @property
    def asked(self) -> Escalation | None:
        """The rung on which somebody stands now."""
        return next((rung for rung in self.rungs if rung.state is RungState.ASKED), None)

    def used_for(self, late: Clock) -> set[Rung]:
        """The rungs that were climbed for this clock."""
        return {rung.rung for rung in self.rungs if rung.clock_id == late.id}


def _look(session: Session, vault: Vault, rules: Rules, case: Case) -> _LadderOfCase:
    sound = is_sound(vault, case)
    asks = case.is_open and case.stopped_hour is None and not case.practice
    if sound and facts_of(vault, case).consent is ConsentLevel.NOBODY:
        asks = False  # nobody can read it, so nobody can be late
    clocks = clocks_of(session, case)  # before the journal: it says there what others wrote
    told = lateness_in(read_journal(session, vault, CaseId(case.id)) if asks else ())
    missed = [row for row in clocks if asks and row.state is ClockState.MISSED]
    late = {row.id: row for row in missed if told.is_of(row) and climbs(row.kind, row.who, case.state)}
    silenced = tuple(row for row in missed if told.is_silenced(row, clock.now()))
    return _LadderOfCase(vault, rules, case, sound, _rungs_of(session, vault, case), late, silenced)


def _rungs_of(session: Session, vault: Vault, case: Case) -> tuple[Escalation, ...]:
    """The rungs of a case. One that others wrote goes: it must not stand in the way of those that we ask."""
    found = session.scalars(
        select(Escalation)
        .where(Escalation.case_id == case.id)
        .order_by(Escalation.asked_hour, Escalation.id)
        .execution_options(populate_existing=True)
    ).all()
    ours = tuple(rung for rung in found if is_sound(vault, rung))
    if len(ours) < len(found):
        # By those that stay: an id that is none in SQLite reads as another, and no statement with that finds its row.
        others = delete(Escalation).where(
            Escalation.case_id == case.id, Escalation.id.not_in([rung.id for rung in ours])
        )
        session.execute(others.execution_options(synchronize_session=False))
        for rung in set(found) - set(ours):
            session.expunge(rung)
    return ours


def _step_up(session: Session, ladder: _LadderOfCase, late: Clock, before: Escalation | None) -> None:
    """Ask the next one for this clock; where nobody is left, it stays with whoever was asked last."""
    case = ladder.case if ladder.sound else None
    footing = footing_of(session, ladder.vault, ladder.rules, case, late)
    rung = next_rung(footing, ladder.rules.ladder, ladder.used_for(late))
    if before is not None:
        _end(before, RungState.LAST if rung is None else RungState.PASSED_ON)
        session.flush()
    if rung is None:
        if before is None:
            _stay_with_the_last(ladder, late)
        detail = {"clock": late.kind.value}
        journal(session, ladder.vault, CaseId(ladder.case.id), "case.nobody_left_to_ask", SYSTEM, detail)
        return
    _ask(session, ladder, late, rung)


def _stay_with_the_last(ladder: _LadderOfCase, late: Clock) -> None:
    """Everybody was asked for this clock before it was met and missed again: whoever was asked last stands there once more."""
    asked = [rung for rung in ladder.rungs if rung.clock_id == late.id]
    asked[-1].state, asked[-1].ended_hour = RungState.LAST, None


def _ask_the_last_again(session: Session, ladder: _LadderOfCase) -> bool:
    """Nobody is left to ask, so whoever was asked last is called again until it is done: once for all that is late of a case."""
    now = clock.now()
    last = [
        rung
        for rung in ladder.rungs
        if rung.state is RungState.LAST and rung.clock_id in ladder.late and rung.due_at <= now
    ]
    if not last:
        return False
    case_id = CaseId(ladder.case.id)
    times = sum(entry.act == _AGAIN for entry in read_journal(session, ladder.vault, case_id))
    due_at = ask_last_by(times, _pace(ladder)[1])
    for rung in last:
        rung.due_at = due_at
    session.flush()
    kinds = sorted({rung.kind.value for rung in last})
    journal(session, ladder.vault, case_id, _AGAIN, SYSTEM, {"clocks": list(kinds), "by": due_at.isoformat()})
    note(session, ladder.vault, Happened.LATE, ladder.case)
    return True


def _ask(session: Session, ladder: _LadderOfCase, late: Clock, rung: Rung) -> None:
    vault, rules, case = ladder.vault, ladder.rules, ladder.case
    due_at, state = answer_by(rules.ladder, *_pace(ladder)), RungState.ASKED
    kind, late_since, clock_id = late.kind, late.due_at, late.id
    takes_away = rung in _TAKES_IT_AWAY and late.who is Who.PARTNER and ladder.sound
    if takes_away and lose_for_lateness(session, vault, rules, case):
        # Where it went has dates of its own: those of the offer, or of custody.
        due_at, state = _due_where_it_went(session, case) or due_at, RungState.MOVED
    member = case.assignee_id if rung is Rung.HELPER else None
    asked = Escalation(
        case_id=case.id,
        clock_id=clock_id,
        kind=kind,
        late_since=late_since,
        rung=rung,
        state=state,
        organisation_id=_whose(session, case, rung),
        member_id=member,
        asked_hour=clock.hour_of(clock.now()),
        due_at=due_at,
        ended_hour=None,
    )
    session.add(asked)
    session.flush()
    detail = {
        "clock": kind.value,
        "rung": rung.value,
        "organisation": str(asked.organisation_id),
        "member": None if member is None else str(member),
        "by": due_at.isoformat(),
    }
    journal(session, vault, CaseId(case.id), "case.escalated", SYSTEM, detail)
    note(session, vault, Happened.LATE, case)


def _pace(ladder: _LadderOfCase) -> tuple[Profile, Calendar]:
    """How soon somebody has to act, and when people work there; what others wrote says neither."""
    case, deadlines = ladder.case, ladder.rules.deadlines
    if not ladder.sound:
        return Profile.STANDARD, deadlines.calendar(None, UTC)
    facts = facts_of(ladder.vault, case)
    return facts.profile, calendar_of(case, facts, deadlines)


def _whose(session: Session, case: Case, rung: Rung) -> OrganisationId | None:
    if rung in (Rung.COORDINATOR, Rung.CUSTODIAN):
        return custodian_of(session, CaseId(case.id))
    return None if case.organisation_id is None else OrganisationId(case.organisation_id)


def _due_where_it_went(session: Session, case: Case) -> datetime | None:
    if case.state is State.OFFERED:
        offered = select(Offer.expires_at).where(Offer.case_id == case.id, Offer.state == OfferState.OFFERED)
        return session.scalars(offered).first()
    placing = (row.due_at for row in clocks_of(session, case) if row.kind is ClockKind.PLACE)
    return max(placing, default=None)


def _end(rung: Escalation, state: RungState) -> None:
    rung.state, rung.ended_hour = state, clock.hour_of(clock.now())
