"""Alerts by e-mail, against a small mail server: what is sent, over what, and what each answer means."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from app import clock
from app.messaging.delivery import Delivery
from app.messaging.gateways.email import EmailGateway
from app.messaging.gateways.protocol import CannotTell, NotSent, SendRefused, TextToSend, TryLater, Unclear
from app.settings import SmtpSettings
from tests.harness.server import free_port
from tests.support.mailbox import Mailbox, open_mailbox
from tests.support.new_text import NewText


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server on this machine that offers no encryption."""
    with open_mailbox() as box:
        yield box


@pytest.fixture
def settings(mailbox: Mailbox) -> SmtpSettings:
    """The way to it, without a login."""
    return SmtpSettings("127.0.0.1", mailbox.port, False, None, None, "alerts@help.example")


@pytest.fixture
def alert(new_text: NewText) -> TextToSend:
    """An alert as it is queued: the subject, an empty line, the rest."""
    return new_text(to="lead@harbour.example", body="Something waits\n\nPlease sign in.\n.\nThank you.")


def test_a_mail_has_a_subject_a_line_and_the_same_id_each_time(
    mailbox: Mailbox, settings: SmtpSettings, alert: TextToSend
) -> None:
    gateway = EmailGateway(settings)
    taken = gateway.send(alert)
    assert taken.state is Delivery.SENT
    assert gateway.send(alert) == taken
    assert "mail FROM:<alerts@help.example>" in mailbox.said
    assert "rcpt TO:<lead@harbour.example>" in mailbox.said
    mail = mailbox.mails[0]
    assert "Subject: Something waits\r\n" in mail
    assert f"Message-ID: <{alert.id}@help.example>\r\n" in mail
    assert "Auto-Submitted: auto-generated\r\n" in mail
    assert mail.endswith("\r\n\r\nPlease sign in.\r\n..\r\nThank you.\r\n")


@pytest.mark.parametrize(
    ("word", "answer", "outcome", "reason"),
    (
        ("EHLO", "421 later", TryLater, "SMTP"),
        ("MAIL", "451 later", TryLater, "SMTP 451"),
        ("MAIL", "553 no", SendRefused, "SMTP 553"),
        ("RCPT", "450 full", TryLater, "SMTP 450"),
        ("RCPT", "550 nobody", SendRefused, "SMTP 550"),
        ("RCPT", "", TryLater, "no answer"),
        ("DATA", "451 later", TryLater, "SMTP 451"),
        ("DATA", "554 no", SendRefused, "SMTP 554"),
        (".", "", Unclear, "no answer"),
        (".", "452 full", TryLater, "SMTP 452"),
        (".", "554 spam", SendRefused, "SMTP 554"),
    ),
)
def test_what_an_answer_means(
    mailbox: Mailbox,
    settings: SmtpSettings,
    alert: TextToSend,
    word: str,
    answer: str,
    outcome: type[NotSent],
    reason: str,
) -> None:
    mailbox.answers = {word: answer} | ({"HELO": answer} if word == "EHLO" else {})
    with pytest.raises(NotSent) as failed:
        EmailGateway(settings).send(alert)
    assert type(failed.value) is outcome
    assert failed.value.reason.startswith(reason)


@pytest.mark.parametrize("address", ("a@b.example\r\nBcc: c@d.example", "ü@b.example"))
def test_an_odd_address_is_refused(settings: SmtpSettings, new_text: NewText, address: str) -> None:
    with pytest.raises(SendRefused):
        EmailGateway(settings).send(new_text(to=address))


def test_a_login_and_one_that_is_refused(mailbox: Mailbox, settings: SmtpSettings, alert: TextToSend) -> None:
    mailbox.answers = {"EHLO": "250-post\r\n250 AUTH PLAIN"}
    gateway = EmailGateway(replace(settings, user="us", password="word"))
    gateway.send(alert)
    (health,) = gateway.health()
    assert health.good
    mailbox.answers["AUTH"] = "535 no"
    with pytest.raises(TryLater, match="SMTP 535"):
        gateway.send(alert)
    (health,) = gateway.health()
    assert not health.good
    assert "SMTP 535" in health.text
    assert len(mailbox.mails) == 1


def test_nothing_leaves_this_machine_without_encryption(
    mailbox: Mailbox, settings: SmtpSettings, alert: TextToSend
) -> None:
    # Another name of this machine, which therefore does not count as this machine.
    elsewhere = EmailGateway(replace(settings, host="127.0.0.2"))
    mailbox_only_here = EmailGateway(replace(settings, host="localhost"))
    mailbox_only_here.send(alert)
    said = len(mailbox.said)
    with pytest.raises(TryLater, match="no encryption"):
        elsewhere.send(alert)
    assert len(mailbox.mails) == 1
    assert not any("mail" in line.lower() for line in mailbox.said[said:])
    encrypted = EmailGateway(replace(settings, encrypted=True))
    with pytest.raises(TryLater):
        encrypted.send(alert)
    assert len(mailbox.mails) == 1


def test_a_server_that_is_gone_and_what_mail_cannot_tell(settings: SmtpSettings, alert: TextToSend) -> None:
    gateway = EmailGateway(replace(settings, port=free_port()))
    with pytest.raises(TryLater, match="no answer"):
        gateway.send(alert)
    with pytest.raises(CannotTell):
        gateway.find(alert, clock.now(), frozenset())
    with pytest.raises(CannotTell):
        gateway.redact("x")
    with pytest.raises(CannotTell):
        gateway.received_since(clock.now())
