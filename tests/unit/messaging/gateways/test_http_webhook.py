"""Requests of a described gateway are believed with its HMAC and a recent time, and read by the described paths."""

import base64
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from app import clock
from app.messaging.delivery import Delivery
from app.messaging.gateways.description import (
    HttpDescription,
    SendShape,
    SignatureShape,
    StatusShape,
    TextShape,
)
from app.messaging.gateways.http_webhook import HttpWebhook
from app.messaging.gateways.media import Media
from app.messaging.gateways.protocol import Forged, SignedRequest

_URL = "https://help.example.org/sms/inbound/nairobi-phone"
_SECRET = "s" * 32
_SIGNATURE = SignatureShape(
    header="x-signature",
    timestamp_header="x-timestamp",
    secret=_SECRET,
    signed="v1:{timestamp}.{url}.{body}",
    base64=False,
    prefix="sha256=",
    window_seconds=300,
)
_PHONE = HttpDescription(
    name="nairobi-phone",
    line="+254700000000",
    home_country="KE",
    countries=frozenset({"KE"}),
    two_way=True,
    alphanumeric=False,
    send=SendShape("http://192.0.2.10/message", True, {}, {}, None, None, {}),
    find=None,
    text=TextShape(id="id", sender="payload.from", body="payload.parts.0.text", line=None),
    status=StatusShape("payload.id", "event", "payload.reason", {"sms:sent": Delivery.SENT}),
    signature=_SIGNATURE,
)
_TEXT = {"id": "e1", "payload": {"from": "0700000001", "parts": [{"text": "Not paid"}]}, "sim": None}
_REPORT = {"event": "sms:sent", "payload": {"id": "m1"}}


def _signed(content: object, *, age: int = 0, shape: SignatureShape = _SIGNATURE) -> SignedRequest:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    stamp = str(int(clock.now().timestamp()) - age)
    digest = hmac.digest(shape.secret.encode(), f"v1:{stamp}.{_URL}.".encode() + body, "sha256")
    written = base64.b64encode(digest).decode() if shape.base64 else digest.hex()
    headers = {
        "x-signature": shape.prefix + written,
        "x-timestamp": stamp,
        "content-type": "application/json; charset=utf-8",
    }
    return SignedRequest(_URL, headers, body)


def test_a_text_is_read_by_its_paths() -> None:
    text = HttpWebhook(_PHONE).read_text(_signed(_TEXT))
    assert (text.gateway, text.provider_id, text.sender) == ("nairobi-phone", "e1", "0700000001")
    assert (text.line, text.body) == ("+254700000000", "Not paid")


def test_a_signature_in_base64() -> None:
    shape = replace(_SIGNATURE, base64=True, prefix="")
    assert (
        HttpWebhook(replace(_PHONE, signature=shape)).read_text(_signed(_TEXT, shape=shape)).body
        == "Not paid"
    )


def test_a_form_and_a_line_of_its_own() -> None:
    described = replace(_PHONE, text=TextShape("id", "from", "text", "to"))
    request = _signed(b"id=7&from=%2B254700000001&text=a%20b%2B%0Ac&to=20880&text=second")
    form = replace(request, headers={**request.headers, "content-type": "application/x-www-form-urlencoded"})
    text = HttpWebhook(described).read_text(form)
    assert (text.provider_id, text.sender, text.line, text.body) == ("7", "+254700000001", "20880", "a b+\nc")


def test_numbers_as_ids_and_halves_of_characters() -> None:
    content = {"id": 12, "payload": {"from": "0700000001", "parts": [{"text": "x\ud83dy"}]}}
    text = HttpWebhook(_PHONE).read_text(_signed(content))
    assert (text.provider_id, text.body) == ("12", "x\ufffdy")


def _header(name: str, value: str) -> Callable[[SignedRequest], SignedRequest]:
    return lambda request: replace(request, headers={**request.headers, name: value})


@pytest.mark.parametrize(
    "change",
    (
        _header("x-signature", ""),
        _header("x-signature", "sha256=é"),
        _header("x-signature", "sha256=" + "00" * 32),
        _header("x-signature", "sha256=" + "00" * 8),
        _header("x-timestamp", ""),
        _header("x-timestamp", "now"),
        _header("x-timestamp", "১২৩"),
        _header("x-timestamp", "9" * 40),
        _header("content-type", "text/plain"),
        lambda request: replace(request, headers={}),
        lambda request: replace(request, body=request.body + b" "),
        lambda request: replace(request, url=_URL + "?x"),
        lambda _: _signed(_TEXT, age=301),
        # With room for the second that may end between the signing and the look.
        lambda _: _signed(_TEXT, age=-330),
        lambda _: _signed(b"{"),
        lambda _: _signed(b"\xff"),
        lambda _: _signed(b"[" * 100_000),
        lambda _: _signed([]),
        lambda _: _signed({"id": "e1"}),
        lambda _: _signed({**_TEXT, "id": ""}),
        lambda _: _signed({**_TEXT, "id": "x" * 81}),
        lambda _: _signed({**_TEXT, "id": "e1\0"}),
        lambda _: _signed({**_TEXT, "id": "e1\ud800"}),
        lambda _: _signed({**_TEXT, "id": " "}),
        lambda request: _header("x-timestamp", "0" + request.headers["x-timestamp"])(request),
        lambda _: _signed({**_TEXT, "payload": {"from": "x" * 121, "parts": [{"text": ""}]}}),
        lambda _: _signed({**_TEXT, "payload": {"from": "07", "parts": [{"text": "x" * 10_001}]}}),
        lambda _: _signed({**_TEXT, "payload": {"from": "07", "parts": []}}),
    ),
)
def test_anything_else_is_forged(change: Callable[[SignedRequest], SignedRequest]) -> None:
    with pytest.raises(Forged):
        HttpWebhook(_PHONE).read_text(change(_signed(_TEXT)))


def test_a_gateway_that_was_described_without_requests_is_never_believed() -> None:
    for described in (replace(_PHONE, signature=None), replace(_PHONE, text=None)):
        with pytest.raises(Forged):
            HttpWebhook(described).read_text(_signed(_TEXT))
    with pytest.raises(Forged):
        HttpWebhook(replace(_PHONE, signature=None)).read_status(_signed(_REPORT))
    assert HttpWebhook(replace(_PHONE, status=None)).read_status(_signed(_REPORT)) is None


@pytest.mark.parametrize(
    ("reason", "kept"), (("30", "30"), ("NO_ROUTE", "NO_ROUTE"), ("to +254700000001", None), (None, None))
)
def test_a_report_and_its_reason(reason: str | None, kept: str | None) -> None:
    report = HttpWebhook(_PHONE).read_status(_signed({**_REPORT, "payload": {"id": "m1", "reason": reason}}))
    assert report is not None
    assert (report.provider_id, report.state, report.reason) == ("m1", Delivery.SENT, kept)
    assert report.text_id is None


def test_a_gateway_that_calls_texts_as_we_do_reports_our_id() -> None:
    ours: UUID = uuid4()
    content = {"event": "sms:sent", "payload": {"id": str(ours)}}
    report = HttpWebhook(_PHONE).read_status(_signed(content))
    assert report is not None
    assert report.text_id == ours
    # One with ids of its own may use the same form of ids by chance: those are not ours.
    theirs = replace(_PHONE, send=replace(_PHONE.send, answer_id="id"))
    report = HttpWebhook(theirs).read_status(_signed(content))
    assert report is not None
    assert report.text_id is None


def test_words_that_nobody_described_say_nothing() -> None:
    for content in ({"event": "sms:new", "payload": {"id": "m1"}}, {"event": "sms:sent"}, {}):
        assert HttpWebhook(_PHONE).read_status(_signed(content)) is None


def test_what_came_beside_the_words_is_told_by_type_or_word() -> None:
    shape = TextShape(
        "id", "from", "text", None, ("kind", "parts.*.type"), {"foto": Media.PHOTO}, "where.latitude"
    )
    webhook = HttpWebhook(replace(_PHONE, text=shape))
    came: dict[tuple[Media, ...], dict[str, object]] = {
        (): {"kind": "text", "text": "Not paid"},
        (Media.PHOTO,): {"kind": "foto"},
        (Media.VOICE,): {"kind": "audio"},
        (Media.VIDEO, Media.CONTACT): {
            "parts": [{"type": "video/mp4"}, {"type": "text/x-vcard"}, {"type": 3}]
        },
        (Media.LOCATION,): {"where": {"latitude": -1.29}},
        (Media.FILE, Media.LOCATION): {
            "kind": "application/pdf",
            "where": {"latitude": "-1.29"},
            "text": "See",
        },
    }
    for kinds, content in came.items():
        text = webhook.read_text(_signed({"id": "e1", "from": "0700000001", **content}))
        assert (text.came, text.body) == (kinds, content.get("text", ""))
    with pytest.raises(Forged):
        webhook.read_text(
            _signed({"id": "e1", "from": "0700000001", "kind": "text", "where": {"latitude": None}})
        )


def test_digits_of_the_body_cannot_become_the_time() -> None:
    # "{body}{timestamp}" is signed alike wherever the one ends and the other begins.
    shape = replace(_SIGNATURE, signed="{body}{timestamp}", prefix="")
    described = replace(_PHONE, signature=shape, text=TextShape("id", "from", "text", None))
    stamp, body = str(int(clock.now().timestamp())), "from=0700000001&text=x&id=10"
    headers = {
        "x-signature": hmac.digest(_SECRET.encode(), f"{body}{stamp}".encode(), "sha256").hex(),
        "x-timestamp": stamp,
    }
    headers["content-type"] = "application/x-www-form-urlencoded"
    request = SignedRequest(_URL, headers, body.encode())
    assert HttpWebhook(described).read_text(request).provider_id == "10"
    moved = SignedRequest(_URL, headers | {"x-timestamp": f"0{stamp}"}, body[:-1].encode())
    with pytest.raises(Forged):
        HttpWebhook(described).read_text(moved)
