"""A secret code that was asked for by text: stage, adding and later answers, never the number, never an earlier word."""

import re

import pytest
from sqlalchemy import select

from app.cases.custody.deciding import place_case
from app.cases.desk.answering import reply
from app.cases.enums import ConsentLevel, EntryKind, State
from app.cases.routing.offers import accept_offer
from app.cases.worker.entering import ReceiptUnknown, Worker, enter_inbox
from app.cases.worker.inbox import open_inbox
from app.cases.worker.inbox_view import InboxView
from app.cases.worker.messages import write
from app.cases.worker.sharing import change_consent, replace_receipt, stop_sharing, undo_stop
from app.database import CaseId, OrganisationId, new_id
from app.messaging.delivery import Purpose
from app.messaging.models import OutgoingText
from app.vault import Compartment, CompartmentClosed, new_receipt, open_grant, parse_receipt
from tests.support.texting import HOST, Texting, id_of

FIRST = "Please help us, it is bad here"
INTAKE = (FIRST, "1", "2", "Foxglove Circuits Penang", "1", "1")


def code_in(answer: str) -> str:
    """The digits of a code in a text."""
    found = re.search(r"(\d{4} ){4}\d{4}", answer)
    assert found is not None, answer
    return found[0]


def enter(texting: Texting, code: str) -> Worker:
    """Come to the inbox with a code."""
    keys = texting.world.vault.derive_receipt_keys(parse_receipt(code))
    with texting.database.writing() as session:
        cookie = enter_inbox(session, texting.world.vault, keys)
    return texting.world.worker(cookie)


def inbox(texting: Texting, worker: Worker) -> InboxView:
    """What the inbox shows."""
    with texting.database.reading() as session:
        return open_inbox(session, texting.world.vault, worker)


def take(texting: Texting, login: str = "near.lead") -> None:
    """The case is taken by a partner."""
    member = texting.world.sign_in(login)
    with texting.database.writing() as session:
        world = texting.world
        assert accept_offer(session, world.vault, world.rules, member, CaseId(texting.case().id)).taken


def answer(texting: Texting, words: str, login: str = "near.lead") -> None:
    """A helper answers."""
    member = texting.world.sign_in(login)
    with texting.database.writing() as session:
        reply(session, texting.world.vault, member, CaseId(texting.case().id), words, new_id())


def test_it_goes_out_only_when_asked_for(texting: Texting) -> None:
    answers = texting.say(*INTAKE)
    assert not any(re.search(r"\d{4} \d{4}", each) for each in answers)
    _, sent = texting.say("4", "1")
    assert HOST in sent
    assert code_in(sent)
    with texting.database.reading() as session:
        purposes = session.scalars(
            select(OutgoingText.purpose).where(OutgoingText.case_id == texting.case().id)
        ).all()
    assert sorted(purposes).count(Purpose.RECEIPT) == 1


def test_it_opens_stage_adding_and_later_answers_and_nothing_earlier(texting: Texting) -> None:
    texting.say(*INTAKE, "1")
    take(texting)
    answer(texting, "An answer from before the code.")
    _, sent = texting.say("4", "1")
    worker = enter(texting, code_in(sent))
    assert [message.text for message in inbox(texting, worker).messages] == []
    answer(texting, "An answer from after it.")
    with texting.database.writing() as session:
        write(session, texting.world.vault, texting.world.rules, worker, "Added with the code.", new_id())
    shown = [message.text for message in inbox(texting, worker).messages]
    assert shown == ["An answer from after it.", "Added with the code."]
    with texting.database.reading() as session:
        opened = open_grant(session, texting.world.vault, worker.case_id, worker.keys)
    assert opened.names == {Compartment.ACCOUNT, Compartment.BRIEF}
    assert not opened.opens(Compartment.ACCOUNT, 1)
    assert texting.words()[0] == FIRST


def test_a_code_that_replaces_it_opens_no_more(texting: Texting) -> None:
    texting.say(*INTAKE)
    _, sent = texting.say("4", "1")
    worker = enter(texting, code_in(sent))
    fresh = texting.world.vault.derive_receipt_keys(new_receipt())
    with texting.database.writing() as session:
        cookie = replace_receipt(session, texting.world.vault, worker, fresh)
    replaced = texting.world.worker(cookie)
    with texting.database.reading() as session:
        opened = open_grant(session, texting.world.vault, replaced.case_id, replaced.keys)
    assert Compartment.IDENTITY not in opened.names
    assert not opened.opens(Compartment.ACCOUNT, 1)


def test_asked_for_again_the_first_one_is_useless(texting: Texting) -> None:
    texting.say(*INTAKE)
    _, first = texting.say("4", "1")
    _, second = texting.say("4", "1")
    with pytest.raises(ReceiptUnknown):
        enter(texting, code_in(first))
    assert inbox(texting, enter(texting, code_in(second))).consent is ConsentLevel.HELPER


def test_holders_keep_reading_after_a_code_was_sent(texting: Texting) -> None:
    texting.say(*INTAKE, "4", "1")
    take(texting)
    texting.say("Words after the code")
    assert texting.words()[0] == FIRST
    assert "Words after the code" in texting.words()


def test_stopping_and_starting_again_leaves_the_first_words_to_custody(texting: Texting) -> None:
    texting.say(*INTAKE)
    _, sent = texting.say("4", "1")
    take(texting)
    world, worker = texting.world, enter(texting, code_in(sent))
    with texting.database.writing() as session:
        stop_sharing(session, world.vault, worker)
    assert {circle for _, circle, _ in texting.grants()} == {"custody", "receipt"}
    with texting.database.writing() as session:
        undo_stop(session, world.vault, world.rules, world.texts, "en", worker)
    assert texting.words()[0] == FIRST
    member = world.sign_in("custodian.one")
    with texting.database.writing() as session:
        place_case(
            session,
            world.vault,
            world.rules,
            member,
            CaseId(texting.case().id),
            OrganisationId(world.far.id),
        )
    assert texting.case().organisation_id == id_of(world.far)


def test_from_nobody_yet_the_code_lets_a_helper_read(texting: Texting) -> None:
    texting.say(*INTAKE[:-1], "4")
    _, sent = texting.say("4", "1")
    world, worker = texting.world, enter(texting, code_in(sent))
    assert inbox(texting, worker).consent is ConsentLevel.NOBODY
    with texting.database.writing() as session:
        change_consent(session, world.vault, world.rules, world.texts, "en", worker, ConsentLevel.HELPER)
    assert texting.case().state is State.OFFERED
    take(texting)


def test_the_number_stays_out_of_reach_of_the_code(texting: Texting) -> None:
    texting.say(*INTAKE, "1")
    _, sent = texting.say("4", "1")
    worker = enter(texting, code_in(sent))
    with texting.database.reading() as session:
        opened = open_grant(session, texting.world.vault, worker.case_id, worker.keys)
    with pytest.raises(CompartmentClosed):
        opened._pair(Compartment.IDENTITY, 2)
    assert EntryKind.CONTACT not in {message.kind for message in inbox(texting, worker).messages}
