"""Twilio's own client against a stand-in over HTTP: what is sent, what each trouble means, and what asking finds."""

import os
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from app import clock
from app.messaging.delivery import Delivery
from app.messaging.gateways import twilio_gateway
from app.messaging.gateways.protocol import NotSent, OptedOut, SendRefused, TryLater, Unclear
from app.messaging.gateways.twilio_gateway import TwilioGateway
from app.messaging.gateways.twilio_webhook import TwilioWebhook
from app.settings import PROJECT_ROOT, read_settings
from tests.harness.provider import NUMBER, TOKEN, Provider, RemoteProvider, Trouble, environment_of
from tests.harness.provider_posts import delivery_posts, report_posts, text_post
from tests.harness.server import free_port, stop
from tests.support.new_text import NewText

_SERVICE = "MG" + "7" * 32


def test_a_text_is_handed_over_as_twilio_wants_it(
    gateway: TwilioGateway, twilio: Provider, new_text: NewText
) -> None:
    text = new_text(body="Is anyone in danger now? 1 Yes 2 No")
    taken = gateway.send(text)
    (message,) = twilio.fake.outgoing()
    assert (taken.provider_id, taken.state) == (message.sid, Delivery.ACCEPTED)
    assert message.form == {
        "To": text.to,
        "From": NUMBER,
        "Body": text.body,
        "StatusCallback": text.status_url,
        "ValidityPeriod": "900",
        "SmartEncoded": "true",
    }


@pytest.mark.parametrize(
    ("valid_for", "seconds"),
    ((timedelta(0), "1"), (timedelta(seconds=-5), "1"), (timedelta(days=3), "36000")),
)
def test_the_time_that_a_text_is_of_use_fits_twilios_bounds(
    gateway: TwilioGateway, twilio: Provider, new_text: NewText, valid_for: timedelta, seconds: str
) -> None:
    gateway.send(new_text(valid_for=valid_for))
    assert twilio.fake.outgoing()[0].form["ValidityPeriod"] == seconds


@pytest.mark.parametrize(
    ("line", "to", "sender"),
    (
        (_SERVICE, "+254700000001", {"MessagingServiceSid": _SERVICE}),
        ("whatsapp:+15550100998", "whatsapp:+254700000001", {"From": "whatsapp:+15550100998"}),
    ),
)
def test_a_messaging_service_and_whatsapp(
    gateway: TwilioGateway, twilio: Provider, new_text: NewText, line: str, to: str, sender: dict[str, str]
) -> None:
    gateway.send(new_text(line=line))
    form = twilio.fake.outgoing()[0].form
    assert form["To"] == to
    assert {name: form[name] for name in ("From", "MessagingServiceSid") if name in form} == sender


@pytest.mark.parametrize(
    ("trouble", "outcome", "reason", "found"),
    (
        (Trouble.BUSY, TryLater, "20429", False),
        (Trouble.UNAVAILABLE, TryLater, "20503", False),
        (Trouble.BROKEN, Unclear, "20500", False),
        (Trouble.BROKEN_ACCEPTED, Unclear, "20500", True),
        (Trouble.DROPPED, Unclear, "no answer", False),
        (Trouble.DROPPED_ACCEPTED, Unclear, "no answer", True),
        (Trouble.HANGING_ACCEPTED, Unclear, "no answer", True),
        (Trouble.STOPPED, OptedOut, "21610", False),
        (Trouble.WRONG_NUMBER, SendRefused, "21211", False),
        (Trouble.PAGE, Unclear, "odd answer", False),
    ),
)
def test_what_a_trouble_means_and_whether_asking_finds_the_text(
    gateway: TwilioGateway,
    twilio: Provider,
    new_text: NewText,
    monkeypatch: pytest.MonkeyPatch,
    trouble: Trouble,
    outcome: type[NotSent],
    reason: str,
    found: bool,
) -> None:
    monkeypatch.setattr(twilio_gateway, "ANSWER_SECONDS", 0.3)
    # Around it: the same number with other words, another number with the same words, and one that came in.
    others = [new_text(body="Other words"), new_text(to="+254700000002")]
    known = frozenset(gateway.send(other).provider_id for other in others)
    text_post(twilio.fake, "https://help.example.org", NUMBER, "Got it.", to="+254700000001")
    text = new_text()
    twilio.fake.trouble(trouble)
    before = twilio.fake.counts()["requests"]
    with pytest.raises(NotSent) as failed:
        gateway.send(text)
    assert type(failed.value) is outcome
    assert failed.value.reason == reason
    assert twilio.fake.counts()["requests"] == before + 1, "a request was tried again by itself"
    taken = gateway.find(text, clock.now() - timedelta(minutes=5), known)
    assert (taken is not None) is found
    assert twilio.fake.counts()["accepted"] == len(others) + found


def test_asking_finds_only_what_is_new_and_not_another_ones(
    gateway: TwilioGateway, twilio: Provider, new_text: NewText
) -> None:
    text = new_text()
    first = gateway.send(text)
    now = clock.now()
    assert gateway.find(text, now, frozenset()) == first
    assert gateway.find(text, now, frozenset({first.provider_id})) is None
    twilio.fake.messages[first.provider_id].created = now - timedelta(hours=1)
    assert gateway.find(text, now, frozenset()) is None
    assert gateway.find(text, now - timedelta(hours=1), frozenset()) == first


def test_asking_reads_page_after_page(gateway: TwilioGateway, new_text: NewText) -> None:
    text = new_text(body="The first of many")
    first = gateway.send(text)
    for number in range(130):
        gateway.send(new_text(body=f"Text {number}"))
    assert gateway.find(text, clock.now(), frozenset()) == first


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    (
        ("It’s “fine” – now…", 'It\'s "fine" - now...', True),
        ("Got it.", "", False),
        ("1?", "2?", False),
        ("?!", "", False),
        ("আপনি", "আপন", False),
    ),
)
def test_twilio_may_have_made_quotes_plain(
    gateway: TwilioGateway, twilio: Provider, new_text: NewText, ours: str, theirs: str, same: bool
) -> None:
    text = new_text(body=ours)
    taken = gateway.send(text)
    twilio.fake.messages[taken.provider_id].body = theirs
    assert gateway.find(text, clock.now(), frozenset()) == (taken if same else None)


def test_words_are_redacted_once_they_were_delivered(
    gateway: TwilioGateway, twilio: Provider, new_text: NewText
) -> None:
    taken = gateway.send(new_text())
    with pytest.raises(TryLater, match="20009"):
        gateway.redact(taken.provider_id)
    message = twilio.fake.messages[taken.provider_id]
    report_posts(message, ("sent", "delivered"))
    gateway.redact(taken.provider_id)
    assert message.body == ""
    with pytest.raises(SendRefused, match="20404"):
        gateway.redact("SM" + "0" * 32)


def test_what_no_webhook_told_us(gateway: TwilioGateway, twilio: Provider, new_text: NewText) -> None:
    gateway.send(new_text())
    for number, body in enumerate(("First", "Second", "")):
        text_post(twilio.fake, "https://help.example.org", f"+25470000000{number}", body)
    text_post(twilio.fake, "https://help.example.org", "+254700000009", "To another line", to="+15550100777")
    old = text_post(twilio.fake, "https://help.example.org", "+254700000003", "Old")
    received = {text.body: text for text in gateway.received_since(clock.now() - timedelta(hours=1))}
    assert list(received) == ["First", "Second", "Old"]
    webhook = TwilioWebhook("twilio", (TOKEN,))
    assert replace(received["Old"], at=None) == webhook.read_text(old.as_request())
    assert received["Old"].at is not None
    assert abs(received["Old"].at - clock.now()) < timedelta(minutes=1)
    twilio.fake.messages[received["Old"].provider_id].created -= timedelta(hours=2)
    assert len(list(gateway.received_since(clock.now() - timedelta(hours=1)))) == 2


def test_credit_and_failures(gateway: TwilioGateway, twilio: Provider, new_text: NewText) -> None:
    for number in range(4):
        taken = gateway.send(new_text(body=f"Text {number}"))
        failed = number == 0
        report_posts(
            twilio.fake.messages[taken.provider_id],
            ("failed",) if failed else ("delivered",),
            30003 if failed else None,
        )
    text_post(twilio.fake, "https://help.example.org", "+254700000003", "Inbound")
    twilio.fake.balance = "3.5"
    credit, failures = gateway.health()
    assert (credit.good, credit.text) == (False, "Twilio: 3.50 USD of credit are left.")
    assert not failures.good
    assert "1 of the last 4 texts" in failures.text
    assert "30003" in failures.text


@pytest.mark.parametrize("gone", (False, True))
def test_an_account_that_does_not_let_us_in_and_one_that_is_gone(
    new_text: NewText, twilio: Provider, gone: bool
) -> None:
    changed = (
        environment_of(f"http://127.0.0.1:{free_port()}")
        if gone
        else {**twilio.environment(), "TWILIO_AUTH_TOKEN": "w" * 32}
    )
    settings = read_settings(changed).twilio
    assert settings is not None
    gateway = TwilioGateway(settings)
    asks: tuple[Callable[[], object], ...] = (
        lambda: gateway.send(new_text()),
        lambda: gateway.find(new_text(), clock.now(), frozenset()),
        lambda: gateway.redact("SM1"),
        lambda: gateway.received_since(clock.now()),
    )
    for ask in asks:
        with pytest.raises(TryLater):
            ask()
    reasons = ("no connection", "no connection") if gone else ("20003", "HTTP 401")
    for health, reason in zip(gateway.health(), reasons, strict=True):
        assert not health.good
        assert reason in health.text
    assert twilio.fake.counts()["accepted"] == 0


def test_reports_come_signed_shuffled_and_doubled(
    gateway: TwilioGateway, twilio: Provider, new_text: NewText
) -> None:
    texts = [new_text(body=f"Text {number}") for number in range(20)]
    ids = {gateway.send(text).provider_id: text.id for text in texts}
    posts = delivery_posts(twilio.fake.outgoing(), random.Random(4))  # noqa: S311 - a shuffle, no secret
    webhook = TwilioWebhook("twilio", (TOKEN,))
    reports = [webhook.read_status(post.as_request()) for post in posts]
    assert len(reports) > 60
    for report in reports:
        assert report is not None
        assert ids[report.provider_id] == report.text_id
    assert {report.state for report in reports[:20] if report} > {Delivery.ACCEPTED, Delivery.DELIVERED}


def test_a_provider_in_a_process_of_its_own(new_text: NewText) -> None:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.harness.provider", str(port)], cwd=PROJECT_ROOT, start_new_session=True
    )
    try:
        remote = RemoteProvider(f"http://127.0.0.1:{port}")
        remote.wait()
        settings = read_settings(environment_of(remote.url)).twilio
        assert settings is not None
        gateway = TwilioGateway(settings)
        remote.trouble(Trouble.BUSY)
        with pytest.raises(TryLater):
            gateway.send(new_text())
        gateway.send(new_text())
        gateway.send(new_text(body="Other"))
        gateway.send(new_text(body="Other"))
        counts = remote.counts()
        assert (counts["accepted"], counts["different"], counts["doubled"]) == (3, 2, 1)
    finally:
        stop(process)


def test_a_web_process_does_not_load_what_sends() -> None:
    seen = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, app.messaging.gateways.registry as r; print(sorted(sys.modules))",
        ],
        capture_output=True,
        text=True,
        check=True,
        cwd=PROJECT_ROOT,
        env={**os.environ, "PYTHONWARNINGS": "default"},
    ).stdout
    assert "'twilio.request_validator'" in seen
    for heavy in ("'twilio.rest'", "'requests'", "'aiohttp'", "'smtplib'"):
        assert heavy not in seen
