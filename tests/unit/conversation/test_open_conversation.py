"""After the last question: how it goes, the code, danger told later, words that are kept, a new report, no more texts."""

from app.intake.conversation.machine.acts import (
    AgreeContact,
    EndTexts,
    ErasePhone,
    FileReport,
    GetWorse,
    Keep,
    SendReceipt,
    SetDanger,
    Settle,
)
from app.intake.conversation.machine.position import Position, Step
from app.intake.conversation.machine.saying import Texts
from app.intake.conversation.machine.steps import fall_silent
from app.intake.conversation.machine.texts import Text
from app.intake.report import ContactWay
from tests.unit.conversation.phone import Phone, open_phone
from tests.unit.conversation.walking import shown


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
