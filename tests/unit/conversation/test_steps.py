"""The conversation as a worker lives it, and as the table has it: every path ends, each text is answered at most once."""

import json
from dataclasses import replace
from uuid import UUID

import pytest

from app.cases.enums import ConsentLevel
from app.cases.taxonomy import FORM_TOPICS
from app.intake.conversation.machine.acts import (
    AgreeContact,
    DenyDanger,
    ErasePhone,
    FileReport,
    HandToPerson,
    Keep,
    SendReceipt,
    SetConsent,
    SetDanger,
    SetPhone,
    SetSite,
    Settle,
    SetTopics,
)
from app.intake.conversation.machine.answers import read_text
from app.intake.conversation.machine.position import Position, Step, WhosePhone
from app.intake.conversation.machine.saying import LONGEST_NUMBER, Texts
from app.intake.conversation.machine.steps import Knowledge, SiteOption, fall_silent, hear, wanted
from app.intake.conversation.machine.table import TABLE
from app.intake.conversation.machine.texts import Text
from app.intake.conversation.machine.topic_words import TopicWords
from app.intake.report import ContactWay
from app.messaging.composing.segments import count_segments
from tests.unit.conversation.measuring import MEASURES, measuring_language
from tests.unit.conversation.phone import FOXWAY, NOWHERE, Phone
from tests.unit.conversation.walking import every_path


def test_from_the_first_text_to_the_thanks(phone: Phone, texts: Texts) -> None:
    assert phone.send("Our boss is bad").reply == texts.say(Text.WHOSE_PHONE)
    assert phone.send("1").reply == texts.say(Text.DANGER)
    assert phone.send("2").reply == texts.say(Text.REACH, day="Thu 26 Nov")
    assert phone.send("Foxway Kulim").reply == texts.say(Text.TOPIC)
    consent = phone.send("1").reply
    assert consent is not None
    assert consent.startswith("F... in Kulim? If not, text 9. Who may know?")
    thanks = phone.send("2").reply
    assert thanks is not None
    assert "by Thu 26 Nov" in thanks
    assert phone.send("1").reply == texts.say(Text.MAY_TEXT)
    assert phone.step is Step.OPEN
    assert phone.acts == (
        FileReport("Our boss is bad"),
        SetPhone(WhosePhone.OWN),
        DenyDanger(),
        SetSite(UUID(int=7), "Foxway Kulim"),
        SetTopics(("wages",), chosen=True),
        SetConsent(ConsentLevel.UNION),
        Settle(),
        AgreeContact(ContactWay.TEXT),
    )


@pytest.mark.parametrize(("digit", "code"), tuple(zip("1234567890", FORM_TOPICS, strict=True)))
def test_the_digits_of_the_topics_are_those_of_the_form(phone: Phone, digit: str, code: str) -> None:
    phone.send_all("Our boss is bad", "1", "2", "Foxway Kulim", digit)
    assert SetTopics((code,), chosen=True) in phone.acts


@pytest.mark.parametrize(
    ("digit", "level"), (("1", ConsentLevel.HELPER), ("2", ConsentLevel.UNION), ("3", ConsentLevel.BUYERS))
)
def test_the_digits_of_consent(phone: Phone, digit: str, level: ConsentLevel) -> None:
    heard = phone.send_all("no wages", "1", "2", "Foxway Kulim", digit)
    assert heard.acts == (SetConsent(level), Settle())


def test_clear_words_are_not_asked_again(phone: Phone) -> None:
    heard = phone.send_all("They did not pay us", "1", "2", "Foxway Kulim")
    assert phone.step is Step.CONSENT
    assert heard.reply is not None
    assert phone.heard[0].acts == (FileReport("They did not pay us", ("wages",)),)


@pytest.mark.parametrize("answer", ("2", "3", "shared", "Company"))
def test_on_a_phone_that_others_see_nothing_more_is_ever_sent(
    phone: Phone, texts: Texts, answer: str
) -> None:
    assert phone.send_all("Our boss is bad", answer).reply == texts.say(Text.PHONE_SEEN)
    for body in ("1", "8", "4", "help", "start", "they beat him", "2", "Foxway Kulim", "hello"):
        assert phone.send(body).reply is None
    assert SendReceipt() not in phone.acts
    assert any(isinstance(act, Keep) and act.words == "they beat him" for act in phone.acts)


def test_danger_is_passed_on_at_once(phone: Phone) -> None:
    heard = phone.send_all("Our boss is bad", "1", "1")
    assert heard.acts == (SetDanger(), Settle())
    assert heard.reply is not None
    assert heard.reply.startswith(
        "A helper is being told. If you can, go to a safe place. Emergency: call 999. May they 1 text"
    )
    assert phone.step is Step.REACH_IN_DANGER


def test_hurt_asks_nothing_more(phone: Phone, texts: Texts) -> None:
    heard = phone.send_all("Our boss is bad", "1", "2", "Foxway Kulim", "5")
    assert heard.reply == texts.say(Text.HURT)
    assert heard.acts == (SetTopics(("gbvh",), chosen=True), Settle())
    assert phone.send("2").acts == (AgreeContact(ContactWay.TEXT),)
    assert phone.heard[-1].reply == texts.say(Text.MAY_TEXT)
    assert phone.step is Step.OPEN


def test_clear_words_of_hurt_ask_not_even_where(phone: Phone, texts: Texts) -> None:
    assert phone.send_all("he raped me", "1", "2").reply == texts.say(Text.HURT)
    assert phone.send("3").acts == (AgreeContact(ContactWay.INBOX),)
    assert phone.step is Step.QUIET


def test_hurt_told_later_ends_the_questions_too(phone: Phone, texts: Texts) -> None:
    phone.send_all("Our boss is bad", "1", "2")
    assert phone.step is Step.REACH
    phone.send("Foxway Kulim")
    assert phone.send("he raped me").reply == texts.say(Text.HURT)
    assert SetTopics(("gbvh",), chosen=False) in phone.acts


def test_hurt_told_in_a_part_of_the_testimony_ends_the_questions_after_the_next_answer(
    phone: Phone, texts: Texts
) -> None:
    phone.send_all("(1/2) Our boss", "1", "2", "(2/2) he raped me")
    assert phone.step is Step.REACH
    assert phone.send("Foxway Kulim").reply == texts.say(Text.HURT)


def test_locked_stays_locked_when_nothing_is_understood(phone: Phone) -> None:
    heard = phone.send_all("no wages", "1", "2", "Foxway Kulim", "4", "hm", "what")
    assert (heard.reply, heard.acts, phone.step) == (None, (Keep("what"),), Step.LOCKED)
    assert phone.send("leave it").acts == ()
    assert phone.step is Step.QUIET


def test_nobody_yet_is_locked_and_may_be_unlocked(phone: Phone, texts: Texts) -> None:
    heard = phone.send_all("no wages", "1", "2", "Foxway Kulim", "4")
    assert heard.acts == (SetConsent(ConsentLevel.NOBODY), Settle())
    assert "Nobody reads it, so nobody can help." in (heard.reply or "")
    assert phone.send("4").reply == texts.say(Text.CODE)
    assert phone.send("1").acts == (SendReceipt(),)
    assert phone.send("1").acts == (SetConsent(ConsentLevel.HELPER), Settle())
    assert phone.step is Step.CONTACT


def test_nobody_yet_in_danger_is_asked_once(phone: Phone, texts: Texts) -> None:
    heard = phone.send_all("no wages", "1", "1", "Foxway Kulim", "4")
    assert (heard.reply or "").startswith("Nobody will come unless a helper reads this.")
    assert phone.send("no").reply == texts.say(Text.STAYS_LOCKED)
    assert phone.step is Step.QUIET


def test_a_place_that_was_misunderstood_is_written_again(phone: Phone, texts: Texts) -> None:
    heard = phone.send_all("no wages", "1", "2", "Foxwey Kulim", "9")
    assert heard.acts == (SetSite(None),)
    assert heard.reply == texts.say(Text.SITE_AGAIN)
    phone.send("Bright Kulim", NOWHERE)
    assert phone.acts[-1] == SetSite(None, "Bright Kulim")
    assert phone.step is Step.CONSENT
    # No place is echoed now, so 9 is no answer.
    assert phone.send("9").acts == (Keep("9"),)


def test_a_place_is_asked_for_three_times_at_most(phone: Phone, texts: Texts) -> None:
    heard = phone.send_all("no wages", "1", "2", "Foxway", "9", "Foxway", "9", "Foxway")
    assert heard.reply == texts.say(Text.CONSENT)
    assert phone.send("9").acts == (Keep("9"),)


def test_one_of_several_places_is_picked(phone: Phone, texts: Texts) -> None:
    several = Knowledge(
        sites=(SiteOption(UUID(int=1), "F... in Kulim"), SiteOption(UUID(int=2), "B... in Penang")),
        certain=False,
    )
    phone.send_all("no wages", "1", "2")
    heard = phone.send("Fox", several)
    assert heard.reply == "Which place? 1 F... in Kulim 2 B... in Penang 0 None of these"
    assert heard.acts == (SetSite(None, "Fox"),)
    assert phone.send("hm?").reply == heard.reply
    assert phone.send("2").acts == (SetSite(UUID(int=2)),)
    assert phone.heard[-1].reply == texts.say(Text.CONSENT)


def test_places_that_look_alike_when_masked_are_not_offered(phone: Phone) -> None:
    alike = Knowledge(
        sites=(SiteOption(UUID(int=1), "F... in Kulim"), SiteOption(UUID(int=2), "F... in Kulim"))
    )
    phone.send_all("no wages", "1", "2")
    phone.send("Fox Kulim", alike)
    assert phone.step is Step.CONSENT


def test_answers_in_one_text_are_taken_in_their_order(phone: Phone) -> None:
    phone.send("no wages")
    heard = phone.send("1 2 Foxway Kulim")
    assert heard.acts == (SetPhone(WhosePhone.OWN), DenyDanger(), SetSite(UUID(int=7), "Foxway Kulim"))
    assert phone.step is Step.CONSENT


def test_danger_and_place_in_one_text_are_settled_together(phone: Phone) -> None:
    phone.send("no wages")
    heard = phone.send("1 1 Foxway Kulim")
    assert heard.acts[1:] == (SetDanger(), SetSite(UUID(int=7), "Foxway Kulim"), Settle())
    assert fall_silent(replace(heard.position, held=True)).acts == (ErasePhone(),)


def test_too_many_digits_before_a_place_are_testimony(phone: Phone) -> None:
    phone.send("Our boss is bad")
    assert phone.send("1 2 3 Foxtown").acts == (Keep("1 2 3 Foxtown"),)


def test_asking_for_the_code_is_the_one_answer_of_its_text(phone: Phone, texts: Texts) -> None:
    heard = phone.send_all("no wages", "1", "2", "Foxway Kulim", "1", "4 1")
    assert (heard.reply, heard.acts) == (texts.say(Text.CODE), (Keep("4 1"),))
    assert phone.send("1").acts == (SendReceipt(),)
    assert phone.step is Step.CONTACT


def test_digits_that_lead_nowhere_are_kept_and_the_rest_is_asked(phone: Phone, texts: Texts) -> None:
    phone.send("no wages")
    heard = phone.send("1 7")
    assert heard.acts == (Keep("1 7"), SetPhone(WhosePhone.OWN))
    assert heard.reply == texts.say(Text.DANGER)


@pytest.mark.parametrize("body", ("1 week without pay", "2 months no wages", "11", "1 7 months Foxtown"))
def test_a_digit_that_begins_a_sentence_is_no_answer(phone: Phone, texts: Texts, body: str) -> None:
    phone.send("Our boss is bad")
    heard = phone.send(body)
    assert heard.acts[0] == Keep(body)
    assert heard.reply == texts.say(Text.WHOSE_PHONE)


def test_words_in_a_menu_are_testimony_and_then_a_person_reads_on(phone: Phone, texts: Texts) -> None:
    phone.send_all("Our boss is bad", "1")
    assert phone.send("they lock the doors").reply == texts.say(Text.DANGER)
    heard = phone.send("please come")
    assert heard.acts == (Keep("please come"), HandToPerson(), Settle())
    assert heard.reply == texts.say(Text.HANDED)
    assert phone.send("come").reply == texts.say(Text.DANGER)
    assert phone.send("no danger please").reply == texts.say(Text.REACH, day="Thu 26 Nov")


def test_whose_phone_nobody_can_tell_is_settled_and_told_so_and_a_right_answer_still_counts(
    phone: Phone, texts: Texts
) -> None:
    phone.send_all("Our boss is bad", "my phone")
    heard = phone.send("my phone")
    assert (heard.reply, heard.acts[-2:]) == (texts.say(Text.WHOSE_PHONE_UNSURE), (HandToPerson(), Settle()))
    assert "A helper may read what you wrote." in (heard.reply or "")
    assert [bool(phone.send("my phone").reply) for _ in range(4)] == [True, False, True, False]
    assert phone.send("only mine").reply == texts.say(Text.DANGER)


def test_whose_phone_nobody_can_tell_is_promised_no_reader_where_it_is_locked(
    phone: Phone, texts: Texts
) -> None:
    phone.send_all("Our boss is bad", "tell nobody", "my phone")
    heard = phone.send("my phone")
    assert heard.reply == texts.say(Text.WHOSE_PHONE_UNSURE_LOCKED)
    assert HandToPerson() not in heard.acts


def test_who_asks_who_we_are_hears_nothing_of_what_was_told(phone: Phone) -> None:
    phone.send_all("Our boss is bad", "what?")
    heard = phone.send("who is this?")
    assert (heard.reply, heard.acts[-2:]) == (None, (HandToPerson(), Settle()))


@pytest.mark.parametrize(
    "said", ("ok", "Okay", "ok ok", "sure", "OK, thanks for the message", "sige", "tamam")
)
def test_ok_is_no_yes_to_danger_and_is_asked_once_more(phone: Phone, texts: Texts, said: str) -> None:
    phone.send_all("Our boss is bad", "1")
    heard = phone.send(said)
    assert SetDanger() not in heard.acts
    assert heard.position.step is Step.DANGER
    assert heard.reply == texts.say(Text.DANGER)
    assert SetDanger() in phone.send("yes").acts


@pytest.mark.parametrize("said", ("ok 1", "1 ok", "ok yes", "yes ok", "yes", "1"))
def test_a_yes_beside_ok_is_one(phone: Phone, said: str) -> None:
    phone.send_all("Our boss is bad", "1")
    assert SetDanger() in phone.send(said).acts


def test_ok_is_a_yes_to_texts_and_to_a_helper(phone: Phone) -> None:
    phone.send_all("Our boss is bad", "1", "2")
    assert AgreeContact(ContactWay.TEXT) in phone.send("ok").acts
    phone.send_all("Foxway Kulim", "1", "4")
    danger = replace(phone.position or Position(Step.OPEN, "en"), step=Step.LOCKED_IN_DANGER)
    heard = hear(danger, phone.read("ok"), FOXWAY, phone.texts, phone.at)
    assert SetConsent(ConsentLevel.HELPER) in heard.acts


def test_only_what_is_needed_is_looked_up(phone: Phone, texts: Texts, words: TopicWords) -> None:
    def want(body: str) -> tuple[str, bool, bool, bool]:
        assert phone.position is not None
        needed = wanted(phone.position, read_text(body, words), texts, phone.at)
        return needed.site_words, needed.help_number, needed.read_by, needed.status

    phone.send("no wages")
    assert want("1") == ("", False, False, False)
    assert want("1 2 Foxway") == ("Foxway", False, False, False)
    phone.send("1")
    assert want("1") == ("", True, False, False)
    assert want("2") == ("", False, True, False)
    phone.send("2")
    assert want("Foxway Kulim") == ("Foxway Kulim", False, False, False)
    phone.send("Foxway Kulim")
    assert want("2") == ("", False, True, False)
    phone.send_all("2", "1")
    assert want("8") == ("", False, False, True)
    assert want("hello") == ("", False, False, False)


@pytest.mark.no_cover  # every way there is, through the same lines
def test_every_path_ends_and_leaves_a_settled_case(texts: Texts) -> None:
    count = 0
    reached = set()
    for path in every_path(texts, detours=True):
        count += 1
        reached |= {heard.position.step for heard in path.heard}
        assert path.last.position.step in (Step.OPEN, Step.QUIET)
        assert path.last.position.settled
        assert sum(isinstance(act, FileReport) for heard in path.heard for act in heard.acts) == 1
        assert all(not (heard.reply and SendReceipt() in heard.acts) for heard in path.heard)
    assert count > 1000
    # When texts may come is asked only after one came. Danger is asked for again after the questions:
    # test_worse_asks_for_danger_and_passes_it_on.
    assert reached == {*TABLE, Step.OPEN, Step.QUIET} - {Step.WORSE, Step.TEXT_HOURS, Step.WHICH}


def test_a_whole_intake_in_english_costs_at_most_seven_segments(texts: Texts) -> None:
    """One of them says that the last answer was heard: silence would leave a worker to wonder."""
    costs = _costs(texts)
    assert (max(costs[False]), max(costs[True])) == (7, 8)


@pytest.mark.parametrize("code", MEASURES)
def test_a_whole_intake_in_other_scripts_costs_at_most_ten_segments(code: str) -> None:
    costs = _costs(Texts(measuring_language(code)))
    assert (max(costs[False]), max(costs[True])) == (10, 12)


def test_who_answers_two_questions_with_the_place_alone_reads_one_text_more(
    phone: Phone, texts: Texts
) -> None:
    phone.send_all("Our boss is bad", "1", "2", "Foxway Kulim", "1", "1", "1")
    replies = [heard.reply for heard in phone.heard if heard.reply is not None]
    assert (_cost(replies), replies[-1]) == (7, texts.say(Text.MAY_TEXT))


@pytest.mark.no_cover  # every way there is, through the same lines
@pytest.mark.parametrize("code", MEASURES)
def test_no_path_leaves_out_what_to_do_in_danger(code: str) -> None:
    texts = Texts(measuring_language(code))
    safety = f"{texts.say(Text.HELPER_TOLD)} {texts.say(Text.CALL, number='0' * LONGEST_NUMBER)} "
    for path in every_path(texts, detours=True):
        for heard in path.heard:
            assert (heard.reply or "").startswith(safety) == (SetDanger() in heard.acts)


def _costs(texts: Texts) -> dict[bool, set[int]]:
    """What every path costs, apart for those who lock what they had said how to be reached about: they are asked one thing more."""
    costs: dict[bool, set[int]] = {True: set(), False: set()}
    for path in every_path(texts, detours=False):
        locked = any(act == SetConsent(ConsentLevel.NOBODY) for heard in path.heard for act in heard.acts)
        costs[locked and path.last.position.reached].add(_cost(path.replies))
    return costs


def _cost(replies: list[str]) -> int:
    return sum(count_segments(reply).count for reply in replies)


def test_a_position_survives_its_veil(texts: Texts) -> None:
    for path in every_path(texts, detours=False):
        for heard in path.heard:
            assert Position.from_json(json.loads(json.dumps(heard.position.as_json()))) == heard.position
