"""Reading what somebody texted: cleaned words, digits of every script, and the words that a phone company obeys.

Nothing that comes in is ever an error. Words are kept as they were written, but for signs that no text can hold.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256

from app.cases.case import Part, read_part
from app.cases.enums import Urgency
from app.cases.words import DangerKind, ThanksWords, harms
from app.intake.conversation.machine.sentences import Sentences
from app.intake.conversation.machine.told_words import Told, ToldWords
from app.intake.conversation.machine.topic_words import Keyword, TopicWords
from app.language import clean_words, only_seen
from app.network.matching import plain_text

# As the question of danger counts them.
_YES, _NO = 1, 2
_THE_SAME = 6  # of how_is_it in topic_words.toml
# More than this in a row is a phone number or a date, not answers.
_MOST_ANSWERS = 6
_LONGEST_SIGNATURE = 8
# One digit before words is how sentences begin ("2 months no pay"); two and words are answers and a place.
_LEAST_BEFORE_WORDS = 2

_ASKING = ("?", "\uff1f", "\u061f")

# "1Yes": a digit and a word that nothing keeps apart.
_GLUED = re.compile(r"(?<=\d)(?=[^\W\d])|(?<=[^\W\d])(?=\d)")
# "yes, Penang factory": an answer, a sign, and words behind it. Not "No. 5 factory".
_FIRST_SIGN = re.compile(r"\s*(?:[,;!:،、，。;]|\.(?!\s*\d))\s*")
# What says that nobody may know stands in a part of its own: "They hit us. Tell nobody, please."
_SENTENCE = re.compile(
    "[^.!?\\n\u0964\u3002\uff01\uff1f\u061f\u06d4]+[.!?\u0964\u3002\uff01\uff1f\u061f\u06d4]?"
)
_CLAUSES = re.compile("[,;:\u060c\u3001\uff0c\u061b\uff1b\uff1a]| - ")
_BETWEEN = re.compile(r"[\s,;،、，]+")
# What turns a digit into a picture of a key, and choices between pictures and letters: no part of an answer.
_DECORATION = re.compile("[\\u20e3\\ufe00-\\ufe0f]")


@dataclass(frozen=True)
class Said:
    """One text, read without knowing the question.

    `words` is the whole text, cleaned; `plain` is the same to compare with. `starts` says that it is START and more. `digits` are
    the answers that it consists of, or that stand before words (`rest`). `lone` is the one digit that a text begins or ends with,
    `bare` the words beside it, both without politeness; `named` is what these words choose, by question. `yes` is None unless they
    say so and nothing else; `heard` says that they are "ok" and the like, which is no yes where it is asked for danger.
    `begins_with_yes` says that words follow a yes, for the question of danger only, and `perhaps_yes` that they do if these tell of
    danger. `topics` is what the text is clearly about. `raises` says that its words may make a case more urgent, `danger` that
    somebody may be in danger by them, `calls` that somebody is called at once. `ahead` are the words before the first sign, read
    likewise, and `behind` those after it. `language` is the one that it wishes for: `wish` says that its words hold that and name
    no place, `wish_only` that they say nothing else, `whole` is the text where `words` are only those beside it. `asks` says that
    it asks something, `unsure` that it says neither yes nor no. `told` is what it says plainly whatever was asked, by `told_words`;
    `thanks` that it only thanks, `greets` that it also greets. `sentences` takes its words apart where it is longer than an answer.
    `mark` tells the same words again.
    """

    words: str = field(repr=False)
    plain: str = field(repr=False, default="")
    keyword: Keyword | None = None
    starts: bool = False
    digits: tuple[int, ...] = ()
    rest: str = field(repr=False, default="")
    ahead: "Said | None" = field(repr=False, default=None)
    behind: str = field(repr=False, default="")
    lone: int | None = None
    bare: str = field(repr=False, default="")
    named: Mapping[str, int] = field(default_factory=dict)
    yes: bool | None = None
    heard: bool = False
    begins_with_yes: bool = False
    perhaps_yes: bool = False
    stranger: bool = False
    unsure: bool = False
    worse: bool = False
    part: Part | None = None
    topics: tuple[str, ...] = ()
    raises: bool = False
    danger: bool = False
    calls: bool = False
    language: str | None = None
    wish: bool = False
    wish_only: bool = False
    whole: str = field(repr=False, default="")
    asks: bool = False
    told: Told | None = None
    thanks: bool = False
    greets: bool = False
    sentences: Sentences | None = field(repr=False, compare=False, default=None)
    told_words: ToldWords | None = field(repr=False, compare=False, default=None)

    @property
    def mark(self) -> str:
        """A short mark of the words, by which the same text is known again for two minutes; empty where there are none.

        A copy may have lost or won what nobody sees on its way, or the full stop behind it.
        """
        return (
            sha256(only_seen(self.whole or self.words).encode("utf-8")).hexdigest()[:12] if self.plain else ""
        )


def with_danger(said: Said, kinds: Iterable[DangerKind]) -> Said:
    """The same text, with what its words tell of danger."""
    found = tuple(kinds)
    danger = harms(found)
    calls = any(kind.urgency is Urgency.DANGER for kind in found)
    # "Si" is also "if", and "1 he" may be "1 hour": with words of danger behind it is a yes in any language.
    begins = said.begins_with_yes or (danger and said.perhaps_yes)
    return replace(said, raises=bool(found), danger=danger, calls=calls, begins_with_yes=begins)


def with_thanks(said: Said, thanks: ThanksWords) -> Said:
    """The same text, with whether it says thanks and nothing else."""
    if not thanks.says_thanks(said.words):
        return said
    return replace(said, thanks=True, greets=not thanks.says_thanks(said.words, greeting=False))


def read_text(body: str, words: TopicWords) -> Said:
    """Read a text that came in, whatever it holds."""
    whole = clean_words(body).strip()
    cleaned = _without_signature(whole, words)
    plain = plain_text(_DECORATION.sub("", cleaned))
    part = read_part(cleaned)
    digits, rest = ((), "") if part else _read_digits(cleaned, words)
    ahead, *behind = ("",) if part or digits else _FIRST_SIGN.split(cleaned, maxsplit=1)
    # "Yes, but do not text me" says two things: nothing of it is taken for an answer.
    parted = any((plain_behind := plain_text(tail)) and not words.says_how(plain_behind) for tail in behind)
    lone, bare = (None, "") if part else _read_option(plain, words)
    first = read_text(ahead, words) if parted else None
    asks = any(sign in cleaned for sign in _ASKING)
    return Said(
        words=whole,
        plain=plain,
        keyword=(keyword := words.keyword(plain)),
        starts=keyword is None and words.starts(plain, cleaned),
        digits=digits,
        rest=rest,
        ahead=first,
        behind=behind[0] if parted else "",
        lone=lone,
        bare=bare,
        named=words.named(bare),
        yes=words.yes_or_no(bare),
        heard=words.only_heard(bare),
        begins_with_yes=words.begins_with_yes(plain)
        or (lone == _YES and words.goes_on(bare) and words.named(bare).get("danger") != _NO)
        or (
            first is not None and _says_yes(first) and words.named(plain_text(behind[0])).get("danger") != _NO
        ),
        perhaps_yes=lone == _YES or words.opens_with_yes(plain),
        # "Wrong number" with its last word, which is mere politeness in "number 2".
        stranger=not words.strangers.isdisjoint((plain, bare)),
        unsure=not words.unsure.isdisjoint((plain, bare)) and lone is None,
        # "Not worse" is the same as before.
        worse=words.worse.search(plain) is not None and words.named(bare).get("how_is_it") != _THE_SAME,
        part=part,
        topics=words.clear_topics(plain),
        asks=asks,
        told=None if part else _told(plain, cleaned, words),  # a part of a longer text goes on
        sentences=words.sentences,
        told_words=words.told,
    )


def _without_signature(text: str, words: TopicWords) -> str:
    """A text without what the phone wrote below it by itself ("Sent from my phone"), also where its lines were run together.

    In one line only a single word stands before it: "the boss saw it, sent from my phone" is testimony.
    """
    above, _, last = text.rpartition("\n")
    if not above.strip():
        above, _, last = text.partition(" ")
    signed = f"{plain_text(last)} ".startswith(words.signatures) and len(last.split()) <= _LONGEST_SIGNATURE
    return above.strip() if signed and plain_text(above) else text


def _told(plain: str, cleaned: str, words: TopicWords) -> Told | None:
    """What a text says plainly; that nobody may know counts also beside other words: who was told is not untold."""
    # A question asks.
    told = None if any(sign in cleaned for sign in _ASKING) else words.told.read(plain, words.sentences)
    return Told.NOBODY if told is None and _wants_nobody(cleaned, words) else told


def _wants_nobody(cleaned: str, words: TopicWords) -> bool:
    """Whether some part of a text says that nobody may know, and not that somebody else said so: "he said: tell nobody"."""
    for sentence in _SENTENCE.findall(cleaned):
        if sentence.endswith(_ASKING):
            continue
        for clause in map(plain_text, _CLAUSES.split(sentence)):
            if words.told.names_nobody(clause) and words.told.read(clause, words.sentences) is Told.NOBODY:
                return True
            if words.told.reports(clause):
                break
    return False


def _says_yes(said: Said) -> bool:
    """Whether this is a yes and nothing else, in words or by its digit; for the question of danger."""
    return (said.yes is True and not said.heard) or said.digits == (_YES,)


def _read_digits(text: str, words: TopicWords) -> tuple[tuple[int, ...], str]:
    """The single digits that a text consists of or begins with, and the words behind them."""
    tokens = _BETWEEN.split(text)
    digits: list[int] = []
    behind = len(tokens)
    for place, token in enumerate(tokens):
        plain = plain_text(_DECORATION.sub("", token))
        digit = words.digit(plain)
        if digit is not None:
            digits.append(digit)
        elif plain:
            behind = place
            break
    rest = tokens[behind:]
    if len(digits) > _MOST_ANSWERS or (rest and len(digits) < _LEAST_BEFORE_WORDS):
        return (), ""
    return tuple(digits), " ".join(token for token in rest if plain_text(token))


def _read_option(plain: str, words: TopicWords) -> tuple[int | None, str]:
    """The one digit before or behind the words of a text, and these words, as in "1 Yes", "yes 1", "1=Pay", "one please"."""
    tokens = words.without_politeness(_GLUED.sub(" ", plain).split())
    if words.named(whole := " ".join(tokens)):
        return None, whole  # "no one" is no digit
    if sum(sign.isdecimal() for sign in plain) > 1:
        return None, whole  # an amount, a date, several answers
    lone = None
    for place in (0, -1):
        digit = words.digit(tokens[place]) if tokens else None
        if digit is not None and lone in (None, digit):
            lone, tokens = digit, tokens[1:] if place == 0 else tokens[:-1]
    return lone, " ".join(words.without_politeness(tokens))
