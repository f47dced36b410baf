"""Every text that the conversation sends, in one language. None names employer, kind of problem, union or organisation."""

from app.language import Language


class Texts:
    """The texts of the conversation in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language


def mask(name: str, town: str) -> str:
    """A site as a text may show it: the first letter of its name, and its town."""
    raise NotImplementedError
