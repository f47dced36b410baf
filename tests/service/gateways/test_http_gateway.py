"""A described gateway over real HTTP: what it is sent, and what its answers mean."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest

from app import clock
from app.messaging.delivery import Delivery
from app.messaging.gateways import http_gateway
from app.messaging.gateways.description import AnswerMeaning, FindShape, HttpDescription, SendShape
from app.messaging.gateways.http_gateway import HttpGateway
from app.messaging.gateways.protocol import (
    CannotTell,
    NotSent,
    OptedOut,
    SendRefused,
    StatusReport,
    TryLater,
    Unclear,
)
from tests.harness.server import free_port
from tests.support.new_text import NewText


@dataclass
class Device:
    """A gateway in the corner: it answers what the test wants, and keeps what it was asked."""

    url: str = ""
    answer: tuple[int, str] = (202, '{"id": "m1", "state": "Pending"}')
    hangs: bool = False
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)


@contextmanager
def _running(device: Device) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            device.asked.append((self.command, self.path, headers, body))
            if device.hangs:
                device.ended.wait(10)
                return
            status, text = device.answer
            self.send_response(status)
            self.send_header("Content-Length", str(len(text.encode())))
            self.send_header("Location", "/elsewhere")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(text.encode())

        def do_GET(self) -> None:
            self.do_POST()

        def do_HEAD(self) -> None:
            self.do_POST()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
            """Nothing of a test is written to standard error."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        device.url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield
        finally:
            device.ended.set()
            server.shutdown()
            thread.join()


@pytest.fixture
def device() -> Iterator[Device]:
    """The device, running."""
    made = Device()
    with _running(made):
        yield made


def _described(url: str) -> HttpDescription:
    send = SendShape(
        url=f"{url}/message",
        json=True,
        fields={
            "id": "{id}",
            "phoneNumbers.0": "{to}",
            "textMessage.text": "{body}",
            "ttl": "{valid_seconds}",
            "note": "{line} for {to}",
        },
        headers={"authorization": "Basic sekret"},
        answer_id=None,
        answer_state=None,
        states={},
    )
    return HttpDescription(
        name="nairobi-phone",
        line="+254700000000",
        home_country="KE",
        countries=frozenset({"KE"}),
        two_way=False,
        alphanumeric=False,
        send=send,
        find=FindShape(f"{url}/message/{{id}}", None, None, {}),
        text=None,
        status=None,
        signature=None,
    )


def test_a_text_as_json(device: Device, new_text: NewText) -> None:
    text = new_text(body='Say {to} "and" {id} 😀', valid_for=timedelta(minutes=10), line="+254700000000")
    taken = HttpGateway(_described(device.url)).send(text)
    assert taken.provider_id == str(text.id)
    ((method, path, headers, body),) = device.asked
    assert (method, path, headers["authorization"]) == ("POST", "/message", "Basic sekret")
    assert json.loads(body) == {
        "id": str(text.id),
        "phoneNumbers": [text.to],
        "textMessage": {"text": text.body},
        "ttl": 600,
        "note": f"+254700000000 for {text.to}",
    }


def test_a_text_as_a_form_whose_answer_names_it(device: Device, new_text: NewText) -> None:
    described = _described(device.url)
    send = replace(
        described.send, json=False, fields={"to": "{to}", "message": "{body}"}, answer_id="data.0.id"
    )
    device.answer = (200, '{"data": [{"id": 77}]}')
    text = new_text(body="a&b=c ক")
    assert HttpGateway(replace(described, send=send)).send(text).provider_id == "77"
    assert parse_qs(device.asked[0][3].decode()) == {"to": [text.to], "message": [text.body]}
    for odd in ("<html>log in first</html>", "{}", '{"data": []}', "[]", '{"data": [{"id": ""}]}'):
        device.answer = (200, odd)
        with pytest.raises(Unclear, match="odd answer"):
            HttpGateway(replace(described, send=send)).send(text)


@pytest.mark.parametrize(
    ("word", "outcome", "reason"),
    (
        ("101", None, ""),
        ("406", OptedOut, "answer 406"),
        ("403", SendRefused, "answer 403"),
        ("501", TryLater, "answer 501"),
        ("999", Unclear, "odd answer"),
    ),
)
def test_words_of_an_aggregator_that_always_answers_200(
    device: Device, new_text: NewText, word: str, outcome: type[NotSent] | None, reason: str
) -> None:
    states = {
        "101": AnswerMeaning.TAKEN,
        "406": AnswerMeaning.OPTED_OUT,
        "403": AnswerMeaning.REFUSED,
        "501": AnswerMeaning.LATER,
    }
    described = _described(device.url)
    gateway = HttpGateway(
        replace(described, send=replace(described.send, answer_state="r.0.code", states=states))
    )
    device.answer = (200, json.dumps({"r": [{"code": int(word)}]}))
    text = new_text()
    if outcome is None:
        assert gateway.send(text).provider_id == str(text.id)
        return
    with pytest.raises(NotSent) as failed:
        gateway.send(text)
    assert type(failed.value) is outcome
    assert failed.value.reason == reason


@pytest.mark.parametrize(
    ("status", "outcome"),
    (
        (302, TryLater),
        (400, SendRefused),
        (401, TryLater),
        (409, Unclear),
        (429, TryLater),
        (500, Unclear),
        (503, TryLater),
    ),
)
def test_what_an_answer_means(device: Device, new_text: NewText, status: int, outcome: type[NotSent]) -> None:
    device.answer = (status, "{}")
    with pytest.raises(NotSent) as failed:
        HttpGateway(_described(device.url)).send(new_text())
    assert type(failed.value) is outcome
    assert len(device.asked) == 1, "a redirection was followed or a request tried again"


def test_no_answer_and_no_connection(
    device: Device, new_text: NewText, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_gateway, "_TIMEOUT", (1.0, 0.2))
    device.hangs = True
    gateway = HttpGateway(_described(device.url))
    with pytest.raises(Unclear):
        gateway.send(new_text())
    with pytest.raises(TryLater):
        gateway.find(new_text(), clock.now(), frozenset())
    nobody = HttpGateway(_described(f"http://127.0.0.1:{free_port()}"))
    with pytest.raises(TryLater):
        nobody.send(new_text())
    (health,) = nobody.health()
    assert (health.good, "cannot be reached" in health.text) == (False, True)


def test_asking_for_a_text(device: Device, new_text: NewText) -> None:
    described = _described(device.url)
    gateway = HttpGateway(described)
    text = new_text()
    device.answer = (200, "{}")
    taken = gateway.find(text, clock.now(), frozenset())
    assert taken is not None
    assert taken.provider_id == str(text.id)
    assert device.asked[0][:2] == ("GET", f"/message/{text.id}")
    assert device.asked[0][2]["authorization"] == "Basic sekret"
    device.answer = (404, "{}")
    assert gateway.find(text, clock.now(), frozenset()) is None
    for answer in ((500, "{}"), (302, "")):
        device.answer = answer
        with pytest.raises(TryLater):
            gateway.find(text, clock.now(), frozenset())
    named = HttpGateway(replace(described, find=FindShape(f"{device.url}/message/{{id}}", "id", None, {})))
    device.answer = (200, "<html>log in first</html>")
    with pytest.raises(TryLater):
        named.find(text, clock.now(), frozenset())


def test_asking_how_far_a_text_is(device: Device, new_text: NewText) -> None:
    states = {"Sent": Delivery.SENT, "Delivered": Delivery.DELIVERED, "Failed": Delivery.FAILED}
    found = FindShape(f"{device.url}/message/{{id}}", None, "state", states)
    gateway, text_id = HttpGateway(replace(_described(device.url), find=found)), new_text().id
    for word, state in (("Pending", Delivery.ACCEPTED), *states.items()):
        device.answer = (200, json.dumps({"id": str(text_id), "state": word}))
        assert gateway.ask(text_id, "m1") == StatusReport("nairobi-phone", "m1", state)
    assert {asked[:2] for asked in device.asked} == {("GET", f"/message/{text_id}")}
    for answer in ((500, '{"state": "Sent"}'), (302, ""), (200, "<html>log in first</html>"), (200, "{}")):
        device.answer = answer
        with pytest.raises(TryLater):
            gateway.ask(text_id, "m1")
    device.answer = (404, "{}")
    with pytest.raises(SendRefused):
        gateway.ask(text_id, "m1")


def test_what_cannot_be_asked(device: Device, new_text: NewText) -> None:
    gateway = HttpGateway(replace(_described(device.url), find=None))
    with pytest.raises(CannotTell):
        gateway.find(new_text(), clock.now(), frozenset())
    for described in (None, FindShape(f"{device.url}/message/{{id}}", None, None, {})):
        with pytest.raises(CannotTell):
            HttpGateway(replace(_described(device.url), find=described)).ask(new_text().id, "m1")
    with pytest.raises(CannotTell):
        gateway.redact("m1")
    with pytest.raises(CannotTell):
        gateway.received_since(clock.now())
    (health,) = gateway.health()
    assert health.good
    assert device.asked[0][0] == "HEAD"
