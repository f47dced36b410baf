"""The record of a case was spoilt by somebody who can write the database: the worker's texts are kept all the same."""

import pytest
from sqlalchemy import delete, insert, update

from app.database import Base, new_id
from app.vault import CompartmentKeyRow, JournalChainRow, JournalRow, verify_journal
from tests.support.texting import Texting

HEADS = Base.metadata.tables[JournalChainRow.__tablename__]
KEYS = Base.metadata.tables[CompartmentKeyRow.__tablename__]
NIGHT = "They lock the door at night and nobody can leave"
ENTRIES = Base.metadata.tables[JournalRow.__tablename__]


@pytest.mark.parametrize("spoilt", ("next entry", "secret"))
def test_what_is_texted_next_is_kept(texting: Texting, spoilt: str) -> None:
    texting.say("Please help us, it is bad here", "1")
    case_id = texting.case().id
    with texting.database.engine.begin() as connection:
        if spoilt == "next entry":
            of_case = ENTRIES.select().where(ENTRIES.c.chain_id == case_id).order_by(ENTRIES.c.seq.desc())
            last = connection.execute(of_case).mappings().first()
            assert last is not None
            connection.execute(insert(ENTRIES).values({**last, "id": new_id(), "seq": last["seq"] + 1}))
        else:
            connection.execute(update(HEADS).where(HEADS.c.id == case_id).values(secret_veil=b"x"))
    texting.say(NIGHT)
    assert NIGHT in texting.words()
    with texting.database.reading() as session:
        assert [fault.chain_id for fault in verify_journal(session, texting.world.vault).faults] == [case_id]


@pytest.mark.parametrize("spoilt", ("length", "head taken away", "newest keys taken away", "key put beside"))
def test_where_nobody_can_tell_the_newest_keys_what_is_texted_becomes_a_case_of_its_own(
    texting: Texting, spoilt: str
) -> None:
    texting.say("Please help us, it is bad here", "1")
    case_id = texting.case().id
    with texting.database.engine.begin() as connection:
        if spoilt == "length":
            connection.execute(update(HEADS).where(HEADS.c.id == case_id).values(seq=1))
        elif spoilt == "head taken away":
            connection.execute(delete(HEADS).where(HEADS.c.id == case_id))
        elif spoilt == "newest keys taken away":
            connection.execute(delete(KEYS).where(KEYS.c.case_id == case_id))
        else:
            key = connection.execute(KEYS.select().where(KEYS.c.case_id == case_id)).mappings().first()
            assert key is not None
            connection.execute(insert(KEYS).values({**key, "id": new_id(), "version": 9}))
    texting.say(NIGHT, NIGHT + ".")
    if spoilt == "key put beside":
        assert NIGHT in texting.words()
        return
    (other,) = [case for case in texting.cases() if case.id != case_id]
    assert {NIGHT, NIGHT + "."} <= set(texting.words(other))
