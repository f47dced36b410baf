"""A phone in other hands, or texts that are not safe, told in any words: nothing more is sent, and the words are kept."""

import pytest

from app.cases.case.models import Case
from app.cases.case.veils import facts_of
from app.cases.enums import Urgency
from app.database import CaseId
from tests.support.asked_by_text import by_itself, on_day, put_to, tick
from tests.support.text_wishes import taken as filed_with_wish
from tests.support.texting import Texting
from tests.support.texting_back import taken

PERHAPS = "We keep what you wrote. Maybe others see this phone, so we text nothing more."
NO_MORE = "We will not text you again. We keep your message."


def whose(texting: Texting, case_id: CaseId) -> tuple[str, str]:
    """What the desk knows of the phone of a case, and how its worker may be reached."""
    with texting.database.reading() as session:
        facts = facts_of(texting.world.vault, session.get_one(Case, case_id))
    return facts.phone, facts.reach


@pytest.mark.parametrize(
    "said",
    (
        *("my boss reads my texts", "My boss has my phone now", "not my phone", "it is my sister's phone"),
        *("this is not only my phone", "dont text me now my boss is here"),
    ),
)
def test_nothing_goes_to_a_phone_in_other_hands(texting: Texting, said: str) -> None:
    case_id = put_to(texting)
    assert texting.say(said) == []
    assert whose(texting, case_id) == ("shared", "none")
    assert texting.words()[-1] == said
    so_far = len(by_itself(texting, case_id))
    on_day(62.05)
    tick(texting)
    assert len(by_itself(texting, case_id)) == so_far


@pytest.mark.parametrize(
    "said",
    (
        "do not text me, it is not safe",
        "not safe to text me",
        "texts are not safe",
        "do not text me. call me",
    ),
)
def test_texts_that_are_not_wanted_or_not_safe_end(texting: Texting, said: str) -> None:
    case_id = taken(texting)
    (told,) = texting.say(said)
    assert told.startswith(NO_MORE)
    assert whose(texting, case_id)[1] == "none"
    assert texting.words()[-1] == said


@pytest.mark.parametrize(
    "said",
    (
        *(
            "my boss took my passport and my phone",
            "the boss keeps our phones in the day",
            "I lost this phone",
        ),
        "Not paid since May. My boss checks my phone at the gate",
    ),
)
def test_what_may_be_a_grievance_is_kept_and_texts_are_held_back(texting: Texting, said: str) -> None:
    case_id = taken(texting)
    (told,) = texting.say(said)
    assert told.startswith(PERHAPS)
    assert texting.words()[-1] == said
    assert whose(texting, case_id) == ("shared", "none")
    assert "1 Only mine" in texting.say("only mine")[-1]


@pytest.mark.parametrize(
    "said",
    (
        "my boss has my passport",
        "do not text me at night",
        "nobody reads my texts",
    ),
)
def test_what_says_nothing_of_the_phone_ends_no_texts(texting: Texting, said: str) -> None:
    case_id = taken(texting)
    texting.say(said)
    assert whose(texting, case_id) == ("own", "text")


def test_words_of_danger_raise_the_case_and_are_not_answered(texting: Texting) -> None:
    case_id = taken(texting)
    assert texting.say("There is a fire, my boss has my phone now") == []
    assert whose(texting, case_id) == ("shared", "none")
    assert texting.case().urgency is not Urgency.MEDIUM


def test_a_yes_to_danger_beside_it_counts(texting: Texting) -> None:
    texting.say("Please help us, it is bad here", "1")
    texting.say("yes, my boss has my phone now")
    assert texting.case().urgency is Urgency.DANGER


@pytest.mark.parametrize("said", ("my boss reads my texts", "the boss keeps our phones in the day"))
def test_a_number_from_the_form_is_held_back_as_well(texting: Texting, said: str) -> None:
    case_id = filed_with_wish(texting, safe_times="")
    on_day(14.05)
    tick(texting)
    told = texting.say(said)
    assert [each[: len(PERHAPS)] for each in told] == ([PERHAPS] if "keeps" in said else [])
    assert whose(texting, case_id)[1] == "none"
    so_far = len(by_itself(texting, case_id))
    on_day(62.05)
    tick(texting)
    assert len(by_itself(texting, case_id)) == so_far
