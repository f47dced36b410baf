"""That others see the phone counts whenever it is said, for every case of it; that they do not after all is asked once more."""

import pytest

from app.cases.case.models import Case
from app.cases.case.veils import facts_of
from app.database import CaseId
from tests.support import texting_back
from tests.support.text_wishes import accepted, filed, phone_of
from tests.support.texting import Texting


def whose(texting: Texting, case_id: CaseId) -> tuple[str, str]:
    """What the desk knows of the phone of a case, and how its worker may be reached."""
    with texting.database.reading() as session:
        facts = facts_of(texting.world.vault, session.get_one(Case, case_id))
    return facts.phone, facts.reach


@pytest.mark.parametrize("said", ("shared", "Shared.", "2 shared", "3 company", "it is shared"))
def test_the_answer_given_late_narrows_what_was_answered_first(texting: Texting, said: str) -> None:
    case_id = texting_back.taken(texting)
    assert whose(texting, case_id) == ("own", "text")
    texting.pass_by(hours=30)
    assert texting.say(said) == []
    expected = "company" if "company" in said else "shared"
    assert whose(texting, case_id) == (expected, "none")
    way = texting_back.shown(texting, case_id).way
    assert (way.whose, way.why_not is None) == (expected, False)
    assert texting.say("8", "hello") == []


def test_it_holds_for_a_report_by_the_form_on_the_same_phone(texting: Texting) -> None:
    by_form = accepted(texting, filed(texting, safe_times=""))
    texting.world.cookies.clear()  # texts and their silence are longer than a helper's idle session
    texting.say(*texting_back.AGREED)
    by_text = CaseId(texting.case().id)
    assert whose(texting, by_form) == ("", "text")
    assert texting.say("shared") == []
    assert whose(texting, by_text) == ("shared", "none")
    assert whose(texting, by_form) == ("", "none")
    assert phone_of(texting, by_form) is None


@pytest.mark.parametrize("said", ("company", "the company took it", "they shared it out"))
def test_words_that_may_mean_something_else_end_nothing(texting: Texting, said: str) -> None:
    case_id = texting_back.taken(texting)
    texting.say(said)
    assert whose(texting, case_id) == ("own", "text")


def test_only_mine_after_shared_is_asked_once_more_and_the_desk_shows_what_stands(texting: Texting) -> None:
    texting.say(texting_back.FIRST, "2")
    case_id = CaseId(texting.case().id)
    (asked,) = texting.say("only mine")
    assert "1 Only mine" in asked
    assert whose(texting, case_id)[0] == "shared"
    texting.say("1")
    assert whose(texting, case_id)[0] == "own"
