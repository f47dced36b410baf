"""What a page of the desk may still do after its worker was heard: nothing that would go over what it does not show."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from app.cases.case.access import lock_case
from app.cases.case.models import Case
from app.cases.enums import Urgency
from app.cases.worker.entering import Worker
from app.cases.worker.messages import say_worse, write
from app.intake.conversation.store.apply import set_danger
from tests.harness.world import World
from tests.support.member import Browse, accepted

CHANGED = "the case has changed, or the worker wrote"


def _danger(world: World, worker: Worker) -> None:
    with world.database.writing() as session:
        say_worse(session, world.vault, world.rules, worker, "", True, uuid4())


def _words(world: World, worker: Worker) -> None:
    with world.database.writing() as session:
        write(session, world.vault, world.rules, worker, "Wait, please read this first.", uuid4())


def _danger_by_text(world: World, worker: Worker) -> None:
    with world.database.writing() as session:
        case = lock_case(session, worker.case_id)
        assert case is not None
        set_danger(session, world.vault, world.rules, case)


REPLY = ("/reply", {"text": "Kept note."})
CLOSE = ("/close", {"outcome": "unfounded", "note": "Kept note.", "word": "Kept word."})


@pytest.mark.parametrize(
    ("said", "ending", "fields"),
    (
        (_danger, *CLOSE),
        (_words, *CLOSE),
        (_danger, "/stage", {"to": "assessing", "note": "Kept note."}),
        (_danger_by_text, "/stage", {"to": "assessing", "note": "Kept note."}),
        (_danger_by_text, *CLOSE),
        (_danger, *REPLY),
        (_danger_by_text, *REPLY),
        (_words, *REPLY),
    ),
)
def test_an_older_page_goes_over_nothing_that_it_does_not_show(
    browse: Browse, world: World, said: Callable[[World, Worker], None], ending: str, fields: dict[str, Any]
) -> None:
    filed = world.file()
    case_id, worker = accepted(world, filed), world.enter(filed)
    member = browse("near.lead")
    member.open(f"/desk/cases/{case_id}")
    said(world, worker)
    page = member.send(ending, **fields)
    assert page.status == 409
    assert CHANGED in page.text
    assert "Kept note." in page.response.get_data(as_text=True)
    with world.database.reading() as session:
        assert session.get_one(Case, case_id).state == "accepted"
    # What came is on the page now, and who still wants it presses again, and says why where the worker is in danger.
    asks = page.root.find(".//textarea[@name='safe']") is not None
    assert asks == (said in (_danger, _danger_by_text))
    asked: dict[str, Any] = {"safe": "She is with her family."} if asks and ending == "/close" else {}
    assert member.send(ending, **fields, **asked).status == 200


@pytest.mark.parametrize("said", (_danger, _danger_by_text))
def test_an_older_page_neither_lowers_a_newer_danger_nor_ticks_off_its_call(
    browse: Browse, world: World, said: Callable[[World, Worker], None]
) -> None:
    filed = world.file(danger=True)
    case_id, worker = accepted(world, filed), world.enter(filed)
    member = browse("near.lead")
    page = member.open(f"/desk/cases/{case_id}")
    said(world, worker)
    assert member.send("/done", what="safety_contact").status == 409
    member.page = page
    assert member.send("/urgency", urgency="low", reason="It is over.").status == 409
    with world.database.reading() as session:
        assert session.get_one(Case, case_id).urgency is Urgency.DANGER
