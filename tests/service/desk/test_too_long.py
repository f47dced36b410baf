"""Words that are far too long come back in their field; what is too much even for that gets a page that says what to do."""

import pytest

from tests.harness.world import World
from tests.support.member import Browse, accepted


@pytest.mark.parametrize("ending", ("/note", "/reply"))
def test_half_a_megabyte_comes_back_in_its_field(browse: Browse, world: World, ending: str) -> None:
    case_id = accepted(world)
    member = browse("near.lead")
    member.open(f"/desk/cases/{case_id}")
    words = "ကခဂ" * 55_000  # 495,000 bytes, which a form writes with three times as many
    page = member.send(ending, text=words)
    assert page.status == 400
    assert "Too long." in page.text
    assert page.form(ending).values["text"] == [words]


def test_more_than_that_gets_a_page_of_ours(browse: Browse, world: World) -> None:
    case_id = accepted(world)
    member = browse("near.lead")
    member.open(f"/desk/cases/{case_id}")
    page = member.send("/note", text="x" * 3_000_000)
    assert page.status == 413
    assert "Nothing was stored" in page.text
    assert page.form("/desk/lock").values


def test_words_that_come_after_the_session_ended_are_shown_again(browse: Browse, world: World) -> None:
    case_id = accepted(world)
    member = browse("near.lead")
    page = member.open(f"/desk/cases/{case_id}")
    member.send("/desk/lock")
    member.page = page
    words = "x" * 600_000
    page = member.send("/note", text=words)
    assert page.status == 401
    assert words in page.response.get_data(as_text=True)
