"""What somebody writes who has the database and no key stops no text of anybody else, and silences no danger."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, select

from app.cases.case.models import Case
from app.cases.enums import State
from app.database import CaseId
from app.messaging.delivery import Delivery, Purpose
from app.messaging.models import OutgoingText
from app.messaging.queue import FORGED, texts_of_case
from tests.support.alerts import reachable
from tests.support.asked_by_text import send
from tests.support.past_us import copy_of, table, write_past_us
from tests.support.texting import Texting

LAST_ID = UUID(int=(1 << 128) - 1)


def fates(texting: Texting) -> dict[UUID, Delivery]:
    with texting.database.reading() as session:
        rows = session.execute(select(OutgoingText.id, OutgoingText.state))
        return {row.id: row.state for row in rows}


@pytest.mark.parametrize(
    "written",
    ({"facts_veil": b"x"}, {"is_open": False, "state": State.CLOSED}, {"facts_veil": b"x", "row_mac": None}),
    ids=("spoilt", "closed", "unsigned"),
)
def test_danger_in_a_case_that_others_wrote_is_told_and_holds_up_nobody(
    texting: Texting, written: dict[str, Any]
) -> None:
    reachable(texting, "near.lead")
    world = texting.world
    spoilt, other = (world.case_of(world.file(danger=True)) for _ in range(2))
    write_past_us(texting.database, Case, {"id": spoilt}, **written)
    send(texting)
    with texting.database.reading() as session:
        alerts = session.execute(
            select(OutgoingText.case_id, OutgoingText.state).where(
                OutgoingText.purpose == Purpose.ALERT, OutgoingText.gateway != "email"
            )
        ).all()
    assert {(row.case_id, row.state) for row in alerts} == {
        (spoilt, Delivery.DELIVERED),
        (other, Delivery.DELIVERED),
    }


def test_a_text_whose_id_holds_no_time_holds_up_no_other(texting: Texting) -> None:
    texting.say("They take our passports", "1")
    ours = [text for text, state in fates(texting).items() if state is Delivery.WAITING]
    assert ours
    planted = copy_of(texting.database, OutgoingText, id=ours[0]) | {"id": LAST_ID, "key": b"planted"}
    with texting.database.engine.begin() as connection:
        connection.execute(insert(table(OutgoingText)).values(planted))
    for _ in range(3):
        send(texting)
        texting.pass_by(minutes=20)
    assert {fates(texting)[text] for text in ours} == {Delivery.DELIVERED}
    assert fates(texting)[LAST_ID] is Delivery.FAILED
    with texting.database.reading() as session:
        told = {text.id: text.reason for text in texts_of_case(session, CaseId(texting.case().id))}
    assert told[LAST_ID] == FORGED
