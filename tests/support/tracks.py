"""The tracks and laws under which a case may run, and the moment from which the tests count their dates."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from app import clock
from app.cases.enums import Profile
from tests.harness.databases import KINDS
from tests.harness.world import shipped_rules
from tests.support.desk import Desk
from tests.support.ticking import set_to

WORKPLACE = ZoneInfo("Asia/Kuala_Lumpur")
TRACKS: tuple[tuple[Profile, str], ...] = tuple(
    (track, law) for law in ("", *sorted(shipped_rules().deadlines.profiles)) for track in Profile
)
"""Both tracks without a law and under each one that the product ships."""

ALL_WALKS: tuple[tuple[str, Profile, str], ...] = tuple(
    (kind, track, law) for kind in KINDS for track, law in TRACKS
)
"""All of them on both databases: four to seven seconds each on PostgreSQL."""

WALKS: tuple[tuple[str, Profile, str], ...] = (
    *((KINDS[0], track, law) for track, law in TRACKS),
    (KINDS[1], Profile.STANDARD, ""),
    (KINDS[1], Profile.FAST_TRACK, TRACKS[-1][1]),
)
"""All on SQLite, and on PostgreSQL one of each track, one of them under a law.

Which law a network follows is worked out in Python and changes no statement: these two send the statements of all eight.
"""

_DAY, _THURSDAY = timedelta(days=1), 3


def go_to_a_thursday_before_a_day_off(desk: Desk, law: str) -> datetime:
    """Half past nine at the workplace, on a day after which nobody works for three; the network follows that law."""
    tomorrow = clock.now().astimezone(WORKPLACE).date() + _DAY
    thursday = tomorrow + (_THURSDAY - tomorrow.weekday()) % 7 * _DAY
    set_to(datetime.combine(thursday, time(9, 30), WORKPLACE))
    rules = shipped_rules()
    followed = tuple(rules.deadlines.profiles[each] for each in (law,) if each)
    followed_rules = replace(rules, deadlines=replace(rules.deadlines, laws=followed))
    desk.world.rules = followed_rules.with_days_off({"MY": frozenset({thursday + _DAY})}, {}, {})
    return clock.now()
