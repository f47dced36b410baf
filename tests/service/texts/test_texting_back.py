"""A helper answers by text: once in the thread and once on its way, only where the worker agreed, never against a stop."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app import clock
from app.cases.desk.answering import AlreadySent, reply
from app.cases.desk.queue import QueueFilters, queue_page
from app.cases.routing.offers import accept_offer
from app.intake.texting import (
    CannotBeTexted,
    TooLongToText,
    Unreachable,
    preview_text,
    texts_for_desk,
)
from app.messaging.composing.leak_warnings import LeakWarning
from app.messaging.delivery import Delivery
from app.messaging.models import Phone
from app.messaging.phones.opt_outs import opt_out
from app.messaging.queue.outgoing import body_place
from tests.support.texting import MINE, Texting
from tests.support.texting_back import AGREED, FIRST, WORDS, answer, replies, shown, taken, thread


def test_an_answer_stands_in_the_thread_and_goes_out_once_however_often_it_is_sent(texting: Texting) -> None:
    case_id = taken(texting)
    first = answer(texting, case_id)
    assert [answer(texting, case_id) for _ in range(2)] == [first, first]
    (row,) = replies(texting, case_id)
    assert row.body_sealed is not None
    assert texting.dispatcher.open_contact(body_place(row.id), row.body_sealed) == WORDS
    assert thread(texting, case_id) == 1
    assert texting.journal().count("case.texted") == 1
    assert texting.journal().count("case.replied") == 1
    (entry_text,) = shown(texting, case_id).answers.values()
    assert (entry_text.id, entry_text.state, entry_text.segments) == (first, Delivery.WAITING, 1)
    assert first not in {text.id for text in shown(texting, case_id).automatic}
    with pytest.raises(AlreadySent):
        answer(texting, case_id, "Other words.")
    assert len(replies(texting, case_id)) == 1


def test_what_was_put_in_the_inbox_first_can_still_be_texted_by_the_same_form(texting: Texting) -> None:
    case_id = taken(texting)
    lead = texting.world.sign_in("near.lead")
    with texting.database.writing() as session:
        reply(session, texting.world.vault, lead, case_id, WORDS, UUID(int=1))
    assert not shown(texting, case_id).answers
    answer(texting, case_id)
    assert (thread(texting, case_id), len(replies(texting, case_id))) == (1, 1)


@pytest.mark.parametrize(
    ("said", "why"),
    (
        ((*AGREED[:-1], "2"), Unreachable.NOT_AGREED),
        ((FIRST, "2"), Unreachable.NOT_AGREED),
        ((FIRST, "1", "2", "Foxglove Circuits Penang", "1", "1"), Unreachable.NOT_AGREED),
        ((*AGREED, "STOP"), Unreachable.STOPPED),
    ),
    ids=("said no", "shared phone", "silent", "stop"),
)
def test_without_agreement_nothing_is_texted_and_nothing_is_kept(
    texting: Texting, said: tuple[str, ...], why: Unreachable
) -> None:
    case_id = taken(texting, *said)
    assert shown(texting, case_id).way.why_not is why
    with pytest.raises(CannotBeTexted) as refused:
        answer(texting, case_id)
    assert refused.value.why is why
    assert (thread(texting, case_id), replies(texting, case_id)) == (0, [])


def test_a_stop_that_came_by_the_provider_counts_and_so_does_a_forgotten_number(texting: Texting) -> None:
    case_id = taken(texting)
    with texting.database.writing() as session:
        phone = session.scalars(
            select(Phone).where(Phone.number_sealed.is_not(None), Phone.country == "MY")
        ).all()
        for each in phone:
            opt_out(session, texting.world.vault, each)
    assert shown(texting, case_id).way.why_not is Unreachable.STOPPED
    with pytest.raises(CannotBeTexted):
        answer(texting, case_id)


def test_a_text_at_night_can_wait_for_the_morning_there(texting: Texting) -> None:
    case_id = taken(texting)
    lead = texting.world.sign_in("near.lead")
    # Malaysia is eight hours ahead: 15:30 UTC is half past eleven in the evening.
    now = clock.now()
    night = now.replace(hour=15, minute=30, second=0) + timedelta(days=1)
    texting.pass_by(seconds=(night - now).total_seconds())
    with texting.database.reading() as session:
        seen = preview_text(session, texting.world.vault, texting.services.gateways, lead, case_id, WORDS)
    assert [f"{moment:%H}" for moment in seen.now_there] == ["23"]
    assert seen.morning is not None
    assert (seen.morning.hour, seen.morning.minute) == (23, 0)
    text_id = answer(texting, case_id, by=lead, later=True)
    (row,) = replies(texting, case_id)
    assert row.due_at == seen.morning
    assert row.valid_until == seen.morning + timedelta(hours=10)
    assert shown(texting, case_id).later == {text_id}


@pytest.mark.parametrize(
    ("words", "said"),
    (
        ("We asked at Foxglove yesterday.", (LeakWarning.SITE,)),
        ("We asked FOXGLOVE  circuits.", (LeakWarning.SITE,)),
        ("We asked at MY2018188 3D25VM.", (LeakWarning.SITE,)),
        ("We asked at my20181883d25vn.", (LeakWarning.SITE,)),  # mistyped
        ("Mawar Workers Aid will come.", (LeakWarning.ORGANISATION,)),
        ("The Harbour Union and Foxglove talk.", (LeakWarning.SITE, LeakWarning.ORGANISATION)),
        ("Code 4821 7730 9154 2067 3398 opens it.", (LeakWarning.RECEIPT,)),
        ("Code ৪৮২১৭৭৩০৯১৫৪২০৬৭৩৩৯৮ opens it.", (LeakWarning.RECEIPT,)),
        ("The workers and the union come on 12 05 2027 at 0900.", ()),
        (WORDS, ()),
    ),
)
def test_the_preview_warns_of_what_would_give_the_worker_away(
    texting: Texting, words: str, said: tuple[LeakWarning, ...]
) -> None:
    case_id = taken(texting)
    lead = texting.world.sign_in("near.lead")
    with texting.database.reading() as session:
        seen = preview_text(session, texting.world.vault, texting.services.gateways, lead, case_id, words)
    assert seen.leaks == said


def test_the_preview_counts_and_names_the_signs_that_cost(texting: Texting) -> None:
    case_id = taken(texting)
    lead = texting.world.sign_in("near.lead")
    with texting.database.reading() as session:
        seen = preview_text(
            session, texting.world.vault, texting.services.gateways, lead, case_id, "ç" + "a" * 90 + "ç’"
        )
    assert (seen.segments.encoding, seen.segments.count, seen.without_them) == ("UCS-2", 2, 1)
    assert seen.odd_signs == ("ç", "’")


def test_a_text_that_no_phone_company_carries_is_not_kept(texting: Texting) -> None:
    case_id = taken(texting)
    with pytest.raises(TooLongToText):
        answer(texting, case_id, "a" * 1531)
    assert thread(texting, case_id) == 0
    answer(texting, case_id, "a" * 1530)
    assert [row.segments for row in replies(texting, case_id)] == [10]


def test_a_case_by_web_has_no_texts_and_the_queue_says_how_each_is_reached(texting: Texting) -> None:
    case_id = taken(texting)
    world = texting.world
    web = world.case_of(world.file())
    lead = world.sign_in("near.lead")
    with texting.database.writing() as session:
        accept_offer(session, world.vault, world.rules, lead, web)
    with texting.database.reading() as session:
        assert texts_for_desk(session, world.vault, texting.services.gateways, web) is None
        page = queue_page(session, world.vault, world.rules, lead, QueueFilters(), None)
    owned = {row.id: row.reach for row in page.rows if not row.offered}
    assert owned == {case_id: "text", web: "inbox"}


def test_the_number_is_nowhere_in_what_the_desk_shows(texting: Texting) -> None:
    case_id = taken(texting)
    answer(texting, case_id)
    assert MINE not in repr(shown(texting, case_id))
    assert MINE[-6:] not in repr(shown(texting, case_id))
