"""What one text in an open conversation asks of the database: in the unit of work for which others wait, nothing but storing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.cases.case.entries import add_entry
from app.cases.case.models import Case, Entry
from app.cases.case.veils import facts_of, store_facts
from app.cases.enums import EntryKind, State
from app.database import Base, CaseId
from app.intake.conversation.door.whole_phone import Overtaken
from app.vault import SYSTEM, journal, new_compartment_versions, verify_journal
from tests.harness.statements import sendings_of
from tests.support.texting import Texting
from tests.support.two_steps import hear_prepared, prepare_text

_PLACE = "Foxglove Circuits, Penang"


@pytest.mark.parametrize(
    ("before", "body", "looks", "most_stored"),
    (((), "1", 1, 8), (("1",), "2", 3, 8), (("1", "2"), _PLACE, 2, 9), (("1",), "(1/2) He said", 2, 7)),
)
def test_a_text_looks_once_or_twice_and_is_stored_in_one_go(
    texting: Texting, before: tuple[str, ...], body: str, looks: int, most_stored: int
) -> None:
    texting.say("Boss is bad", *before)
    texting.pass_by(seconds=70)
    begins = 2 if texting.database.engine.dialect.name == "sqlite" else 0
    with sendings_of(texting.database) as times:
        texting.hear(texting.received(body))
    *looked, stored = times
    assert len(looked) <= looks + begins
    assert stored <= most_stored


def _somebody_wrote_in_the_journal(texting: Texting) -> None:
    with texting.database.writing() as session:
        journal(session, texting.world.vault, CaseId(texting.case().id), "case.read", SYSTEM)


def _keys_were_renewed(texting: Texting) -> None:
    with texting.database.writing() as session:
        new_compartment_versions(session, texting.world.vault, CaseId(texting.case().id), [])


def _facts_were_changed(texting: Texting) -> None:
    with texting.database.writing() as session:
        case = session.get_one(Case, texting.case().id)
        facts = facts_of(texting.world.vault, case)
        store_facts(texting.world.vault, case, replace(facts, category="wages"))


def _it_was_closed(texting: Texting) -> None:
    with texting.database.writing() as session:
        case = session.get_one(Case, texting.case().id)
        case.state, case.is_open = State.CLOSED, False


@pytest.mark.parametrize(
    "meanwhile",
    (_somebody_wrote_in_the_journal, _keys_were_renewed, _facts_were_changed, _it_was_closed),
)
def test_a_case_that_changed_meanwhile_is_looked_at_again(
    texting: Texting, meanwhile: Callable[[Texting], None]
) -> None:
    texting.say("Boss is bad", "1", "2")
    late = prepare_text(texting, _PLACE)
    meanwhile(texting)
    before = _stored(texting)
    with pytest.raises(Overtaken):
        hear_prepared(texting, late)
    assert _stored(texting) == before
    texting.hear(late.received)
    assert texting.journal()[-1] == "case.site_told"
    assert texting.facts().category == ("wages" if meanwhile is _facts_were_changed else None)
    with texting.database.reading() as session:
        entries = session.scalars(select(Entry).where(Entry.case_id == texting.case().id)).all()
    assert sorted(entry.seq for entry in entries) == [1, 2]
    newest = max(entries, key=lambda entry: entry.seq)
    assert newest.version == (2 if meanwhile is _keys_were_renewed else 1)


def _stored(texting: Texting) -> list[int]:
    with texting.database.reading() as session:
        return [
            session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        ]


def test_the_journal_of_a_whole_intake_is_one_sound_chain(texting: Texting) -> None:
    texting.say("Boss is bad", "1", "(1/2) He said", "2", _PLACE, "1", "1", "1", "And again", "8")
    with texting.database.reading() as session:
        verdict = verify_journal(session, texting.world.vault)
    assert verdict.sound
    acts = [act for act in texting.journal() if act.startswith("case.") and act.endswith(("told", "wrote"))]
    assert acts == [
        "case.phone_told",
        "case.worker_wrote",
        "case.site_told",
        "case.topic_told",
        "case.contact_told",
        "case.worker_wrote",
    ]


def test_a_note_of_a_helper_keeps_its_place_before_a_text_that_was_prepared_earlier(texting: Texting) -> None:
    texting.say("Boss is bad", "1", "2")
    late = prepare_text(texting, _PLACE)
    with texting.database.writing() as session:
        case = session.get_one(Case, texting.case().id)
        add_entry(session, texting.world.vault, case, EntryKind.NOTE, {"text": "Called back."}, SYSTEM)
    hear_prepared(texting, late)
    with texting.database.reading() as session:
        kinds = select(Entry.kind).where(Entry.case_id == texting.case().id).order_by(Entry.seq)
        assert session.scalars(kinds).all()[1:] == [EntryKind.NOTE, EntryKind.WORKER_MESSAGE]


def test_words_that_come_by_text_a_day_after_the_report_are_coming_back(texting: Texting) -> None:
    texting.say("Boss is bad", "1")
    texting.pass_by(seconds=70)
    texting.say("(1/3) He said")
    assert not texting.case().came_back
    with texting.database.writing() as session:
        session.get_one(Case, texting.case().id).received_hour -= timedelta(days=2)
    texting.say("(2/3) that we have to wait")
    assert texting.case().came_back
