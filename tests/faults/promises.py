"""What people were shown, and whether the database keeps it: the invariants after every fault."""

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.cases.case.access import NoAccess
from app.cases.case.models import Case, Entry, Offer, RoutingRecord
from app.cases.case.veils import decision_place
from app.cases.desk.queue import QueueFilters, queue_page
from app.cases.desk.reading import open_case
from app.cases.enums import OfferState, State
from app.cases.escalation import without_next_step
from app.cases.rules.routing import routing_from
from app.cases.worker.entering import enter_inbox, worker_of
from app.cases.worker.inbox import open_inbox
from app.database import CaseId, CircleId, OrganisationId
from app.vault import (
    CircleRow,
    GrantRow,
    GrantState,
    HolderKind,
    Receipt,
    ReceiptRow,
    find_receipt,
    verify_journal,
)
from tests.harness.world import World


@dataclass
class Promises:
    """Receipts that stood on a page, and for each the texts that were acknowledged; filled by many threads."""

    texts: dict[Receipt, list[str]] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def shown(self, receipt: Receipt, words: str) -> None:
        """A worker saw this receipt for these words."""
        with self._guard:
            assert receipt not in self.texts, "two reports with one receipt"
            self.texts[receipt] = [words]

    def acknowledged(self, receipt: Receipt, text: str) -> None:
        """Somebody was told that this message or reply is stored."""
        with self._guard:
            self.texts[receipt].append(text)

    def replaced(self, old: Receipt, new: Receipt) -> None:
        """A worker was shown a new receipt for an old one."""
        with self._guard:
            self.texts[new] = self.texts.pop(old)

    @property
    def spoken(self) -> bool:
        """Whether any message or reply was acknowledged."""
        with self._guard:
            return any(len(texts) > 1 for texts in self.texts.values())

    def some(self) -> list[Receipt]:
        """The receipts so far."""
        with self._guard:
            return list(self.texts)


def case_of(world: World, receipt: Receipt) -> CaseId:
    """The case that a receipt leads to."""
    keys = world.vault.derive_receipt_keys(receipt)
    with world.database.reading() as session:
        row = find_receipt(session, keys)
    assert row is not None, "a receipt that was shown leads nowhere"
    return CaseId(row.case_id)


def check_kept(world: World, promises: Promises, *, others: int = 0) -> None:
    """All invariants at once; `others` is how many cases there are that no promise is about."""
    for receipt, texts in promises.texts.items():
        _check_inbox(world, receipt, texts)
    with world.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == len(promises.texts) + others
        assert verify_journal(session, world.vault).sound
        repeated = (
            select(Entry.submission_id)
            .where(Entry.submission_id.is_not(None))
            .group_by(Entry.submission_id)
            .having(func.count() > 1)
        )
        assert session.scalars(repeated).all() == []
        assert without_next_step(session, world.vault) == []
    check_access(world)


def _check_inbox(world: World, receipt: Receipt, texts: list[str]) -> None:
    """The receipt opens its case; what was acknowledged stands there once, and nothing stands there twice."""
    keys = world.vault.derive_receipt_keys(receipt)
    with world.database.writing() as session:
        cookie = enter_inbox(session, world.vault, keys)
    with world.database.reading() as session:
        view = open_inbox(session, world.vault, worker_of(session, world.vault, cookie))
    thread = Counter(message.text for message in view.messages)
    assert None not in thread, "something of the thread does not open"
    assert max(thread.values()) == 1, "something was stored twice"
    assert set(texts) <= set(thread), "something that was acknowledged is gone"


def check_access(world: World) -> None:
    """Only whom the routing named holds a grant, a case has one current offer, and strangers see nothing."""
    with world.database.reading() as session:
        circles = dict(session.execute(select(CircleRow.id, CircleRow.organisation_id)).all())
        receipts = set(session.scalars(select(ReceiptRow.id).where(ReceiptRow.tag.is_not(None))))
        for case in session.scalars(select(Case)):
            _check_case(session, world, case, circles, receipts)
    _check_stranger(world)


def _check_case(
    session: Session,
    world: World,
    case: Case,
    circles: Mapping[CircleId, OrganisationId],
    receipts: set[UUID],
) -> None:
    offers = session.scalars(select(Offer).where(Offer.case_id == case.id)).all()
    current = [one for one in offers if one.state in (OfferState.OFFERED, OfferState.ACCEPTED)]
    assert len(current) <= 1, "a case with two current offers"
    assert (case.state is State.OFFERED) == any(one.state is OfferState.OFFERED for one in current)
    assert {one.organisation_id for one in current} <= {case.organisation_id}
    named = _named_by_routing(session, world, case)
    holds = {one.organisation_id for one in offers if one.state is OfferState.ACCEPTED}
    may_take = {
        one.organisation_id for one in offers if one.state in (OfferState.STANDBY, OfferState.OFFERED)
    }
    kinds: Counter[str] = Counter()
    for grant in session.scalars(select(GrantRow).where(GrantRow.case_id == case.id)):
        if grant.state == GrantState.ENDED:
            assert grant.sealed is None
            continue
        kinds[grant.holder_kind] += 1
        if grant.holder_kind == HolderKind.CIRCLE:
            owner = circles[CircleId(grant.holder_id)]
            assert owner in named, "a grant to somebody whom the routing did not name"
            assert owner in (may_take if grant.state == GrantState.OFFERED else holds)
        elif grant.holder_kind == HolderKind.RECEIPT:
            assert grant.holder_id in receipts
        else:
            assert circles[CircleId(grant.holder_id)] == world.coordinator.id
    assert kinds[HolderKind.RECEIPT] == 1
    assert kinds[HolderKind.CUSTODY] <= 1
    assert not kinds[HolderKind.MEMBER]


def _named_by_routing(session: Session, world: World, case: Case) -> set[UUID]:
    named: set[UUID] = set()
    for record in session.scalars(select(RoutingRecord).where(RoutingRecord.case_id == case.id)):
        decision = routing_from(
            world.vault.unveil_json(decision_place(record.case_id, record.id), record.decision_veil)
        )
        named |= {one for one in (decision.chosen, *decision.standbys) if one is not None}
    return named


def _check_stranger(world: World) -> None:
    """A partner with a mandate elsewhere finds nothing of this country's cases, neither in the queue nor by their ids."""
    stranger = world.sign_in("other.lead")
    clock.set_offset(0)
    with world.database.reading() as session:
        seen = queue_page(session, world.vault, world.rules, stranger, QueueFilters(), None)
        assert not [row for row in seen.rows if row.country == world.site.country]
        ours = session.scalars(select(Case.id).where(Case.country == world.site.country).limit(5)).all()
    for case_id in ours:
        with pytest.raises(NoAccess), world.database.writing() as session:
            open_case(session, world.vault, stranger, CaseId(case_id))
