"""A conversation's row has no MAC: put back, ended or taken away it must not take a doubt of the phone with it."""

import pytest
from sqlalchemy import delete, update

from app.database import CaseId
from app.intake.conversation.store import Conversation
from tests.support.asked_by_text import ask, by_itself, on_day, text
from tests.support.past_us import copy_of, put_back, table
from tests.support.text_wishes import taken as filed_with_wish
from tests.support.texting import Texting
from tests.support.texting_back import taken

OTHERS = ("This is my boss's phone", "who is this?")


def _copy(texting: Texting, case_id: CaseId) -> dict[str, object]:
    return copy_of(texting.database, Conversation, case_id=case_id)


@pytest.mark.parametrize("said", OTHERS)
def test_an_older_row_brings_no_code_to_a_phone_in_doubt(texting: Texting, said: str) -> None:
    case_id = taken(texting)
    before = _copy(texting, case_id)
    texting.say(said)
    assert not any("secret code:" in each for each in texting.say("code", "1"))
    put_back(texting.database, Conversation, before)
    assert not any("secret code:" in each for each in texting.say("code", "1"))
    assert "receipt.sent" not in texting.journal()


def test_a_doubt_of_a_stranger_passes_and_then_a_code_comes(texting: Texting) -> None:
    taken(texting)
    texting.say("who is this?")
    texting.pass_by(hours=26)
    assert any("secret code:" in each for each in texting.say("code", "1"))


@pytest.mark.parametrize("said", OTHERS)
@pytest.mark.parametrize("done", ("ended", "deleted", "put back"))
def test_no_text_comes_by_itself_where_a_doubt_was_taken_away(texting: Texting, said: str, done: str) -> None:
    texted, form = taken(texting), filed_with_wish(texting, safe_times="")
    before = _copy(texting, texted)
    texting.say(said)
    talks = table(Conversation)
    with texting.database.engine.begin() as connection:
        if done == "ended":
            connection.execute(update(talks).values(ended=True))
        elif done == "deleted":
            connection.execute(delete(talks))
    if done == "put back":
        put_back(texting.database, Conversation, before)
    assert _asked(texting, form, texted) == 0


def test_without_a_doubt_the_same_are_asked(texting: Texting) -> None:
    texted, form = taken(texting), filed_with_wish(texting, safe_times="")
    texting.say("It goes on.")
    assert _asked(texting, form, texted) == 1


def _asked(texting: Texting, *cases: CaseId) -> int:
    on_day(14.05)
    ask(texting)
    text(texting)
    return sum(len(by_itself(texting, each)) for each in cases)
