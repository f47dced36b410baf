"""What a text says, and in which language its conversation goes on."""

from collections.abc import Iterable

from babel.languages import get_official_languages

from app.cases.rules import Rules
from app.intake.conversation.machine import Said, read_text, read_wish, topic_words_in, with_danger
from app.intake.conversation.store import KnownConversation
from app.language import Language, Languages
from app.settings import PROJECT_ROOT


def read_said(
    rules: Rules, talk: KnownConversation | None, body: str, country: str | None
) -> tuple[Said, str | None]:
    """What a text says, and the language that it wishes for or is written in, where that is sure."""
    words = topic_words_in(PROJECT_ROOT / "config")
    said = read_text(body, words)
    case = None if talk is None or talk.case is None else talk.case.row
    # A conversation goes on in a language that we have; what its worker speaks stands with the case.
    spoken = str(case["language"]) if case else talk.position.language if talk else ""
    country = (case["country"] if case else None) or country
    wish = rules.wish_in(said.words, spoken, country)
    danger = rules.danger.found_in(said.words)
    said = with_danger(read_wish(said, wish, words, begins=talk is None), danger)
    return said, said.language or rules.written.tell(said.words, spoken)


def language_of(
    languages: Languages,
    talk: KnownConversation | None,
    wished: str | None,
    written: str | None,
    country: str | None,
) -> Language:
    """The language of the conversation: what is wished for; of a new one what was written in, else what is spoken there."""
    held = None if talk is None else languages.get(talk.position.language)
    chosen = (languages.get(wished) if wished else None) or held
    return chosen or languages.best([*([written] if written else []), *_spoken_in(country)])


def _spoken_in(country: str | None) -> Iterable[str]:
    """The languages to try for somebody of whom only the country of the number is known."""
    return get_official_languages(country) if country else ()
