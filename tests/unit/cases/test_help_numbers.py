from datetime import date

import pytest

from app.cases.rules.help_numbers import HelpKind, HelpNumber, HelpNumbers
from app.cases.rules.rule_set import load_rules
from tests.support.project import CONFIG

TODAY = date(2026, 11, 21)


def number(country: str, checked_on: date, kind: HelpKind = HelpKind.EMERGENCY) -> HelpNumber:
    return HelpNumber(country, kind, "0000 0000", "Example", checked_on, "the tests")


@pytest.mark.parametrize(
    ("checked_on", "today", "shown"),
    (
        (TODAY, TODAY, True),
        (date(2025, 11, 21), TODAY, True),
        (date(2025, 11, 20), TODAY, False),
        (date(2026, 11, 22), TODAY, False),  # nobody can have checked it tomorrow
        (date(2027, 2, 28), date(2028, 2, 29), True),
        (date(2027, 2, 27), date(2028, 2, 29), False),
        (date(2028, 2, 29), date(2029, 2, 28), True),
        (date(2028, 2, 29), date(2029, 3, 1), False),
    ),
)
def test_a_number_is_shown_for_twelve_months_after_its_check(
    checked_on: date, today: date, shown: bool
) -> None:
    noise = number("VN", today)
    numbers = HelpNumbers((noise, number("MY", checked_on)))
    assert numbers.help_for("MY", today) == ((number("MY", checked_on),) if shown else ())


def test_a_country_sees_only_its_own_numbers_and_an_unknown_one_none() -> None:
    numbers = HelpNumbers((number("MY", TODAY), number("VN", TODAY)))
    assert [found.country for found in numbers.help_for("VN", TODAY)] == ["VN"]
    assert numbers.help_for("TH", TODAY) == ()
    assert numbers.help_for(None, TODAY) == ()


def test_the_emergency_number_comes_first() -> None:
    kinds = [HelpKind.HEALTH, HelpKind.CHILD, HelpKind.EMERGENCY, HelpKind.POLICE]
    numbers = HelpNumbers(tuple(number("MY", TODAY, kind) for kind in kinds))
    assert [found.kind for found in numbers.help_for("MY", TODAY)] == [
        "emergency",
        "police",
        "child",
        "health",
    ]


def test_help_is_shipped_empty_and_the_demos_numbers_reach_nobody() -> None:
    assert load_rules(CONFIG).help.numbers == ()
    demo = load_rules(CONFIG, demo=True).help.numbers
    assert demo
    for found in demo:
        assert set(found.number) <= {"0", " "}
        assert "not a real number" in found.name
