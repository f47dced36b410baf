"""The key that phones seal to is made anew, and what waits on phones still arrives: before and after the service starts anew."""

import copy
import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app import clock
from app.vault import IntakeKey, Vault, later_keys, load_keyring, rotate_intake_key
from app.vault.keyring import Keyring, KeyringName
from tests.harness.pages import checked_client
from tests.harness.world import LIGHT, World
from tests.support.member import make_app
from tests.support.outbox import KIT, WORDS, Kit, Sealing, answer, fresh_point, post, words_under

YEAR = 365 * 86_400


class Service:
    """The service of a world over a keyring of its own, which is started anew at will."""

    def __init__(self, world: World, home: Path) -> None:
        self.world = copy.copy(world)
        self.home = home

    def start(self) -> FlaskClient:
        """A process that reads the keyring now."""
        self.world.vault = Vault(load_keyring(self.home / "keys", "web"), LIGHT)
        return checked_client(make_app(copy.copy(self.world), self.home))

    def rotate(self) -> IntakeKey:
        """As `redress keys rotate` does."""
        return rotate_intake_key(self.home / "keys")


@pytest.fixture
def service(world: World, home: Path, tmp_path: Path) -> Service:
    shutil.copytree(home / "keys", tmp_path / "home" / "keys")
    return Service(world, tmp_path / "home")


def test_a_report_that_was_sealed_to_last_years_key_arrives(service: Service) -> None:
    waiting = Sealing(Kit.fetched(service.start()))
    service.rotate()
    clock.set_offset(YEAR)
    client = service.start()
    assert Kit.fetched(client).key != waiting.kit.key
    told = answer(post(client, waiting.envelope()))
    assert (told["state"], told["proof"]) == ("kept", waiting.proof)
    assert words_under(service.world, waiting.receipt) == WORDS


def test_a_report_that_waited_for_more_than_two_years_is_refused_by_its_reason(service: Service) -> None:
    waiting = Sealing(Kit.fetched(service.start()))
    service.rotate()
    clock.set_offset(2 * YEAR + 2 * 86_400)
    response = post(service.start(), waiting.envelope())
    assert (answer(response)["reason"], response.status_code) == ("retired_key", 422)


def test_a_phone_may_meet_a_process_that_started_before_its_key_was_made(service: Service) -> None:
    """One worker of the web half is started anew after a rotation, and the others are not."""
    older = service.start()
    key = service.rotate()
    newer = service.start()
    assert older.get(KIT).get_json()["keys"][0]["id"] != key.id
    sealing = Sealing(Kit.fetched(newer))
    assert sealing.kit.key == key.id
    assert answer(post(older, sealing.envelope()))["state"] == "kept"
    assert answer(post(newer, sealing.envelope()))["already"] is True


def test_a_keyring_that_cannot_be_looked_into_is_no_reason_to_refuse_a_key_for_good(service: Service) -> None:
    older = service.start()
    service.rotate()
    sealing = Sealing(Kit.fetched(service.start()))
    (service.home / "keys").rename(service.home / "away")
    response = post(older, sealing.envelope())
    assert (answer(response)["state"], response.status_code) == ("later", 503)
    (service.home / "away").rename(service.home / "keys")
    assert answer(post(older, sealing.envelope()))["state"] == "kept"


def test_keys_that_nobody_knows_cost_one_reading_of_the_keyring_for_each_that_is_put_there(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []

    def load(folder: Path, name: KeyringName) -> Keyring:
        read.append(folder)
        return load_keyring(folder, name)

    older = service.start()
    monkeypatch.setattr(later_keys, "load_keyring", load)
    unknown = [Sealing(Kit("0" * 32, f"{number:08x}", fresh_point())) for number in range(5)]
    for rotations in range(3):
        for sealing in unknown:
            assert answer(post(older, sealing.envelope()))["reason"] == "unknown_key"
        assert len(read) == rotations + 1
        service.rotate()
        # The new one is taken at once, by who has just asked for ones that are not there.
        waiting = Sealing(Kit.fetched(service.start()))
        assert answer(post(older, waiting.envelope()))["state"] == "kept"
        assert len(read) == rotations + 2


def test_a_keyring_that_was_opened_to_others_is_not_taken_from_memory(service: Service) -> None:
    older = service.start()
    service.rotate()
    waiting = Sealing(Kit.fetched(service.start()))
    assert answer(post(older, waiting.envelope()))["state"] == "kept"
    (service.home / "keys" / "web.json").chmod(0o644)
    assert answer(post(older, waiting.envelope()))["state"] == "later"


def test_the_same_report_sealed_to_the_old_and_to_the_new_key_is_one(service: Service) -> None:
    sealing = Sealing(Kit.fetched(service.start()))
    post(service.start(), sealing.envelope())
    service.rotate()
    client = service.start()
    sealing.kit = Kit.fetched(client)
    assert answer(post(client, sealing.envelope()))["already"] is True
