"""When something is in the way: the database gone, no slot for hashing, a provider that never answers, odd letters."""

import base64
import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote_plus, unquote_to_bytes

import pytest
from flask import Flask

from app.database import Database
from app.messaging.models import InboundText
from app.settings import read_settings
from app.vault import TooBusy, Vault
from tests.harness.application import application
from tests.harness.databases import Databases
from tests.harness.server import LiveServer, running
from tests.harness.signing import TWILIO, Signed, inbound, sign
from tests.harness.wire import exchange
from tests.harness.world import World, light_vault
from tests.support.public_address import BEHIND_A_PROXY, PUBLIC

Taken = Callable[[], int]
SENDER = "+60123456789"
BASE = "http://127.0.0.1:8000"


@pytest.fixture(scope="session")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    folder: Path = tmp_path_factory.mktemp("troubles") / "keys"
    return light_vault(folder)


@pytest.fixture(scope="module")
def world(databases: Databases, vault: Vault, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One network for all: the verbs beneath are tested on both databases."""
    with databases.fresh("sqlite", tmp_path_factory.mktemp("troubles")) as database:
        yield World(database, vault)


@pytest.fixture(scope="module")
def app(world: World, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    settings = read_settings({"REDRESS_HOME": str(tmp_path_factory.mktemp("home")), **TWILIO})
    return application(world, settings)


def post(app: Flask, signed: Signed) -> tuple[int, bytes]:
    answer = app.test_client().post(signed.path, data=signed.body, headers=signed.headers)
    return answer.status_code, answer.data


@pytest.fixture
def taken(world: World) -> Callable[[], int]:
    """How many texts were taken since the test began."""

    def count() -> int:
        with world.database.reading() as session:
            return session.query(InboundText).count()

    before = count()
    return lambda: count() - before


def test_without_a_database_the_provider_is_told_to_come_again(world: World, tmp_path: Path) -> None:
    gone = Database("postgresql+psycopg://nobody@127.0.0.1:9/redress")
    app = application(world, read_settings({"REDRESS_HOME": str(tmp_path), **TWILIO}), gone)
    told = {"MessageSid": "SM" + "1" * 32, "MessageStatus": "delivered"}

    assert post(app, sign(BASE, "/sms/inbound", inbound(SENDER, "x"))) == (503, b"")
    assert post(app, sign(BASE, "/sms/status", told)) == (503, b"")
    assert post(app, Signed("/sms/inbound", b"", {})) == (403, b"")


def test_a_text_that_met_a_closed_database_is_taken_once_when_it_comes_again(
    tmp_path: Path,
) -> None:
    with running(tmp_path, "up", environment=BEHIND_A_PROXY) as server:
        file = server.home / "redress.sqlite3"
        signed = sign(PUBLIC, "/sms/inbound", inbound(SENDER, "They keep our passports."))
        away = file.rename(file.with_suffix(".away"))
        refused = exchange(server, signed)
        away.rename(file)
        again = [exchange(server, signed) for _ in range(2)]

    assert (refused.status, refused.body) == (503, b"")
    assert [(answer.status, answer.body) for answer in again] == [(200, b"<Response/>")] * 2


def test_while_every_slot_for_hashing_is_taken_the_provider_is_told_to_come_again(
    app: Flask, taken: Taken, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(_vault: Vault, _number: str) -> None:
        raise TooBusy

    signed = sign(BASE, "/sms/inbound", inbound(SENDER, "They keep our passports."))
    with monkeypatch.context() as patched:
        patched.setattr(Vault, "number_tags", busy)
        assert post(app, signed) == (503, b"")
    assert taken() == 0
    assert post(app, signed) == (200, b"<Response/>")
    assert taken() == 1


ODD = {
    "nothing": "",
    "nothing but spaces": " \r\n ",
    "base64": base64.b64encode("বেতন দেয় না".encode()).decode(),
    "a zero byte": "before\x00after",
    "controls": "".join(map(chr, range(32))),
    "line ends": "one\r\ntwo\rthree\u2028four",
    "1,600 letters": "They keep our passports. " * 64,
    "1,600 letters of another script": "বেতন" * 400,
    "emoji and joiners": "👩🏽‍🏭 1️⃣ 😞",
    "right to left marks": "\u202eabc\u202c \u200f١\u200e",
    "zero width": "s\u200bi\u200dt\ufeffe",
    "not characters": "\ufffe\uffff\U0010ffff",
    "markup": "<Response><Message>&amp;\"'</Message></Response>",
    "a formula": "=HYPERLINK(1)",
}


@pytest.mark.parametrize("name", ODD)
def test_odd_letters_are_a_text_like_any_other(app: Flask, taken: Taken, name: str) -> None:
    assert post(app, sign(BASE, "/sms/inbound", inbound(SENDER, ODD[name]))) == (200, b"<Response/>")
    assert post(app, sign(BASE, "/sms/inbound", inbound(SENDER, ODD[name]))) == (200, b"<Response/>")
    assert taken() == 2


@pytest.mark.parametrize("raw", (b"%FF%FE%C3", b"%ED%A0%80", b"%C0%80"))
def test_bytes_that_are_no_text_are_taken_as_the_provider_read_them(
    app: Flask, taken: Taken, raw: bytes
) -> None:
    read = sign(BASE, "/sms/inbound", inbound(SENDER, "before") | {"Body": raw_text(raw)})
    sent = read.body.replace(b"Body=" + quoted(raw_text(raw)), b"Body=" + raw)
    assert sent != read.body

    assert post(app, Signed(read.path, sent, read.headers)) == (200, b"<Response/>")
    assert taken() == 1


@pytest.mark.parametrize(
    "sender",
    (
        "+60123456789",
        "00601234567890",
        "AIRTEL",
        "55255",
        "whatsapp:+60123456789",
        "+8888",
    ),
)
def test_whoever_writes_gets_no_error(app: Flask, taken: Taken, sender: str) -> None:
    assert post(app, sign(BASE, "/sms/inbound", inbound(sender, "They keep our passports."))) == (
        200,
        b"<Response/>",
    )
    assert taken() == 1


@pytest.mark.parametrize("sender", ("\x00+60", " \u200b"))
def test_a_sender_that_no_provider_writes_is_not_believed(app: Flask, taken: Taken, sender: str) -> None:
    signed = sign(BASE, "/sms/inbound", inbound(sender, "They keep our passports."))
    assert post(app, signed) == (403, b"")
    assert taken() == 0


@pytest.fixture
def tarpit() -> Iterator[socket.socket]:
    """A provider that takes every connection and never says a word."""
    with contextlib.closing(socket.create_server(("127.0.0.1", 0), backlog=50)) as listening:
        yield listening


def test_a_provider_that_never_answers_keeps_no_text_waiting(tmp_path: Path, tarpit: socket.socket) -> None:
    address = f"http://127.0.0.1:{tarpit.getsockname()[1]}"
    with running(tmp_path, "up", environment=BEHIND_A_PROXY | {"TWILIO_API_BASE": address}) as server:
        seconds = [_seconds(server, number) for number in range(20)]
        # Now its line breaks: else the server would not end before the answer that it waits for is overdue.
        tarpit.close()

    # The dispatcher waits fifteen seconds for an answer: no text waited with it.
    assert max(seconds) < 10.0


def _seconds(server: LiveServer, number: int) -> float:
    signed = sign(PUBLIC, "/sms/inbound", inbound(f"+6012345{number:04}", "They keep our passports."))
    began = time.perf_counter()
    assert exchange(server, signed).status == 200
    time.sleep(0.1)  # so that the dispatcher meets the provider meanwhile
    return time.perf_counter() - began - 0.1


def test_a_web_worker_does_not_carry_the_library_that_sends() -> None:
    code = (
        "import sys, app, app.web.services\n"
        "app.web_rooms()\n"
        "assert 'app.web.sms.webhooks' in sys.modules\n"
        "print(*[name for name in sys.modules if name.split('.')[0] in ('requests', 'aiohttp', 'urllib3')\n"
        "    or name.startswith('twilio.rest')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == ""


def raw_text(raw: bytes) -> str:
    """What a provider reads in such bytes."""
    return unquote_to_bytes(raw).decode("utf-8", "replace")


def quoted(text: str) -> bytes:
    """As a form carries it."""
    return quote_plus(text).encode()
