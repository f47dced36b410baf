"""Sentences that tell of danger, and such as do not."""

from collections.abc import Iterator

from app.settings import PROJECT_ROOT

ORDINARY = "The canteen is dirty and the bus comes late"


# Nobody in this network reads Burmese, so there the coordinator is called.
DIE = {
    "en": "i cant go on, i want to die",
    "my": "ကျွန်တော် သေချင်တယ်",
    "hi": "main mar jana chahta hu, jeena nahi",
}


_HARMLESS = PROJECT_ROOT / "tests" / "unit" / "cases" / "harmless_sentences.txt"
HARMLESS = _HARMLESS.read_text(encoding="utf-8").splitlines()


def every_sentence(sentences: dict[str, dict[str, list[str]]]) -> Iterator[tuple[str, str, str]]:
    """Language, kind and sentence of each."""
    for language, kinds in sentences.items():
        for kind, said in kinds.items():
            for sentence in said:
                yield language, kind, sentence
