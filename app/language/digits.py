"""Digits of every script: people type the ones their keypad shows, and put around them what their phone or habit puts there."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from app.language.signs import SignTable

# No code stands deeper in what somebody wrote; what is longer is not read for one.
_MOST_READ = 2_000


def to_ascii(text: str) -> str:
    """The text with every digit, of whichever script, written as 0 to 9; all else stays as it is."""
    return text if text.isascii() else text.translate(_ASCII_DIGITS)


def plain_signs(text: str) -> str:
    """The text as it is compared with a code: digits as 0 to 9, wide letters as plain ones, nothing invisible."""
    plain = unicodedata.normalize("NFKC", to_ascii(text))
    return "".join(sign for sign in plain if not _is_unseen(sign))


def find_codes(text: str, length: int, *, glued: bool = False) -> tuple[str, ...]:
    """Every code of so many digits that stands in a text, alone or inside a sentence, in the order in which they stand.

    Whatever people put between digits may stand there: spaces, dashes, dots, marks. Digits that a comma, a bracket, the end of a
    sentence or a line keeps apart may be others. `glued` also finds a code to which a Latin letter sticks, which is more likely
    a mistake than a code.
    """
    found = [code for run in _runs(text[:_MOST_READ]) if glued or not run.glued for code in run.codes(length)]
    return tuple(dict.fromkeys(found))


def only_digits(text: str) -> str:
    """The digits of a text that holds nothing else but what people put between them; empty where it holds more."""
    runs = list(_runs(text[:_MOST_READ]))
    return "".join(runs[0].groups) if len(runs) == 1 and not any(map(_ends_run, text)) else ""


@dataclass
class _Run:
    """Digits with no word between them: `apart[n]` says whether what stands before group n may begin something else."""

    groups: list[str]
    apart: list[bool]
    glued: bool = False

    def codes(self, length: int) -> Iterator[str]:
        whole = "".join(self.groups)
        if len(whole) == length:
            yield whole
            return
        starts = [place for place, apart in enumerate(self.apart) if apart]
        for place in starts:
            for end in (*starts, len(self.groups)):
                piece = "".join(self.groups[place:end]) if end > place else ""
                if len(piece) == length:
                    yield piece


def _runs(text: str) -> Iterator[_Run]:
    run, between, before = _Run([], []), "", ""
    for sign in text:
        if _is_unseen(sign):
            continue
        digit = unicodedata.digit(sign, None)
        if digit is not None:
            run.glued = run.glued or _glues(before)
            _add(run, str(digit), between)
            between = ""
        elif not _ends_run(sign):
            between += sign
        elif run.groups:
            run.glued = run.glued or (_glues(sign) and not between)
            yield run
            run, between = _Run([], []), ""
        before = sign
    if run.groups:
        yield run


def _add(run: _Run, digit: str, between: str) -> None:
    if run.groups and not between:
        run.groups[-1] += digit
    else:
        run.apart.append(not run.groups or _keeps_apart(between))
        run.groups.append(digit)


def _keeps_apart(between: str) -> bool:
    """Whether these signs part what people mean as two things; a dot does so only with a space, as at the end of a sentence."""
    spaced = any(sign.isspace() for sign in between)
    return any(
        sign in "\n\r"
        or not (sign.isspace() or unicodedata.category(sign) in ("Pd", "Pc") or sign in "./·")
        or (sign == "." and spaced)
        for sign in between
    )


def _ends_run(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "LN" and unicodedata.digit(sign, None) is None


def _glues(sign: str) -> bool:
    return sign.isascii() and sign.isalpha()


def _ascii_digit(letter: str) -> str:
    # `digit` also knows what `decimal` does not: the Ethiopic digits, and digits in circles.
    value = unicodedata.digit(letter, None)
    return letter if value is None else str(value)


_ASCII_DIGITS = SignTable(_ascii_digit)


def _is_unseen(sign: str) -> bool:
    """Joiners, marks of direction, control signs, and marks upon a sign, such as the frame of a key."""
    return unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Mn", "Me") and not sign.isspace()
