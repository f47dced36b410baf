"""A worker ticks "Text me": the receipt promises no text that cannot come, and taking the case back takes the number along."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.messaging.models import Phone, TextRequest
from app.messaging.phones.opt_outs import opt_out
from app.vault import TooBusy, Vault
from tests.harness.world import World
from tests.support.browsing import Page, Visitor

WORDS = "They keep my passport."
CANNOT = "We cannot text your number. Our answer will be here. Open it with your code."
QUIET = "We will not text or call."


def ticked(visitor: Visitor, world: World, phone: str, **answers: str) -> Page:
    """Send the form of the poster with a number to text."""
    visitor.open(f"/en/s/{world.site.code}")
    told: dict[str, Any] = {"words": WORDS, "contact": "text", "phone": phone, "consent": "helper"} | answers
    return visitor.send("/report", **told)


def wished(world: World) -> list[Phone]:
    """The phones on which somebody is to be texted."""
    with world.database.reading() as session:
        query = select(Phone).join(TextRequest, TextRequest.phone_id == Phone.id)
        return [phone for phone in session.scalars(query) if phone.number_sealed]


@pytest.mark.parametrize(
    ("phone", "answers", "cannot", "quiet"),
    (
        ("012-345 6711", {}, False, False),
        ("+60 12-345 6711", {"site_code": ""}, False, False),
        ("012-345 6711", {"site_code": ""}, True, False),
        ("03-2345 6789", {}, True, False),
        ("ask my sister", {}, True, False),
        ("", {}, False, True),
        ("03-2345 6789", {"contact": "call"}, False, False),
        ("03-2345 6789", {"contact": "inbox"}, False, True),
    ),
    ids=("of the country", "in full", "of no country", "fixed line", "words", "none", "call", "inbox"),
)
def test_the_receipt_promises_no_text_that_cannot_come_however_often_it_is_shown(
    visitor: Visitor, world: World, phone: str, answers: dict[str, Any], cannot: bool, quiet: bool
) -> None:
    visitor.open(f"/en/s/{world.site.code}")
    form = visitor.page
    for _ in range(2):
        visitor.page = form
        told = {"words": WORDS, "contact": "text", "phone": phone} | answers
        page = visitor.send("/report", **told)
        assert page.code
        assert (CANNOT in page.text) is cannot
        assert (QUIET in page.text) is quiet


def test_the_receipt_tells_nobody_what_is_known_of_a_number(
    visitor: Visitor, world: World, another_visitor: Callable[[], Visitor]
) -> None:
    """A boss may type a worker's number into the form to see whether it wrote before, or said stop."""
    fresh = ticked(visitor, world, "+60123456712")
    with world.database.writing() as session:
        for phone in session.scalars(select(Phone).where(Phone.tag.is_not(None))):
            opt_out(session, world.vault, phone)
    known = ticked(another_visitor(), world, "+60123456712")
    assert fresh.code != known.code
    assert fresh.text.replace(fresh.code, "") == known.text.replace(known.code, "")


def test_when_too_many_numbers_are_hashed_the_words_stay_and_nothing_is_stored(
    visitor: Visitor, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise TooBusy

    before = len(wished(world))
    with monkeypatch.context() as crowded:
        crowded.setattr(Vault, "number_tags", busy)
        page = ticked(visitor, world, "+60123456713")
    assert page.status == 503
    assert "Many people are writing just now." in page.text
    kept = page.form("/report").values
    assert (kept["words"], kept["phone"], kept["contact"]) == ([WORDS], ["+60123456713"], ["text"])
    assert len(wished(world)) == before
    assert visitor.send("/report").code
    assert len(wished(world)) == before + 1


def test_the_number_goes_with_a_stop_or_a_lock_and_comes_back_with_their_end(
    visitor: Visitor, world: World
) -> None:
    before = len(wished(world))
    code = ticked(visitor, world, "+60123456714").code
    assert len(wished(world)) == before + 1
    visitor.open("/en/inbox")
    visitor.send("/inbox", receipt=code)
    acts: tuple[tuple[str, dict[str, Any], int], ...] = (
        ("/stop", {}, 0),
        ("/undo", {}, 1),
        ("/consent", {"consent": "nobody"}, 0),
        ("/consent", {"consent": "helper"}, 1),
        ("/consent", {"consent": "union"}, 1),
    )
    for form, answers, more in acts:
        assert visitor.send(form, **answers).status == 200
        assert len(wished(world)) == before + more, form
    assert "12345" not in visitor.page.text
