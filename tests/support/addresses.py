"""Phones with addresses, and counters that can be set."""

from collections.abc import Callable

from app.network import Limit
from tests.support.member import Member

DORMITORY, ELSEWHERE = "198.51.100.7", "203.0.113.9"

Fill = Callable[[Limit, str, int], None]
Phone = Callable[[str], Member]
