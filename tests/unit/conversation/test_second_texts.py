"""What comes twice: a copy by the carrier, the same words again, and words to which no question stood."""

from dataclasses import replace
from itertools import pairwise
from uuid import UUID

import pytest

from app.intake.conversation.machine.acts import Keep, SetDanger, SetPhone, SetSite, SetTopics
from app.intake.conversation.machine.answers import read_text
from app.intake.conversation.machine.position import Position, Step, WhosePhone
from app.intake.conversation.machine.saying import Texts
from app.intake.conversation.machine.steps import Heard, begin, hear
from app.intake.conversation.machine.table import TABLE
from app.intake.conversation.machine.texts import Text
from app.intake.conversation.machine.topic_words import TopicWords
from tests.unit.conversation.phone import FOXWAY, Phone
from tests.unit.conversation.walking import START


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
