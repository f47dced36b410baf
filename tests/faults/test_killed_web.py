"""Web workers, and the whole service, killed while people file, accept, answer and write: nothing that was shown is lost."""

import random
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from itertools import count
from pathlib import Path

import pytest

from app.vault import Receipt
from tests.faults.kills import counted, share
from tests.faults.phones import Phone, over_http
from tests.faults.promises import Promises, case_of, check_kept
from tests.faults.service import Service, breathe, service_over
from tests.harness.databases import KINDS, Databases

_SECRET = "Zinnober"  # stands in every word that is sent, and must stand in no log
_REPORTERS = 2


class Crowd:
    """People who use the service all the while, each patiently; what they were shown they remember."""

    def __init__(self, service: Service) -> None:
        self.promises = Promises()
        self.faults: list[str] = []
        self._phones: list[Phone] = []
        self._service = service
        self._over = threading.Event()
        self._helper = service.member_cookie("near.lead")
        self._answered: set[Receipt] = set()

    @property
    def lost(self) -> int:
        """How many answers never came."""
        return sum(phone.lost for phone in self._phones)

    def end(self) -> None:
        """Ask everybody to finish what they are doing."""
        self._over.set()

    def threads(self) -> list[Callable[[], None]]:
        """What each of them does until the end."""
        reporters = [lambda name=name: self._until_over(self._reporting(name)) for name in range(_REPORTERS)]
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
                self.faults.append(traceback.format_exc())
                return
            breathe(dice, 0.05)

    def _reporting(self, name: int) -> Callable[[random.Random], None]:
        phone, numbers = self._phone(), count()

        def act(dice: random.Random) -> None:
            words = f"{_SECRET} report {next(numbers)} of {name}."
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
            receipt, words = dice.choice(known), f"{_SECRET} message {next(numbers)}."
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
            receipt, words = new[0], f"{_SECRET} reply {next(numbers)}."
            self._answered.add(receipt)
            case_id = case_of(self._service.world, receipt)
            accepted = phone.insist(phone.on_offer(case_id, self._helper))
            assert accepted.location.partition("?")[0] == f"/desk/cases/{case_id}", accepted.location
            replied = phone.insist(phone.on_case(case_id, self._helper, "reply", words))
            assert replied.status == HTTPStatus.SEE_OTHER, replied.status
            self.promises.acknowledged(receipt, words)

        return act


@pytest.mark.timeout(0)
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_that_was_shown_is_lost_when_web_processes_are_killed(
    databases: Databases, tmp_path: Path, kind: str
) -> None:
    dice = random.Random()  # noqa: S311 - the moment of a kill is no secret
    with service_over(databases, kind, tmp_path) as service:
        crowd = Crowd(service)
        with ThreadPoolExecutor(_REPORTERS + 2) as pool:
            people = [pool.submit(act) for act in crowd.threads()]
            try:
                for _ in counted(f"web workers on {kind}", share(66, short=20)):
                    breathe(dice, 0.4)
                    service.kill_a_worker(dice)
                for _ in counted(f"the whole service on {kind}", share(4, short=2)):
                    breathe(dice, 0.4)
                    service.kill_everybody()
                    service.start()
                breathe(dice, 0.4)
            finally:
                crowd.end()
            for one in people:
                one.result()
        assert crowd.faults == []
        check_kept(service.world, crowd.promises)
        # Otherwise this test has shown nothing.
        assert len(crowd.promises.texts) >= 10
        assert max(map(len, crowd.promises.texts.values())) >= 2
        assert len(service.killed) >= share(66, short=20) / 2
        assert crowd.lost >= len(service.killed) / 4
        assert _SECRET not in service.log()
