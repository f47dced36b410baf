"""Writing down a call or a visit on the case page, in the member's own time."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app import clock
from app.network import choose_zone
from tests.harness.world import World
from tests.support.member import Browse, accepted


def test_a_call_is_kept_in_the_members_own_time_and_what_is_refused_stays_in_its_fields(
    browse: Browse, world: World
) -> None:
    case_id = accepted(world, world.file())
    lead = world.sign_in("near.lead")
    with world.database.writing() as session:
        choose_zone(session, world.vault, lead, "Asia/Kathmandu")
    member = browse("near.lead")
    member.open(f"/desk/cases/{case_id}")
    then = clock.now().astimezone(ZoneInfo("Asia/Kathmandu"))
    told: dict[str, Any] = {"how": "call", "reached": "yes", "text": "She is safe."}
    on: dict[str, Any] = {"on": then.date().isoformat(), "at": f"{then:%H:%M}"}
    tomorrow = (then + timedelta(days=2)).date().isoformat()
    refusals: tuple[tuple[dict[str, Any], str], ...] = (
        ({"reached": ""}, "whether you talked with the worker"),
        ({"at": "noon"}, "the time as hours:minutes"),
        ({"on": "0001-01-01"}, "the time as hours:minutes"),
        ({"on": tomorrow}, "That is still to come."),
        ({"on": "1999-01-01"}, "more than ten years ago"),
    )
    for changed, line in refusals:
        page = member.send("/talks", **{**told, **on, **changed})
        assert page.status == 400, changed
        assert line in page.text
        assert "She is safe." in page.text
    page = member.send("/talks", **told, **on)
    assert "Kept. Only your team" in page.text
    assert f"{then:%H:%M} Kathmandu (Yes, we talked): Name of near.lead" in page.text
    assert "First answer" not in page.text.split("NEXT")[1].split("Danger")[0]
    page = member.send("/talks", **{**told, **on, "how": "visit", "reached": "no", "text": ""})
    assert "(No, not reached)" in page.text
