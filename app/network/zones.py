"""Time zones: which ones a country has, the one that most people there live by, and reading one that somebody typed."""

from datetime import UTC, tzinfo
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from babel.core import get_global

from app.language import plain_signs

LONGEST_ZONE = 40

# Where the clocks of a country differ: the zone that most of its people live by. Everybody may say another one, and every date
# that is shown names its zone.
_MAIN = {
    "AR": "America/Argentina/Buenos_Aires",
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CD": "Africa/Kinshasa",
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "CY": "Asia/Nicosia",
    "DE": "Europe/Berlin",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "FM": "Pacific/Pohnpei",
    "GL": "America/Nuuk",
    "ID": "Asia/Jakarta",
    "KI": "Pacific/Tarawa",
    "KZ": "Asia/Almaty",
    "MH": "Pacific/Majuro",
    "MN": "Asia/Ulaanbaatar",
    "MX": "America/Mexico_City",
    "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland",
    "PF": "Pacific/Tahiti",
    "PG": "Pacific/Port_Moresby",
    "PS": "Asia/Gaza",
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "US": "America/New_York",
    "UZ": "Asia/Tashkent",
}

# Earlier names that browsers still give for the zone of their device (those of the Unicode CLDR, which never renames one).
_STILL_GIVEN = {
    "Africa/Asmera": "Africa/Asmara",
    "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
    "America/Godthab": "America/Nuuk",
    "Asia/Calcutta": "Asia/Kolkata",
    "Asia/Katmandu": "Asia/Kathmandu",
    "Asia/Rangoon": "Asia/Yangon",
    "Asia/Saigon": "Asia/Ho_Chi_Minh",
    "Europe/Kiev": "Europe/Kyiv",
}


class ZoneUnknown(Exception):
    """There is no such time zone; the text is the line that whoever typed it reads."""


def read_zone(typed: str) -> str:
    """A zone's name as the IANA database writes it today, out of what somebody typed; nothing where nothing was.

    Names of earlier days, which many browsers and systems still give, are read too. Raises `ZoneUnknown`.
    """
    plain = "_".join(plain_signs(" ".join(typed.split())).split())
    if not plain:
        return ""
    found = _by_plain_name().get(plain.casefold()) or _by_earlier_name().get(plain.casefold())
    if found is None:
        raise ZoneUnknown("There is no such time zone; write it like Asia/Kuala_Lumpur.")
    return found


# Only of the countries that somebody asks for: to look at every zone there is costs 1.2 MB, and 15 ms of a start.
@lru_cache(maxsize=256)
def zones_of(country: str | None) -> tuple[str, ...]:
    """The zones of a country, in the order of their names; none where there is no country or it is unknown."""
    theirs = (name for name, of in get_global("zone_territories").items() if of == country)
    return tuple(name for name in sorted(theirs) if _known(name) is not None)


@lru_cache(maxsize=256)
def zone_places(country: str) -> tuple[str, ...]:
    """The places by which devices in a country name its zones: the last part of each name."""
    zones = zones_of(country)
    earlier = (old for old, name in _STILL_GIVEN.items() if name in zones)
    return tuple(name.rpartition("/")[2] for name in (*zones, *earlier))


def main_zone(country: str | None) -> str:
    """The zone that most people of a country live by; nothing where there is no country or it is unknown."""
    zones = zones_of(country)
    return _MAIN.get(country or "") or (zones[0] if zones else "")


def zone_info(name: str) -> tzinfo:
    """The zone of this name; UTC where there is none, so that a name which a later system no longer knows breaks no page."""
    return _known(name) or UTC


def zone_there(own: str, country: str | None) -> tzinfo:
    """The zone by which a workplace lives: its own, else the main one of its country, else UTC."""
    return zone_info(own or main_zone(country))


def every_zone() -> tuple[str, ...]:
    """Every zone that somebody may live by, in the order of their names."""
    return tuple(sorted({*_by_plain_name().values()}))


@cache
def _by_plain_name() -> dict[str, str]:
    names = (name for name in get_global("zone_territories") if "Etc/" not in name)
    return {name.casefold(): name for name in names if _known(name) is not None}


@cache
def _by_earlier_name() -> dict[str, str]:
    today = set(every_zone())
    return {old.casefold(): name for old, name in get_global("zone_aliases").items() if name in today}


@cache
def _known(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # what is not found is a KeyError
        return None
