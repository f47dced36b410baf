"""Whatever a worker of several cases texts and chooses, whatever partners do or leave, however long nobody ticks.

Hours and limits hold, every digit counts, nobody is texted of what was taken back, and no case is forgotten meanwhile.

On SQLite with few examples; with KILLS, as in `make faults`, with more of them and on PostgreSQL too.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.cases.case.access import NoAccess, NotYours, lock_case
from app.cases.case.models import Case
from app.cases.case.text_times import NoHourLeft, TextTimes
from app.cases.case.veils import facts_of
from app.cases.changes import choose_texts
from app.cases.changes.reopening import reopen
from app.cases.desk.answering import reply
from app.cases.desk.progress import Move, MoveRefused, change_stage
from app.cases.enums import ClosingReason, State, TextState
from app.cases.followups import PlannedText, followups_of
from app.cases.followups.text_rows import times_for
from app.cases.routing.offers import DeclineReason, OfferGone, OfferTaken, accept_offer, decline_offer
from app.cases.worker.entering import Worker
from app.cases.worker.sharing import stop_sharing
from app.database import CaseId
from app.intake.conversation.machine import Step
from app.intake.conversation.store import live_conversations, position_of
from app.intake.sealing import WORKER
from app.messaging.delivery import Delivery, Purpose
from app.messaging.models import OutgoingText, Phone
from app.network import SignedIn
from app.vault import read_journal
from tests.faults.kills import LONG
from tests.harness.beginnings import Beginnings
from tests.harness.databases import KINDS, Databases
from tests.harness.hours import five_past_ten
from tests.harness.world import World, both_vaults
from tests.support.asked_by_text import tick
from tests.support.promise_watch import Watch
from tests.support.text_wishes import filed
from tests.support.texting import MINE, Texting, make_texting
from tests.support.texting_back import AGREED
from tests.support.ticking import tick as tick_cases

_HOUR, _DAY = 3600, 86_400
_SAID = (*"12345678", "5 Worse", "evenings", "all", "same")
_WENT = (Delivery.ACCEPTED, Delivery.SENT, Delivery.DELIVERED, Delivery.UNCLEAR)
_WEEK, _QUARTER = timedelta(days=7), timedelta(days=90)


def _close(session: Session, world: World, by: SignedIn, case_id: CaseId) -> None:
    move = Move(State.CLOSED, "Why.", uuid4(), ClosingReason.UNRESOLVED, "To you.", "At home.")
    change_stage(session, world.vault, world.rules, by, case_id, move)


def _reopen(session: Session, world: World, _by: SignedIn, case_id: CaseId) -> None:
    case = lock_case(session, case_id)
    assert case is not None
    reopen(session, world.vault, case, WORKER)


Act = Callable[[Session, World, SignedIn, CaseId], object]
_ACTS: tuple[Act, ...] = (
    lambda session, world, by, case_id: accept_offer(session, world.vault, world.rules, by, case_id),
    lambda session, world, by, case_id: decline_offer(
        session, world.vault, world.rules, by, case_id, DeclineReason.NO_CAPACITY
    ),
    lambda session, world, by, case_id: reply(session, world.vault, by, case_id, "We are on it.", uuid4()),
    _close,
    _reopen,
)
_REFUSED = (NoAccess, NotYours, OfferGone, OfferTaken, MoveRefused)
_PARTNERS = ("near.lead", "far.lead", "other.lead")


class Phones(RuleBasedStateMachine):
    """One phone, its cases by text and by the form, and the dispatcher."""

    begin: Callable[[ExitStack], Texting]

    def __init__(self) -> None:
        super().__init__()
        self._open = ExitStack()
        self._texting = type(self).begin(self._open)
        self._went: dict[UUID, tuple[datetime, Purpose]] = {}
        self._told: set[tuple[UUID, UUID]] = set()
        self._ended = False
        self._worker: Worker | None = None
        self._noise = self._cases()
        world = self._texting.world
        self._watch, self._partners = Watch(world), [world.sign_in(login) for login in _PARTNERS]

    def teardown(self) -> None:
        """Nothing was above the limits, and nothing happened by itself after the end."""
        try:
            self._watch.look_back()
            moments = sorted(at for at, purpose in self._went.values() if purpose is Purpose.FOLLOWUP)
            for first in moments:
                later = [at - first for at in moments if at >= first]
                assert sum(passed < _WEEK for passed in later) <= 1
                assert sum(passed < _QUARTER for passed in later) <= 6
        finally:
            clock.set_offset(0)
            self._open.close()

    @initialize(form=st.booleans(), second=st.booleans(), text=st.booleans(), taken=st.booleans())
    def file(self, *, form: bool, second: bool, text: bool, taken: bool) -> None:
        """Cases of this phone, in the order in which nobody has to guess whose it is."""
        if form or not text:
            self._worker = self._texting.world.enter(filed(self._texting, safe_times=""))
        if text:
            self._texting.say(*AGREED)
            self._texting.fall_silent()
        if text and second:
            self._texting.say("2", "They hit a friend of mine", *AGREED[1:])
            self._texting.fall_silent()
        for which in range(3 if taken else 0):
            self.help(_ACTS[0], which)
        clock.set_offset(round(13.95 * _DAY))
        self._tick()

    @rule(said=st.sampled_from(_SAID))
    def answer(self, said: str) -> None:
        """A digit or a word for one, whatever stands: it is answered, or something is kept of it."""
        step, before = self._step(), self._acts()
        replies = self._texting.say(said, apart=700)
        if step not in (None, Step.QUIET, Step.ENDED):
            assert replies or self._acts() > before, (step, said)
        self._ended = self._ended or replies == ["We will not text you again. We keep your message."]

    @rule(said=st.sampled_from(("9", "0", "STOP")), chance=st.integers(0, 9))
    def end(self, said: str, chance: int) -> None:
        """No more texts that come by themselves; seldom, or there would be few to look at."""
        if chance == 0:
            self.answer(said)
            self._ended = self._ended or said == "STOP"

    @rule(
        first=st.integers(0, 23), longer=st.integers(1, 23), days=st.frozensets(st.integers(0, 6), min_size=1)
    )
    def choose(self, first: int, longer: int, days: frozenset[int]) -> None:
        """The worker chooses other hours in the inbox, for one of the cases."""
        with self._texting.database.writing() as session:
            case = session.scalars(select(Case).where(Case.id.in_(self._cases())).order_by(Case.id)).first()
            if case is None:
                return
            last = (first + longer) % 24 or 24
            try:
                times = TextTimes(first, last, days)
                choose_texts(session, self._texting.world.vault, case, WORKER, wanted=True, times=times)
            except NoHourLeft:
                return

    @rule(act=st.sampled_from(_ACTS), which=st.integers(0, 9))
    def help(self, act: "Act", which: int) -> None:
        """Whoever is asked takes a case or does not, closes the one they have, or the worker opens it again."""
        with self._texting.database.reading() as session:
            mine = select(Case.id, Case.organisation_id).where(Case.id.not_in(self._noise)).order_by(Case.id)
            cases = session.execute(mine).all()
        case_id, holder = cases[which % len(cases)]
        by = next((each for each in self._partners if each.organisation.id == holder), self._partners[0])
        with suppress(*_REFUSED), self._texting.database.writing() as session:
            act(session, self._texting.world, by, CaseId(case_id))

    @rule(chance=st.integers(0, 9))
    def take_back(self, chance: int) -> None:
        """The worker takes the case of the form back; seldom, since that is its end."""
        if chance == 0 and self._worker is not None:
            with self._texting.database.writing() as session:
                stop_sharing(session, self._texting.world.vault, self._worker)

    @rule(days=st.integers(0, 9))
    def ask_sooner(self, days: int) -> None:
        """Everything that is planned to be asked falls due, one of each case, and days pass."""
        vault = self._texting.world.vault
        with self._texting.database.writing() as session:
            for case_id in session.scalars(select(Case.id)).all():
                rows = [row for row in followups_of(session, vault, case_id) if row.due_at > clock.now()]
                for row in rows[:1]:
                    row.due_at = clock.hour_of(clock.now())
        clock.set_offset(round(clock._offset.total_seconds()) + days * _DAY)
        self._tick()

    @rule(
        seconds=st.sampled_from((-_HOUR, _HOUR, 5 * _HOUR, _DAY, 3 * _DAY, 9 * _DAY, 17 * _DAY)),
        out=st.booleans(),
    )
    def pass_time(self, seconds: int, *, out: bool) -> None:
        """Time passes, perhaps so long that dates are missed, with nobody there to tick, or the clock is put back."""
        clock.set_offset(round(clock._offset.total_seconds()) + seconds)
        if not out:
            self._tick()

    def _tick(self) -> None:
        self._texting.settle()
        tick_cases(self._texting.services)
        tick(self._texting)
        self._watch.look()
        self._look()

    def _look(self) -> None:
        """Each text that went out did so in the hours of all that it is about, and is the first about each."""
        vault, rules = self._texting.world.vault, self._texting.world.rules
        with self._texting.database.reading() as session:
            rows = session.scalars(
                select(OutgoingText).where(
                    OutgoingText.purpose.in_((Purpose.FOLLOWUP, Purpose.URGENT)),
                    OutgoingText.state.in_(_WENT),
                    OutgoingText.id.not_in(self._went),
                )
            )
            for row in rows:
                self._went[row.id] = clock.now(), row.purpose
                assert not self._ended
                phone = session.get_one(Phone, row.phone_id)
                about = session.scalars(
                    select(PlannedText).where(
                        PlannedText.text_id == row.id, PlannedText.state != TextState.CALLED_OFF
                    )
                ).all()
                for planned in about:
                    assert (planned.case_id, planned.subject_id) not in self._told
                    self._told.add((planned.case_id, planned.subject_id))
                    case = session.get_one(Case, planned.case_id)
                    assert case.stopped_hour is None
                    times, zones = times_for(case, facts_of(vault, case), rules, phone.country)
                    assert times.hold(zones, clock.now())

    def _step(self) -> Step | None:
        """Where the newest conversation of the phone stands; none where nobody would be answered."""
        vault = self._texting.world.vault
        with self._texting.database.reading() as session:
            phones = session.scalars(select(Phone).where(Phone.tag.is_not(None))).all()
            tags = vault.number_tags(MINE).values()
            mine = [phone for phone in phones if phone.tag in tags]
            talks = live_conversations(session, mine[0].id) if mine else []
            position = position_of(vault, talks[0]) if talks else None
            return None if position is None else position.step

    def _cases(self) -> list[UUID]:
        with self._texting.database.reading() as session:
            return list(session.scalars(select(Case.id).where(Case.is_open)))

    def _acts(self) -> int:
        """How many things were done in all cases."""
        vault = self._texting.world.vault
        with self._texting.database.reading() as session:
            ids = session.scalars(select(Case.id)).all()
            return sum(len(list(read_journal(session, vault, CaseId(each)))) for each in ids)


@pytest.fixture(scope="module")
def texts(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Beginnings[Texting]:
    vaults = both_vaults(tmp_path_factory.mktemp("several") / "keys")
    return Beginnings(databases, partial(make_texting, vaults=vaults))


@pytest.fixture(autouse=True)
def _steady_hour() -> Iterator[None]:
    with five_past_ten():
        yield


def _fresh(
    databases: Databases, texts: Beginnings[Texting], kind: str, folder: Path, stack: ExitStack
) -> Texting:
    return texts.copy_into(stack.enter_context(databases.fresh(kind, folder)))


@pytest.mark.timeout(0)
@pytest.mark.parametrize("kind", KINDS if LONG else KINDS[:1])
def test_whatever_is_texted_no_text_breaks_hours_or_limits_and_every_digit_counts(
    databases: Databases, texts: Beginnings[Texting], tmp_path: Path, kind: str
) -> None:
    class OnOne(Phones):
        begin = staticmethod(partial(_fresh, databases, texts, kind, tmp_path))

    run_state_machine_as_test(
        OnOne,
        settings=settings(
            max_examples=150 if LONG else 12,
            stateful_step_count=60 if LONG else 30,
            deadline=None,
            phases=(Phase.explicit, Phase.reuse, Phase.generate),
            suppress_health_check=tuple(HealthCheck),
        ),
    )
