"""From a first text to a partner: what each answer changes in the case, in every order that people take."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.cases.case.access import NoAccess
from app.cases.case.models import Case
from app.cases.custody.deciding import CannotBePlaced, place_case, waiting_for_custody
from app.cases.desk.reading import open_case, show_contact
from app.cases.enums import ClockKind, ConsentHow, ConsentLevel, OfferState, State, Urgency
from app.cases.escalation.promise import without_next_step
from app.cases.routing.offers import OfferGone, accept_offer
from app.database import CaseId, OrganisationId
from app.intake.conversation.door.importing import import_texts
from app.messaging.delivery import Delivery
from app.messaging.models import InboundText, OptOutRow, OutgoingText
from tests.support.text_cases import FIRST, PLACE, accept, interest, phones_known, read
from tests.support.texting import MINE, Texting, id_of

OTHER = "+60123456702"


def test_a_whole_intake_on_an_own_phone(texting: Texting) -> None:
    answers = texting.say(FIRST, "1", "2", PLACE, "1", "3", "1")
    assert answers[-1] == "A helper may text you."
    assert len(answers) == 7
    case, facts = texting.case(), texting.facts()
    assert (facts.phone, facts.reach, facts.consent) == ("own", "text", ConsentLevel.BUYERS)
    assert "wages" in facts.topics
    assert case.site_veil is not None
    assert (case.state, case.organisation_id) == (State.OFFERED, id_of(texting.world.near))
    assert texting.offers() == {
        id_of(texting.world.near): OfferState.OFFERED,
        id_of(texting.world.far): OfferState.STANDBY,
    }
    (consent,) = texting.consents()
    assert (consent.how, consent.signature) == (ConsentHow.TEXT, None)
    accept(texting, "near.lead")
    assert read(texting, "near.lead")[0] == FIRST


def test_after_silence_only_the_right_circles_stay_ready(texting: Texting) -> None:
    texting.say(FIRST, "1", "2", PLACE, "1", "1", "1")
    texting.fall_silent()
    held = {(owner, circle) for owner, circle, state in texting.grants() if state == "offered"}
    # The restricted circles stay ready: later words may make the case restricted, and then nobody can seal it anew.
    near, far = id_of(texting.world.near), id_of(texting.world.far)
    assert held == {(each, circle) for each in (near, far) for circle in ["everyone", "restricted"]}


def test_the_number_is_shown_to_the_partner_only_once_contact_was_agreed(texting: Texting) -> None:
    texting.say(FIRST, "1", "2", PLACE, "1", "1")
    member = accept(texting, "near.lead")
    case_id = CaseId(texting.case().id)
    with texting.database.writing() as session:
        assert show_contact(session, texting.world.vault, member, case_id).phone is None
    texting.say("1")
    with texting.database.writing() as session:
        assert show_contact(session, texting.world.vault, member, case_id).phone == MINE
    texting.say("0")
    with texting.database.writing() as session:
        assert show_contact(session, texting.world.vault, member, case_id).phone is None
    assert texting.facts().reach == "none"


@pytest.mark.parametrize(("digit", "whose"), (("2", "shared"), ("3", "company")))
def test_on_a_phone_of_others_nothing_more_is_ever_sent(texting: Texting, digit: str, whose: str) -> None:
    texting.say(FIRST)
    (told,) = texting.say(digit)
    assert told.startswith("Thank you. Others may see this phone, so we text nothing more about this.")
    assert texting.facts().phone == whose
    assert texting.case().state is State.OFFERED
    assert texting.say("It happens every month", "8", "4", "HELP") == []
    assert "It happens every month" in texting.words()
    texting.fall_silent()
    assert phones_known(texting) == 0
    assert texting.case().state is State.OFFERED


def test_silence_after_the_first_text_leaves_a_usable_case_and_no_number(texting: Texting) -> None:
    texting.say(FIRST)
    texting.pass_by(minutes=14)
    assert texting.settle() == 0 or phones_known(texting) == 1
    # The hour of silence is kept to the quarter that follows.
    texting.pass_by(minutes=17)
    texting.settle()
    assert phones_known(texting) == 0
    assert texting.case().state is State.OFFERED
    assert texting.answers() == []
    accept(texting, "near.lead")
    assert read(texting, "near.lead") == [FIRST]


def test_silence_settles_once(texting: Texting) -> None:
    texting.say(FIRST)
    texting.fall_silent()
    before = texting.journal()
    assert texting.settle() == 0
    assert texting.journal() == before


def test_danger_is_offered_at_once(texting: Texting) -> None:
    answers = texting.say(FIRST, "1", "1")
    assert "go to a safe place" in answers[-1]
    case = texting.case()
    assert (case.urgency, case.queue_rank, case.state) == (Urgency.DANGER, 0, State.OFFERED)
    accept(texting, "near.lead")
    texting.pass_by(seconds=70)
    texting.say(PLACE)
    assert texting.case().state is State.ACCEPTED


def test_hurt_asks_nothing_more_and_only_trained_readers_may_have_it(texting: Texting) -> None:
    answers = texting.say(FIRST, "1", "2", PLACE, "5")
    assert "It is not your fault" in answers[-1]
    circles = {(owner, circle) for owner, circle, _ in texting.grants()}
    near, far = id_of(texting.world.near), id_of(texting.world.far)
    assert circles == {
        (id_of(texting.world.coordinator), "custody"),
        (near, "restricted"),
        (far, "restricted"),
    }
    assert texting.case().state is State.OFFERED


def test_what_becomes_restricted_after_acceptance_moves_to_the_trained_circle(texting: Texting) -> None:
    texting.say(FIRST, "1", "1")
    accept(texting, "near.lead")
    texting.pass_by(seconds=70)
    texting.say(PLACE, "5", "Later words about it")
    near = id_of(texting.world.near)
    assert {(circle, state) for owner, circle, state in texting.grants() if owner == near} == {
        ("restricted", "live")
    }
    assert read(texting, "near.lead")[-1] == "Later words about it"
    member = texting.world.sign_in("near.caseworker")
    with texting.database.writing() as session, pytest.raises(NoAccess):
        open_case(session, texting.world.vault, member, CaseId(texting.case().id))


def test_who_has_an_interest_never_gets_the_offer_once_the_site_is_known(texting: Texting) -> None:
    interest(texting)
    texting.say(FIRST, "1", "2", PLACE, "1", "1")
    near, far = id_of(texting.world.near), id_of(texting.world.far)
    assert texting.case().organisation_id == far
    assert texting.offers()[near] is OfferState.WITHDRAWN
    assert near not in {owner for owner, _, _ in texting.grants()}


def test_an_offer_is_withdrawn_when_the_site_turns_out_to_be_theirs(texting: Texting) -> None:
    interest(texting)
    texting.say(FIRST, "1", "1")
    near, far = id_of(texting.world.near), id_of(texting.world.far)
    assert texting.case().organisation_id == near
    texting.pass_by(seconds=70)
    texting.say(PLACE, "1", "1")
    assert texting.case().organisation_id == far
    member = texting.world.sign_in("near.lead")
    with texting.database.writing() as session, pytest.raises(OfferGone):
        accept_offer(session, texting.world.vault, texting.world.rules, member, CaseId(texting.case().id))


def test_a_case_is_taken_back_when_the_site_turns_out_to_be_theirs(texting: Texting) -> None:
    interest(texting)
    texting.say(FIRST, "1", "1")
    accept(texting, "near.lead")
    texting.pass_by(seconds=70)
    texting.say(PLACE, "1", "1")
    member = texting.world.sign_in("near.lead")
    with texting.database.writing() as session, pytest.raises(NoAccess):
        open_case(session, texting.world.vault, member, CaseId(texting.case().id))
    # In danger both partners were asked at once, and who was not the first has nothing left of it: a custodian finds somebody.
    assert (texting.case().organisation_id, texting.case().state) == (None, State.RECEIVED)
    assert (id_of(texting.world.coordinator), "custody", "live") in texting.grants()
    with texting.database.reading() as session:
        assert without_next_step(session, texting.world.vault) == []


def test_an_unclear_place_keeps_out_whoever_has_an_interest_in_any_that_may_be_meant(
    texting: Texting,
) -> None:
    interest(texting)
    texting.say(FIRST, "1", "2", "Foxglove", "1", "1")
    assert texting.case().organisation_id == id_of(texting.world.far)


def test_nobody_yet_leaves_custody_alone_and_asks_nobody(texting: Texting) -> None:
    texting.say(FIRST, "1", "2", PLACE, "1", "4")
    assert texting.facts().consent is ConsentLevel.NOBODY
    assert {grant for grant in texting.grants() if grant[2] == "live"} == {
        (id_of(texting.world.coordinator), "custody", "live")
    }
    assert set(texting.offers().values()) == {OfferState.STANDBY}
    case = texting.case()
    assert (case.state, case.organisation_id, case.next_due_at) == (State.RECEIVED, None, None)
    with pytest.raises(NoAccess):
        accept(texting, "near.lead")
    texting.fall_silent()
    assert texting.grants() == {(id_of(texting.world.coordinator), "custody", "live")}
    assert set(texting.offers().values()) == {OfferState.WITHDRAWN}
    assert texting.words()[0] == FIRST
    world, member = texting.world, texting.world.sign_in("custodian.one")
    with texting.database.writing() as session:
        waiting = waiting_for_custody(session, world.vault, world.rules, member)
        assert case.id not in {card.case_id for card in waiting}
        with pytest.raises((NoAccess, CannotBePlaced)):
            place_case(
                session, world.vault, world.rules, member, CaseId(case.id), OrganisationId(world.far.id)
            )


def test_nobody_yet_takes_back_what_was_accepted(texting: Texting) -> None:
    texting.say(FIRST, "1", "1")
    accept(texting, "near.lead")
    texting.pass_by(seconds=70)
    texting.say(PLACE, "1", "4", "2", "Words for nobody")
    assert texting.grants() == {(id_of(texting.world.coordinator), "custody", "live")}
    assert texting.words()[-1] == "Words for nobody"


def test_nobody_yet_takes_a_closed_case_from_whoever_closed_it(texting: Texting) -> None:
    texting.say(FIRST, "1", "1")
    accept(texting, "near.lead")
    texting.pass_by(seconds=70)
    texting.say(PLACE)
    with texting.database.writing() as session:
        case = session.get_one(Case, texting.case().id)
        case.state, case.is_open, case.next_due_at = State.CLOSED, False, None
    texting.say("1", "4")
    assert texting.facts().consent is ConsentLevel.NOBODY
    assert texting.grants() == {(id_of(texting.world.coordinator), "custody", "live")}
    with pytest.raises(NoAccess):
        read(texting, "near.lead")
    texting.say("1")
    assert (texting.facts().consent, texting.case().is_open) == (ConsentLevel.HELPER, True)


@pytest.mark.parametrize("danger", ("1", "2"))
def test_nobody_yet_then_a_helper_after_all_is_offered_at_once(texting: Texting, danger: str) -> None:
    texting.say(FIRST, "1", danger, PLACE, "1")
    level = texting.say("4")
    assert len(level) == 1
    assert texting.case().organisation_id is None
    texting.say("1")
    assert texting.facts().consent is ConsentLevel.HELPER
    case = texting.case()
    assert (case.state, case.organisation_id) == (State.OFFERED, id_of(texting.world.near))
    assert case.next_clock in (ClockKind.ACCEPT, ClockKind.READ)
    accept(texting, "near.lead")
    assert read(texting, "near.lead")[0] == FIRST


def test_nobody_yet_and_left_so_keeps_nothing_ready(texting: Texting) -> None:
    texting.say(FIRST, "1", "2", PLACE, "1", "4", "2")
    texting.fall_silent()
    assert texting.grants() == {(id_of(texting.world.coordinator), "custody", "live")}
    assert texting.journal().count("case.locked") == 1


def test_hurt_told_while_nobody_may_know_goes_to_the_restricted_circle_only(texting: Texting) -> None:
    texting.say(FIRST, "1", "2", PLACE, "1", "4", "He forced me to have sex with him", "2", "1")
    assert texting.facts().consent is ConsentLevel.HELPER
    assert texting.case().state is State.OFFERED
    assert {circle for _, circle, _ in texting.grants()} == {"custody", "restricted"}


def test_a_helper_after_all_once_somebody_had_read_it_waits_for_custody(texting: Texting) -> None:
    texting.say(FIRST, "1", "1")
    accept(texting, "near.lead")
    texting.pass_by(seconds=70)
    texting.say(PLACE, "1", "4", "1")
    assert texting.facts().consent is ConsentLevel.HELPER
    world, member = texting.world, texting.world.sign_in("custodian.one")
    with texting.database.reading() as session:
        waiting = waiting_for_custody(session, world.vault, world.rules, member)
    assert texting.case().id in {card.case_id for card in waiting}
    assert texting.case().next_clock in (ClockKind.PLACE, ClockKind.READ)


def test_words_in_a_menu_are_kept_and_a_person_takes_over_after_two(texting: Texting) -> None:
    first = texting.say(FIRST)
    assert texting.say("my brother was also there") == first
    texting.pass_by(seconds=70)
    texting.say("and my sister")
    assert texting.words() == [FIRST, "my brother was also there", "and my sister"]
    assert "case.questions_failed" in texting.journal()
    assert texting.case().worker_wrote


def test_a_long_testimony_in_shuffled_parts_is_one(texting: Texting) -> None:
    parts = ["they lock the door at night (2/3)", "1 of us fell (3/3)", "We work in Penang (1/3)"]
    answers = texting.say(*parts, apart=8)
    assert len(answers) == 1
    assert sorted(texting.words()) == sorted(parts)
    assert texting.facts().phone == "unknown"


def test_parts_without_marks_within_a_minute_are_one(texting: Texting) -> None:
    answers = texting.say(FIRST, "It is every month", "We are twelve people", apart=10)
    assert len(answers) == 1
    assert len(texting.words()) == 3
    texting.pass_by(seconds=70)
    assert texting.say("1") == ["Is anyone in danger now? 1 Yes 2 No"]


def test_texts_at_the_same_moment_are_taken_one_after_the_other(texting: Texting) -> None:
    texts = [texting.received(f"Words {number}") for number in range(6)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(texting.hear, [*texts, *texts]))
    assert len(texting.cases()) == 1
    assert sorted(texting.words()) == [f"Words {number}" for number in range(6)]
    assert len(texting.answers()) == 1


def test_twenty_copies_at_once_are_one(texting: Texting) -> None:
    text = texting.received(FIRST)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(texting.hear, [text] * 20))
    assert texting.words() == [FIRST]
    assert len(texting.answers()) == 1


@pytest.mark.parametrize(
    "word",
    ("STOP", "stop.", "END", "Cancel", "QUIT", "ARRET", "UNSUBSCRIBE", "BERHENTI"),
)
def test_stop_ends_every_text_and_keeps_the_case(texting: Texting, word: str) -> None:
    texting.say(FIRST, "1")
    assert len(texting.answers()) == 2
    texting.say(word)
    assert texting.answers() == []
    with texting.database.reading() as session:
        assert len(session.scalars(select(OptOutRow)).all()) == 1
        gone = session.scalars(select(OutgoingText).where(OutgoingText.state == Delivery.CANCELLED)).all()
    assert len(gone) == 2
    assert texting.facts().reach == "none"
    texting.pass_by(seconds=70)
    assert texting.say("they are still doing it", "1", "8", "HELP") == []
    assert "they are still doing it" in texting.words()
    assert texting.case().is_open


@pytest.mark.parametrize(
    "words",
    ("please stop texting me", "no more messages", "dont text me", "leave me alone", "stop asking me"),
)
def test_in_words_it_is_said_once_that_no_text_comes_and_how_to_undo_it(texting: Texting, words: str) -> None:
    """No phone company obeys a sentence, and none says so."""
    texting.say(FIRST, "1", "2", PLACE, "1", "1", "1")
    assert texting.say(words) == [
        "We will not text you again. We keep your message. If you want texts again, write: you can text me."
    ]
    assert texting.facts().reach == "none"
    assert texting.facts().no_text_questions
    assert texting.say("8", "they do not pay", words) == []
    assert texting.say("you can text me") == ["A helper may text you."]
    assert texting.facts().reach == "text"


@pytest.mark.parametrize(
    "words", ("he did not stop", "they dont text me back", "he told me leave me alone", "nobody asks me")
)
def test_what_only_looks_like_that_stops_nothing(texting: Texting, words: str) -> None:
    texting.say(FIRST, "1", "2", PLACE, "1", "1", "1")
    assert not any("not text you" in reply for reply in texting.say(words))
    assert words in texting.words()
    assert (texting.facts().reach, texting.facts().no_text_questions) == ("text", False)


def test_after_stop_and_silence_free_text_is_filed_and_never_answered_until_start(texting: Texting) -> None:
    texting.say(FIRST, "STOP")
    texting.fall_silent()
    assert phones_known(texting) == 0
    assert texting.say("something else happened", "1") == []
    assert len(texting.cases()) == 2
    texting.fall_silent()
    assert texting.say("START") == ["You can get texts from us again. Write here what happened."]
    assert len(texting.say("a third thing")) == 1


def test_stop_holds_for_that_number_only(texting: Texting) -> None:
    texting.say("STOP")
    assert len(texting.say(FIRST, sender=OTHER)) == 1
    assert texting.say(FIRST) == []


def test_an_order_alone_files_nothing_and_its_number_is_forgotten(texting: Texting) -> None:
    assert len(texting.say("HELP")) == 1
    assert texting.cases() == []
    assert phones_known(texting) == 1
    texting.pass_by(hours=4)
    texting.settle()
    assert phones_known(texting) == 0


def test_two_machines_that_answer_each_other_come_to_an_end(texting: Texting) -> None:
    texting.say(FIRST, "1", "2", PLACE, "1", "1", "1")
    before = len(texting.answers())
    texting.say(*["8"] * 20, apart=5)
    assert len(texting.answers()) <= 12
    assert len(texting.answers()) > before
    with texting.database.reading() as session:
        taken = session.scalars(select(InboundText).where(InboundText.provider_id.startswith("SM"))).all()
    assert len(taken) == 27


def test_status_tells_stage_and_date_and_nothing_else(texting: Texting) -> None:
    texting.say(FIRST, "1", "2", PLACE, "1", "1", "1")
    (status,) = texting.say("8")
    assert status.startswith("Received")
    for word in ("Foxglove", "pay", "union", "Mawar", texting.case().reference):
        assert word not in status


def test_later_words_reach_the_open_case_and_are_thanked_once_a_day(texting: Texting) -> None:
    texting.say(FIRST, "1", "2", PLACE, "1", "1", "1")
    texting.fall_silent()
    accept(texting, "near.lead")
    read(texting, "near.lead")
    texting.pass_by(hours=1)
    (thanks,) = texting.say("Now they fined us")
    assert "2 starts a new report" in thanks
    assert texting.case().worker_wrote
    texting.pass_by(minutes=10)
    assert texting.say("And another thing") == []
    assert read(texting, "near.lead")[-2:] == ["Now they fined us", "And another thing"]


def test_a_text_after_the_number_was_forgotten_opens_no_earlier_case(texting: Texting) -> None:
    texting.say(FIRST, "1", "2")
    texting.fall_silent()
    texting.say("Foxglove in Penang")
    assert len(texting.cases()) == 2
    assert sorted(len(texting.words(case)) for case in texting.cases()) == [1, 1]


def test_somebody_else_on_the_phone_gets_a_case_of_their_own(texting: Texting) -> None:
    texting.say(FIRST, "1", "2", PLACE, "1", "1", "1")
    first = texting.case().id
    texting.pass_by(hours=1)
    answers = texting.say("2", "My own trouble with hours")
    assert len(answers) == 2
    assert len(texting.cases()) == 2
    second = next(case for case in texting.cases() if case.id != first)
    assert texting.words(second) == ["My own trouble with hours"]
    for answer in answers:
        assert not any(word in answer for word in ("Foxglove", "pay", "Penang"))
    texting.say("2")  # shared, now
    texting.fall_silent()
    assert phones_known(texting) == 0  # others see it, so it is texted about the first one no more either
    texting.pass_by(hours=1)
    assert texting.say("8")[0].startswith("We do not know any more what this answers.")


def test_texts_that_no_webhook_told_are_imported_once(texting: Texting) -> None:
    told = texting.received(FIRST)
    texting.hear(told)
    at = clock.now()
    listed = [
        told,
        texting.received("1", at=at + timedelta(seconds=90)),
        texting.received("2", at=at + timedelta(seconds=200)),
    ]
    texting.pass_by(minutes=5)
    assert import_texts(texting.services, reversed(listed)) == 2
    assert import_texts(texting.services, listed) == 0
    _, danger, place = texting.answers()
    assert danger == "Is anyone in danger now? 1 Yes 2 No"
    assert place.endswith("Where do you work? Name, town.")


def test_what_is_imported_late_is_kept_and_not_answered(texting: Texting) -> None:
    old = texting.received(FIRST, at=clock.now() - timedelta(hours=5))
    assert import_texts(texting.services, [old]) == 1
    assert texting.words() == [FIRST]
    assert texting.answers() == []


def test_a_closed_case_opens_again_when_its_worker_writes(texting: Texting) -> None:
    texting.say(FIRST, "1", "2", PLACE, "1", "1", "1")
    texting.fall_silent()
    accept(texting, "near.lead")
    with texting.database.writing() as session:
        case = session.get_one(Case, texting.case().id)
        case.state, case.is_open = State.CLOSED, False
    texting.pass_by(hours=1)
    texting.say("It began again")
    assert (texting.case().state, texting.case().is_open) == (State.ACCEPTED, True)


def test_the_partner_sees_the_place_in_the_workers_words(texting: Texting) -> None:
    texting.say(FIRST, "1", "1")
    accept(texting, "near.lead")
    texting.say("1", "the mill behind the old market")
    member = texting.member("near.lead")
    with texting.database.writing() as session:
        page = open_case(session, texting.world.vault, member, CaseId(texting.case().id))
    assert page.site is None
    assert page.site_words == "the mill behind the old market"
