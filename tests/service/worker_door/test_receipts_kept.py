"""Receipts that people keep: what to do with a lost one and a seen one, and no picture of any for a camera or a cloud."""

import re

import pytest

from tests.support.browsing import Page, Visitor

_PICTURE = re.compile(r"<(?:img|svg|canvas|picture|object|embed)\b|data:image|background", re.IGNORECASE)


@pytest.fixture
def inside(visitor: Visitor) -> Visitor:
    """A worker who is in the inbox, with the page of the receipt behind."""
    visitor.open("/en/")
    receipt = visitor.send("/report", words="The foreman keeps our cards.")
    assert pictures(receipt) == []
    visitor.open("/en/inbox")
    visitor.send("/inbox", receipt=receipt.code)
    return visitor


def pictures(page: Page) -> list[str]:
    return _PICTURE.findall(page.response.get_data(as_text=True).partition("<body")[2])


def test_whoever_lost_the_code_is_told_what_is_left_to_do(visitor: Visitor) -> None:
    page = visitor.open("/en/inbox")
    (lost,) = (each for each in page.root.iter("details") if "I lost my code" in "".join(each.itertext()))
    told = " ".join("".join(lost.itertext()).split())
    assert "We cannot find your message without it, and nobody else can." in told
    assert "A helper who has read it goes on working on it." in told
    assert [way.get("href") for way in lost.iter("a")] == ["/en/"]


def test_whoever_saw_it_is_answered_with_a_new_one_from_the_page_of_the_messages(inside: Visitor) -> None:
    page = inside.open("/en/inbox")
    (seen,) = (
        each for each in page.root.iter("details") if "Someone saw my code" in "".join(each.itertext())
    )
    assert [str(form.get("action")).rpartition("/")[2] for form in seen.iter("form")] == ["code"]


def test_no_page_that_shows_a_code_has_a_picture_of_it(inside: Visitor) -> None:
    fresh = inside.send("/code")
    assert fresh.code
    assert pictures(fresh) == []
    # Where a phone and a tablet take the page of a code that they made themselves.
    for address in ("/en/saved", "/tablet/en/"):
        assert pictures(inside.open(address)) == [], address
