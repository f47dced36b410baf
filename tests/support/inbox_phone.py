"""A worker's phone on which messages are open, and what it seals there while there is no network."""

from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.cases.case.models import Case
from app.cases.enums import ConsentLevel, Urgency
from app.cases.worker import open_inbox, writing_budget
from app.cases.worker.entering import Worker, enter_inbox, worker_of
from app.database import CaseId
from app.network import Limit
from app.vault import Receipt, read_journal
from tests.harness.world import World
from tests.support.browsing import Visitor
from tests.support.outbox import Kit, Sealing, to_inbox

WORDS = "The foreman came back."


@dataclass
class Phone:
    """A worker's phone with the inbox open, and what it seals there."""

    world: World
    client: FlaskClient
    receipt: str
    visitor: Visitor

    def form(self, ending: str) -> dict[str, Any]:
        """The hidden fields of a form as the page has them, without the one that belongs to the session."""
        values = dict(self.visitor.page.form(ending).values)
        values.pop("form_token")
        return values

    def seal(self, act: str, *, page: bool = True, **answers: Any) -> Sealing:
        """What was pressed, with what the page's form carries or, where no page was open, without."""
        hidden = self.form(f"/{act}") if page else {}
        told = {**hidden, "act": act, **answers}
        return to_inbox(Kit.of(self.world.vault), self.receipt, told)

    def urgency(self) -> Urgency:
        """As it stands now."""
        return self.case.urgency

    def stopped(self) -> bool:
        """Whether sharing is stopped now."""
        return self.case.stopped_hour is not None

    @property
    def case(self) -> Case:
        """As it stands now."""
        with self.world.database.reading() as session:
            return session.get_one(Case, self.worker().case_id)

    def worker(self) -> Worker:
        """The worker, on some other phone."""
        return worker_with(self.world, self.receipt)

    def texts(self) -> list[str]:
        """The words of the thread."""
        worker = self.worker()
        with self.world.database.reading() as session:
            return [each.text or "" for each in open_inbox(session, self.world.vault, worker).messages]


def worker_with(world: World, receipt: str) -> Worker:
    keys = world.vault.derive_receipt_keys(Receipt(receipt))
    with world.database.writing() as session:
        cookie = enter_inbox(session, world.vault, keys)
    with world.database.reading() as session:
        return worker_of(session, world.vault, cookie)


def phone_of(world: World, client: FlaskClient) -> Phone:
    receipt = world.file(site_code=world.site.code, consent=ConsentLevel.HELPER).receipt
    visitor = Visitor(client)
    visitor.open("/en/inbox")
    visitor.send("/inbox", receipt=receipt)
    return Phone(world, client, receipt, visitor)


def journal_of(world: World, case: Case) -> list[str]:
    with world.database.reading() as session:
        return [entry.act for entry in read_journal(session, world.vault, CaseId(case.id))]


def lower(phone: Phone) -> None:
    """As a helper does who has looked after it."""
    case_id = phone.case.id
    with phone.world.database.writing() as session:
        session.get_one(Case, case_id).urgency = Urgency.URGENT


def at_most(monkeypatch: pytest.MonkeyPatch, name: str, most: int) -> None:
    limit: Limit = getattr(writing_budget, name)
    monkeypatch.setattr(writing_budget, name, Limit(limit.what, most, limit.window))
