"""Phones that exist only here: signed like real ones, veiled at rest, each text on the screen once."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from app import clock
from app.database import Database, DatabaseUnavailable
from app.messaging.delivery import Delivery
from app.messaging.gateways.protocol import CannotTell, Forged
from app.messaging.gateways.registry import load_gateways
from app.messaging.gateways.simulator import LINE, Simulator, keep_typed_text, screen_of, sign_typed_text
from app.settings import read_settings
from app.vault import Vault, load_keyring, make_keyrings
from tests.support.new_text import NewText

_URL = "http://127.0.0.1:8000/sms/inbound"


@pytest.fixture(scope="module")
def halves(tmp_path_factory: pytest.TempPathFactory) -> tuple[Vault, Vault]:
    """The web's vault and the dispatcher's, of one deployment."""
    folder: Path = tmp_path_factory.mktemp("keys") / "keys"
    make_keyrings(folder)
    return Vault(load_keyring(folder, "web")), Vault(load_keyring(folder, "dispatcher"))


def test_a_typed_text_goes_through_the_real_webhook(
    halves: tuple[Vault, Vault], sqlite_database: Database, tmp_path: Path
) -> None:
    web, dispatcher = halves
    settings = read_settings({"REDRESS_HOME": str(tmp_path)})
    request = sign_typed_text(dispatcher, _URL, "+254700000001", "We were not paid ক 😀\x00")
    webhook = load_gateways(settings, web, sqlite_database).default_webhook()
    received = webhook.read_text(request)
    assert (received.gateway, received.sender, received.line) == ("simulator", "+254700000001", LINE)
    assert received.body == "We were not paid ক 😀\x00"
    again = webhook.read_text(sign_typed_text(web, _URL, "+254700000001", "We were not paid"))
    assert again.provider_id != received.provider_id
    with pytest.raises(Forged):
        webhook.read_text(replace(request, body=request.body + b"&Body=x"))


def test_another_deployment_cannot_sign_for_us(
    halves: tuple[Vault, Vault], sqlite_database: Database, tmp_path: Path
) -> None:
    make_keyrings(tmp_path / "other")
    other = Vault(load_keyring(tmp_path / "other", "web"))
    settings = read_settings({"REDRESS_HOME": str(tmp_path)})
    webhook = load_gateways(settings, halves[0], sqlite_database).webhook("simulator")
    with pytest.raises(Forged):
        webhook.read_text(sign_typed_text(other, _URL, "+254700000001", "Hello"))


def test_a_text_stands_on_the_screen_once_and_veiled(
    halves: tuple[Vault, Vault], database: Database, new_text: NewText
) -> None:
    web, dispatcher = halves
    gateway = Simulator(dispatcher, database)
    phone, other = "+254700000001", "+254700000002"
    text = new_text(to=phone, body="Plantedword one")
    gateway.send(new_text(to=other, body="For somebody else"))
    assert gateway.find(text, clock.now(), frozenset()) is None
    with database.writing() as session:
        keep_typed_text(session, web, phone, "Typed here")
    taken = gateway.send(text)
    assert gateway.send(text) == taken
    assert taken.state is Delivery.DELIVERED
    assert gateway.find(text, clock.now() - timedelta(minutes=1), frozenset()) == taken
    with database.reading() as session:
        shown = [(line.direction, line.body) for line in screen_of(session, web, phone)]
        raw = repr(session.execute(sql("SELECT * FROM simulated_texts")).all())
    assert shown == [("out", "Typed here"), ("in", "Plantedword one")]
    for planted in ("Plantedword", "254700000001", "Typed here"):
        assert planted not in raw


def test_what_a_simulator_cannot_tell(halves: tuple[Vault, Vault], sqlite_database: Database) -> None:
    gateway = Simulator(halves[1], sqlite_database)
    with pytest.raises(CannotTell):
        gateway.redact("SM1")
    with pytest.raises(CannotTell):
        gateway.received_since(clock.now())
    (health,) = gateway.health()
    assert "nothing leaves this machine" in health.text


def test_texts_that_come_while_another_is_written_share_one_unit_of_work(
    halves: tuple[Vault, Vault], sqlite_database: Database, new_text: NewText, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = Simulator(halves[1], sqlite_database)
    texts = [new_text(to=f"+25470000{number:04}") for number in range(12)]
    open_unit, units = sqlite_database.writing, []

    @contextmanager
    def counted() -> Iterator[Session]:
        units.append(1)
        if len(units) == 1:
            _until(lambda: len(gateway._waiting) == len(texts))
        if len(units) == 2:
            raise DatabaseUnavailable("away for one of them")
        with open_unit() as session:
            yield session

    monkeypatch.setattr(sqlite_database, "writing", counted)
    with ThreadPoolExecutor(len(texts)) as pool:
        sent = [pool.submit(gateway.send, text) for text in texts]
    failed = [each.exception() for each in sent if each.exception() is not None]
    assert [type(each) for each in failed] == [DatabaseUnavailable]
    assert len(units) == 3
    on_screen = [gateway.find(text, clock.now(), frozenset()) is not None for text in texts]
    assert on_screen.count(False) == 1
    assert [each.exception() is None for each in sent] == on_screen
    assert not gateway._waiting


def _until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not holds() and time.monotonic() < until:
        time.sleep(0.005)
