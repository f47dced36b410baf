"""Two members at one browser: a page of the first is not sent as the second, and no words on it are lost."""

import re
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.cases.case.models import Entry
from app.database import CaseId
from app.web.member_session import WRITTEN_FIELDS
from tests.harness.world import World
from tests.support.member import Browse, accepted

_TEMPLATES = Path(__file__).parents[3] / "app" / "web"
_WORDS = "We come on Tuesday, by the back door."


def entries(world: World, case_id: CaseId) -> int:
    with world.database.reading() as session:
        return session.scalar(select(func.count(Entry.id)).where(Entry.case_id == case_id)) or 0


@pytest.mark.parametrize("ending", ("/reply", "/note"))
def test_a_page_of_the_first_member_does_nothing_as_the_second(
    browse: Browse, world: World, ending: str
) -> None:
    case_id, noise = accepted(world), accepted(world)
    member = browse("near.lead")
    first = member.open(f"/desk/cases/{case_id}")
    before = entries(world, case_id), entries(world, noise)
    member.sign_in(world, "near.caseworker")
    member.open(f"/desk/cases/{case_id}")
    member.page = first
    page = member.send(ending, text=_WORDS)
    assert page.status == 400
    assert "This was not saved" in page.text
    assert _WORDS in page.text
    assert (entries(world, case_id), entries(world, noise)) == before
    member.open(f"/desk/cases/{case_id}")
    assert member.send(ending, text=_WORDS).status == 200
    assert entries(world, case_id) == before[0] + 1


def test_an_answer_from_custody_is_given_back_where_it_could_not_be_sent(
    browse: Browse, world: World
) -> None:
    case_id = world.case_of(world.file(exclude_other="somebody in the office"))
    member = browse("custodian.one")
    page = member.client.post(
        f"/network/waiting/{case_id}/answer", data={"words": _WORDS, "form_token": "of another log-in"}
    )
    assert page.status_code == 400
    assert _WORDS in page.get_data(as_text=True)


def test_every_field_for_words_on_a_members_page_is_given_back() -> None:
    fields = {
        name
        for folder in ("desk", "network")
        for page in (_TEMPLATES / folder / "templates").rglob("*.html")
        for name in re.findall(r'<textarea[^>]* name="(\w+)"', page.read_text(encoding="utf-8"))
    }
    assert fields
    assert fields <= set(WRITTEN_FIELDS)
