"""The whole application on both databases, counters that can be set to just below their limit, and phones with addresses."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text, update

from app.database import Database
from app.network import Limit
from app.network.attempts import Attempts, count_attempt, tag_of
from app.vault import Guess, Vault
from app.vault.keyholder import KeyHolder
from tests.harness.beginnings import Beginnings
from tests.harness.databases import Databases
from tests.harness.hours import five_past_ten
from tests.harness.pages import checked_client
from tests.harness.world import World, light_vault
from tests.service.abuse.at_once import AtOnce, gate_before_writing
from tests.support.addresses import ELSEWHERE, Fill, Phone
from tests.support.member import Member, make_app
from tests.support.noisy_world import noisy_worlds


@pytest.fixture(autouse=True)
def _steady_hour() -> Iterator[None]:
    with five_past_ten():
        yield


@pytest.fixture(scope="session")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    folder: Path = tmp_path_factory.mktemp("abuse") / "keys"
    return light_vault(folder)


@pytest.fixture(scope="session")
def worlds(databases: Databases, vault: Vault) -> Beginnings[World]:
    """A small network, and other workers' cases as noise, made once."""
    return noisy_worlds(databases, vault, ELSEWHERE)


@pytest.fixture
def world(database: Database, worlds: Beginnings[World]) -> World:
    return worlds.copy_into(database)


@pytest.fixture
def app(world: World, tmp_path: Path) -> Flask:
    return make_app(world, tmp_path)


@pytest.fixture
def phone(app: Flask) -> Phone:
    """A browser at this address."""

    def at(address: str) -> Member:
        client = checked_client(app)
        client.environ_base["REMOTE_ADDR"] = address
        return Member(client)

    return at


@pytest.fixture
def fill(database: Database, vault: Vault) -> Fill:
    """Set a counter as if so many had been counted in its current window."""

    def to(limit: Limit, subject: str, number: int) -> None:
        with database.writing() as session:
            count_attempt(session, vault, limit, subject)
            tag = tag_of(vault, limit, subject)
            session.execute(update(Attempts).where(Attempts.tag == tag).values(number=number))

    return to


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> list[Guess]:
    """What had to wait for its turn among the guesses, from here on."""
    seen: list[Guess] = []

    def wait(_vault: KeyHolder, what: Guess) -> AbstractContextManager[None]:
        seen.append(what)
        return nullcontext()

    monkeypatch.setattr(KeyHolder, "guessing", wait)
    return seen


@pytest.fixture
def at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> AtOnce:
    """Run acts at one moment: all of them have read before any writes."""
    return gate_before_writing(world, monkeypatch)


@pytest.fixture
def without_counters(database: Database) -> Callable[[], None]:
    """Take the counters away, as a database would that fails in the middle of a request."""

    def take_away() -> None:
        with database.writing() as session:
            session.execute(text("DROP TABLE attempts"))

    return take_away
