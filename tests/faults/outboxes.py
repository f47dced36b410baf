"""Phones that come out of a tunnel all at once and drain their outboxes, each patiently, against the running service."""

import http.client
import json
import random
import threading
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from typing import Any

from app.vault import Receipt
from tests.faults.promises import Promises
from tests.faults.service import Service, breathe
from tests.support.files import FILES, PhoneFile, ogg, with_files
from tests.support.outbox import KIT, OUTBOX, Kit, Sealing, from_base_64, to_inbox

PHONES = 20
SECRET = "Karmesin"  # stands in every word that is sealed, and must stand in no log
_MOST_WAITING = 2
_PATIENCE_SECONDS = 180.0
_BREATH_SECONDS = 0.05
_WITH_FILE = 0.3
_JSON, _BYTES = "application/json", "application/octet-stream"


class NoAnswer(Exception):
    """The line broke, or whoever was to answer died."""


class Outboxes:
    """Twenty phones; what each was told to be kept is promised."""

    def __init__(self, service: Service) -> None:
        self.promises = Promises()
        self.lost = 0
        self.again = 0
        self.files: list[PhoneFile] = []
        self._sound = ogg(30, pages=600)
        self._service = service
        self._over = threading.Event()
        self._faults: list[str] = []
        self._letters = count()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """All of them write and send until the block ends; then each drains what it still has."""
        with ThreadPoolExecutor(PHONES) as pool:
            phones = [pool.submit(self._until_over, number) for number in range(PHONES)]
            try:
                yield
            finally:
                self._over.set()
            for phone in phones:
                phone.result()
        self.check()

    def check(self) -> None:
        """Whether every phone is well so far."""
        assert not self._faults, "\n".join(self._faults)

    def _until_over(self, number: int) -> None:
        dice, numbers = random.Random(number), count()  # noqa: S311 - who sends when is no secret
        try:
            while not self._over.is_set():
                self._drain(
                    dice, [f"{SECRET} {number}, letter {next(numbers)}." for _ in range(_MOST_WAITING)]
                )
        except Exception:  # noqa: BLE001 - whatever it is, the test reports it
            self._faults.append(traceback.format_exc())

    def _drain(self, dice: random.Random, words: list[str]) -> None:
        kit = self._kit()
        site = self._service.world.site.code
        waiting = [Sealing(kit, {"words": each, "site_code": site}) for each in words]
        files = {
            each.submission: with_files(each, self._sound, kind="voice") if dice.random() < _WITH_FILE else []
            for each in waiting
        }
        sealed = [(each, json.dumps(each.envelope(page=dice.random() < 0.3)).encode()) for each in waiting]
        dice.shuffle(sealed)
        for sealing, raw in sealed:
            self._insist(sealing, raw)
            self.promises.shown(Receipt(sealing.receipt), str(sealing.answers["words"]))
            for file in files[sealing.submission]:
                self._bring(dice, file)
            if dice.random() < 0.3:
                assert self._insist(sealing, raw)["already"] is True
            if dice.random() < 0.5:
                self._write_more(sealing)
            breathe(dice, 0.05)

    def _write_more(self, filed: Sealing) -> None:
        """A message that waited for the inbox of a case that is there."""
        words = f"{SECRET} again, {next(self._letters)}."
        more = to_inbox(filed.kit, filed.receipt, {"act": "write", "words": words})
        raw = json.dumps(more.envelope()).encode()
        self._insist(more, raw)
        self.promises.acknowledged(Receipt(filed.receipt), words)
        assert self._insist(more, raw)["already"] is True

    def _kit(self) -> Kit:
        until = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                status, told = self._ask("GET", KIT, None, _JSON)
                assert status == http.client.OK, status
                return Kit(told["deployment"], told["keys"][0]["id"], from_base_64(told["keys"][0]["public"]))
            except NoAnswer:
                assert time.monotonic() < until, "nobody hands out the key any more"
                time.sleep(_BREATH_SECONDS)

    def _bring(self, dice: random.Random, file: PhoneFile) -> None:
        """Post the chunks of a file in any order, and those that are missing after all, until it stands in its case."""
        until, missing = time.monotonic() + _PATIENCE_SECONDS, list(file.indexes)
        dice.shuffle(missing)
        while missing:
            assert time.monotonic() < until, "a file does not arrive"
            try:
                status, told = self._ask("POST", FILES, file.chunk(missing[0]), _BYTES)
            except NoAnswer:
                self.lost += 1
                time.sleep(_BREATH_SECONDS)
                continue
            if told["state"] == "later":
                assert (status, told["reason"] in ("busy", "broken")) == (503, True), told
                time.sleep(_BREATH_SECONDS)
                continue
            assert status == http.client.OK, told
            if told["state"] == "whole":
                assert told["proof"] == file.proof()
                break
            assert told["proof"] == file.proof(missing[0])
            missing = told["missing"]
        self.files.append(file)

    def _insist(self, sealing: Sealing, raw: bytes) -> dict[str, Any]:
        """Post it until it is kept; nothing else ends it, and whatever comes must be an answer of ours."""
        until = time.monotonic() + _PATIENCE_SECONDS
        while True:
            assert time.monotonic() < until, "no answer to an envelope"
            try:
                status, told = self._ask("POST", OUTBOX, raw, _JSON)
            except NoAnswer:
                self.lost += 1
                time.sleep(_BREATH_SECONDS)
                continue
            assert told["redress"] == 1
            if told["state"] == "kept":
                assert (status, told["proof"]) == (http.client.OK, sealing.proof)
                self.again += told["already"]
                return told
            assert (told["state"], status) == ("later", http.client.SERVICE_UNAVAILABLE), told
            time.sleep(_BREATH_SECONDS)

    def _ask(self, method: str, path: str, body: bytes | None, kind: str) -> tuple[int, dict[str, Any]]:
        headers = {"X-Forwarded-For": f"10.{random.randrange(256)}.{random.randrange(256)}.7"}  # noqa: S311
        headers |= {} if body is None else {"Content-Type": kind}
        connection = http.client.HTTPConnection(self._service.url.removeprefix("http://"), timeout=30)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            raw = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise NoAnswer from error
        finally:
            connection.close()
        told: dict[str, Any] = json.loads(raw)
        return answer.status, told
