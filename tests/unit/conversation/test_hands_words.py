"""That a phone is in other hands, or texts not safe: read by who, what and which phone; grievances are at most perhaps so."""

import pytest

from app.intake.conversation.machine.hands_words import Hands
from app.intake.conversation.machine.topic_words import TopicWords


@pytest.mark.parametrize(
    "said",
    (
        *("my boss reads my texts", "My boss has my phone now", "not my phone", "this is not my phone"),
        *("it is my sister's phone", "this is not only my phone", "I'm on my sister's phone"),
        *("dont text me now my boss is here", "my supervisor reads my messages", "my husband sees my texts"),
        *("somebody else has this phone", "the agent holds my phone", "my phone is with my boss"),
        *("my texts are read by my supervisor", "this phone is not mine", "my husband uses this phone too"),
        *("my boss can see my messages", "they read all my texts", "this phone belongs to my sister"),
        *("do not text me, my boss reads my texts", "my sister's phone", "He has my phone."),
    ),
)
def test_others_hold_it_or_read_along(words: TopicWords, said: str) -> None:
    assert words.told.hands.read(said) is Hands.OTHERS


@pytest.mark.parametrize(
    "said",
    (
        *(
            "do not text me, it is not safe",
            "not safe to text me",
            "texts are not safe",
            "it is dangerous to text me",
        ),
        *("do not text me. call me", "They hit us. Please do not text me", "dont text me now"),
        *(
            "this phone is not safe",
            "don't text me because I am scared of them",
            "My boss hit me, do not text me!",
        ),
    ),
)
def test_texts_are_not_wanted_or_not_safe(words: TopicWords, said: str) -> None:
    assert words.told.hands.read(said) is Hands.NO_TEXT


@pytest.mark.parametrize(
    "said",
    (
        *(
            "my boss took my passport and my phone",
            "the boss keeps our phones in the day",
            "I lost this phone",
        ),
        *(
            "My boss reads my texts and he hit my friend",
            "They took our phones",
            "my phone was stolen at the gate",
        ),
        *("somebody stole my phone", "not paid since May. My boss checks my phone at the gate"),
    ),
)
def test_what_may_be_a_grievance_is_perhaps_so(words: TopicWords, said: str) -> None:
    assert words.told.hands.read(said) is Hands.PERHAPS


@pytest.mark.parametrize(
    "said",
    (
        *(
            "my boss has not paid me",
            "my phone is broken",
            "my boss has my passport",
            "the boss has a new phone",
        ),
        *(
            "my boss has my phone number",
            "I called my boss phone",
            "my boss called my phone",
            "nobody reads my texts",
        ),
        *("my boss does not read my texts", "my boss cannot see my phone", "the work is not safe", "text me"),
        *(
            "it is not safe here, please text me",
            "do not text me at night",
            "do not text my sister",
            "only my phone",
        ),
        *(
            "he said do not write my name",
            "can my boss read my texts?",
            "I work in a phone factory",
            "it is my phone",
        ),
        *(
            "the machine is dangerous",
            "my boss took my passport",
            "I bought my phone here",
            "this is my phone",
        ),
        *(
            "he took money from my phone",
            "I do not use my phone",
            "the supervisor shouted at me on the phone",
        ),
        *(
            "they took my passport, not my phone",
            "my sister works here too",
            "",
            "my boss is here",
            "I lost my job",
        ),
    ),
)
def test_false_friends_say_nothing(words: TopicWords, said: str) -> None:
    assert words.told.hands.read(said) is None
