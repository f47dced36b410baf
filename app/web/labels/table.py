"""What a table of words is, and how a word is looked up in one."""

from app.web.language import LazyText

Labels = dict[str, LazyText]
"""The words by their code: lazy, since the tables are made once, long before it is known who reads."""


def word(labels: Labels, code: object) -> str:
    """The words for a code; a code that has none yet is shown as it is rather than as a broken page."""
    plain = str(code)
    return str(labels[plain]) if plain in labels else plain.replace("_", " ")
