"""NUL, halves of signs and words that show nothing: no door lets them through to the database, on either kind."""

from pathlib import Path

import pytest

from app.database import Database
from tests.harness.beginnings import Beginnings
from tests.harness.pages import checked_client
from tests.harness.world import World
from tests.support.member import Browse, Member, accepted, make_app

ODD = ("%00", "a%00b", "%ED%A0%80", "%EF%BF%BF", "%C2%85", "%80")
FIELDS = (
    "urgency",
    "stage",
    "country",
    "language",
    "mine",
    "show",
    "kind",
    "site",
    "after",
    "done",
    "next",
    "ended",
)


def test_no_address_and_no_form_breaks_a_page(
    database: Database, worlds: Beginnings[World], tmp_path: Path
) -> None:
    world = worlds.copy_into(database)
    app = make_app(world, tmp_path)
    case = world.case_of(world.file(words="They owe us.", topics=("wages",)))
    partner = Member(checked_client(app))
    partner.sign_in(world, "near.lead")
    partner.send(f"{case}/accept")
    page = f"/desk/cases/{case}"
    for odd in ODD:
        for field in FIELDS:
            assert partner.open(f"/desk/?{field}={odd}").status == 200, (field, odd)
        assert partner.open(f"/desk/sign-in?next={odd}").status < 500
    partner.open(page)
    assert "We act." in partner.send("/reply", text="W\0e act.").text
    assert "Noted." in partner.send("/note", text="N\0o\u001bted.").text
    assert partner.send("/desk/search", sought="w\0e").status < 500
    partner.open("/network/members")
    assert (
        partner.send("/network/members/invite", role="caseworker", login="new\0.one", name="N\0ew One").status
        == 200
    )


BLANK = {
    "a Hangul filler": "\u3164",
    "other fillers": "\u115f\u1160\uffa0",
    "Braille": "\u2800 \u2800",
    "tags": "\U000e0041",
    "a selector": "\ufe0f",
    "a mark": "\u0301",
    "NUL": "\0",
    "joiners": "\u200b \u2060",
}


@pytest.mark.parametrize("blank", BLANK.values(), ids=BLANK.keys())
def test_what_shows_nothing_is_no_reply_no_note_and_no_reason(
    browse: Browse, world: World, blank: str
) -> None:
    case_id = accepted(world)
    partner = browse("near.lead")
    partner.open(f"/desk/cases/{case_id}")
    assert partner.send("/reply", text=blank).status == 400
    assert partner.send("/note", text=blank).status == 400
    assert partner.send("/close", outcome="unfounded", note=blank).status == 409
    partner.open("/network/members")
    assert (
        partner.send("/network/members/invite", role="caseworker", login="new.one", name=blank).status >= 400
    )
