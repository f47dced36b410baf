"""Time zones: read as people type them, one for each country, and never a page that breaks over a name."""

from datetime import UTC, datetime, timedelta
from string import ascii_uppercase
from zoneinfo import ZoneInfo, available_timezones

import pytest

from app.network.organisations import is_country
from app.network.zones import ZoneUnknown, every_zone, main_zone, read_zone, zone_info, zone_there, zones_of


@pytest.mark.parametrize(
    ("typed", "zone"),
    (
        ("Asia/Kuala_Lumpur", "Asia/Kuala_Lumpur"),
        (" asia/kuala lumpur ", "Asia/Kuala_Lumpur"),
        ("EUROPE/BERLIN", "Europe/Berlin"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("asia/saigon", "Asia/Ho_Chi_Minh"),
        ("Asia/Katmandu", "Asia/Kathmandu"),
        ("Asia/Rangoon", "Asia/Yangon"),
        ("Europe/Kiev", "Europe/Kyiv"),
        ("Singapore", "Asia/Singapore"),
        ("Asia\u200b/Kuala\u00a0Lumpur", "Asia/Kuala_Lumpur"),
        ("\uff21\uff53\uff49\uff41\uff0f\uff2a\uff41\uff4b\uff41\uff52\uff54\uff41", "Asia/Jakarta"),
        ("", ""),
        ("  ", ""),
        ("Asia/Kuala_Lumpur\0", "Asia/Kuala_Lumpur"),
        (" \u200b ", ""),
    ),
)
def test_a_zone_is_read_however_it_is_typed(typed: str, zone: str) -> None:
    assert read_zone(typed) == zone


@pytest.mark.parametrize("typed", ("Asia/Atlantis", "UTC+8", "../../etc/passwd", "posixrules", "Etc/GMT-8"))
def test_a_zone_that_does_not_exist_is_a_clear_line(typed: str) -> None:
    with pytest.raises(ZoneUnknown, match="There is no such time zone; write it like Asia"):
        read_zone(typed)


def test_every_name_that_a_system_may_give_is_a_zone_by_which_people_live() -> None:
    """But for hours that no country lives by, and zones that are younger than the list of countries."""
    left = set[str]()
    for name in available_timezones():
        try:
            assert zone_info(read_zone(name)) is not UTC
        except ZoneUnknown:
            left.add(name)
    assert {name for name in left if "/" in name and not name.startswith("Etc/")} <= {"America/Coyhaique"}


def test_a_country_has_the_zone_that_most_people_there_live_by() -> None:
    assert [main_zone(code) for code in ("MY", "ID", "MX", "CD", "CL", "BD", "VN")] == [
        "Asia/Kuala_Lumpur",
        "Asia/Jakarta",
        "America/Mexico_City",
        "Africa/Kinshasa",
        "America/Santiago",
        "Asia/Dhaka",
        zones_of("VN")[0],
    ]
    assert main_zone(None) == main_zone("??") == ""
    assert zone_there("", None) is UTC
    assert zone_there("Asia/Makassar", "ID") == ZoneInfo("Asia/Makassar")


def test_wherever_clocks_differ_somebody_said_which_zone_is_the_main_one() -> None:
    months = [datetime(2026, month, 15, tzinfo=UTC) for month in range(1, 13)]
    codes = {a + b for a in ascii_uppercase for b in ascii_uppercase} - {"AQ", "UM"}
    for country in sorted(filter(is_country, codes)):
        zones = zones_of(country)
        clocks = {tuple(at.astimezone(zone_info(zone)).utcoffset() for at in months) for zone in zones}
        assert main_zone(country) in (*zones, "")
        if len(clocks) > 1:
            assert main_zone(country) != zones[0] or country in _FIRST_IS_MAIN


# Their first zone by name happens to be the main one.
_FIRST_IS_MAIN = {"CD", "CN", "EC", "ID", "NZ", "UA", "UZ"}


def test_a_name_that_no_system_knows_any_more_is_utc() -> None:
    assert zone_info("Asia/Atlantis") is UTC
    assert zone_info("") is UTC
    offset = datetime(2026, 7, 1, tzinfo=UTC).astimezone(zone_info("Europe/Berlin")).utcoffset()
    assert offset == timedelta(hours=2)
    assert len(every_zone()) > 300
