"""Public holidays with their real dates, the operator's own days, and what both do to a deadline."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from app.cases.clocks.planning import due_after
from app.cases.config_file import open_config
from app.cases.rules.days_off import joined, read_own_days
from app.cases.rules.durations import Duration, Unit
from app.cases.rules.known_holidays import public_holidays, regions_of, worked_weekends
from app.cases.rules.rule_set import load_rules
from tests.support.project import CONFIG

NETWORK = ("MY", "BD", "VN", "DE", "CN")
TODAY = date(2026, 11, 29)
PUBLIC = public_holidays(NETWORK, TODAY)
DEADLINES = load_rules(CONFIG).deadlines.with_days_off(PUBLIC, worked_weekends(NETWORK, TODAY))
TWO_DAYS = Duration(2, Unit.WORKING_DAYS)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("country", "start", "due"),
    (
        ("MY", "2026-03-19 10:00", "2026-03-25 10:00"),  # Hari Raya, Friday to Monday
        ("MY", "2026-08-28 10:00", "2026-09-02 10:00"),  # National Day is a Monday
        ("BD", "2026-03-19 10:00", "2026-03-25 10:00"),  # Eid after the weekend of Friday and Saturday
        ("VN", "2026-02-13 10:00", "2026-02-24 10:00"),  # Tet, a whole week
        ("VN", "2027-02-03 09:00", "2027-02-12 09:00"),  # Tet of the next year, Thursday to Wednesday
        ("DE", "2026-04-02 10:00", "2026-04-08 10:00"),  # Good Friday to Easter Monday
        ("CN", "2026-09-30 10:00", "2026-10-09 10:00"),  # the golden week
        ("CN", "2026-10-08 10:00", "2026-10-10 10:00"),  # a Saturday on which all of China works
        ("VN", "2026-10-08 10:00", "2026-10-12 10:00"),  # and nobody else
        ("DE", "2026-12-31 10:00", "2027-01-05 10:00"),  # New Year's Day is a Friday
        ("CN", "2026-12-31 23:00", "2027-01-05 23:00"),
        # Neither the library nor anybody else knows days off there, and none without a country.
        ("IC", "2026-12-24 10:00", "2026-12-28 10:00"),
        (None, "2026-12-24 10:00", "2026-12-28 10:00"),
        # Malaysians in this network do not rest on another country's feasts.
        ("MY", "2026-04-02 10:00", "2026-04-06 10:00"),
    ),
)
def test_working_days_skip_the_public_holidays_of_the_country(
    country: str | None, start: str, due: str
) -> None:
    assert due_after(at(start), TWO_DAYS, DEADLINES.calendar(country)) == at(due)


def test_a_region_has_the_days_of_its_country_and_its_own(tmp_path: Path) -> None:
    regional = DEADLINES.with_days_off(public_holidays(("DE-BY", "MY-10", "DE-XX", "XX-YY"), TODAY))
    bavaria, germany = regional.calendar("DE", region="DE-BY"), regional.calendar("DE")
    corpus_christi, unity = date(2026, 6, 4), date(2027, 10, 4)
    assert (bavaria.works_on(corpus_christi), germany.works_on(corpus_christi)) == (False, True)
    assert bavaria.works_on(unity)
    assert not bavaria.works_on(date(2026, 4, 3))  # Good Friday, as everywhere
    # A region of another country, or one that is none, says nothing.
    assert regional.calendar("MY", region="DE-BY") == regional.calendar("MY")
    assert regional.calendar("DE", region="DE-XX") == germany
    assert "DE-BY" in regions_of(NETWORK)["DE"]
    assert set(regions_of(("VN", "IC"))) == set()
    assert {each.days_off for each in regional.every_calendar((UTC,))} >= {bavaria.days_off}


def test_only_the_countries_asked_for_and_a_few_years_are_kept() -> None:
    assert set(PUBLIC) == set(NETWORK)
    assert {day.year for days in PUBLIC.values() for day in days} == set(range(2025, 2032))
    assert set(public_holidays(("IC", "VN", "VN"), TODAY)) == {"VN"}


def test_the_operators_own_days_count_beside_them(tmp_path: Path) -> None:
    mistakes: list[str] = []
    file = tmp_path / "holidays.toml"
    file.write_text(
        """
        [[day]]
        country = "MY"
        date = 2026-03-24
        name = "As announced"
        [[day]]
        country = "KH"
        from = 2026-12-30
        to = 2027-01-02
        name = "By decree"
        """,
        encoding="utf-8",
    )
    own = read_own_days(open_config(file, mistakes))
    assert mistakes == []
    with_own = DEADLINES.with_days_off(own)
    assert due_after(at("2026-03-19 10:00"), TWO_DAYS, with_own.calendar("MY")) == at("2026-03-26 10:00")
    assert due_after(at("2026-12-29 10:00"), TWO_DAYS, with_own.calendar("KH")) == at("2027-01-05 10:00")
    assert joined(own, PUBLIC)["DE"] == PUBLIC["DE"]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    (
        ('"MY"', '"Malaysia"', "country must be a country's two capital letters (ISO 3166): write MY."),
        ('country = "MY"', "", "country is missing."),
        ('name = "Eid"', "", "name is missing."),
        ("from = 2027-03-08", "", "from must be a date like 2026-01-31, without quotation marks."),
        (
            "2027-03-14",
            '"14 March"',
            "to must be a date like 2026-01-31, without quotation marks.",
        ),
        ("2027-03-14", "2027-03-07", "to must be from or a later day, and no more than 31 days in all."),
        ("2027-03-14", "2028-03-14", "to must be from or a later day, and no more than 31 days in all."),
        (
            "from = 2027-03-08\nto = 2027-03-14",
            "from = 9999-12-20\nto = 9999-12-31",
            "the year must be one from 2000 to 2199.",
        ),
        (
            "from = 2027-03-08\nto = 2027-03-14",
            "date = 0207-03-08",
            "the year must be one from 2000 to 2199.",
        ),
        ("2027-03-14", "9999-12-31", "the year must be one from 2000 to 2199."),
        (
            "from = 2027-03-08\nto = 2027-03-14",
            "",
            "date, or from and to, must be given.",
        ),
        ("to = ", "date = 2027-03-09\nto = ", "from is not known here."),
        ("name =", "names =", "name is missing."),
    ),
)
def test_a_mistake_in_the_file_is_one_line(tmp_path: Path, old: str, new: str, line: str) -> None:
    block = '[[day]]\ncountry = "MY"\nfrom = 2027-03-08\nto = 2027-03-14\nname = "Eid"\n'
    assert old in block
    mistakes: list[str] = []
    file = tmp_path / "holidays.toml"
    file.write_text(block.replace(old, new), encoding="utf-8")
    read_own_days(open_config(file, mistakes))
    assert mistakes[0] == f"holidays.toml, day 1: {line}"
