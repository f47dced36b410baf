"""Whatever happens to cases, in whatever order and however long nobody ticks: none is forgotten, and nothing is done twice.

On SQLite with few examples; with KILLS, as in `make faults`, with more of them and on PostgreSQL too.
"""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.orm import Session

from app import clock
from app.cases.case.access import NoAccess, NotYours
from app.cases.case.assignment import AlreadyClaimed, claim
from app.cases.custody.deciding import CannotBePlaced, place_case
from app.cases.desk import add_outside_date
from app.cases.desk.answering import reply
from app.cases.desk.pausing import MayNotPause, NotPaused, pause_clock, resume_paused
from app.cases.desk.progress import Move, MoveRefused, NotTickedByHand, change_stage, mark_done
from app.cases.desk.reading import open_case
from app.cases.desk.triage import set_urgency
from app.cases.enums import (
    ANSWERS_TO,
    ClockKind,
    ClosingReason,
    ConsentLevel,
    OutsideDateKind,
    State,
    Urgency,
)
from app.cases.followups import open_question
from app.cases.routing.offers import DeclineReason, OfferGone, OfferTaken, accept_offer, decline_offer
from app.cases.rules import Rules
from app.cases.worker.entering import Worker
from app.cases.worker.messages import say_worse, write
from app.cases.worker.questions import answer_question, want_questions
from app.cases.worker.sharing import (
    NothingToUndo,
    SharingStopped,
    change_consent,
    stop_sharing,
    undo_stop,
)
from app.cases.worker.writing_budget import BudgetSpent
from app.database import CaseId, Database, OrganisationId
from app.network import Sector, SignedIn, add_site
from app.vault import Vault
from tests.faults.kills import LONG
from tests.harness.beginnings import Beginnings
from tests.harness.databases import KINDS, Databases
from tests.harness.dispatching import services_over
from tests.harness.world import light_vault
from tests.support.desk import Desk, make_quiet_desk
from tests.support.promise_watch import Watch
from tests.support.ticking import falls_due, set_to, tick

Target = MultipleResults[tuple[CaseId, Worker]] | tuple[CaseId, Worker]

_HOUR, _DAY = 3600, 86_400
_MOST_CASES = 4
# What people are told when something cannot be done as the case stands.
_REFUSED = (
    *(NoAccess, NotYours, OfferGone, OfferTaken, AlreadyClaimed, CannotBePlaced, MoveRefused),
    *(NotTickedByHand, MayNotPause, NotPaused, NothingToUndo, SharingStopped, BudgetSpent),
)


class Cases(RuleBasedStateMachine):
    """A few cases, everybody who does something with them, and the dispatcher."""

    begin: Callable[[ExitStack], Desk]
    cases: Bundle[tuple[CaseId, Worker]] = Bundle("cases")

    def __init__(self) -> None:
        super().__init__()
        self._open = ExitStack()
        self._desk = type(self).begin(self._open)
        self._world = self._desk.world
        self._services = services_over(self._world.database, self._world.vault, self._world.rules)
        self._watch, self._filed = Watch(self._world), 0
        with self._world.database.writing() as session:
            # Where the clocks are put forward and back.
            berlin = add_site(
                session,
                self._world.vault,
                name="Kupferwerk",
                town="Berlin",
                country="DE",
                sector=Sector.ELECTRONICS,
            )
            self._berlin = berlin.code

    def teardown(self) -> None:
        """All that was done once was done once."""
        try:
            self._watch.look_back()
        finally:
            clock.set_offset(0)
            self._open.close()

    @invariant()
    def nobody_is_forgotten(self) -> None:
        """Also between two ticks."""
        self._watch.look_between()

    @rule(
        target=cases,
        danger=st.booleans(),
        berlin=st.booleans(),
        shut_out=st.booleans(),
        consent=st.sampled_from((ConsentLevel.HELPER, ConsentLevel.HELPER, ConsentLevel.NOBODY)),
    )
    def file(self, *, danger: bool, berlin: bool, shut_out: bool, consent: ConsentLevel) -> Target:
        """A worker reports, perhaps without the coordinator."""
        if self._filed == _MOST_CASES:
            return multiple()
        self._filed += 1
        excluded = frozenset({self._world.coordinator.id} if shut_out else ())
        site = self._berlin if berlin else self._world.site.code
        filed = self._world.file(danger=danger, site_code=site, consent=consent, excluded=excluded)
        return self._world.case_of(filed), self._world.enter(filed)

    @rule(case=cases)
    def accept(self, case: tuple[CaseId, Worker]) -> None:
        """Whoever is asked takes the case."""
        self._as_holder(case, lambda session, by: accept_offer(session, *self._rules, by, case[0]))

    @rule(case=cases, reason=st.sampled_from((DeclineReason.NO_CAPACITY, DeclineReason.CONFLICT)))
    def decline(self, case: tuple[CaseId, Worker], reason: DeclineReason) -> None:
        """Whoever is asked does not take it."""
        self._as_holder(case, lambda session, by: decline_offer(session, *self._rules, by, case[0], reason))

    @rule(case=cases)
    def read_and_claim(self, case: tuple[CaseId, Worker]) -> None:
        """A helper opens it and works on it."""

        def act(session: Session, by: SignedIn) -> None:
            open_case(session, self._world.vault, by, case[0])
            claim(session, self._world.vault, by, case[0])

        self._as_holder(case, act)

    @rule(case=cases)
    def answer_worker(self, case: tuple[CaseId, Worker]) -> None:
        """A helper writes."""
        vault = self._world.vault
        self._as_holder(
            case, lambda session, by: reply(session, vault, by, case[0], "We are on it.", uuid4())
        )

    @rule(case=cases, kind=st.sampled_from(ClockKind))
    def say_done(self, case: tuple[CaseId, Worker], kind: ClockKind) -> None:
        """A helper says that something was done outside Redress."""
        self._as_holder(case, lambda session, by: mark_done(session, self._world.vault, by, case[0], kind))

    @rule(case=cases, kind=st.sampled_from((ClockKind.ASSESSMENT, ClockKind.COMPANY_REPLY)), on=st.booleans())
    def let_wait(self, case: tuple[CaseId, Worker], kind: ClockKind, on: bool) -> None:
        """A helper lets a date wait, or go on."""

        def act(session: Session, by: SignedIn) -> None:
            if on:
                resume_paused(session, self._world.vault, by, case[0], kind, None)
            else:
                pause_clock(session, *self._rules, by, case[0], kind, "They wait.", uuid4(), None)

        self._as_holder(case, act)

    @rule(case=cases, to=st.sampled_from((State.ASSESSING, State.ENGAGING, State.CLOSED, State.CLOSED)))
    def move(self, case: tuple[CaseId, Worker], to: State) -> None:
        """A helper moves it on or closes it."""
        reason = ClosingReason.UNRESOLVED if to is State.CLOSED else None
        move = Move(to, "Why.", uuid4(), reason, "To you.", "At home.", worker_agreed=to is State.ENGAGING)
        self._as_holder(case, lambda session, by: change_stage(session, *self._rules, by, case[0], move))

    @rule(case=cases, urgency=st.sampled_from((Urgency.URGENT, Urgency.LOW)))
    def triage(self, case: tuple[CaseId, Worker], urgency: Urgency) -> None:
        """A helper makes it urgent, or less so."""
        seen = self._desk.case(case[0]).edit_version
        self._as_holder(
            case, lambda session, by: set_urgency(session, *self._rules, by, case[0], urgency, "Why.", seen)
        )

    @rule(case=cases, days=st.integers(0, 40))
    def add_date(self, case: tuple[CaseId, Worker], days: int) -> None:
        """A helper notes a flight."""
        on = clock.now().date() + timedelta(days=days)
        kind, vault = OutsideDateKind.FLIGHT, self._world.vault
        self._as_holder(
            case, lambda session, by: add_outside_date(session, vault, by, case[0], kind, on, uuid4())
        )

    @rule(case=cases)
    def place(self, case: tuple[CaseId, Worker]) -> None:
        """A custodian decides who is asked."""
        to = OrganisationId(self._world.far.id)
        self._try(lambda session: place_case(session, *self._rules, self._desk.custodian, case[0], to))

    @rule(case=cases, words=st.sampled_from(("Thanks.", "It goes on.")))
    def write(self, case: tuple[CaseId, Worker], words: str) -> None:
        """The worker writes."""
        self._try(lambda session: write(session, *self._rules, case[1], words, uuid4()))

    @rule(case=cases, danger=st.booleans())
    def say_worse(self, case: tuple[CaseId, Worker], danger: bool) -> None:
        """The worker says that it got worse."""
        self._try(lambda session: say_worse(session, *self._rules, case[1], "", danger, uuid4()))

    @rule(case=cases, number=st.integers(0, 2))
    def tap(self, case: tuple[CaseId, Worker], number: int) -> None:
        """The worker answers the card, where there is one."""

        def act(session: Session) -> None:
            asked = open_question(session, self._world.vault, case[0])
            if asked is not None:
                answers = ANSWERS_TO[asked.kind]
                named = self._world.vault.name_case(asked.id)
                answer_question(session, *self._rules, case[1], named, answers[number % len(answers)].value)

        self._try(act)

    @rule(case=cases, wanted=st.booleans())
    def want(self, case: tuple[CaseId, Worker], wanted: bool) -> None:
        """The worker wants questions, or none."""
        self._try(lambda session: want_questions(session, self._world.vault, case[1], wanted))

    @rule(case=cases, level=st.sampled_from((ConsentLevel.NOBODY, ConsentLevel.HELPER)))
    def consent(self, case: tuple[CaseId, Worker], level: ConsentLevel) -> None:
        """The worker lets nobody know, or somebody."""
        texts = self._world.texts
        self._try(lambda session: change_consent(session, *self._rules, texts, "en", case[1], level))

    @rule(case=cases)
    def stop(self, case: tuple[CaseId, Worker]) -> None:
        """The worker takes the case back."""
        self._try(lambda session: stop_sharing(session, self._world.vault, case[1]))

    @rule(case=cases)
    def undo(self, case: tuple[CaseId, Worker]) -> None:
        """The worker starts sharing again."""
        texts = self._world.texts
        self._try(lambda session: undo_stop(session, *self._rules, texts, "en", case[1]))

    @rule()
    def go_to_next(self) -> None:
        """Nothing happens until something falls due."""
        with self._world.database.reading() as session:
            due = falls_due(session)
        if due:
            set_to(max(clock.now(), min(due.values())))
        self._tick()

    @rule(seconds=st.sampled_from((-_HOUR, _HOUR, _DAY, 10 * _DAY, 40 * _DAY)))
    def pass_time(self, seconds: int) -> None:
        """Nobody ticks for so long, or the clock is put back; then somebody does."""
        clock.set_offset(round(clock._offset.total_seconds()) + seconds)
        self._tick()

    @property
    def _rules(self) -> tuple[Vault, Rules]:
        return self._world.vault, self._world.rules

    def _tick(self) -> None:
        tick(self._services)
        self._watch.look()

    def _as_holder(self, case: tuple[CaseId, Worker], act: Callable[[Session, SignedIn], object]) -> None:
        """Whoever has the case or is asked to take it acts; else somebody who never had it, and is told nothing."""
        holder = self._desk.case(case[0]).organisation_id
        leads: dict[UUID | None, SignedIn] = {
            by.organisation.id: by for by in (self._desk.lead, self._desk.far)
        }
        self._try(lambda session: act(session, leads.get(holder, self._desk.other)))

    def _try(self, act: Callable[[Session], object]) -> None:
        try:
            with self._world.database.writing() as session:
                act(session)
        except _REFUSED:
            return


@pytest.fixture(scope="module")
def desks(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Beginnings[Desk]:
    return Beginnings(
        databases, partial(make_quiet_desk, light_vault(tmp_path_factory.mktemp("promise") / "keys"))
    )


def _fresh(databases: Databases, desks: Beginnings[Desk], kind: str, folder: Path, stack: ExitStack) -> Desk:
    database: Database = stack.enter_context(databases.fresh(kind, folder))
    return desks.copy_into(database)


@pytest.mark.timeout(0)
@pytest.mark.parametrize("kind", KINDS if LONG else KINDS[:1])
def test_whatever_happens_no_case_is_forgotten(
    databases: Databases, desks: Beginnings[Desk], tmp_path: Path, kind: str
) -> None:
    class OnOne(Cases):
        begin = staticmethod(partial(_fresh, databases, desks, kind, tmp_path))

    run_state_machine_as_test(
        OnOne,
        settings=settings(
            max_examples=150 if LONG else 8,
            stateful_step_count=60 if LONG else 30,
            deadline=None,
            suppress_health_check=tuple(HealthCheck),
        ),
    )
