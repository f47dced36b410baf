"""What is counted as one sender, and that every limit's window is a part of a day."""

from datetime import timedelta

import pytest

from app.network import attempts
from app.network.attempts import Limit, counted_address

LIMITS = [value for value in vars(attempts).values() if isinstance(value, Limit)]


@pytest.mark.parametrize(
    ("address", "counted"),
    (
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3:3:4:5:6", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        # A socket file or a broken proxy: still one sender, and not nobody.
        ("no address", "no address"),
        ("", ""),
        (None, ""),
    ),
)
def test_an_address_counts_as(address: str | None, counted: str) -> None:
    assert counted_address(address) == counted


def test_all_limits_are_there_under_names_of_their_own() -> None:
    assert len(LIMITS) == 16
    assert len({limit.what for limit in LIMITS}) == 16


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.what)
def test_a_window_ends_with_the_day_so_that_no_row_outlives_it(limit: Limit) -> None:
    assert limit.window <= timedelta(days=1)
    assert timedelta(days=1) % limit.window == timedelta()
    assert limit.most > 0
