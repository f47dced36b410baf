"""The coordinator's view as a page and as a file: the same numbers in the drawing and in the table, and nothing of any case."""

import csv
import io
import re
from uuid import uuid4

import pytest
from sqlalchemy import insert, select, update

from app.cases.case import Case
from app.database import Base, new_id
from app.network import Mandate, Organisation, OrganisationKind, Role, add_organisation
from tests.harness.world import EVERY_TRAINING, World
from tests.support.dates import dates_pass
from tests.support.member import Browse, accepted

_PAGE, _FILE = "/network/overview", "/network/overview/months.csv"
WORDS = "They owe us money."


def test_a_coordinator_sees_what_is_late_where_and_who_was_asked(browse: Browse, world: World) -> None:
    cases = [accepted(world, world.file(words=WORDS, topics=("wages",))) for _ in range(2)]
    dates_pass(world, 6)
    page = browse("custodian.one").open(_PAGE)
    row = _row(page.response.text, "Mawar Workers Aid")
    assert re.findall(r'<td data-label="([^"]+)">(?:<strong>)?(\d+)', row) == [
        ("the helper’s lead", "2"),
        ("All", "2"),
    ]
    assert page.response.text.count('class="b-lead"') == 3  # in the legend, here and at the other partner
    assert page.response.text.count("<table") == 3
    assert 'class="b-standby"' not in page.response.text, "what nobody stands on is in no legend"
    with world.database.reading() as session:
        for case in session.scalars(select(Case)):
            assert case.reference not in page.text
            assert str(case.id) not in page.response.text
    assert cases
    assert WORDS not in page.text
    assert "style=" not in page.response.text


def test_before_anything_happened_the_page_says_so(browse: Browse, world: World) -> None:
    with world.database.writing() as session:
        session.execute(update(Case).values(practice=True))
    text = browse("custodian.one").open(_PAGE).text
    text = browse("custodian.one").open(_PAGE).text
    assert "Nobody is late." in text
    assert "No case came in these months." in text
    assert "Mawar Workers Aid" in text


def test_the_load_says_who_has_more_than_they_can_carry(browse: Browse, world: World) -> None:
    for _ in range(2):
        accepted(world, world.file(words=WORDS))
    with world.database.writing() as session:
        session.get_one(Organisation, world.near.id).capacity = 1
    html = browse("custodian.one").open(_PAGE).response.text
    loads = html[html.index('id="loads"') :]
    assert "More than it can carry" in _row(loads, "Mawar Workers Aid")
    assert "More than it can carry" not in _row(loads, "Palmyra Centre")


def test_a_thousand_partners_with_long_names_are_one_page(browse: Browse, world: World) -> None:
    long_name = "=Bündnis<b>&" + "unbreakable" * 14
    with world.database.writing() as session:
        for number in range(300):
            add_organisation(
                session,
                world.vault,
                kind=OrganisationKind.MONITORING_PARTNER,
                name=f"{long_name} {number}",
                country="CH",
                mandate=Mandate(("*",), ("en",), EVERY_TRAINING),
            )
    page = browse("custodian.one").open(_PAGE)
    assert page.text.count("unbreakable" * 14) == 300
    assert "<b>&" not in page.response.text


def test_the_file_holds_no_small_count_and_no_share_that_tells_one(browse: Browse, world: World) -> None:
    _multiply(world, back=6, away=14)
    rows = _rows(browse, custodian="custodian.one")
    assert rows[0] == ["Month", "Received", "Answered in time", "Answered", "Worker came back", "Return rate"]
    assert len(rows) == 13
    *_, received, in_time, answered, came_back, rate = rows[-1]
    assert (int(received) >= 20, in_time, answered, came_back) == (True, "6", "6", "6")
    assert re.fullmatch(r"\d*[05]%", rate)
    assert rows[1][1:] == ["0", "0", "0", "0", ""]
    with world.database.writing() as session:
        session.execute(update(Case).where(Case.reference.like("back-%")).values(came_back=False))
        session.execute(update(Case).where(Case.reference == "back-0").values(came_back=True))
    assert _rows(browse, custodian="custodian.two")[-1][-2:] == ["<5", ""]


def test_the_file_is_kept_by_nobody_and_its_name_says_nothing(browse: Browse) -> None:
    answer = browse("custodian.one").client.get(_FILE)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="months.csv"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("login", ("near.lead", "union.lead", "buyer.lead"))
def test_nobody_but_a_coordinator_comes_in(browse: Browse, login: str) -> None:
    member = browse(login)
    assert [member.client.get(address).status_code for address in (_PAGE, _FILE)] == [403, 403]


def test_a_coordinator_who_is_no_custodian_is_told_no_number(browse: Browse, world: World) -> None:
    world.join(world.coordinator, "keel.new", Role.CASEWORKER)
    member = browse("keel.new")
    assert "you are not one of them" in member.open(_PAGE).text
    assert "<table" not in member.page.response.text
    assert member.client.get(_FILE).status_code == 403


def _row(html: str, name: str) -> str:
    rows: list[str] = re.findall(r"<tr>.*?</tr>", html, re.DOTALL)
    return next(row for row in rows if name in row)


def _rows(browse: Browse, custodian: str) -> list[list[str]]:
    answer = browse(custodian).client.get(_FILE)
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"), newline="")))


def _multiply(world: World, *, back: int, away: int) -> None:
    """So many more cases of this month, whose workers came back after a first answer in time, or did not and were not answered."""
    cases = Base.metadata.tables["cases"]
    with world.database.writing() as session:
        one = dict(session.execute(select(cases)).mappings().first() or {})
        for name, number, came_back, answer in (("back", back, True, "in_time"), ("away", away, False, None)):
            own = {"came_back": came_back, "first_answer": answer}
            copies = [
                one | own | {"id": new_id(), "submission_id": uuid4(), "reference": f"{name}-{each}"}
                for each in range(number)
            ]
            session.execute(insert(cases), copies)
