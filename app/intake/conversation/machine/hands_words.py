"""That a phone is in other hands, or that texts are not safe, in whatever words: who, does what, with which phone or texts. No I/O.

The words stand in config/topic_words.toml, `hands`. Each clause is read as a row of signs, one for each word or phrase that is
known; what may also be told of a grievance is only perhaps so. Nothing is guessed towards texting.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

from app.network.matching import plain_text

# Longer words are looked through no further.
_LONGEST, _LONGEST_PHRASE = 400, 5
_CLAUSES = re.compile("([.!?,;:\\n\u0964\u3002\uff01\uff1f\u061f\u06d4\u060c\uff0c\uff1b]+|\\s-\\s)")
_SIGNS = {
    "who": "W", "reads": "R", "has": "H", "took": "T", "phone": "P", "bare_phone": "p", "texts": "Q", "bare_texts": "q",
    "beside": "F", "negation": "N", "unsafe": "U", "to_text": "A", "lost": "L", "of": "O", "by": "B", "it_is": "I",
    "mine": "M", "near": "K", "things": "X", "between": "o", "no_text": "D", "now": "J", "time": "t",
}  # fmt: skip
# Others read along, or hold it; `p` is a phone of whoever is named, `P` and `Q` are this phone and what comes to it.
_OTHERS = (
    r"W[FKJ]*[RH][FJ]*[PQ](?!X)",
    r"[PQ](?!X)[FJI]*BF*W",
    r"IF*WO?p(?!X)",
    r"HF*WOp(?!X)",
    r"^F*WOp[FJ]*$",
    r"(?:^|[IH])F*[pP]OF*W",
    r"(?:[PI]|^)F*BF*W[FJ]*$",
    r"(?:^F*|[IP]F*)N[FJ]*[PM](?!X)",
    r"(?:^|F)L[FJ]*P(?!X)",
    r"[P](?!X)[FIJ]*L",
)
_PERHAPS = (r"W[FKJ]*T[F?PJtQ]{0,5}[PQ](?!X)", r"W[FKJ]*H[F?J]{0,4}P(?!X)", r"L[F?J]{0,4}P(?!X)")
_UNSAFE = (r"U[FJ]*A", r"[QqPp][FI]*U", r"A[FI]*U")
_NO_TEXT = r"^[F?]{0,3}D(?!F*t)"
_BESIDE = r"WF*K"
# "My boss took my phone" is what people complain of.
_ALSO_TOLD = frozenset("T?tL")


class Hands(Enum):
    """What a text says of the phone."""

    OTHERS = auto()  # others hold it or read along, told in a clause of its own
    PERHAPS = auto()  # the same beside other words, or in words of a grievance
    NO_TEXT = auto()  # texts are not wanted, or not safe


@dataclass(frozen=True)
class HandsWords:
    """The words of every language together, in plain form; what each table holds stands in the file."""

    tables: dict[str, frozenset[str]] = field(repr=False)
    _signs: dict[str, str] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Put the words in order."""
        for name, words in self.tables.items():
            self._signs.update(dict.fromkeys(words, _SIGNS[name]))

    def read(self, words: str) -> Hands | None:
        """What a text says of the phone, wherever in it; None where nothing, and where it only asks."""
        if len(words) > _LONGEST:
            return None
        clauses = [row for clause in _statements(words) if (row := self._row(clause))]
        whole = "".join(clauses)
        no_text = any(re.search(_NO_TEXT, row) or _holds(_UNSAFE, row) for row in clauses)
        if no_text and re.search(_BESIDE, whole):
            return Hands.OTHERS
        # "They took my passport, not my phone" goes on with what was told before.
        first = next((at for at, row in enumerate(clauses) if set(row) != {"F"}), 0)
        sure = [row for at, row in enumerate(clauses) if _holds(_OTHERS, row if at <= first else f",{row}")]
        if any(no_text or not _ALSO_TOLD & set(row) for row in sure):
            return Hands.OTHERS
        if no_text:
            return Hands.NO_TEXT
        perhaps = bool(sure) or any(_holds(_PERHAPS, row) for row in clauses)
        return Hands.PERHAPS if perhaps else None

    def _row(self, clause: str) -> str:
        """A clause as signs; a question mark for each word that is not known."""
        tokens, signs, at = clause.split(), "", 0
        while at < len(tokens):
            for length in range(min(_LONGEST_PHRASE, len(tokens) - at), 0, -1):
                sign = self._signs.get(" ".join(tokens[at : at + length]))
                if sign is not None:
                    break
            signs, at = signs + (sign or "?"), at + (length if sign else 1)
        return signs


def _holds(patterns: tuple[str, ...], row: str) -> bool:
    return any(re.search(pattern, row) for pattern in patterns)


def _statements(words: str) -> Iterator[str]:
    """The clauses of a text in plain form, without those that ask."""
    pieces = _CLAUSES.split(words)
    for clause, sign in zip(pieces[::2], [*pieces[1::2], ""], strict=False):
        if not any(mark in sign for mark in "?\uff1f\u061f"):
            yield plain_text(clause)
