"""The demo's phone: it goes through the signed webhook, shows its own thread only, and exists in the demo only."""

from pathlib import Path

import pytest
from flask import Flask

from app.database import Database
from app.messaging.gateways.simulator import keep_typed_text, screen_of
from app.messaging.models import InboundText
from app.settings import read_settings
from app.vault import Vault
from tests.harness.application import application
from tests.harness.pages import checked_client
from tests.harness.signing import TWILIO
from tests.harness.world import World, everything_stored, light_vault
from tests.support.browsing import Visitor

MINE, NOISE = "+60123450111", "+60123450222"


@pytest.fixture(scope="session")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    folder: Path = tmp_path_factory.mktemp("simulator") / "keys"
    return light_vault(folder)


@pytest.fixture
def world(sqlite_database: Database, vault: Vault) -> World:
    """A network, and another phone with a thread of its own."""
    made = World(sqlite_database, vault)
    with made.database.writing() as session:
        keep_typed_text(session, vault, NOISE, "Noise about the bus.")
    return made


def make_app(world: World, home: Path, **environment: str) -> Flask:
    return application(world, read_settings({"REDRESS_HOME": str(home), **environment}))


@pytest.fixture
def app(world: World, tmp_path: Path) -> Flask:
    return make_app(world, tmp_path, REDRESS_DEMO="1", REDRESS_TRUSTED_PROXIES="1")


@pytest.fixture
def phone(app: Flask) -> Visitor:
    """Somebody who has taken the first made-up phone."""
    visitor = Visitor(checked_client(app))
    visitor.open("/sms/simulator")
    visitor.send("#number", number=MINE)
    return visitor


def address(phone: Visitor) -> str:
    return phone.page.response.request.path


def test_a_text_goes_through_the_webhook_and_stands_on_the_screen(phone: Visitor, world: World) -> None:
    assert "No texts yet" in phone.page.text
    phone.send(address(phone), body="They keep our passports.\r\nSince May.")

    assert "This phone: +60123450111 They keep our passports. Since May." in phone.page.text
    assert "Noise about the bus." not in phone.page.text
    with world.database.reading() as session:
        taken = session.query(InboundText).all()
        assert [text.gateway for text in taken] == ["simulator"]
        lines = screen_of(session, world.vault, MINE)
    assert [(line.direction, line.body) for line in lines] == [
        ("out", "They keep our passports.\nSince May.")
    ]


def test_no_number_stands_in_an_address_and_none_in_the_database(phone: Visitor, world: World) -> None:
    phone.send(address(phone), body="They keep our passports.")

    assert MINE[1:] not in address(phone)
    haystack = everything_stored(world.database)
    for secret in (MINE, MINE[1:], NOISE[1:], "passports", "Noise about"):
        assert secret.encode() not in haystack, secret


def test_two_people_may_take_the_same_phone_and_a_stranger_none_by_guessing(
    app: Flask, phone: Visitor
) -> None:
    phone.send(address(phone), body="hello")
    other = Visitor(checked_client(app))
    other.open("/sms/simulator")
    other.send("#number", number="0060 12 345 0111")
    assert "hello" in other.page.text

    for guess in (MINE, "x", "AAAA", address(phone).rpartition("/")[2][:-4], "%00", "é" * 9):
        assert other.open(f"/sms/simulator/{guess}").status == 404, guess


@pytest.mark.parametrize(
    ("body", "told"), (("", "Write something first"), (" \r\n", "Write something first"))
)
def test_an_empty_text_is_not_sent(phone: Visitor, world: World, body: str, told: str) -> None:
    page = phone.send(address(phone), body=body)

    assert page.status == 422
    assert told in page.text
    with world.database.reading() as session:
        assert session.query(InboundText).count() == 0


def test_a_text_that_is_too_long_comes_back_to_be_shortened(phone: Visitor) -> None:
    page = phone.send(address(phone), body="a" * 1601)

    assert page.status == 422
    assert "Make it shorter" in page.text
    assert "a" * 1601 in page.text


@pytest.mark.parametrize("number", ("", " ", "\x00", "5" * 41))
def test_what_is_no_number_is_asked_for_again(phone: Visitor, number: str) -> None:
    phone.open("/sms/simulator")
    page = phone.send("#number", number=number)

    assert page.status == 422
    assert "at most 40 signs" in page.text


def test_a_name_may_write_as_shops_do(phone: Visitor) -> None:
    phone.open("/sms/simulator")
    phone.send("#number", number="AIRTEL")
    phone.send(address(phone), body="You won a prize")

    assert "You won a prize" in phone.page.text


@pytest.mark.parametrize("environment", ({}, {"REDRESS_DEMO": "1", **TWILIO}))
def test_it_exists_in_the_demo_only_and_not_beside_a_real_account(
    world: World, tmp_path: Path, environment: dict[str, str]
) -> None:
    client = make_app(world, tmp_path, **environment).test_client()

    for path in ("/sms/simulator", "/sms/simulator/x"):
        assert client.get(path).status_code == 404
        assert client.post(path, data={"number": MINE, "body": "x"}).status_code == 404


def test_when_the_webhook_does_not_take_it_the_words_stay(
    phone: Visitor, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy() -> tuple[str, int]:
        return "", 503

    monkeypatch.setitem(app.view_functions, "sms.inbound", busy)
    page = phone.send(address(phone), body="They keep our passports.")

    assert page.status == 503
    assert "The text was not taken" in page.text
    assert page.form(address(phone)).values["body"] == ["They keep our passports."]


def test_signs_that_no_phone_shows_do_not_break_the_screen(phone: Visitor) -> None:
    phone.send(address(phone), body="before\x00\x1b[2Jafter\tend")

    assert "before[2Jafterend" in phone.page.text
