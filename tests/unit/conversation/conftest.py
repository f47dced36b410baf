"""The words and the English texts of this project, which no test here changes."""

import pytest

from app.intake.conversation.machine.saying import Texts
from app.intake.conversation.machine.topic_words import TopicWords
from app.intake.conversation.machine.topic_words_file import load_topic_words
from app.language import load_languages
from app.settings import PROJECT_ROOT
from tests.unit.conversation.phone import Phone


@pytest.fixture(scope="session")
def words() -> TopicWords:
    """The project's own words."""
    return load_topic_words(PROJECT_ROOT / "config")


@pytest.fixture(scope="session")
def texts() -> Texts:
    """The texts in the language of the source."""
    return Texts(load_languages(PROJECT_ROOT / "config", PROJECT_ROOT / "translations").default)


@pytest.fixture
def phone(words: TopicWords, texts: Texts) -> Phone:
    """A phone that has not written yet."""
    return Phone(words, texts)
