"""In which language a worker wrote: by script, and within a script by letters, common words and endings. Pure, no library.

The page's language says what somebody could read or did not change; the words say what they write. Where the words do not tell for
sure (two of the product's languages fit as well, or one that it does not offer, or Latin letters for a language that has its own),
nothing is said, and the page's language stands.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.cases.config_file import Table

# Enough to tell, and the most that a filing spends on it: longer reports cost no more.
_READ_FROM = 400
# The scripts of the product's languages and those that could be taken for them, as ranges of code points.
_SCRIPTS = MappingProxyType(
    {
        "Latn": "A-Za-z\u00aa\u00ba\u00c0-\u024f\u1e00-\u1eff",
        "Cyrl": "\u0400-\u052f",
        "Arab": "\u0600-\u065f\u066e-\u06ef\u06fa-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc",
        "Deva": "\u0900-\u0965\u0970-\u097f",
        "Beng": "\u0980-\u09e5\u09f0-\u09f1",
        "Taml": "\u0b80-\u0be5",
        "Thai": "\u0e01-\u0e3a\u0e40-\u0e4e",
        "Mymr": "\u1000-\u103f\u1050-\u108f\u109a-\u109f\ua9e0-\ua9ef\uaa60-\uaa7f",
        "Khmr": "\u1780-\u17d3",
        "Hani": "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff",
        "Jpan": "\u3041-\u30fa\u30fc-\u30ff",
        "Kore": "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af",
        "Laoo": "\u0e81-\u0edf",
        "Ethi": "\u1200-\u137f",
        "Grek": "\u0370-\u03ff",
        "Hebr": "\u0590-\u05ff",
        "Sinh": "\u0d80-\u0dff",
        "Knda": "\u0c80-\u0cff",
        "Telu": "\u0c00-\u0c7f",
        "Mlym": "\u0d00-\u0d7f",
        "Gujr": "\u0a80-\u0aff",
        "Guru": "\u0a00-\u0a7f",
        "Orya": "\u0b00-\u0b7f",
        "Tibt": "\u0f00-\u0fff",
        "Mong": "\u1800-\u18af",
        "Geor": "\u10a0-\u10ff",
        "Armn": "\u0530-\u058f",
    }
)
_SCRIPT_OF = re.compile("|".join(f"(?P<{name}>[{ranges}]+)" for name, ranges in _SCRIPTS.items()))
# Scripts that only one of the product's languages is written in.
_ALONE = MappingProxyType({"Thai": "th", "Mymr": "my", "Khmr": "km", "Taml": "ta", "Beng": "bn"})
_CHINESE = ("zh-Hans", "zh-Hant")
# Names of companies and products stand in Latin letters in every language, so another script counts from this share on.
_SHARE = 0.3
# A letter that another language of the script never uses, in this share of the words: it is that language.
_FOREIGN = 0.15
_LONG_WORD = 6
# How much has to be found, and how much less of it may fit any other language.
_ENOUGH, _ENOUGH_OF_FEW, _FEW = 2.0, 1.0, 4
_AHEAD, _TIMES_AHEAD = 1.0, 1.5

_WORD = re.compile(r"[^\s\d_.,;:!?()\[\]\"“”«»،؛؟।။၊/|-]+")
_ACCENTS = dict.fromkeys((*range(0x300, 0x370), *range(0x64B, 0x653), 0x640))
_PLAIN = str.maketrans({"đ": "d", "ł": "l", "ø": "o", "ı": "i", "æ": "ae", "œ": "oe", "ß": "ss", "’": "'"})


@dataclass(frozen=True)
class WrittenLanguages:
    """What tells the languages apart; built by `read_written_languages` only.

    `offered` are the languages that may be told; evidence for any other only stands in their way.
    """

    offered: frozenset[str]
    words: Mapping[str, tuple[str, ...]]
    letters: Mapping[str, tuple[str, ...]]
    beginnings: Mapping[str, tuple[str, ...]]
    endings: Mapping[str, tuple[str, ...]]
    simplified: re.Pattern[str]
    traditional: re.Pattern[str]

    def tell(self, written: str, page: str) -> str | None:
        """The language of these words where they tell it for sure, else None; `page` is that of the page they were written on."""
        text = unicodedata.normalize("NFC", written[:_READ_FROM])
        script = _script_of(text)
        if script == "Hani":
            return self._chinese(text, page)
        code = _ALONE.get(script)
        if code is not None:
            return None if self._is_foreign(text, code) else code
        return self._by_words(text)

    def _chinese(self, text: str, page: str) -> str:
        """Which of the two writings; signs that both share decide nothing, and then the page or else the more common one does."""
        ahead = len(self.simplified.findall(text)) - len(self.traditional.findall(text))
        if ahead:
            return _CHINESE[ahead < 0]
        return page if page in _CHINESE else _CHINESE[0]

    def _is_foreign(self, text: str, code: str) -> bool:
        """Whether letters that this language never uses are more than a few."""
        others = [
            sign for sign in text if any(other not in self.offered for other in self.letters.get(sign, ()))
        ]
        return len(others) > _FOREIGN * len(text)

    def _by_words(self, text: str) -> str | None:
        spelled = _WORD.findall(text.casefold())
        scores: defaultdict[str, float] = defaultdict(float)
        for word in spelled:
            self._score(word, scores)
        return self._winner(scores, len(spelled))

    def _score(self, spelled: str, scores: defaultdict[str, float]) -> None:
        """Add what one word says: a common word counts once among all languages that have it, a letter of its own counts once."""
        word = spelled if spelled.isascii() else _fold(spelled)
        known = self.words.get(word)
        if known is None:
            start, _, rest = word.partition("'")  # "l'usine", "Malezya'da"
            known = self.words.get(rest) or self.words.get(start) or ()
        for code in known:
            scores[code] += 1 / len(known)
        if word is not spelled:
            for code in {code for sign in spelled if sign > "\x7f" for code in self.letters.get(sign, ())}:
                scores[code] += 1
        if len(word) >= _LONG_WORD:
            for code, parts in self.beginnings.items():
                scores[code] += word.startswith(parts)
            for code, parts in self.endings.items():
                scores[code] += word.endswith(parts)

    def _winner(self, scores: Mapping[str, float], number: int) -> str | None:
        ranked = sorted(scores.items(), key=lambda score: -score[1])
        (best, most), (_, next_most) = (*ranked, ("", 0.0), ("", 0.0))[:2]
        enough = _ENOUGH if number > _FEW else _ENOUGH_OF_FEW
        ahead = most - next_most >= _AHEAD or most >= _TIMES_AHEAD * next_most
        return best if best in self.offered and most >= enough and ahead else None


def read_written_languages(file: Table) -> WrittenLanguages:
    """The languages of a config file; mistakes are noted there."""
    words: dict[str, set[str]] = defaultdict(set)
    offered = _read_words(file.table("words"), words)
    _read_words(file.table("others"), words)
    signs = file.table("characters")
    traditional, simplified = signs.text("zh-Hant"), signs.text("zh-Hans")
    signs.done()
    if len(traditional) != len(simplified) or set(traditional) & set(simplified):
        signs.wrong("zh-Hant and zh-Hans must hold the same number of signs, none of them in both.")
    found = WrittenLanguages(
        offered=frozenset({*offered, *_ALONE.values(), *_CHINESE}),
        words=MappingProxyType(_shared(words)),
        letters=MappingProxyType(_read_letters(file.table("letters"))),
        beginnings=MappingProxyType(_read_parts(file.table("beginnings"))),
        endings=MappingProxyType(_read_parts(file.table("endings"))),
        simplified=_any_of(simplified),
        traditional=_any_of(traditional),
    )
    file.done()
    return found


def _read_words(table: Table, words: dict[str, set[str]]) -> Iterable[str]:
    codes = table.names()
    for code in codes:
        for word in table.text(code).casefold().split():
            words[_fold(word)].add(code)
    return codes


def _shared(words: Mapping[str, set[str]]) -> dict[str, tuple[str, ...]]:
    """Words with their languages; the same languages are one value, since most words have just one."""
    values: dict[tuple[str, ...], tuple[str, ...]] = {}
    return {
        word: values.setdefault(codes, codes)
        for word, codes in ((word, tuple(sorted(found))) for word, found in words.items())
    }


def _read_letters(table: Table) -> dict[str, tuple[str, ...]]:
    codes: dict[str, tuple[str, ...]] = {}
    for code in table.names():
        for sign in unicodedata.normalize("NFC", table.text(code).casefold()):
            codes[sign] = (*codes.get(sign, ()), code)
    return codes


def _read_parts(table: Table) -> dict[str, tuple[str, ...]]:
    return {code: tuple(map(_fold, table.text(code).split())) for code in table.names()}


def _any_of(signs: str) -> re.Pattern[str]:
    return re.compile(f"[{re.escape(unicodedata.normalize('NFC', signs))}]" if signs else r"(?!)")


def _fold(word: str) -> str:
    """The word without accents, vowel signs and case, as `words` are kept."""
    if word.isascii():
        return word
    return unicodedata.normalize(
        "NFC", unicodedata.normalize("NFD", word.translate(_PLAIN)).translate(_ACCENTS)
    )


def _script_of(text: str) -> str:
    """The script that most of the text is in; Latin only where no other has a fair share of it. Empty when there are no letters."""
    if text.isascii():
        return "Latn"
    shares: Counter[str] = Counter()
    for run in _SCRIPT_OF.finditer(text):
        shares[run.lastgroup or ""] += len(run[0])
    latin, letters = shares.pop("Latn", 0), shares.total()
    if not shares:
        return "Latn" if latin else ""
    # Japanese is written with Chinese signs between its own; Korean sometimes.
    for mixed in ("Jpan", "Kore"):
        if shares[mixed] and shares["Hani"]:
            shares[mixed] += shares.pop("Hani")
    script, most = shares.most_common(1)[0]
    return script if most >= _SHARE * (latin + letters) else "Latn"
