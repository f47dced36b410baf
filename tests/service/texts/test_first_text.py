"""The first text is a case at once: sealed, with custody, ready for partners of that country, and nobody is asked."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from app.cases.case.access import NoAccess
from app.cases.custody.deciding import waiting_for_custody
from app.cases.enums import ConsentHow, ConsentLevel, CountryFrom, OfferState, State, Urgency
from app.cases.routing.offers import accept_offer
from app.database import CaseId
from app.intake import admission
from app.messaging.models import InboundText, Phone
from app.network import REPORTS
from app.network.models import Organisation
from app.vault import ReceiptRow, verify_journal
from tests.harness.world import everything_stored
from tests.support.texting import Texting, id_of


def test_a_first_text_is_filed_and_answered_once(texting: Texting) -> None:
    assert texting.say("Boss has kept our pay for two months") == [
        "Got it. Whose phone is this? 1 Only mine 2 Shared 3 Company"
    ]
    case, facts = texting.case(), texting.facts()
    assert (case.state, case.country, case.organisation_id) == (State.RECEIVED, "MY", None)
    assert (facts.phone, facts.reach, facts.consent) == ("unknown", "none", ConsentLevel.HELPER)
    assert texting.words() == ["Boss has kept our pay for two months"]
    assert texting.journal() == ["case.filed", "consent.given"]


def test_it_has_no_receipt_and_its_consent_is_not_signed(texting: Texting) -> None:
    texting.say("Boss has kept our pay")
    with texting.database.reading() as session:
        assert not session.scalars(select(ReceiptRow).where(ReceiptRow.case_id == texting.case().id)).all()
    (consent,) = texting.consents()
    assert (consent.how, consent.signature, consent.receipt_id) == (ConsentHow.TEXT_SENT, None, None)


def test_partners_of_that_country_are_ready_in_both_circles_and_none_is_asked(texting: Texting) -> None:
    texting.say("Boss has kept our pay")
    near, far = id_of(texting.world.near), id_of(texting.world.far)
    assert texting.offers() == {near: OfferState.STANDBY, far: OfferState.STANDBY}
    assert texting.grants() == {
        (id_of(texting.world.coordinator), "custody", "live"),
        (near, "everyone", "offered"),
        (near, "restricted", "offered"),
        (far, "everyone", "offered"),
        (far, "restricted", "offered"),
    }
    for login in ("near.lead", "far.lead", "other.lead"):
        member = texting.world.sign_in(login)
        with texting.database.writing() as session, pytest.raises(NoAccess):
            accept_offer(session, texting.world.vault, texting.world.rules, member, CaseId(texting.case().id))


def test_custody_is_not_troubled_while_the_worker_answers(texting: Texting) -> None:
    texting.say("Boss has kept our pay")
    member = texting.world.sign_in("custodian.one")
    with texting.database.reading() as session:
        waiting = waiting_for_custody(session, texting.world.vault, texting.world.rules, member)
    assert texting.case().id not in {card.case_id for card in waiting}


def test_clear_words_set_the_topic_and_raise_the_urgency(texting: Texting) -> None:
    texting.say("The supervisor groped my sister")
    assert texting.facts().topics == ("gbvh",)
    assert texting.case().urgency is Urgency.URGENT


@pytest.mark.parametrize(
    "body",
    (
        "Q2FuIHlvdSBoZWxwIHVz",
        "nul \0 inside",
        "half \ud83d of a sign",
        "line\r\nbreaks\rhere",
        "\u202eright to left\u202c and \u200bzero width",
        "🙏" * 100,
        "x" * 1600,
        "আমাদের বেতন দেয় না " * 80,
        "",
        "\u200b",
    ),
)
def test_whatever_comes_is_kept(texting: Texting, body: str) -> None:
    texting.say(body)
    (kept,) = texting.words()
    for word in body.replace("\0", " ").replace("\ud83d", " ").split():
        assert word.strip("\u200b") in kept
    assert "\0" not in kept


def test_a_testimony_of_the_longest_length_is_whole(texting: Texting) -> None:
    body = " ".join(f"word{number:04d}" for number in range(177))[:1600]
    texting.say(body)
    assert texting.words() == [body]


def test_the_same_text_told_twice_is_one(texting: Texting) -> None:
    received = texting.received("Boss has kept our pay", sid="SMtwice")
    for _ in range(3):
        texting.hear(received)
    assert len(texting.answers()) == 1
    assert texting.words() == ["Boss has kept our pay"]


def test_a_replay_advances_nothing(texting: Texting) -> None:
    texting.say("Boss has kept our pay", "1")
    before = texting.answers()
    one = texting.received("2", sid="SMone")
    texting.pass_by(seconds=70)
    texting.hear(one)
    after = texting.answers()
    texting.hear(one)
    assert len(after) == len(before) + 1
    assert texting.answers() == after


@pytest.mark.parametrize("sender", ("AIRTEL", "26262", "", "+15550100100"))
def test_a_sender_that_cannot_be_answered_is_filed_and_never_answered(texting: Texting, sender: str) -> None:
    # A lone digit answers what nobody asked, and would be a report that says nothing.
    assert texting.say("Boss has kept our pay", "1", "And our passports", sender=sender) == []
    assert {texting.words(case)[0] for case in texting.cases()} == {
        "Boss has kept our pay",
        "And our passports",
    }
    assert texting.facts(texting.cases()[0]).reach == "none"


@pytest.mark.parametrize(
    "sender", ("+60123456701", "0060123456701", "60123456701", "whatsapp:+60123456701", "+৬০১২৩৪৫৬৭০১")
)
def test_one_person_is_one_phone_however_the_number_is_written(texting: Texting, sender: str) -> None:
    texting.say("Boss has kept our pay")
    texting.pass_by(seconds=70)
    assert texting.say("1", sender=sender) == ["Is anyone in danger now? 1 Yes 2 No"]
    assert len(texting.cases()) == 1


def test_nothing_of_it_stands_in_the_clear(texting: Texting) -> None:
    texting.say("Zorblax has kept our pay", "1", "2", "Quixotic Mill in Ramtown")
    stored = everything_stored(texting.database).lower()
    for word in (b"zorblax", b"quixotic", b"ramtown", b"60123456701", b"23456701"):
        assert word not in stored


def test_the_journal_of_texts_holds(texting: Texting) -> None:
    texting.say("Boss has kept our pay", "1", "1", "Foxglove Circuits Penang", "2")
    texting.fall_silent()
    with texting.database.reading() as session:
        assert verify_journal(session, texting.world.vault).sound


def test_a_country_without_partner_goes_to_custody_at_once(texting: Texting) -> None:
    with texting.database.writing() as session:
        session.get_one(Organisation, texting.world.far.id).capacity = 0
    texting.say("Boss has kept our pay", sender="+25571234567" + "8")
    assert texting.offers() == {}
    member = texting.world.sign_in("custodian.one")
    with texting.database.reading() as session:
        waiting = waiting_for_custody(session, texting.world.vault, texting.world.rules, member)
    assert texting.case().id in {card.case_id for card in waiting}


def test_a_flood_from_one_number_is_held_and_kept(texting: Texting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "REPORTS", replace(REPORTS, most=2))
    for number in range(4):
        texting.say(f"Machine {number}", sender="AIRTEL")
    with texting.database.reading() as session:
        taken = session.scalar(select(func.count()).where(InboundText.provider_id.startswith("SM")))
        assert not session.scalars(select(Phone).where(Phone.tag.is_not(None), Phone.country.is_(None))).all()
    assert taken == 4
    assert sorted(texting.facts(case).over_limit for case in texting.cases()) == [False, False, True, True]


def test_the_language_is_that_of_the_words_and_not_of_the_numbers_country(texting: Texting) -> None:
    texting.say("Hatujalipwa mshahara kwa miezi mitatu")
    assert (texting.case().language, texting.case().country) == ("sw", "MY")
    assert texting.facts().language_written


def test_the_place_step_tells_the_country_where_no_site_is_certain(texting: Texting) -> None:
    """A worker abroad texts from a SIM of home: the words about the place stand above the number's country."""
    texting.say("Boss has kept our pay", "1", "2")
    assert texting.facts().country_from is CountryFrom.PHONE
    texting.say("a shed in Pokhara, Nepal")
    case = texting.case()
    assert (case.country, case.site_veil) == ("NP", None)
    assert texting.facts().country_from is CountryFrom.WORDS


def test_later_words_tell_the_language_where_the_first_did_not(texting: Texting) -> None:
    texting.say("555")
    assert not texting.facts().language_written
    texting.say("Perusahaan tidak membayar upah kami, tolong")
    assert (texting.case().language, texting.facts().language_written) == ("id", True)
