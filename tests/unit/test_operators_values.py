"""What an operator types in many ways means one thing, or is refused with one line."""

import pytest

from app.settings import SettingsRefused, read_settings


@pytest.mark.parametrize(
    ("typed", "meant"),
    (
        ("https://help.example.org", "https://help.example.org"),
        (" HTTPS://Help.Example.ORG/ ", "https://help.example.org"),
        ("https://help.example.org:443", "https://help.example.org"),
        ("http://help.example.org:80/", "http://help.example.org"),
        ("https://help.example.org:8443", "https://help.example.org:8443"),
        ("https://help.example.org.", "https://help.example.org"),
        ("https://h\u00fclfe.example", "https://xn--hlfe-0ra.example"),
        ("https://\u0441\u043f\u0440\u0430\u0432\u0430.example:443", "https://xn--80aaf4cfe.example"),
        (
            "https://stra\u00dfe.example",
            "https://xn--strae-oqa.example",
        ),  # as browsers do it now, not IDNA 2003
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("", "http://127.0.0.1:8000"),
    ),
)
def test_a_public_address_is_kept_as_browsers_repeat_it(typed: str, meant: str) -> None:
    assert read_settings({"REDRESS_PUBLIC_URL": typed}).public_url == meant


@pytest.mark.parametrize(
    "typed",
    (
        "help.example.org",
        "https://",
        "https://help.example.org/redress",
        "https://help.example.org?x=1",
        "https://user:pass@help.example.org",
        "https://help example.org",
        "https://help.example.org:99999",
        "ftp://help.example.org",
        "https://..",
        "https://[::1",
        "https://<script>",
        "https://" + "a" * 70 + "\u00fc.example",
    ),
)
def test_an_address_that_nobody_could_open_is_refused_with_one_line(typed: str) -> None:
    with pytest.raises(SettingsRefused) as refused:
        read_settings({"REDRESS_PUBLIC_URL": typed})
    (line,) = refused.value.mistakes
    assert line.startswith("REDRESS_PUBLIC_URL must be like")


@pytest.mark.parametrize(
    ("typed", "meant"),
    (
        ("", ""),
        ("security@example.org", "mailto:security@example.org"),
        ("mailto:security@example.org", "mailto:security@example.org"),
        ("https://example.org/report", "https://example.org/report"),
        ("tel:+31201234567", "tel:+31201234567"),
    ),
)
def test_a_contact_for_holes_is_an_address_that_can_be_used(typed: str, meant: str) -> None:
    assert read_settings({"REDRESS_SECURITY_CONTACT": typed}).security_contact == meant


@pytest.mark.parametrize("typed", ("ask Bo", "http://example.org", "security@", "a@b\nExpires: never"))
def test_a_contact_nobody_could_use_is_refused(typed: str) -> None:
    with pytest.raises(SettingsRefused):
        read_settings({"REDRESS_SECURITY_CONTACT": typed})
