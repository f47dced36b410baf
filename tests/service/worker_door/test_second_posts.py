"""The same button pressed again after the first press ended the session, and a stop that is older than it can be taken back."""

from app import clock
from tests.support.browsing import Page, Visitor


def _enter(visitor: Visitor, code: str) -> Page:
    visitor.open("/en/inbox")
    return visitor.send("/inbox", receipt=code)


def _file(visitor: Visitor) -> str:
    visitor.open("/en/")
    return visitor.send("/report", words="They owe us money.").code


def test_a_complaint_that_is_posted_again_is_not_called_unsent(visitor: Visitor) -> None:
    page = _enter(visitor, _file(visitor))
    assert visitor.send("/about-helper", words="She told my boss.").code
    visitor.page = page
    again = visitor.send("/about-helper", words="She told my boss.")
    assert "sent already" in again.text
    assert "not sent" not in again.text
    assert not again.code
    visitor.page = page
    assert "not sent yet" in visitor.send("/about-helper", words="Something else.").text


def test_a_stop_cannot_be_taken_back_after_the_day_that_it_named(visitor: Visitor) -> None:
    code = _file(visitor)
    _enter(visitor, code)
    assert "You can start it again until" in visitor.send("/stop").text
    clock.set_offset(29 * 86_400)
    assert "Start it again" in _enter(visitor, code).text
    clock.set_offset(31 * 86_400)
    late = _enter(visitor, code)
    assert "You stopped this." in late.text
    assert "Start it again" not in late.text
