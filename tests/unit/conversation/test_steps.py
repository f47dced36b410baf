"""The conversation as a worker lives it, and as the table has it: every path ends, each text is answered at most once."""

import json
from dataclasses import replace
from datetime import date
from itertools import pairwise
from uuid import UUID

import pytest

from app.cases.case.text_parts import Part
from app.cases.enums import ConsentLevel, Stage
from app.cases.taxonomy import FORM_TOPICS
from app.intake.conversation.machine.acts import (
    AgreeContact,
    DenyDanger,
    EndTexts,
    ErasePhone,
    FileReport,
    GetWorse,
    HandToPerson,
    Keep,
    OptIn,
    OptOut,
    SendReceipt,
    SetConsent,
    SetDanger,
    SetPhone,
    SetSite,
    Settle,
    SetTopics,
)
from app.intake.conversation.machine.answers import read_text
from app.intake.conversation.machine.meanings import HURT_TOPIC
from app.intake.conversation.machine.position import Position, Step, WhosePhone
from app.intake.conversation.machine.saying import LONGEST_NUMBER, Texts
from app.intake.conversation.machine.steps import (
    SAME_TESTIMONY,
    Heard,
    Knowledge,
    SiteOption,
    begin,
    fall_silent,
    hear,
    wanted,
)
from app.intake.conversation.machine.table import TABLE
from app.intake.conversation.machine.texts import Text
from app.intake.conversation.machine.topic_words import TopicWords
from app.intake.report import ContactWay
from app.messaging.composing.segments import count_segments
from tests.unit.conversation.measuring import MEASURES, measuring_language
from tests.unit.conversation.phone import FOXWAY, NOWHERE, Phone
from tests.unit.conversation.walking import START, every_path, shown


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


def test_long_testimony_in_several_texts_is_one(phone: Phone) -> None:
    phone.send("Part one of what they did. " * 5, after=0)
    for number, body in enumerate(
        ("then they locked us in", "3 of us were ill", "my passport is gone"), start=1
    ):
        heard = phone.send(body, after=10 * number)
        assert heard.reply is None
        assert Keep(body, joins=True) in heard.acts
    assert phone.step is Step.WHOSE_PHONE
    assert sum(isinstance(act, FileReport) for act in phone.acts) == 1


def test_the_end_of_a_torn_text_is_no_answer_though_it_is_a_digit(phone: Phone) -> None:
    phone.send("a" * 153, after=0)
    assert phone.send("1", after=5).acts == (Keep("1", joins=True),)
    assert phone.step is Step.WHOSE_PHONE
    # The same digit is the answer once the text before it was whole.
    assert phone.send("1", after=5).acts == (SetPhone(WhosePhone.OWN),)


def test_marked_parts_are_testimony_wherever_they_come(phone: Phone) -> None:
    phone.send_all("(2/3) and no food", "1", "2")
    heard = phone.send("(1/3) They took us")
    assert heard == Heard(heard.position, None, (Keep("(1/3) They took us", joins=True, part=Part(1, 3)),))
    assert phone.step is Step.REACH
    assert phone.send("Foxway Kulim").acts == (SetSite(UUID(int=7), "Foxway Kulim"),)


def test_an_answer_right_after_the_first_text_counts(phone: Phone) -> None:
    phone.send("Our boss is bad")
    assert phone.send("1", after=3).acts == (SetPhone(WhosePhone.OWN),)
    assert phone.send("no", after=3).reply is not None
    assert phone.send("Foxway Kulim", after=3).acts == (SetSite(UUID(int=7), "Foxway Kulim"),)


def test_a_minute_is_where_testimony_ends(phone: Phone) -> None:
    phone.send("Our boss is bad")
    assert phone.send("and cruel", after=int(SAME_TESTIMONY.total_seconds())).reply is None
    assert phone.send("and greedy", after=int(SAME_TESTIMONY.total_seconds()) + 1).reply is not None


def test_1600_letters_are_kept_whole(phone: Phone) -> None:
    body = ("আমাদের বেতন দেয়নি। " * 90)[:1600].strip()
    assert phone.send(body).acts[0] == FileReport(body, ("wages",))
    phone.send("1")
    assert phone.send(body[::-1]).acts[0] == Keep(body[::-1].strip())


@pytest.mark.parametrize("word", ("STOP", "end", "Cancel.", "ARRET", "berhenti", "ရပ်"))
@pytest.mark.parametrize("before", (0, 1, 3, 6))
def test_stop_is_obeyed_without_a_word(phone: Phone, word: str, before: int) -> None:
    phone.send_all("no wages", *["1", "2", "Foxway Kulim", "1", "1", "8"][:before])
    heard = phone.send(word)
    # A sentence is somebody's words, and kept as such.
    kept = (Keep(word),) if len(word.split()) > 1 else ()
    assert (heard.reply, heard.acts, heard.position.step) == (None, (*kept, OptOut()), Step.QUIET)
    assert phone.send("please help me").acts == (Keep("please help me"),)
    assert phone.heard[-1].reply is None
    assert ErasePhone() in fall_silent(phone.heard[-1].position).acts


def test_start_from_a_shared_phone_is_obeyed_without_a_word(phone: Phone, texts: Texts) -> None:
    phone.send_all("no wages", "2", "STOP")
    heard = phone.send("START")
    assert (heard.reply, heard.acts) == (None, (OptIn(),))


def test_start_after_a_stop_between_the_questions_begins_them_again(phone: Phone, texts: Texts) -> None:
    phone.send_all("no wages", "1", "STOP")
    heard = phone.send("START")
    assert heard.acts == (OptIn(),)
    assert heard.reply == f"{texts.say(Text.STARTED)} {texts.say(Text.WHOSE_PHONE_THEN)}"
    assert phone.send("1").position.step is Step.DANGER


def test_orders_of_a_number_without_a_conversation_make_no_case(words: TopicWords, texts: Texts) -> None:
    for body, reply, acts in (
        ("STOP", None, (OptOut(),)),
        ("start", texts.say(Text.STARTED), (OptIn(),)),
        ("HELP", texts.say(Text.ABOUT), ()),
    ):
        heard = begin(read_text(body, words), texts, START, answerable=True)
        assert (heard.reply, heard.acts, heard.opened) == (reply, acts, None)
    assert begin(read_text("HELP", words), texts, START, answerable=False).reply is None


def test_help_leaves_the_question_standing(phone: Phone, texts: Texts) -> None:
    phone.send_all("no wages", "1")
    before = phone.position
    assert phone.send("INFO").reply == texts.say(Text.ABOUT)
    assert phone.position is not None
    assert before is not None
    assert shown(phone.position) == shown(before)


def test_who_cannot_be_answered_is_filed_and_never_answered(words: TopicWords, texts: Texts) -> None:
    heard = begin(read_text("they beat us", words), texts, START, answerable=False)
    assert (heard.reply, heard.acts) == (None, (FileReport("they beat us"),))
    assert hear(heard.position, read_text("1", words), FOXWAY, texts, START).reply is None


def open_phone(phone: Phone) -> Phone:
    phone.send_all("no wages", "1", "2", "Foxway Kulim", "1", "1")
    assert phone.step is Step.OPEN
    return phone


def test_status_by_digit_is_stage_and_next_date_only(phone: Phone) -> None:
    heard = open_phone(phone).send("8")
    assert (heard.reply, heard.acts) == ("Read. Next date: Thu 3 Dec. 2 starts a new report.", ())


def test_the_code_goes_out_only_when_asked_for_and_confirmed(phone: Phone, texts: Texts) -> None:
    assert SendReceipt() not in open_phone(phone).acts
    assert phone.send("4").reply == texts.say(Text.CODE)
    assert phone.send("1").acts == (SendReceipt(),)
    assert phone.heard[-1].reply is None
    assert phone.send("code").reply == texts.say(Text.CODE)
    assert phone.send("no").reply == texts.say(Text.NO_CODE)
    assert phone.step is Step.OPEN


def test_no_code_goes_to_a_phone_whose_holder_asks_who_we_are(phone: Phone, texts: Texts) -> None:
    open_phone(phone)
    assert phone.send("Who is this?").reply == texts.say(Text.ABOUT)
    phone.send_all("4", "1", "code", "yes")
    assert SendReceipt() not in phone.acts
    assert phone.send("4", after=2 * 86400).reply == texts.say(Text.CODE)


def test_worse_asks_for_danger_and_passes_it_on(phone: Phone, texts: Texts) -> None:
    open_phone(phone)
    assert phone.send("it got worse").reply == texts.say(Text.DANGER)
    heard = phone.send("yes")
    assert heard.acts == (SetDanger(), Settle())
    assert heard.reply == "A helper is being told. If you can, go to a safe place. Emergency: call 999."
    assert phone.send("Much worse now").reply == texts.say(Text.DANGER)
    assert phone.send("2").reply == texts.say(Text.KEPT)
    assert phone.step is Step.OPEN


def test_a_yes_before_more_words_is_danger_and_the_words_are_kept(phone: Phone) -> None:
    heard = phone.send_all("Our boss is bad", "1", "Yes, he is at the door")
    assert heard.acts == (Keep("Yes, he is at the door"), SetDanger(), Settle())


def test_how_to_be_reached_is_asked_in_danger_and_confirmed(phone: Phone, texts: Texts) -> None:
    phone.send_all("Our boss is bad", "1", "1")
    heard = phone.send("call me please")
    assert heard.acts == (AgreeContact(ContactWay.CALL),)
    assert (heard.reply or "").startswith(texts.say(Text.MAY_CALL))
    assert phone.step is Step.SITE
    assert fall_silent(heard.position).position.step is Step.OPEN
    phone.send_all("Foxway Kulim", "1", "1")
    assert phone.position is not None
    assert phone.position.step is Step.OPEN


def test_in_danger_and_hurt_the_number_is_kept_and_so_said(phone: Phone, texts: Texts) -> None:
    heard = phone.send_all("he raped me", "1", "1")
    assert (phone.step, phone.heard[-1].acts) == (Step.HURT, (SetDanger(), Settle()))
    assert "We keep the number two days." in (heard.reply or "")
    silent = fall_silent(heard.position)
    assert (silent.acts, silent.position.held) == ((), True)
    assert fall_silent(silent.position).acts == (ErasePhone(),)
    phone.position = silent.position
    assert phone.send("1", after=80_000).acts == (AgreeContact(ContactWay.CALL),)


def test_hurt_without_danger_is_promised_nothing_and_forgotten(phone: Phone) -> None:
    heard = phone.send_all("he raped me", "1", "2")
    assert "keep the number" not in (heard.reply or "")
    assert ErasePhone() in fall_silent(heard.position).acts


def test_a_number_told_to_be_kept_in_danger_is_kept_once(phone: Phone) -> None:
    silent = fall_silent(phone.send_all("Our boss is bad", "1", "1").position)
    assert (silent.acts, silent.position.held) == ((), True)
    assert fall_silent(silent.position).acts == (ErasePhone(),)
    phone.position = silent.position
    assert phone.send("1", after=80_000).acts == (AgreeContact(ContactWay.TEXT),)


def test_a_copy_is_no_second_answer(phone: Phone, texts: Texts) -> None:
    waiting = replace(FOXWAY, gone=False)
    phone.send_all("Our boss is bad", "1")
    for after in (1, 30, 60):
        assert phone.send("1", waiting, after=after) == Heard(phone.heard[-1].position)
    phone.send("1", waiting, after=120)
    assert SetDanger() in phone.acts


@pytest.mark.parametrize("after", (5, 8, 20, 60, 118))
def test_what_a_copy_could_say_is_no_danger_and_the_next_one_is(
    phone: Phone, texts: Texts, after: int
) -> None:
    phone.send_all("Our boss is bad", "1")
    assert phone.send("1", after=1).reply is None
    asked = phone.send("1", after=after)
    assert (asked.reply, asked.acts, phone.step) == (texts.say(Text.DANGER), (), Step.DANGER)
    assert phone.send("1", after=2) == Heard(asked.position)
    assert SetDanger() in phone.send("1", after=4).acts


def test_the_same_words_two_minutes_later_count_at_once(phone: Phone) -> None:
    phone.send_all("Our boss is bad", "1")
    assert SetDanger() in phone.send("1", after=120).acts


@pytest.mark.parametrize("body", ("Yes", "1 Yes", "yes please", "one", "Yes, he is at the door"))
def test_danger_in_another_spelling_counts_at_once(phone: Phone, body: str) -> None:
    phone.send_all("Our boss is bad", "1")
    assert SetDanger() in phone.send(body, after=4).acts


def test_where_the_step_asked_the_same_again_the_same_words_count(phone: Phone, texts: Texts) -> None:
    phone.send_all("Our boss is bad", "1")
    assert phone.send("hm", after=20).reply == texts.say(Text.DANGER)
    assert SetDanger() in phone.send("1", after=20).acts


@pytest.mark.parametrize(
    ("before", "body", "step"),
    (
        (("Our boss is bad", "1", "1"), "1", Step.REACH_IN_DANGER),
        (("no wages", "1", "2", "Foxway Kulim", "1"), "1", Step.CONTACT),
        (("Our boss is bad", "1", "2", "Foxway Kulim", "2"), "2", Step.CONSENT),
        (("no wages", "1", "2", "Foxway Kulim", "4", "4", "1"), "1", Step.LOCKED),
    ),
)
def test_no_copy_lets_anybody_know_or_text(
    phone: Phone, before: tuple[str, ...], body: str, step: Step
) -> None:
    phone.send_all(*before)
    asked = phone.send(body, after=40)
    assert (asked.acts, phone.step, asked.reply is None) == ((), step, False)
    assert phone.send(body, after=40).acts != ()


def test_an_answer_that_can_do_no_harm_counts_once_the_question_could_be_read(
    phone: Phone, texts: Texts
) -> None:
    phone.send_all("Our boss is bad", "1", "2", "Foxway Kulim")
    phone.position = replace(phone.heard[-1].position, last=read_text("1", phone.words).mark)
    assert phone.send("1", after=8).reply == texts.say(Text.TOPIC)
    phone.position = replace(phone.heard[-2].position, last=read_text("1", phone.words).mark)
    assert SetTopics(("wages",), chosen=True) in phone.send("1", after=20).acts


@pytest.mark.parametrize("body", ("1", "2.", "1 2", "yes", "No", "1 Yes", "only mine", "1=Only mine", "१"))
def test_an_answer_to_nothing_opens_no_case(words: TopicWords, texts: Texts, body: str) -> None:
    heard = begin(read_text(body, words), texts, START, answerable=True)
    assert (heard.reply, heard.acts, heard.opened) == (texts.say(Text.LATE), (), None)


@pytest.mark.parametrize("body", ("pay", "help us", "11", "passport", "danger", "1 man was hurt", "call me"))
def test_words_that_say_something_open_one(words: TopicWords, texts: Texts, body: str) -> None:
    heard = begin(read_text(body, words), texts, START, answerable=True)
    assert heard.opened is not None


@pytest.mark.parametrize("after", (3, 12, 59, 61, 3000))
@pytest.mark.parametrize(
    ("body", "whose"),
    (
        *((body, WhosePhone.OWN) for body in ("Only mine", "mine", "It's mine", "1 Only mine", "Mine 1")),
        *((body, WhosePhone.SHARED) for body in ("shared", "2=Shared", "we share it", "my husband's")),
        *((body, WhosePhone.COMPANY) for body in ("company", "(3) Company", "my boss's phone")),
    ),
)
def test_an_answer_in_words_counts_at_any_time(
    phone: Phone, body: str, whose: WhosePhone, after: int
) -> None:
    phone.send("Our boss is bad")
    assert SetPhone(whose) in phone.send(body, after=after).acts


def test_short_words_that_are_not_understood_are_not_met_by_silence_again_and_again(
    phone: Phone, texts: Texts
) -> None:
    phone.send("Our boss is bad")
    replies = [phone.send(body, after=12).reply for body in ("hm", "hello", "so", "what", "is", "it", "now")]
    assert all(one or other for one, other in pairwise(replies))
    assert SetPhone(WhosePhone.OWN) in phone.send("Only mine", after=12).acts


@pytest.mark.parametrize("step", tuple(TABLE))
def test_every_spelling_of_an_option_is_that_option(step: Step, words: TopicWords, texts: Texts) -> None:
    row = TABLE[step]
    before = Position(step, "en", whose=WhosePhone.OWN, places=("F... in Kulim",), sites=(UUID(int=7),))
    before = replace(before, back=Step.OPEN if step in (Step.CODE, Step.WORSE) else None)
    labels = {digit: label for label, digit in texts.options(row.text).items()}
    for digit in row.answers:
        meant = hear(before, read_text(str(digit), words), FOXWAY, texts, START)
        if meant.acts[:1] == (Keep(str(digit)),):
            continue  # no answer at this position
        told = labels.get(digit, "")
        number = words_of(digit)
        spellings = [f"{digit}.", f"({digit})", f" {digit} ", chr(0xFF10 + digit), chr(0x966 + digit), number]
        spellings += [f"{digit} please", f"option {digit}"]
        if told:
            spellings += [told, told.upper(), f"{digit} {told}", f"{told} {digit}", f"{digit}={told}"]
            spellings += [f"{told} please", f"{number} {told}", f"{digit}. {told.title()}!"]
        for body in spellings:
            heard = hear(before, read_text(body, words), FOXWAY, texts, START)
            assert (heard.acts, heard.reply) == (meant.acts, meant.reply), (digit, body)
        for testimony in (f"{number} man beat me", f"{digit} of us are hurt", f"{digit}{digit}"):
            heard = hear(before, read_text(testimony, words), replace(FOXWAY, certain=False), texts, START)
            assert [act for act in heard.acts if isinstance(act, Keep | SetSite) and act.words == testimony]


def words_of(digit: int) -> str:
    """A digit in an English word."""
    return ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")[digit]


def test_later_words_are_kept_and_answered_once_a_day(phone: Phone, texts: Texts) -> None:
    open_phone(phone)
    assert phone.send("it goes on", after=7200).reply == texts.say(Text.KEPT)
    assert phone.send("every day", after=7200).reply is None
    assert phone.send("no food", after=86400).reply == texts.say(Text.KEPT)
    assert [act.words for act in phone.acts if isinstance(act, Keep)] == [
        "it goes on",
        "every day",
        "no food",
    ]


def test_a_new_report_is_always_offered_and_nothing_is_echoed(phone: Phone, texts: Texts) -> None:
    open_phone(phone)
    secret = "Zanzibar took my cousin"
    offers = [phone.send(secret).reply, phone.send("8").reply]
    assert all(reply is not None and "2 starts a new report" in reply for reply in offers)
    assert phone.send("2").reply == texts.say(Text.NEW_REPORT)
    heard = phone.send("Another person: no pay here")
    assert heard.acts == (FileReport("Another person: no pay here", ("wages",)),)
    assert heard.opened is not None
    assert shown(heard.opened) == Position(Step.WHOSE_PHONE, "en", topics=("wages",))
    assert heard.reply == texts.say(Text.WHOSE_PHONE)
    assert heard.position.step is Step.OPEN
    said = ("Zanzibar", "cousin", "Foxway", "wages", "Another", "pay here")
    assert not any(word in (heard.reply or "") for heard in phone.heard for word in said)


def test_words_long_after_asking_for_a_new_report_stay_with_the_open_case(phone: Phone) -> None:
    open_phone(phone).send("2")
    assert phone.send("it got worse", after=7200).acts == (Keep("it got worse"), GetWorse())


def test_no_more_texts(phone: Phone, texts: Texts) -> None:
    heard = open_phone(phone).send("0")
    assert (heard.reply, heard.acts) == (
        texts.say(Text.FAREWELL),
        (EndTexts(), AgreeContact(ContactWay.INBOX)),
    )
    assert ErasePhone() in fall_silent(heard.position).acts


# After one answer danger was asked for: `test_a_late_yes_to_danger_counts_within_the_day`.
@pytest.mark.parametrize("answers", (0, 2, 3, 4, 5))
def test_silence_at_any_question_settles_and_forgets_the_number(phone: Phone, answers: int) -> None:
    phone.send_all("Our boss is bad", *["1", "2", "Foxway Kulim", "1", "1"][:answers])
    position = phone.heard[-1].position
    assert position.waits
    silent = fall_silent(position)
    assert silent.position.step is Step.ENDED
    assert silent.reply is None
    settled_before = position.step is Step.CONTACT
    assert silent.acts == ((ErasePhone(),) if settled_before else (Settle(), ErasePhone()))


LATE = 16 * 60


def test_a_late_answer_in_words_is_still_an_answer_to_its_question(phone: Phone) -> None:
    phone.send("Our boss is bad")
    assert phone.send("only mine", after=90_000).acts == (SetPhone(WhosePhone.OWN),)


TO_CONSENT = ("Our boss is bad", "1", "2", "Foxway Kulim", "1")
BEFORE_SILENCE = {
    Step.WHOSE_PHONE: ("Our boss is bad",),
    Step.REACH: ("Our boss is bad", "1", "2"),
    Step.TOPIC: ("Our boss is bad", "1", "2", "Foxway Kulim"),
    Step.CONSENT: TO_CONSENT,
    Step.CONTACT: (*TO_CONSENT, "1"),
    Step.LOCKED: (*TO_CONSENT, "4"),
    Step.CODE: (*TO_CONSENT, "1", "4"),
    Step.HURT: ("he raped me", "1", "2"),
}


@pytest.mark.parametrize("step", BEFORE_SILENCE, ids=str)
def test_a_late_digit_changes_nothing_and_is_asked_about(words: TopicWords, texts: Texts, step: Step) -> None:
    """Before the dispatcher has looked the question still stands: it comes again, and then the answer counts."""
    for digit in (str(each) for each in TABLE[step].answers):
        phone = Phone(words, texts)
        before = phone.send_all(*BEFORE_SILENCE[step]).position
        assert phone.step is step
        meaning = TABLE[step].meaning(int(digit), phone.position or before)
        if meaning is None or (step is Step.TOPIC and HURT_TOPIC in meaning.position.topics):
            continue  # hurt counts at once
        heard = phone.send(digit, after=LATE)
        assert heard.acts == ()
        assert phone.step is step
        assert heard.reply == TABLE[step].ask(texts, heard.position, FOXWAY)
        counted = phone.send(digit, after=30)
        assert counted.acts or counted.position.step is not step


def test_nobody_yet_in_words_counts_also_late(phone: Phone) -> None:
    phone.send_all(*TO_CONSENT)
    assert SetConsent(ConsentLevel.NOBODY) in phone.send("nobody yet", after=LATE).acts


def test_a_late_digit_locks_no_case_in_danger_whose_number_is_kept(phone: Phone) -> None:
    heard = phone.send_all("Our boss is bad", "1", "1", "Foxway Kulim", "1")
    assert phone.step is Step.CONSENT
    silent = fall_silent(heard.position)
    assert silent.position.held
    phone.position = silent.position
    assert phone.send("4", after=20_000).acts == ()
    assert phone.step is Step.CONSENT
    assert SetConsent(ConsentLevel.NOBODY) in phone.send("4", after=60).acts


@pytest.mark.parametrize("digit", ("0", "1", "2", "4"))
def test_a_digit_for_a_question_that_silence_ended_is_asked_about(
    phone: Phone, texts: Texts, digit: str
) -> None:
    """0 is "Other" there, and not that nothing may be texted any more; words or news end the question for good."""
    phone.send_all("Our boss is bad", "1", "2", "1", "Foxway Kulim")
    assert phone.step is Step.TOPIC
    phone.position = fall_silent(phone.heard[-1].position).position
    for _ in range(2):
        heard = phone.send(digit, after=LATE)
        assert (heard.reply, heard.acts, phone.step) == (texts.say(Text.LATE), (), Step.OPEN)
    assert phone.send("8").reply == texts.status(Stage.READ, date(2026, 12, 3))
    assert phone.send("2").reply == texts.say(Text.NEW_REPORT)


@pytest.mark.parametrize("yes", ("1", "yes", "1 Yes", "yes he is at the door"))
@pytest.mark.parametrize("looked", (True, False))
def test_a_late_yes_to_danger_counts_within_the_day(phone: Phone, yes: str, looked: bool) -> None:
    heard = phone.send_all("Our boss is bad", "1")
    if looked:
        silent = fall_silent(heard.position)
        assert (silent.acts, silent.position.held) == ((Settle(),), True)
        assert ErasePhone() in fall_silent(silent.position).acts
        phone.position = silent.position
    late = phone.send(yes, after=80_000)
    assert SetDanger() in late.acts
    assert "999" in (late.reply or "")


def test_a_late_no_to_danger_is_asked_about(phone: Phone, texts: Texts) -> None:
    phone.position = fall_silent(phone.send_all("Our boss is bad", "1").position).position
    late = phone.send("2", after=20_000)
    assert (late.reply, late.acts) == (texts.say(Text.DANGER), ())


def test_silence_leaves_an_open_conversation_open(phone: Phone) -> None:
    position = open_phone(phone).heard[-1].position
    assert not position.waits
    assert fall_silent(position).position.step is Step.OPEN
    assert ErasePhone() not in fall_silent(position).acts


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
