"""A wish for a language at any step: no answer and no place, nothing that was missed, and its words are kept."""

import pytest

from app.intake.conversation.machine.acts import DenyDanger, FileReport, Keep, SetLanguage, SetPhone, SetSite
from app.intake.conversation.machine.position import Step, WhosePhone
from app.intake.conversation.machine.saying import Texts
from app.language.languages import Language, LanguageEntry
from tests.unit.conversation.phone import NOWHERE, Phone

FIRST = "They do not pay us"
STEPS = (
    (FIRST,),
    (FIRST, "1"),
    (FIRST, "1", "2"),
    (FIRST, "1", "1"),
    (FIRST, "1", "2", "Foxway Kulim"),
    (FIRST, "1", "2", "Foxway Kulim", "1"),
)


@pytest.mark.parametrize(
    "said", ("Nepali please", "I only speak Nepali", "नेपालीमा", "can you write in Nepali")
)
@pytest.mark.parametrize("before", STEPS, ids=len)
def test_a_wish_is_kept_and_the_question_comes_again(
    phone: Phone, before: tuple[str, ...], said: str
) -> None:
    asked = phone.send_all(*before).reply
    step, misses = phone.step, phone.position.misses if phone.position else 0
    heard = phone.send(said, NOWHERE)
    assert heard.acts == (SetLanguage("ne"), Keep(said))
    assert (phone.step, heard.position.misses) == (step, misses)
    assert heard.reply
    assert heard.reply.split("?")[-1] == (asked or "").split("?")[-1]


@pytest.mark.parametrize("after", (5, 30, 600))
def test_a_wish_soon_after_the_first_words_is_answered_too(phone: Phone, after: int) -> None:
    phone.send(FIRST)
    heard = phone.send("Nepali please", after=after)
    assert (heard.acts, phone.step) == ((SetLanguage("ne"), Keep("Nepali please")), Step.WHOSE_PHONE)
    assert heard.reply


def test_a_copy_of_a_wish_is_kept_once(phone: Phone) -> None:
    phone.send_all(FIRST, "Nepali please")
    assert phone.send("Nepali please", after=2).acts == ()


def test_a_first_text_that_is_a_wish_is_filed(phone: Phone) -> None:
    heard = phone.send("Hindi please")
    assert heard.acts == (FileReport("Hindi please"),)
    assert phone.step is Step.WHOSE_PHONE


@pytest.mark.parametrize("said", ("1. Nepali please", "1 Nepali please", "only mine, please write in Nepali"))
def test_an_answer_beside_a_wish_counts(phone: Phone, said: str) -> None:
    phone.send(FIRST)
    acts = phone.send(said).acts
    assert {SetLanguage("ne"), Keep(said), SetPhone(WhosePhone.OWN)} <= set(acts)


def test_a_no_danger_beside_a_wish_counts_and_is_kept(phone: Phone) -> None:
    phone.send_all(FIRST, "1")
    assert phone.send("2. Nepali please").acts == (
        SetLanguage("ne"),
        Keep("2. Nepali please"),
        DenyDanger(),
    )
    assert phone.step is Step.REACH


def test_a_place_beside_a_wish_is_the_place(phone: Phone) -> None:
    phone.send_all(FIRST, "1", "2")
    said = "Shed 4, Ipoh. Nepali please"
    acts = phone.send(said, NOWHERE).acts
    assert acts[:2] == (SetLanguage("ne"), Keep(said))
    assert SetSite(None, "Shed 4, Ipoh.") in acts


@pytest.mark.parametrize("word", ("STOP", "HELP", "START"))
def test_an_order_with_a_wish_is_none(phone: Phone, word: str) -> None:
    phone.send_all(FIRST, "1")
    said = f"{word}. Nepali please"
    acts = phone.send(said).acts
    assert acts[:2] == (SetLanguage("ne"), Keep(said))
    assert phone.step is Step.DANGER


def test_testimony_with_a_wish_is_kept_whole(phone: Phone) -> None:
    phone.send_all(FIRST, "1")
    said = "The foreman also hits us please answer in Nepali"
    assert {SetLanguage("ne"), Keep(said)} <= set(phone.send(said).acts)


def test_after_the_questions_a_wish_is_kept_and_thanked_for(phone: Phone) -> None:
    phone.send_all(FIRST, "1", "2", "Foxway Kulim", "1", "1")
    heard = phone.send("Nepali please")
    assert (heard.acts, phone.step) == ((SetLanguage("ne"), Keep("Nepali please")), Step.OPEN)
    assert heard.reply


def test_after_the_questions_a_wish_begins_no_new_report(phone: Phone) -> None:
    phone.send_all(FIRST, "1", "2", "Foxway Kulim", "1", "1", "2")
    heard = phone.send("Nepali please")
    assert (heard.acts, phone.step) == ((SetLanguage("ne"), Keep("Nepali please")), Step.NEW_REPORT)
    (filed,) = phone.send("They took my passport. Nepali please").acts
    assert isinstance(filed, FileReport)
    assert filed.words == "They took my passport. Nepali please"


def test_nothing_is_sent_to_a_phone_that_is_shared(phone: Phone) -> None:
    phone.send_all(FIRST, "2")
    heard = phone.send("Nepali please")
    assert (heard.reply, heard.acts) == (None, (SetLanguage("ne"), Keep("Nepali please")))


def test_the_conversation_goes_on_in_the_language_of_its_texts(phone: Phone) -> None:
    phone.send_all(FIRST, "1")
    english = phone.texts.language
    entry = LanguageEntry("ne", "नेपाली", "ltr", "ne", "", "")
    phone.texts = Texts(Language(entry, english.catalogue))
    assert phone.send("Nepali please").position.language == "ne"
    assert phone.send("2").position.language == "ne"
