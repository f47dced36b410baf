"""Rewriting a text sign by sign, in any script, without working each sign out again."""

from collections.abc import Callable

_MOST_REMEMBERED = 8_192


class SignTable(dict[int, str]):
    """What each sign becomes, for `str.translate`: worked out when it is first met, remembered for as many as any writing needs."""

    def __init__(self, become: Callable[[str], str]) -> None:
        super().__init__()
        self._become = become

    def __missing__(self, code: int) -> str:
        plain = self._become(chr(code))
        if len(self) < _MOST_REMEMBERED:
            self[code] = plain
        return plain
