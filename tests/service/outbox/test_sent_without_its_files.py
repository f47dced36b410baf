"""A photo that cannot be taken: in danger it holds nothing up, and else one button sends the rest without it."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.attachments import ExaminerBroken, at_once
from app.attachments.kinds import FileState
from app.cases.case.models import Case
from app.cases.enums import Urgency
from app.intake import LookedAt, keep_files
from app.services import Services
from app.vault import TooBusy
from app.web.worker import report_files
from tests.harness.world import World
from tests.support.browsing import Page, Visitor, cases
from tests.support.files import ogg, photo
from tests.support.form_files import WORDS, chosen, rows

NO_PHOTO = b"<svg>no photo</svg>"
WITHOUT = "Send it without photos or recordings"
LOST = "A photo or recording did not come along."
SENT = "We have your message."
FAULTY: dict[str, tuple[bytes, ...]] = {
    "no-photo": (photo(), NO_PHOTO),
    "six": (photo(60, 40),) * 6,
    "large": (bytes(9_000_000),),
}
faulty = pytest.mark.parametrize("bodies", FAULTY.values(), ids=FAULTY)


@pytest.fixture
def form(client: FlaskClient, world: World) -> Visitor:
    phone = Visitor(client)
    phone.open(f"/en/s/{world.site.code}")
    return phone


def dangers(world: World) -> int:
    with world.database.reading() as session:
        return session.scalar(select(func.count()).where(Case.urgency == Urgency.DANGER)) or 0


def fails_with(error: Exception) -> Callable[..., None]:
    def fails(*_: object) -> None:
        raise error

    return fails


def stands_first(page: Page) -> bool:
    """Whether the way out stands before every question of the form, and after all that is said above it."""
    html = page.response.get_data(as_text=True)
    return html.index('id="wrong"') < html.index(WITHOUT) < html.index("<h1>") < html.index("<fieldset")


@faulty
def test_danger_waits_for_no_photo(form: Visitor, world: World, bodies: tuple[bytes, ...]) -> None:
    filed, in_danger = cases(world), dangers(world)
    page = form.send("/report", words=WORDS, danger="yes", consent="helper", **chosen(*bodies))
    assert page.status == 200
    assert SENT in page.text
    assert LOST in page.text
    assert page.code
    assert (cases(world), dangers(world)) == (filed + 1, in_danger + 1)
    # What can be taken comes along.
    assert [row.state for row in rows(world)] == [FileState.KEPT] * (NO_PHOTO in bodies)


@pytest.mark.parametrize("error", (TooBusy(), ExaminerBroken("the child ended with 1")))
def test_danger_waits_for_nobody_who_looks_at_photos(
    form: Visitor, world: World, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(at_once, "examine", fails_with(error))
    in_danger = dangers(world)
    page = form.send("/report", words=WORDS, danger="yes", consent="helper", **chosen(photo()))
    assert SENT in page.text
    assert LOST in page.text
    assert dangers(world) == in_danger + 1
    assert rows(world) == []


def test_the_same_in_danger_again_is_the_same_report(form: Visitor, world: World) -> None:
    filed, first_page = cases(world), form.page
    told: dict[str, Any] = {"words": WORDS, "danger": "yes", "consent": "helper"}
    first = form.send("/report", **told, **chosen(photo(), NO_PHOTO))
    form.page = first_page
    again = form.send("/report", **told, **chosen(photo(), NO_PHOTO))
    assert first.code == again.code != ""
    assert LOST in again.text
    assert cases(world) == filed + 1
    assert len(rows(world)) == 1


IN_DANGER: dict[str, Any] = {"words": WORDS, "danger": "yes", "consent": "helper"}
OTHERS: dict[str, tuple[dict[str, Any], tuple[bytes, ...]]] = {
    "none": ({}, ()),
    "without": ({"without": "1"}, (photo(),)),
    "another": ({}, (photo(70, 50),)),
    "bad": ({}, (NO_PHOTO,)),
    "one-more": ({}, (photo(), ogg())),
    "six": ({}, (photo(60, 40),) * 6),
    "large": ({}, (bytes(9_000_000),)),
}


def again(form: Visitor, first_page: Page, **answers: Any) -> Page:
    form.page = first_page
    return form.send("/report", **answers)


@pytest.mark.parametrize("first", ("none", "good", "busy"))
@pytest.mark.parametrize("others", OTHERS)
def test_in_danger_the_same_words_and_answers_give_the_same_code_whatever_files_come(
    form: Visitor, world: World, monkeypatch: pytest.MonkeyPatch, first: str, others: str
) -> None:
    filed, first_page = cases(world), form.page
    with monkeypatch.context() as broken:
        if first == "busy":
            broken.setattr(at_once, "examine", fails_with(TooBusy()))
        before = form.send("/report", **IN_DANGER, **({} if first == "none" else chosen(photo())))
    assert before.code
    pressed, bodies = OTHERS[others]
    page = again(form, first_page, **IN_DANGER, **pressed, **chosen(*bodies))
    assert (page.status, page.code) == (200, before.code)
    assert SENT in page.text
    assert (LOST in page.text) == (others not in ("none", "without"))
    assert cases(world) == filed + 1
    assert [row.state for row in rows(world)] == [FileState.KEPT] * (first == "good")


def test_in_danger_other_words_or_another_answer_are_something_new(form: Visitor, world: World) -> None:
    filed, first_page = cases(world), form.page
    form.send("/report", **IN_DANGER, **chosen(photo()))
    for other in ({"words": "He is here again."}, {"consent": "union"}, {"danger": "no"}):
        page = again(form, first_page, **IN_DANGER | other, **chosen(photo()))
        assert page.status == 409, other
    assert cases(world) == filed + 1


def test_without_danger_another_photo_is_something_new_to_tell(form: Visitor, world: World) -> None:
    first_page = form.page
    form.send("/report", words=WORDS, consent="helper", **chosen(photo()))
    page = again(form, first_page, words=WORDS, consent="helper", **chosen(photo(70, 50)))
    assert page.status == 409
    assert len(rows(world)) == 1


@pytest.mark.parametrize(
    ("bodies", "which"),
    (
        ((photo(), NO_PHOTO, ogg(), NO_PHOTO), "Of those that you chose, missing: number 2, 4."),
        ((photo(60, 40),) * 6, "None of those that you chose came along."),
    ),
    ids=("two", "six"),
)
def test_the_code_comes_with_which_photos_did_not(
    form: Visitor, bodies: tuple[bytes, ...], which: str
) -> None:
    first_page = form.page
    assert which in form.send("/report", **IN_DANGER, **chosen(*bodies)).text
    assert which in again(form, first_page, **IN_DANGER, **chosen(*bodies)).text


def test_what_came_along_is_not_said_to_be_missing_where_one_more_try_for_another_fails(
    form: Visitor, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_page = form.page
    with monkeypatch.context() as broken:
        kept = list[int]()

        def only_one(services: Services, looked: list[LookedAt]) -> None:
            if kept:
                raise OSError
            kept.append(1)
            keep_files(services, looked)

        broken.setattr(report_files, "keep_files", only_one)
        page = form.send("/report", **IN_DANGER, **chosen(photo(), ogg()))
        assert "missing: number 2." in page.text
    with monkeypatch.context() as broken:
        broken.setattr(at_once, "examine", fails_with(TooBusy()))
        page = again(form, first_page, **IN_DANGER, **chosen(photo(), ogg()))
        assert "missing: number 2." in page.text
    page = again(form, first_page, **IN_DANGER, **chosen(photo(), ogg()))
    assert LOST not in page.text
    assert [row.state for row in rows(world)] == [FileState.KEPT] * 2


def test_danger_and_nobody_is_asked_once_and_then_waits_for_no_photo(form: Visitor, world: World) -> None:
    form.send("/report", words=WORDS, danger="yes", consent="nobody", **chosen(NO_PHOTO))
    page = form.send("/report", button=1, **chosen(NO_PHOTO))
    assert SENT in page.text
    assert LOST in page.text
    assert "Nobody reads it until you say so." in page.text


@faulty
def test_without_danger_the_first_button_sends_all_that_was_answered_and_no_file(
    form: Visitor, world: World, bodies: tuple[bytes, ...]
) -> None:
    filed = cases(world)
    page = form.send("/report", words=WORDS, consent="union", **chosen(*bodies))
    assert page.status == 422
    assert cases(world) == filed
    assert stands_first(page)
    # Another wrong one was chosen meanwhile: the button says without.
    sent = form.send("/report", without="1", **chosen(*bodies))
    assert sent.status == 200
    assert SENT in sent.text
    assert LOST not in sent.text
    assert cases(world) == filed + 1
    assert rows(world) == []


def test_words_that_call_for_help_have_their_numbers_above_the_button(form: Visitor, world: World) -> None:
    page = form.send("/report", words="He raped me.", **chosen(NO_PHOTO))
    assert page.status == 422
    html = page.response.get_data(as_text=True)
    assert stands_first(page)
    assert html.index("If you can get to a safe place, do not wait for us.") < html.index(WITHOUT)


@pytest.mark.parametrize(
    "answers",
    ({}, {"words": "x" * 100_001}, {"words": WORDS, "website": "on"}),
    ids=("alone", "long", "trap"),
)
def test_where_more_is_wrong_no_button_promises_to_send_it(
    form: Visitor, world: World, answers: dict[str, Any]
) -> None:
    filed = cases(world)
    page = form.send("/report", **answers, **chosen(ogg() + NO_PHOTO, NO_PHOTO))
    assert page.status == 422
    assert WITHOUT not in page.text
    assert cases(world) == filed
