"""The reference of a case: random, easy to say over a bad line, and meaning nothing.

Two invented words of three syllables and four digits, such as "misolo-satoki-4821". Of sounds that a phone line confuses
(b/p/d, m/n, k/g, s/f/z, l/r, e/i, o/u) only one each is used, and no consonant twice, so that a word is written as it is heard.
What a reviewer knew as a word, a name, a number or an insult in one of the product's languages is refused, as are words that hold
one. That leaves nearly 16,000 million references (`SPACE`): it is no secret and opens nothing, a new one only has to be free.
Among a million cases one in sixteen thousand new ones is not, and then the next is drawn.
"""

import re
import secrets
from itertools import permutations, product

from app.language import plain_signs

_REFUSED = re.compile(
    "baka|bala|bali|bamako|bata|bati|bika|biko|bima|bisa|bita|bobo|boka|bola|boli|bom|bosi|bota|boto|kaba|kabila|kaka|kala|kali|kami"
    "|kata|kati|kiba|kila|kilo|kima|kita|koba|kola|koso|koti|laba|laki|lama|lami|lata|lika|lima|limo|lisa|liso|loba"
    "|lobit|lobo|loka|loki|loko|lota|maka|makosa|mala|mali|malo|masa|mata|mati|mato|mika|mila|mili|mimi|misa|moba|moka|molat|moli|mosi"
    "|moto|saba|saka|saki|sala|sali|salo|sama|sami|sata|sati|sika|siko|sila|sita|soka|soko|sola|solom|soma|tabo|tabi|tako"
    "|talaka|tali|tama|tami|tiko|timo|tisa|tiso|tobi|toka|tola|toli|tolosa|toma|tomi|toti"
)
_WORDS = tuple(
    word
    for consonants in permutations("bklmst", 3)
    for vowels in product("aio", repeat=3)
    if not _REFUSED.search(word := "".join(map("".join, zip(consonants, vowels, strict=True))))
)
_DIGITS = 4
_WRITTEN = re.compile(rf"([a-z]{{6}})[\W_]*([a-z]{{6}})[\W_]*([0-9]{{{_DIGITS}}})")

SPACE = len(_WORDS) ** 2 * 10**_DIGITS
"""How many references there are."""


def new_reference() -> str:
    """A random reference, which may already be taken: the column's uniqueness says so when the case is stored."""
    return f"{secrets.choice(_WORDS)}-{secrets.choice(_WORDS)}-{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"


def read_reference(text: str) -> str | None:
    """The reference somebody typed or took down by ear, in any case, spacing and script of digits; none when it is not one."""
    written = _WRITTEN.fullmatch(plain_signs(text).strip().lower())
    return None if written is None else "-".join(written.groups())
