"""A crowd that uses the running service all the while: two people report, one writes again, one accepts and answers."""

import random
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http import HTTPStatus
from itertools import count

from sqlalchemy.exc import SQLAlchemyError

from app.database import CaseId
from app.vault import Receipt
from tests.faults.phones import Phone, over_http
from tests.faults.promises import Promises, case_of
from tests.faults.service import Service, breathe

SECRET = "Zinnober"  # stands in every word that is sent, and must stand in no log
REPORTERS = 2
_TRIES = 200
_PATIENCE_SECONDS = 180.0
_BREATH_SECONDS = 0.1


class Crowd:
    """People who use the service all the while, each patiently; what they were shown they remember."""

    def __init__(self, service: Service) -> None:
        self.promises = Promises()
        self._faults: list[str] = []
        self._phones: list[Phone] = []
        self._service = service
        self._over = threading.Event()
        self._helper = service.member_cookie("near.lead")
        self._answered: set[Receipt] = set()

    @property
    def lost(self) -> int:
        """How many answers never came."""
        return sum(phone.lost for phone in self._phones)

    def summary(self) -> str:
        """How much they did, in a few words."""
        texts = self.promises.texts.values()
        return (
            f"{len(texts)} receipts shown, {sum(map(len, texts)) - len(texts)} messages and replies acknowledged, "
            f"{self.lost} requests without an answer"
        )

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Everybody works until the block ends; afterwards whatever went wrong for any of them fails the test."""
        with ThreadPoolExecutor() as pool:
            people = [pool.submit(act) for act in self._threads()]
            try:
                yield
            finally:
                self._over.set()
            for one in people:
                one.result()
        self.check()

    def go_on_until(self, receipts: int) -> None:
        """Let them work, on a slow machine as well, until so many receipts were shown and somebody wrote or answered."""
        until = time.monotonic() + _PATIENCE_SECONDS
        while len(self.promises.some()) < receipts or not self.promises.spoken:
            self.check()
            assert time.monotonic() < until, "nobody gets anything done any more"
            time.sleep(_BREATH_SECONDS)

    def check(self) -> None:
        """Whether everybody is well so far."""
        assert not self._faults, "\n".join(self._faults)

    def _threads(self) -> list[Callable[[], None]]:
        """What each of them does until the end."""
        reporters = [lambda name=name: self._until_over(self._reporting(name)) for name in range(REPORTERS)]
        return [
            *reporters,
            *(lambda act=act: self._until_over(act) for act in (self._writing(), self._answering())),
        ]

    def _phone(self) -> Phone:
        self._phones.append(Phone(over_http(self._service.url)))
        return self._phones[-1]

    def _until_over(self, act: Callable[[random.Random], None]) -> None:
        dice = random.Random(id(act))  # noqa: S311 - who presses when is no secret
        while not self._over.is_set():
            try:
                act(dice)
            except Exception:  # noqa: BLE001 - whatever it is, the test reports it
                self._faults.append(traceback.format_exc())
                return
            breathe(dice, 0.05)

    def _reporting(self, name: int) -> Callable[[random.Random], None]:
        phone, numbers = self._phone(), count()

        def act(dice: random.Random) -> None:
            words = f"{SECRET} report {next(numbers)} of {name}."
            form = phone.report_form(words, self._service.world.site.code)
            receipt = phone.report(form)
            self.promises.shown(receipt, words)
            if dice.random() < 0.3:
                assert phone.report(form) == receipt, "the same form, sent twice, gave two receipts"

        return act

    def _writing(self) -> Callable[[random.Random], None]:
        phone, numbers = self._phone(), count()

        def act(dice: random.Random) -> None:
            known = self.promises.some()
            if not known:
                return
            receipt, words = dice.choice(known), f"{SECRET} message {next(numbers)}."
            sent = phone.insist(phone.in_inbox(phone.enter(receipt), "write", words))
            assert sent.status == HTTPStatus.SEE_OTHER, sent.status
            self.promises.acknowledged(receipt, words)

        return act

    def _answering(self) -> Callable[[random.Random], None]:
        phone, numbers = self._phone(), count()

        def act(dice: random.Random) -> None:
            new = [receipt for receipt in self.promises.some() if receipt not in self._answered]
            if not new:
                return
            receipt, words = new[0], f"{SECRET} reply {next(numbers)}."
            self._answered.add(receipt)
            case_id = self._case_of(receipt)
            accepted = phone.insist(phone.on_offer(case_id, self._helper))
            assert accepted.location.partition("?")[0] == f"/desk/cases/{case_id}", accepted.location
            replied = phone.insist(phone.on_case(case_id, self._helper, "reply", words))
            while replied.status == HTTPStatus.CONFLICT:  # the worker wrote meanwhile: that is read first
                replied = phone.insist(phone.on_case(case_id, self._helper, "reply", words))
            assert replied.status == HTTPStatus.SEE_OTHER, replied.status
            self.promises.acknowledged(receipt, words)

        return act

    def _case_of(self, receipt: Receipt) -> CaseId:
        """Looked up in the database itself, which may be away just now as well."""
        for _ in range(_TRIES):
            try:
                return case_of(self._service.world, receipt)
            except SQLAlchemyError:
                time.sleep(_BREATH_SECONDS)
        raise AssertionError("the database did not come back")
