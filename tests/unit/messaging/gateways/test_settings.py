"""The settings of Twilio and the mail server: each mistake is one line that repeats no secret."""

from collections.abc import Mapping

import pytest

from app.settings import SettingsRefused, read_settings

_ACCOUNT = "AC" + "0" * 32
_TOKEN = "sekret" + "0" * 26
_GOOD = {"TWILIO_ACCOUNT_SID": _ACCOUNT, "TWILIO_AUTH_TOKEN": _TOKEN, "TWILIO_FROM": "+15550100999"}


def test_nothing_set_is_no_account() -> None:
    settings = read_settings({})
    assert settings.twilio is None
    assert settings.smtp is None


@pytest.mark.parametrize(
    ("changed", "sender"),
    (
        ({}, "+15550100999"),
        ({"TWILIO_FROM": "whatsapp:+15550100999"}, "whatsapp:+15550100999"),
        ({"TWILIO_FROM": "20880"}, "20880"),
        ({"TWILIO_FROM": "", "TWILIO_MESSAGING_SERVICE_SID": "MG" + "a" * 32}, "MG" + "a" * 32),
    ),
)
def test_an_account(changed: Mapping[str, str], sender: str) -> None:
    twilio = read_settings({**_GOOD, **changed}).twilio
    assert twilio is not None
    assert (twilio.account_sid, twilio.sender, twilio.api_base) == (_ACCOUNT, sender, None)
    assert "sekret" not in repr(twilio)


def test_two_tokens_and_an_api_base() -> None:
    twilio = read_settings(
        {**_GOOD, "TWILIO_AUTH_TOKEN": f"{_TOKEN}, {'n' * 32}", "TWILIO_API_BASE": "http://127.0.0.1:9/"}
    ).twilio
    assert twilio is not None
    assert twilio.auth_tokens == (_TOKEN, "n" * 32)
    assert twilio.api_base == "http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("changed", "line"),
    (
        ({"TWILIO_ACCOUNT_SID": ""}, "TWILIO_ACCOUNT_SID must be"),
        ({"TWILIO_ACCOUNT_SID": "SK" + "0" * 32}, "TWILIO_ACCOUNT_SID must be"),
        ({"TWILIO_AUTH_TOKEN": ""}, "TWILIO_AUTH_TOKEN must be"),
        ({"TWILIO_AUTH_TOKEN": f"{_TOKEN},"}, "TWILIO_AUTH_TOKEN must be"),
        ({"TWILIO_AUTH_TOKEN": f"{_TOKEN},{_TOKEN},{_TOKEN}"}, "TWILIO_AUTH_TOKEN must be"),
        ({"TWILIO_FROM": ""}, "one of the two"),
        ({"TWILIO_MESSAGING_SERVICE_SID": "MG" + "0" * 32}, "one of the two"),
        ({"TWILIO_FROM": "", "TWILIO_MESSAGING_SERVICE_SID": "MG1"}, "TWILIO_MESSAGING_SERVICE_SID must be"),
        ({"TWILIO_FROM": "015550100999"}, "TWILIO_FROM must be"),
        ({"TWILIO_API_BASE": "api.twilio.com"}, "TWILIO_API_BASE must be"),
        ({"TWILIO_API_BASE": "https://a:sekret@api.twilio.com"}, "TWILIO_API_BASE must be"),
        ({"REDRESS_PUBLIC_URL": "https://a:sekret@help.example.org"}, "REDRESS_PUBLIC_URL must be"),
        ({"REDRESS_PUBLIC_URL": "https://help.example.org:port"}, "REDRESS_PUBLIC_URL must be"),
        ({"REDRESS_SMTP_URL": "mail.example.org"}, "REDRESS_SMTP_URL must be"),
        ({"REDRESS_SMTP_URL": "smtp://a:sekret@mail.example.org"}, "REDRESS_SMTP_URL must be"),
        ({"REDRESS_SMTP_URL": "smtp://mail.example.org:port?from=a@b.example"}, "REDRESS_SMTP_URL must be"),
        ({"REDRESS_SMTP_URL": "smtp://mail.example.org?from=a%0Ab@c.example"}, "REDRESS_SMTP_URL must be"),
        ({"REDRESS_SMTP_URL": "smtp://mail.example.org/x?from=a@b.example"}, "REDRESS_SMTP_URL must be"),
    ),
)
def test_a_mistake_is_one_line(changed: Mapping[str, str], line: str) -> None:
    with pytest.raises(SettingsRefused) as refused:
        read_settings({**_GOOD, **changed})
    (mistake,) = refused.value.mistakes
    assert line in mistake
    assert "sekret" not in mistake
    assert "\n" not in mistake


@pytest.mark.parametrize(
    ("url", "port", "encrypted", "local"),
    (
        ("smtps://mail.example.org?from=alerts@example.org", 465, True, False),
        ("smtp://mail.example.org?from=alerts@example.org", 587, False, False),
        ("smtp://127.0.0.1:25?from=alerts@example.org", 25, False, True),
    ),
)
def test_a_mail_server(url: str, port: int, encrypted: bool, local: bool) -> None:
    smtp = read_settings({"REDRESS_SMTP_URL": url}).smtp
    assert smtp is not None
    assert (smtp.port, smtp.encrypted, smtp.local, smtp.sender) == (
        port,
        encrypted,
        local,
        "alerts@example.org",
    )
    assert (smtp.user, smtp.password) == (None, None)


def test_a_login_with_odd_signs() -> None:
    smtp = read_settings(
        {"REDRESS_SMTP_URL": "smtp://us%40er:p%2Fw%3Asekret@mail.example.org?from=a@b.example"}
    ).smtp
    assert smtp is not None
    assert (smtp.user, smtp.password) == ("us@er", "p/w:sekret")
    assert "sekret" not in repr(smtp)
