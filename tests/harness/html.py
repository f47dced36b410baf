"""HTML as a browser reads it, for the rules of pages and for what a test sees on one: each answer is read once for both."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from xml.etree.ElementTree import Element

from tinyhtml5 import inputstream
from tinyhtml5.parser import HTMLParser


@dataclass(frozen=True)
class Read:
    """A page's elements, and where the HTML was wrong: line and column, the standard's name of the error, and its details."""

    root: Element
    errors: list[tuple[tuple[int, int], str, dict[str, str]]]


# As many as may be in hand when a test looks at one: the rules and the test want the same page right after one another.
@lru_cache(maxsize=1)
def read_html(html: str) -> Read:
    """What a page holds; it is shared, so nobody changes it."""
    parser = HTMLParser(namespace_html_elements=False)
    root = parser.parse(html)
    return Read(root, list(parser.errors))


class _Patterns(dict[tuple[Collection[str], bool], re.Pattern[str]]):
    """The parser's patterns, by the characters that they stop at.

    tinyhtml5 2.1 means to keep them and does so under the pattern itself, so it made each anew each time: half of all its work.
    """

    def __missing__(self, sought: tuple[Collection[str], bool]) -> re.Pattern[str]:
        characters, opposite = sought
        listed = "".join(f"\\x{ord(character):02x}" for character in characters)
        self[sought] = pattern = re.compile(f"[{'' if opposite else '^'}{listed}]+")
        return pattern


inputstream.characters_until_regex = _Patterns()
