"""Generated catalogues that try the layout before real translations come: long Burmese words, right-to-left Arabic.

The text stays a code of the English one, so that its length and its variety are like those of a real translation; nobody is
meant to read it. Placeholders survive.
"""

import re
from collections.abc import Callable

from babel.messages.catalog import Catalog, Message

_KEPT = re.compile(r"%\(\w+\)[sd]|%%|&\w+;")
_BURMESE = "ကခဂဃငစဆဇညတထဒဓနပဖဗမယရလဝသဟအဠ"
# What Burmese hangs on a letter; the empty ones make the whole about half as long again as the English.
_BURMESE_SIGNS = ("", "ာ", "ိ", "", "ု", "ေ", "ျ", "", "ွ", "့", "", "ံ", "")
_ARABIC = "ابتثجحخدذرزسشصضطظعغفقكلمنه"
_FIRST = ord("a")


def make_pseudo(template: Catalog, kind: str) -> Catalog:
    """A complete catalogue of the template's messages in the pseudo-language of this kind (`long` or `rtl`)."""
    write = _WRITERS[kind]
    catalogue = Catalog(locale="en", charset="utf-8")
    for message in template:
        if message.id:
            translation = (
                tuple(map(write, message.id)) if isinstance(message.id, tuple | list) else write(message.id)
            )
            catalogue[message.id] = Message(message.id, translation, context=message.context)
    return catalogue


def _in_burmese_letters(text: str) -> str:
    letters, words = [], 0
    for place, letter in enumerate(text):
        number = ord(letter.lower()) - _FIRST
        if letter == " ":
            # Burmese writes without spaces between words, only between phrases.
            words += 1
            letters.append(" " if words % 3 == 0 else "")
        elif 0 <= number < len(_BURMESE):
            letters.append(_BURMESE[number] + _BURMESE_SIGNS[(place * 5 + number) % len(_BURMESE_SIGNS)])
        else:
            letters.append("။" if letter == "." else letter)
    return "".join(letters)


def _in_arabic_letters(text: str) -> str:
    return "".join(
        _ARABIC[ord(letter.lower()) - _FIRST]
        if "a" <= letter.lower() <= "z"
        else {"?": "؟", ",": "،"}.get(letter, letter)
        for letter in text
    )


def _around_placeholders(write: Callable[[str], str]) -> Callable[[str], str]:
    def rewritten(text: str) -> str:
        kept = _KEPT.findall(text)
        pieces = [_between_edges(write, piece) for piece in _KEPT.split(text)]
        return pieces[0] + "".join(held + piece for held, piece in zip(kept, pieces[1:], strict=True))

    return rewritten


def _between_edges(write: Callable[[str], str], piece: str) -> str:
    # The spaces next to a placeholder stay, so that a name does not grow together with the words around it.
    inner = piece.strip(" ")
    start, _, end = piece.partition(inner) if inner else (piece, "", "")
    return start + write(inner) + end


_WRITERS = {
    "long": _around_placeholders(_in_burmese_letters),
    "rtl": _around_placeholders(_in_arabic_letters),
}
