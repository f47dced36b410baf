"""A phone whose row has an id that is none keeps no other number, and stops neither silence nor whoever brings the number."""

import pytest
from sqlalchemy import func, select

import app.intake.conversation.door.silence
from app.messaging.models import Phone
from app.messaging.queue import forget_phone
from tests.support.planting import only_sqlite, plant_copy, run_past_us
from tests.support.texting import MINE, Texting

OTHER = "+60123456733"


def known(texting: Texting) -> int:
    """How many numbers can still be found."""
    with texting.database.reading() as session:
        return session.scalars(select(func.count()).where(Phone.tag.is_not(None))).one()


def test_a_planted_phone_keeps_no_other_number(texting: Texting) -> None:
    only_sqlite(texting.database)
    before = known(texting)
    texting.say("HELP", sender=OTHER)
    assert known(texting) == before + 1
    with texting.database.reading() as session:
        mine = session.scalars(
            select(Phone.id).where(Phone.tag.is_not(None)).order_by(Phone.id.desc())
        ).first()
    plant_copy(texting.database, Phone, {"id": mine}, id="zzz", tag=["randomblob(32)"])
    texting.pass_by(hours=4)
    texting.settle()
    assert known(texting) == 1  # the planted one alone is left
    assert texting.settle() == 0


def test_one_phone_over_which_it_stumbles_keeps_no_other_number(
    texting: Texting, monkeypatch: pytest.MonkeyPatch
) -> None:
    texting.say("HELP", sender=OTHER)
    texting.say("HELP", sender=MINE)
    stumbled: list[Phone] = []

    def forget(session: object, vault: object, phone: Phone) -> None:
        if not stumbled:
            stumbled.append(phone)
            raise LookupError
        forget_phone(session, vault, phone)  # type: ignore[arg-type]

    monkeypatch.setattr(app.intake.conversation.door.silence, "forget_phone", forget)
    texting.pass_by(hours=4)
    before = known(texting)
    assert texting.settle() == before - 1
    assert known(texting) == 1


def test_who_brings_a_number_whose_row_has_no_id_is_heard(texting: Texting) -> None:
    only_sqlite(texting.database)
    texting.say("They do not pay us", sender=OTHER)
    assert (
        run_past_us(
            texting.database, "update phones set id = 'zzz' where rowid = (select max(rowid) from phones)"
        )
        > 0
    )
    texting.say("They still do not pay us", sender=OTHER)
    assert len(texting.cases()) == 2
