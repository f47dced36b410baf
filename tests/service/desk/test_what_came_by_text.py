"""The case page tells what came beside words, and shows the numbered parts of a long text in their order."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from app import clock
from app.cases.case.models import Case
from app.cases.changes import take_answer
from app.cases.enums import FollowupAnswer, FollowupKind, FollowupState
from app.cases.followups import followups_of
from app.cases.routing.offers import accept_offer
from app.database import CaseId
from app.intake.conversation.door import receive_text
from app.intake.sealing import WORKER
from app.language import load_languages
from app.messaging.gateways.media import Media
from app.messaging.gateways.protocol import ReceivedText
from app.messaging.gateways.simulator import LINE, NAME
from app.messaging.models import InboundText
from app.services import Services
from app.settings import PROJECT_ROOT, read_settings
from tests.harness.world import World
from tests.support.member import Browse, gateways_of

NUMBER = "+60123456701"


def test_kinds_and_parts_on_the_case_page(browse: Browse, world: World, tmp_path: Path) -> None:
    services = Services(
        settings=read_settings({"REDRESS_PUBLIC_URL": "https://help.example.org"}),
        database=world.database,
        vault=world.vault,
        rules=world.rules,
        gateways=gateways_of(world, tmp_path),
        languages=load_languages(PROJECT_ROOT / "config", PROJECT_ROOT / "translations"),
    )
    before = round((clock.now() - datetime.now(UTC)).total_seconds())
    # Parts as carriers tear them, all at one moment; then the answers, and pictures.
    said: list[tuple[int, str, tuple[Media, ...]]] = [
        (0, "3/3 and sent home", ()),
        (1, "1/3 They kept our pay", (Media.CONTACT,)),
        (2, "2/3 and we were locked in", ()),
        (100, "1", ()),
        (200, "2", ()),
        (300, "Foxglove Circuits Penang", ()),
        (400, "1", ()),
        (500, "1", ()),
        (600, "", (Media.PHOTO, Media.LOCATION)),
    ]
    for number, (after, body, came) in enumerate(said):
        clock.set_offset(before + after)
        receive_text(services, ReceivedText(NAME, f"SM{number:032x}", NUMBER, LINE, body, came=came))
    clock.set_offset(before)
    with world.database.reading() as session:
        case_id = session.scalar(select(InboundText.case_id).where(InboundText.provider_id == f"SM{0:032x}"))
    assert case_id is not None
    lead = world.sign_in("near.lead")
    with world.database.writing() as session:
        assert accept_offer(session, world.vault, world.rules, lead, CaseId(case_id)).taken

    shown = browse("near.lead").open(f"/desk/cases/{case_id}").text
    parts = [
        shown.index(each)
        for each in ("1/3 They kept our pay", "2/3 and we were locked in", "3/3 and sent home")
    ]
    assert parts == sorted(parts)
    assert "It came with: a contact card." in shown
    assert "It came with: a photo, a place on the map. That cannot be opened here and was not kept." in shown


def test_an_answer_stands_with_the_question_that_was_really_asked(browse: Browse, world: World) -> None:
    case_id = world.case_of(world.file())
    lead = world.sign_in("near.lead")
    with world.database.writing() as session:
        assert accept_offer(session, world.vault, world.rules, lead, case_id).taken
    with world.database.writing() as session:
        case = session.get_one(Case, case_id)
        question = next(
            row
            for row in followups_of(session, world.vault, case_id)
            if row.kind is FollowupKind.WORSE and row.state is FollowupState.PLANNED
        )
        question.state = FollowupState.ASKED
        for answer, asked in ((FollowupAnswer.BETTER, "HOW_IS_IT"), (FollowupAnswer.SAME, "")):
            take_answer(session, world.vault, world.rules, case, question, answer, WORKER, asked)
    page = browse("near.lead").open(f"/desk/cases/{case_id}").text
    assert "By text: How is it now? – It is better" in page
    assert "Did it get worse since you told us? – It is the same" in page
