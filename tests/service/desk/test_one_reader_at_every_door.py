"""A code or a number is read alike at every door: the worker's inbox, the log-in, the alerts page, the phone on the screen."""

from collections.abc import Callable

import pytest
from flask import Flask

from app import clock
from app.network import code_now
from app.vault import format_receipt
from tests.harness.pages import checked_client
from tests.harness.world import PASSWORD, World
from tests.support.browsing import Visitor
from tests.support.member import Browse, Member, world_offset

Write = Callable[[str], str]
# Each takes a code in its groups, or a number in full.
WRITINGS: dict[str, Write] = {
    "as it is": lambda written: written,
    "with dashes": lambda written: written.replace(" ", "\u2011"),
    "with dots": lambda written: written.replace(" ", "."),
    "with wide spaces": lambda written: written.replace(" ", "\u3000"),
    "with marks of direction": lambda written: f"\u2068{written}\u2069\u200e",
    "with invisible signs": "\u200b".join,
    "with NUL": lambda written: f"\0{written}",
    "in full width": lambda written: "".join(
        chr(0xFEE0 + ord(sign)) if sign in "+0123456789" else sign for sign in written
    ),
    "in Bengali": lambda written: "".join(
        chr(0x09E6 + int(sign)) if sign.isdecimal() else sign for sign in written
    ),
    "in its sentence": lambda written: f"it is {written} thanks",
    "behind its name": lambda written: f"tel: {written}",
}


@pytest.fixture
def stranger(app: Flask) -> Visitor:
    return Visitor(checked_client(app))


@pytest.mark.parametrize("write", WRITINGS.values(), ids=WRITINGS.keys())
def test_at_every_door(app: Flask, world: World, stranger: Visitor, write: Write) -> None:
    receipt = format_receipt(world.file(words="They owe us.").receipt)
    stranger.open("/en/inbox")
    assert "Your messages" in stranger.send("/inbox", receipt=write(receipt)).text

    member = Member(checked_client(app))
    member.open("/desk/sign-in")
    clock.set_offset(world_offset(world))
    six = code_now(world.secrets["near.lead"])
    typed = write(f"{six[:3]} {six[3:]}")
    assert member.send("/desk/sign-in", login="near.lead", password=PASSWORD, code=typed).status == 200
    assert member.open("/desk/alerts").status == 200
    assert "+60…89" in member.send("/alerts", channel="text", address=write("+60 12 345 6789")).text


@pytest.mark.parametrize(
    "written", ("0312345678", "+60 3-2345 6789", "1300 88 1234", "+60 12-345 67", "+60123456789 ext 5")
)
def test_an_alert_goes_only_where_a_text_can_go(browse: Browse, written: str) -> None:
    member = browse("near.lead")
    member.open("/desk/alerts")
    assert (
        "This is no number that can be texted."
        in member.send("/alerts", channel="text", address=written).text
    )
