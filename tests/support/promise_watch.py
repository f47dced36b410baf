"""What must hold of every case after each tick: nobody is forgotten, nothing is done twice, and what is over stays over."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import read_facts
from app.cases.case.models import Case, Clock, Escalation, Offer
from app.cases.clocks import ASKING, climbs
from app.cases.enums import (
    ClockState,
    ClosingReason,
    ConsentLevel,
    FollowupKind,
    FollowupState,
    OfferState,
    RungState,
    State,
)
from app.cases.escalation.promise import without_next_step
from app.cases.followups import WAITING, Followup
from app.database import Base, CaseId
from app.vault import read_journal, verify_journal
from tests.harness.world import World

_Rows = Sequence[Row[Any]]

_BECOMES = {
    ClockState.RUNNING: frozenset(ClockState),
    # Closing lets it rest, and opening again lets it run on with the date it had.
    ClockState.PAUSED: frozenset(ClockState),
    ClockState.MISSED: frozenset(ClockState) - {ClockState.RUNNING},
    ClockState.MET: frozenset({ClockState.MET}),
    ClockState.ESCALATED: frozenset({ClockState.ESCALATED}),
}
_SOMEBODY_STANDS = (RungState.ASKED, RungState.LAST, RungState.MOVED)
_BY_ITSELF = frozenset({"followup.asked", "case.escalated", "case.offered", "clock.missed", "case.lost"})
"""What the dispatcher does without anybody's doing."""


class Watch:
    """Looks at all cases again and again, and remembers how their clocks stood before."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._before: dict[UUID, tuple[ClockState, datetime]] = {}

    def look_between(self) -> None:
        """Assert what holds at any instant, also in the middle of a tick: no case is forgotten."""
        with self._world.database.reading() as session:
            assert without_next_step(session, self._world.vault) == []

    def look(self) -> None:
        """Assert what holds after a tick."""
        self.look_between()
        with self._world.database.reading() as session:
            clocks, rungs = _by_case(session, Clock), _by_case(session, Escalation)
            offers, questions = _by_case(session, Offer), _by_case(session, Followup)
            for case in session.execute(select(*Case.__table__.columns)):
                facts = read_facts(self._world.vault, case.id, case.facts_veil)
                shut = case.stopped_hour is not None or facts.consent is ConsentLevel.NOBODY
                self._check_clocks(clocks[case.id])
                _check_late(case, clocks[case.id], rungs[case.id], shut=shut)
                _check_offers(case, offers[case.id])
                _check_questions(case, questions[case.id], shut=shut or facts.no_questions)

    def look_back(self) -> None:
        """Assert what the journals of all cases say: each thing was done once, and nothing by itself after the end."""
        with self._world.database.reading() as session:
            assert verify_journal(session, self._world.vault).sound
            rungs, questions = _by_case(session, Escalation), _by_case(session, Followup)
            for case_id in session.scalars(select(Case.id)).all():
                entries = read_journal(session, self._world.vault, CaseId(case_id))
                acts = Counter(entry.act for entry in entries)
                asked = [entry.detail["followup"] for entry in entries if entry.act == "followup.asked"]
                assert len(asked) == len(set(asked)), "a question was asked twice"
                assert len(asked) == sum(row.asked_hour is not None for row in questions[case_id])
                assert acts["case.escalated"] == len(rungs[case_id])
                _check_rest([entry.act for entry in entries])

    def _check_clocks(self, clocks: _Rows) -> None:
        for row in clocks:
            before, due_at = self._before.get(row.id, (ClockState.RUNNING, row.due_at))
            assert row.state in _BECOMES[before], f"{row.kind}: {before} became {row.state}"
            # Only what a helper let wait has another date afterwards.
            assert before is ClockState.PAUSED or row.due_at == due_at, f"{row.kind} was edited"
            assert row.state is not ClockState.RUNNING or row.due_at > clock.now(), (
                f"{row.kind} is not missed"
            )
            self._before[row.id] = row.state, row.due_at


def _check_late(case: Row[Any], clocks: _Rows, rungs: _Rows, *, shut: bool) -> None:
    """What was missed is put before somebody; of a case one date after the other."""
    asked = [rung for rung in rungs if rung.state is RungState.ASKED]
    assert len(asked) <= 1, "somebody else is asked while the one before has time"
    assert all(rung.due_at > clock.now() for rung in asked), "the next one was not asked"
    if shut or not case.is_open:
        assert not [row.kind for row in clocks if row.state in ASKING], "a date runs where nobody works"
        assert not [rung for rung in rungs if rung.state in (RungState.ASKED, RungState.LAST)]
        return
    late = {
        row.id for row in clocks if row.state is ClockState.MISSED and climbs(row.kind, row.who, case.state)
    }
    standing = {rung.clock_id for rung in rungs if rung.state in _SOMEBODY_STANDS}
    assert not late - standing or asked, "a date passed and nobody was asked"


def _check_offers(case: Row[Any], offers: _Rows) -> None:
    waiting = [offer for offer in offers if offer.state is OfferState.OFFERED]
    before = {case.organisation_id, case.also_asked_id} - {None} if case.state is State.OFFERED else set()
    assert {offer.organisation_id for offer in waiting} == before, "it is before others than its row says"
    assert len(waiting) == len(before), "one is asked twice"
    assert case.is_open or not waiting, "a closed case is offered"
    assert all(offer.expires_at is not None and offer.expires_at > clock.now() for offer in waiting)


def _check_questions(case: Row[Any], questions: _Rows, *, shut: bool) -> None:
    """No question is planned or asked twice, dropped, or left where it does not belong."""
    planned = [row for row in questions if row.state is FollowupState.PLANNED]
    assert all(row.due_at > clock.now() for row in planned), "a question was dropped"
    assert _once((row.kind, row.round) for row in planned), "a question is planned twice"
    assert _once((row.kind, row.due_at) for row in planned), "a question is planned twice for one day"
    assert sum(row.state is FollowupState.ASKED for row in questions) <= 1, "two cards"
    waiting = {row.kind for row in questions if row.state in WAITING}
    if shut or case.closing_reason in (ClosingReason.MERGED, ClosingReason.WITHDRAWN):
        assert not waiting, "somebody is asked who shall not be"
    elif case.is_open:
        assert FollowupKind.AFTER_CLOSING not in waiting
        assert FollowupKind.NEWS in {row.kind for row in planned}, "a case of which nobody will hear"
    else:
        assert waiting <= {FollowupKind.AFTER_CLOSING}, "a closed case is asked about as if it were open"


def _check_rest(acts: Iterable[str]) -> None:
    stopped = False
    for act in acts:
        assert not (stopped and act in _BY_ITSELF), f"{act} in a case that its worker took back"
        stopped = act == "case.stopped" or (stopped and act != "case.reopened")


def _once(values: Iterable[object]) -> bool:
    return max(Counter(values).values(), default=1) == 1


def _by_case(session: Session, kind: type[Base]) -> defaultdict[UUID, list[Row[Any]]]:
    found: defaultdict[UUID, list[Row[Any]]] = defaultdict(list)
    for row in session.execute(select(*kind.__table__.columns)):
        found[row.case_id].append(row)
    return found
