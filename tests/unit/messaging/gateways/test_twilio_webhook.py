"""Twilio's requests are believed with the right signature over the very address and form, and with nothing else."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from twilio.request_validator import RequestValidator

from app.messaging.delivery import Delivery
from app.messaging.gateways.forms import Form
from app.messaging.gateways.protocol import Forged, SignedRequest
from app.messaging.gateways.twilio_webhook import TwilioWebhook

_URL = "https://help.example.org/sms/inbound"
_OLD, _NEW = "o" * 32, "n" * 32
_FORM = "application/x-www-form-urlencoded"
_TEXT = {
    "MessageSid": "SM" + "0" * 32,
    "AccountSid": "AC" + "0" * 32,
    "MessagingServiceSid": "MG" + "0" * 32,
    "From": "+254700000001",
    "To": "+15550100999",
    "Body": "We were not paid",
    "FromCity": "Nairobi",
    "FromZip": "",
    "ProfileName": "Asha",
    "NumMedia": "1",
    "MediaUrl0": "https://media.example.org/1",
}
_SID = "SM" + "1a" * 16
_webhook = TwilioWebhook("twilio", (_NEW, _OLD))


def _signed(
    fields: Mapping[str, Sequence[str]], url: str = _URL, token: str = _NEW, signed_url: str | None = None
) -> SignedRequest:
    form = Form({name: [value] if isinstance(value, str) else list(value) for name, value in fields.items()})
    signature = RequestValidator(token).compute_signature(signed_url or url, form)
    headers = {"content-type": _FORM, "x-twilio-signature": signature}
    return SignedRequest(url, headers, urlencode(form, doseq=True).encode())


@pytest.mark.parametrize(
    "url",
    (
        _URL,
        "http://127.0.0.1:8000/sms/inbound",
        "https://help.example.org:8443/sms/inbound",
        f"{_URL}?t=0197c0de-0000-7000-8000-000000000001",
        f"{_URL}?org=a+b&empty=",
        f"{_URL}?org=%C3%A9",
        f"{_URL}?org=a%2Fb",
        "https://help.example.org/sms/in%20bound",
        "https://help.example.org/sms/%C3%A9",
        "https://user:word@help.example.org/sms/inbound",
        "https://user:word@help.example.org:8443/sms/inbound",
        "https://[2001:db8::1]/sms/inbound",
    ),
)
def test_a_signed_text_is_read_at_any_address(url: str) -> None:
    text = _webhook.read_text(_signed(_TEXT, url))
    assert (text.sender, text.line, text.body) == ("+254700000001", "+15550100999", "We were not paid")
    assert (text.gateway, text.provider_id) == ("twilio", _TEXT["MessageSid"])


def test_a_signature_with_the_port_that_twilio_adds() -> None:
    request = _signed(_TEXT, _URL, signed_url="https://help.example.org:443/sms/inbound")
    assert _webhook.read_text(request).body == "We were not paid"


@pytest.mark.parametrize("token", (_OLD, _NEW))
def test_both_tokens_are_good_while_one_is_rotated(token: str) -> None:
    assert _webhook.read_text(_signed(_TEXT, token=token)).body == "We were not paid"
    with pytest.raises(Forged):
        TwilioWebhook("twilio", ("x" * 32,)).read_text(_signed(_TEXT, token=token))


def _header(name: str, value: str | None) -> Callable[[SignedRequest], SignedRequest]:
    def change(request: SignedRequest) -> SignedRequest:
        headers = dict(request.headers)
        headers.pop(name, None)
        return replace(request, headers=headers if value is None else headers | {name: value})

    return change


@pytest.mark.parametrize(
    "change",
    (
        _header("x-twilio-signature", None),
        _header("x-twilio-signature", ""),
        _header("x-twilio-signature", "é"),
        _header("x-twilio-signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        _header("content-type", None),
        _header("content-type", "application/json"),
        _header("content-type", "multipart/form-data; boundary=x"),
        lambda request: replace(request, body=b'{"MessageSid": "SM1"}'),
        lambda request: replace(request, body=b""),
        lambda request: replace(request, body=request.body + b"&Body=more"),
        lambda request: replace(request, body=request.body.replace(b"paid", b"hurt")),
        lambda request: replace(request, body=b"&".join(b"a%d=1" % n for n in range(300))),
        lambda request: replace(request, body=b"\xff\x00" * 50),
        lambda request: replace(request, url=_URL + "?t=1"),
        lambda request: replace(request, url="https://other.example.org/sms/inbound"),
        lambda request: replace(request, url="http://help.example.org/sms/inbound"),
        lambda request: replace(request, url="https://help.example.org:port/sms/inbound"),
        lambda request: replace(request, url="https://[help/sms/inbound"),
        lambda request: replace(request, url=""),
        lambda request: replace(request, url=f"{_URL}?bodySHA256=00", body=b"{}"),
    ),
)
def test_anything_that_was_changed_is_forged(change: Callable[[SignedRequest], SignedRequest]) -> None:
    request = change(_signed(_TEXT))
    with pytest.raises(Forged):
        _webhook.read_text(request)
    with pytest.raises(Forged):
        _webhook.read_status(request)


def test_json_under_its_own_hash_is_no_text_either() -> None:
    body = b'{"MessageSid": "SM1", "From": "+254700000001", "To": "+1555", "Body": "x"}'
    url = f"{_URL}?bodySHA256={RequestValidator(_NEW).compute_hash(body.decode())}"
    signature = RequestValidator(_NEW).compute_signature(url, {})
    for kind in ("application/json", _FORM):
        headers = {"content-type": kind, "x-twilio-signature": signature}
        with pytest.raises(Forged):
            _webhook.read_text(SignedRequest(url, headers, body))


@pytest.mark.parametrize(
    "fields",
    (
        {"MessageSid": ""},
        {"MessageSid": "SM/../1"},
        {"From": ""},
        {"From": ["+254700000001", "+254700000002"]},
        {"From": "+" + "1" * 200},
        {"To": ""},
        {"Body": ["one", "two"]},
        {"Body": "x" * 10_001},
    ),
)
def test_a_signed_form_that_is_no_text(fields: Mapping[str, Sequence[str]]) -> None:
    with pytest.raises(Forged):
        _webhook.read_text(_signed({**_TEXT, **fields}))


def test_fields_that_come_twice_or_empty_are_part_of_the_signature() -> None:
    fields = {
        **_TEXT,
        "MediaUrl0": ["https://a.example", "https://b.example", "https://a.example"],
        "Memo": "",
    }
    assert _webhook.read_text(_signed(fields)).body == "We were not paid"


@pytest.mark.parametrize(
    "body",
    (
        "",
        "nul\x00inside",
        "two\r\nlines & <more>",
        "😀" * 800,
        "ক্ষ" * 530,
        "x" * 1600,
        "\u202eright to left\u200b",
        "=?utf-8?b?SGVsbG8=?=",
    ),
)
def test_words_are_read_as_they_were_written(body: str) -> None:
    assert _webhook.read_text(_signed({**_TEXT, "Body": body})).body == body


def test_bytes_that_are_no_utf8_become_replacement_signs() -> None:
    request = _signed({**_TEXT, "Body": "We \ufffd\ufffd paid"})
    raw = request.body.replace(b"%EF%BF%BD", b"%FF")
    assert _webhook.read_text(replace(request, body=raw)).body == "We \ufffd\ufffd paid"


def test_what_twilio_guesses_of_a_person_is_dropped() -> None:
    kept = repr(vars(_webhook.read_text(_signed(_TEXT))))
    for word in ("Nairobi", "Asha", "media.example.org"):
        assert word not in kept


@pytest.mark.parametrize(
    ("status", "state"),
    (
        ("queued", Delivery.ACCEPTED),
        ("sending", Delivery.ACCEPTED),
        ("scheduled", Delivery.ACCEPTED),
        ("sent", Delivery.SENT),
        ("delivered", Delivery.DELIVERED),
        ("read", Delivery.DELIVERED),
        ("undelivered", Delivery.UNDELIVERED),
        ("partially_delivered", Delivery.UNDELIVERED),
        ("failed", Delivery.FAILED),
        ("canceled", Delivery.CANCELLED),
        ("received", None),
        ("something new", None),
    ),
)
def test_a_report_says_how_far_a_text_came(status: str, state: Delivery | None) -> None:
    text_id = uuid4()
    url = f"https://help.example.org/sms/status?t={text_id}"
    report = _webhook.read_status(_signed({"MessageSid": _SID, "MessageStatus": status}, url))
    if state is None:
        assert report is None
    else:
        assert report is not None
        assert (report.state, report.text_id, report.provider_id) == (state, text_id, _SID)
        assert report.reason is None


@pytest.mark.parametrize(
    ("code", "reason"), (("30003", "30003"), ("", None), ("0", None), ("+254700000001", None), ("no", None))
)
def test_only_a_code_is_kept_as_the_reason(code: str, reason: str | None) -> None:
    fields = {"MessageSid": _SID, "MessageStatus": "failed", "ErrorCode": code}
    report = _webhook.read_status(_signed(fields, "https://help.example.org/sms/status?t=nonsense"))
    assert report is not None
    assert (report.reason, report.text_id) == (reason, None)
