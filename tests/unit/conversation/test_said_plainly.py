"""What a worker says plainly counts whatever was asked, every case is asked who may know, and every last answer is answered."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.enums import ConsentLevel
from app.intake.conversation.machine.acts import (
    AgreeContact,
    EndTexts,
    FileReport,
    HandToPerson,
    Keep,
    OptIn,
    SendReceipt,
    SetConsent,
    SetDanger,
    SetPhone,
    SetSite,
    StopAsking,
)
from app.intake.conversation.machine.answers import read_text
from app.intake.conversation.machine.position import Position, Step, WhosePhone
from app.intake.conversation.machine.saying import Texts
from app.intake.conversation.machine.steps import fall_silent, hear
from app.intake.conversation.machine.table import TABLE
from app.intake.conversation.machine.texts import Text
from app.intake.conversation.machine.topic_words import TopicWords
from app.intake.report import ContactWay
from tests.unit.conversation.phone import FOXWAY, NOWHERE, Phone
from tests.unit.conversation.walking import START, knowledge

FIRST = "Our boss is bad"
TO_SITE, TO_TOPIC = (FIRST, "1", "2", "2"), (FIRST, "1", "2", "Foxway Kulim")
TO_CONSENT = (*TO_TOPIC, "1")
LOCK = SetConsent(ConsentLevel.NOBODY)
TEXT, INBOX = AgreeContact(ContactWay.TEXT), AgreeContact(ContactWay.INBOX)
MINUTES = 60

MAY_TEXT = (
    *(
        "you can text me",
        "1 you can text me",
        "yes text me",
        "You may message me here",
        "ok to text",
        "text me",
    ),
    *(
        "they can text me",
        "A helper may text me, no problem",
        "please text me on this number",
        "u can text me",
    ),
    *("you can text me at night", "me pueden escribir", "आप मुझे मैसेज कर सकते हैं", "可以给我发短信"),
    *("bisa sms saya", "có thể nhắn tin cho tôi"),
)


@pytest.mark.parametrize("said", MAY_TEXT)
@pytest.mark.parametrize("before", (TO_SITE, TO_TOPIC, TO_CONSENT))
def test_texts_are_agreed_to_at_any_question(
    phone: Phone, texts: Texts, before: tuple[str, ...], said: str
) -> None:
    phone.send_all(*before)
    step = phone.step
    heard = phone.send(said, NOWHERE)
    assert heard.acts == (Keep(said), TEXT)
    assert (heard.reply or "").startswith(texts.say(Text.MAY_TEXT))
    assert (phone.step, phone.heard[-1].position.contact) == (step, ContactWay.TEXT)


@pytest.mark.parametrize(
    "said",
    (
        *(
            "they text me bad things",
            "will they text me?",
            "my boss will text me",
            "do you text me",
            "he can text me",
        ),
        *("2 you can text me", "you can not text me", "text", "no you can text me"),
    ),
)
def test_what_is_not_said_plainly_agrees_to_nothing(phone: Phone, said: str) -> None:
    phone.send_all(*TO_TOPIC)
    assert TEXT not in phone.send(said, NOWHERE).acts


def test_texts_agreed_to_before_the_phone_was_known_are_agreed_to_on_an_own_phone_only(
    words: TopicWords, texts: Texts
) -> None:
    for whose, agreed in (("1", True), ("2", False), ("company", False)):
        phone = Phone(words, texts)
        heard = phone.send_all(FIRST, "you can text me")
        assert (heard.acts, heard.reply) == ((Keep("you can text me"),), texts.say(Text.WHOSE_PHONE))
        assert (TEXT in phone.send(whose).acts) is agreed
        phone.send_all("you can text me", "yes text me")
        assert (TEXT in phone.acts) is agreed
        assert (phone.heard[-1].reply is not None) is agreed


def test_who_agreed_before_is_asked_where_and_not_how_once_more(phone: Phone, texts: Texts) -> None:
    phone.send_all(FIRST, "1", "you can text me")
    assert phone.send("2").reply == texts.say(Text.SITE)
    assert phone.send_all("Foxway Kulim", "1", "1").reply == texts.say(Text.DONE)


def test_texts_are_agreed_to_after_a_no(phone: Phone, texts: Texts) -> None:
    phone.send_all(*TO_CONSENT, "1", "2")
    assert phone.send("ok you can text me").reply == texts.say(Text.MAY_TEXT)
    assert phone.step is Step.OPEN
    assert phone.send_all("STOP", "you can text me").acts == (Keep("you can text me"),)


NOT_TEXT = (
    *(
        "do not text me",
        "Don't write to me here",
        "dont text me",
        "please don't send messages",
        "no texts please",
    ),
    *("ne m'écrivez pas", "मुझे मैसेज मत करो", "不要给我发短信"),
)


@pytest.mark.parametrize("said", NOT_TEXT)
@pytest.mark.parametrize(
    "before", ((FIRST,), (FIRST, "1"), TO_SITE, TO_TOPIC, TO_CONSENT, (*TO_CONSENT, "1", "1"))
)
def test_a_plain_no_to_texts_ends_them_at_any_question(
    phone: Phone, texts: Texts, before: tuple[str, ...], said: str
) -> None:
    phone.send_all(*before)
    heard = phone.send(said, NOWHERE)
    assert phone.step is Step.QUIET
    assert heard.reply == texts.say(Text.NO_MORE_TEXTS)
    assert {StopAsking(), EndTexts(), INBOX} <= set(heard.acts)


@pytest.mark.parametrize(
    "said", ("yes you can text", "yes text me", "ok you can text me", "Yes, you may text me here.")
)
@pytest.mark.parametrize("step", (Step.DANGER, Step.WORSE))
def test_agreeing_to_texts_is_no_yes_to_danger(phone: Phone, texts: Texts, step: Step, said: str) -> None:
    position = Position(step, "en", whose=WhosePhone.OWN, back=Step.OPEN)
    heard = hear(position, phone.read(said), NOWHERE, texts, START)
    assert heard.acts == (Keep(said), TEXT)
    assert heard.reply == f"{texts.say(Text.MAY_TEXT)} {texts.say(Text.DANGER)}"
    assert heard.position.step is step
    # Words of danger beside it are heard as that, whatever else they say.
    beaten = replace(phone.read("yes you can text me they beat us"), danger=True)
    assert SetDanger() in hear(position, beaten, NOWHERE, texts, START).acts


NOBODY = (
    *(
        "tell nobody",
        "Please tell no one",
        "don't tell anyone",
        "nobody may know",
        "keep it secret",
        "do not tell anybody!",
    ),
    *("que nadie sepa", "किसी को मत बताना", "jangan beritahu sesiapa", "不要告诉任何人", "4 nobody may know"),
)


@pytest.mark.parametrize("said", NOBODY)
@pytest.mark.parametrize(
    "before",
    (
        *((FIRST,), (FIRST, "1"), (FIRST, "1", "2"), (FIRST, "1", "1"), TO_SITE, TO_TOPIC, TO_CONSENT),
        *(
            (*TO_CONSENT, "1"),
            (*TO_CONSENT, "1", "4"),
            (*TO_CONSENT, "1", "1"),
            (*TO_CONSENT, "1", "2"),
            (FIRST, "3"),
        ),
        ("he raped me", "1", "2"),
    ),
)
def test_nobody_may_know_locks_whatever_was_asked(phone: Phone, before: tuple[str, ...], said: str) -> None:
    phone.send_all(*before)
    heard = phone.send(said, NOWHERE)
    assert LOCK in heard.acts
    assert heard.position.consent is ConsentLevel.NOBODY


@pytest.mark.parametrize(
    "said",
    (
        *("tell nobody i am scared", "nobody should know this. they keep our passports"),
        *(
            "they keep our passports. please dont tell anyone",
            "tell nobody pls. supervisor touch me every night",
        ),
    ),
)
@pytest.mark.parametrize("before", ((FIRST, "1", "2"), TO_SITE, TO_TOPIC, TO_CONSENT, (*TO_CONSENT, "1")))
def test_nobody_may_know_is_heard_beside_other_words(
    phone: Phone, before: tuple[str, ...], said: str
) -> None:
    phone.send_all(*before)
    heard = phone.send(said, NOWHERE)
    assert LOCK in heard.acts
    assert Keep(said) in heard.acts


def test_who_else_said_that_nobody_may_know_locks_nothing(phone: Phone) -> None:
    phone.send_all(*TO_TOPIC)
    for said in ("the boss told us: tell nobody or you lose the job", "he said dont tell anyone"):
        assert LOCK not in phone.send(said, NOWHERE).acts


NOBODY_ALONE = ("nobody", "No one", "no one at all", "nadie", "किसी को नहीं")


@pytest.mark.parametrize("said", (*NOBODY_ALONE, "none", "4 nobody"))
def test_nobody_alone_locks_where_it_was_asked_who_may_know(phone: Phone, texts: Texts, said: str) -> None:
    phone.send_all(*TO_CONSENT)
    if said != "none":
        assert LOCK in phone.send(said, NOWHERE).acts
        assert phone.heard[-1].reply == texts.say(Text.LOCKED)


@pytest.mark.parametrize("said", NOBODY_ALONE)
@pytest.mark.parametrize("before", ((FIRST, "1", "2"), TO_SITE))
def test_nobody_alone_is_about_the_place_where_that_was_asked(
    phone: Phone, texts: Texts, before: tuple[str, ...], said: str
) -> None:
    phone.send_all(*before)
    step = phone.step
    heard = phone.send(said, NOWHERE)
    assert (heard.acts, phone.step) == ((Keep(said),), step)
    assert "Where do you work?" in (heard.reply or "")
    assert phone.send(said, NOWHERE).reply == f"{texts.say(Text.PERSON_READS)} {texts.say(Text.TOPIC)}"


@pytest.mark.parametrize("said", (*NOBODY_ALONE, "4 nobody"))
def test_nobody_alone_is_a_no_to_being_reached_and_locks_at_no_other_question(
    phone: Phone, said: str
) -> None:
    phone.send_all(*TO_CONSENT, "1")
    heard = phone.send(said, NOWHERE)
    assert (LOCK in heard.acts) is said.startswith("4")
    assert AgreeContact(ContactWay.TEXT) not in heard.acts
    assert heard.reply is not None
    other = Phone(phone.words, phone.texts)
    for before in ((FIRST,), TO_TOPIC):
        other.position = None
        other.send_all(*before)
        heard = other.send(said, NOWHERE)
        assert (LOCK in heard.acts) is said.startswith("4")
        assert heard.reply is not None


def test_nobody_alone_after_the_questions_may_answer_a_helper_and_is_asked_about(
    phone: Phone, texts: Texts
) -> None:
    phone.send_all(*TO_CONSENT, "1", "1")
    assert (phone.send("nobody").acts, phone.heard[-1].reply) == ((Keep("nobody"),), texts.say(Text.CONSENT))
    assert LOCK in phone.send("4").acts


def test_what_tells_of_nobody_is_testimony(phone: Phone) -> None:
    for said in (
        "nobody pays us",
        "nobody helps",
        "no one came",
        "he told nobody may leave",
        "nobody knows my name there",
    ):
        phone.send_all(said)
    assert LOCK not in phone.acts


def test_what_was_locked_before_all_was_asked_is_asked_once_a_helper_may_read(
    phone: Phone, texts: Texts
) -> None:
    assert phone.send_all(FIRST, "1", "tell nobody").position.step is Step.DANGER
    assert phone.send("2").reply == texts.say(Text.LOCKED)
    assert phone.send("1").position.step is Step.REACH
    phone.send_all("1", "Foxway Kulim", "1")
    assert phone.step is Step.CONSENT


@pytest.mark.parametrize(
    ("before", "step", "following"),
    (
        ((FIRST, "1", "2"), Step.REACH, Step.TOPIC),
        (("no wages", "1", "2"), Step.REACH, Step.CONSENT),
        ((FIRST, "1", "1"), Step.REACH_IN_DANGER, Step.TOPIC),
        (TO_SITE, Step.SITE, Step.TOPIC),
        (TO_TOPIC, Step.TOPIC, Step.CONSENT),
        (TO_CONSENT, Step.CONSENT, Step.CONTACT),
    ),
)
def test_what_is_not_understood_twice_leads_to_the_next_question(
    phone: Phone, texts: Texts, before: tuple[str, ...], step: Step, following: Step
) -> None:
    phone.send_all(*before)
    assert phone.step is step
    assert phone.send("you?", NOWHERE).position.step is step
    heard = phone.send("yes or no?", NOWHERE)
    assert (phone.step, HandToPerson() in heard.acts) == (following, True)
    assert (
        heard.reply
        == f"{texts.say(Text.PERSON_READS)} {TABLE[following].ask(texts, heard.position, NOWHERE)}"
    )


def test_who_understands_no_question_is_still_asked_who_may_know(phone: Phone) -> None:
    phone.send_all(FIRST, "1")
    steps = [
        phone.send(f"{word}?", NOWHERE).position.step for word in ("a", "b", "c", "d", "e", "f", "g", "h")
    ]
    assert Step.CONSENT in steps
    assert LOCK in phone.send("tell nobody").acts


def test_where_danger_was_never_answered_the_number_is_kept(phone: Phone) -> None:
    phone.send_all(FIRST, "1", "hm", "so", "what", "well")
    assert phone.step is Step.REACH
    assert fall_silent(phone.heard[-1].position).position.held


MINE = (
    *(
        "no it is mine",
        "sorry my own phone",
        "1 mine",
        "Sorry, 1",
        "I meant only mine",
        "mistake, it's my phone",
        "mine",
    ),
    *(
        "not company, mine",
        "it is not the company's phone, it is mine",
        "no this is my phone",
        "es mio",
        "maaf, punya saya",
    ),
)


@pytest.mark.parametrize("said", MINE)
@pytest.mark.parametrize("whose", ("2", "3"))
def test_a_phone_of_others_is_taken_back_within_minutes(
    phone: Phone, texts: Texts, said: str, whose: str
) -> None:
    phone.send_all(FIRST, whose)
    heard = phone.send(said)
    # A word alone widens nothing: it is asked once more.
    assert (heard.acts, phone.step) == ((Keep(said),), Step.WHOSE_PHONE)
    assert "1 Only mine" in (heard.reply or "")
    heard = phone.send("1")
    assert (heard.acts, heard.reply) == ((SetPhone(WhosePhone.OWN),), texts.say(Text.DANGER))


@pytest.mark.parametrize(
    "said", ("1", "yes", "mine and my husband's", "is it mine?", "not mine", "hello", "it is mine now")
)
def test_other_words_leave_a_phone_of_others_silent(phone: Phone, said: str) -> None:
    phone.send_all(FIRST, "3")
    assert (phone.send(said).reply, phone.step) == (None, Step.QUIET)


def test_a_phone_of_others_is_taken_back_for_a_short_time_only(phone: Phone) -> None:
    phone.send_all(FIRST, "3")
    phone.send("they do not pay", after=10 * MINUTES)
    assert phone.send("no it is mine", after=10 * MINUTES).reply is None


def test_a_phone_that_was_taken_back_hears_nothing_of_what_was_told(phone: Phone, texts: Texts) -> None:
    """Whoever holds the phone may be the boss: no word of hurt or danger told before, and no code that opens the case."""
    phone.send_all("he raped me", "3", "mine", "1", "2")
    assert phone.step is Step.REACH
    phone.send_all("1", "Foxway Kulim", "1", "1", "4", "1", "code", "yes")
    assert SendReceipt() not in phone.acts
    assert not any(texts.say(Text.HURT)[:12] in (heard.reply or "") for heard in phone.heard)


@pytest.mark.parametrize(
    "said", ("sorry, it is shared", "it is a company phone", "not mine", "my mistake, it is my boss's phone")
)
@pytest.mark.parametrize("before", ((FIRST, "1"), (FIRST, "1", "2"), TO_TOPIC, (*TO_CONSENT, "1", "1")))
def test_a_phone_that_is_another_s_after_all_falls_silent(
    phone: Phone, before: tuple[str, ...], said: str
) -> None:
    phone.send_all(*before)
    heard = phone.send(said, NOWHERE)
    assert (heard.reply, phone.step) == (None, Step.QUIET)
    assert any(isinstance(act, SetPhone) and act.whose is not WhosePhone.OWN for act in heard.acts)
    assert heard.position.contact is ContactWay.INBOX


@pytest.mark.parametrize(
    ("before", "step"),
    (
        ((*TO_CONSENT, "1", "1"), Step.CONTACT),
        ((*TO_CONSENT, "1"), Step.CONTACT),
        ((*TO_CONSENT, "1", "2"), Step.CONTACT),
        ((FIRST, "1", "1", "1"), Step.SITE),
        (("he raped me", "1", "2", "1"), Step.HURT),
        ((*TO_CONSENT, "4"), Step.LOCKED),
        ((*TO_CONSENT, "4", "2"), Step.LOCKED),
    ),
)
def test_start_after_stop_asks_again_whether_a_helper_may_text(
    phone: Phone, texts: Texts, before: tuple[str, ...], step: Step
) -> None:
    phone.send_all(*before, "STOP")
    assert phone.send("hello").reply is None
    heard = phone.send("START")
    assert (heard.acts, phone.step) == ((OptIn(),), step)
    asked = f"{texts.say(Text.STARTED)} {TABLE[step].ask(texts, heard.position, FOXWAY)}"
    # Whom to call comes with the first that can be answered again.
    assert heard.reply == (texts.in_danger("999", asked) if heard.position.danger else asked)


@pytest.mark.parametrize("before", (("he beats us now", "1"), (*TO_CONSENT, "4"), (*TO_CONSENT, "1", "1")))
def test_start_in_a_case_that_words_made_danger_brings_the_number_first(
    phone: Phone, texts: Texts, before: tuple[str, ...]
) -> None:
    """What was told while nothing could be answered is known by the case alone."""
    phone.send_all(*before, "STOP", "they are beating me now")
    heard = phone.send("START", replace(FOXWAY, in_danger=True))
    assert "Emergency: call 999." in (heard.reply or "")
    assert (heard.reply or "").index("999") < (heard.reply or "").index("1 ")


def test_start_where_nobody_knows_whose_phone_it_is_tells_a_number_and_no_more(
    phone: Phone, texts: Texts
) -> None:
    phone.send_all(FIRST, "STOP", "they are beating me now")
    heard = phone.send("START", replace(FOXWAY, in_danger=True))
    asked = f"{texts.say(Text.STARTED)} {texts.say(Text.WHOSE_PHONE_THEN)}"
    assert heard.reply == f"Emergency: call 999. {asked}"
    phone.send("STOP")
    assert phone.send("START", replace(NOWHERE, in_danger=True)).reply == asked


READ_BY_OTHERS = (
    *(
        "my boss check my phone every night",
        "My boss checks my phone always",
        "sometimes my husband reads my messages",
    ),
    *(
        "the guards look at our phones every day",
        "my phone is checked by the supervisor",
        "she uses my phone too",
    ),
    *("my manager and other people read my texts at night", "mi jefe revisa mi telefono todos los dias"),
)


@pytest.mark.parametrize("said", READ_BY_OTHERS)
@pytest.mark.parametrize("before", ((FIRST,), (FIRST, "1"), TO_SITE, TO_TOPIC, (*TO_CONSENT, "1", "1")))
def test_a_phone_that_others_read_falls_silent(
    phone: Phone, texts: Texts, before: tuple[str, ...], said: str
) -> None:
    phone.send_all(*before)
    heard = phone.send(said, NOWHERE)
    # Only where it was asked whose phone it is, something comes back.
    assert heard.reply == (texts.say(Text.PHONE_SEEN) if before == (FIRST,) else None)
    assert phone.step is Step.QUIET
    assert Keep(said) in heard.acts or before == (FIRST,)


@pytest.mark.parametrize(
    "said",
    (
        "my boss does not check my phone",
        "my boss took my passport",
        "nobody reads my phone",
        "the boss watches us",
    ),
)
def test_a_phone_that_nobody_is_said_to_read_is_asked_on(phone: Phone, said: str) -> None:
    phone.send_all(FIRST, "1", "2")
    assert phone.send(said, NOWHERE).position.whose is WhosePhone.OWN


@pytest.mark.parametrize(
    "said",
    (
        *("nobody should know this", "Don't tell anyone", "please tell nobody"),
        *("They do not pay us, we are 20. Nobody should know this.", "they beat us, please dont tell anyone"),
        *("Can you help me? Dont tell anyone", "Dont tell anyone. My boss said I must pay him."),
    ),
)
def test_the_first_text_may_say_that_nobody_may_know(phone: Phone, texts: Texts, said: str) -> None:
    heard = phone.send(said)
    (filed,) = heard.acts
    assert isinstance(filed, FileReport)
    assert (filed.words, filed.locked) == (said, True)
    assert heard.reply == texts.say(Text.WHOSE_PHONE)
    assert phone.send_all("1", "2").reply == texts.say(Text.LOCKED)


@pytest.mark.parametrize(
    "said",
    (
        *(
            "The boss said: don't tell anyone.",
            "he told us, tell nobody",
            "he said dont tell anyone",
            "nobody knows us",
        ),
        *("nobody pays us", "Can I say: dont tell anyone?", "they threatened us, tell no one"),
    ),
)
def test_what_others_said_of_telling_locks_no_first_text(phone: Phone, said: str) -> None:
    (filed,) = phone.send(said).acts
    assert isinstance(filed, FileReport)
    assert not filed.locked


THANKS = (
    "thank you so much",
    "ok thanks",
    "God bless",
    "Thank you sir",
    "gracias",
    "terima kasih",
    "thanks 🙏",
)


@pytest.mark.parametrize("said", THANKS)
@pytest.mark.parametrize(
    "before",
    (
        *(
            (FIRST, "1"),
            (*TO_CONSENT, "1", "1"),
            (*TO_CONSENT, "1", "2"),
            (*TO_CONSENT, "1", "1", "2"),
            TO_TOPIC,
        ),
        (*TO_CONSENT, "1", "hm?", "what?"),
    ),
)
def test_thanks_are_answered_by_no_question_and_change_nothing(
    phone: Phone, before: tuple[str, ...], said: str
) -> None:
    phone.send_all(*before)
    if said == "ok thanks" and before == (FIRST, "1"):
        return  # "ok" answers a question that was just asked
    step = phone.step
    for _ in range(2):
        heard = phone.send(said)
        assert (heard.reply, heard.acts, phone.step) == (None, (Keep(said),), step)


@pytest.mark.parametrize("said", THANKS)
def test_thanks_to_a_number_that_was_forgotten_open_no_case(phone: Phone, said: str) -> None:
    heard = phone.send(said)
    assert (heard.reply, heard.acts, heard.opened) == (None, (), None)


@pytest.mark.parametrize(
    "said", ("hello", "good morning, thank you", "thank you but they still beat us", "thanks for nothing?")
)
def test_who_may_say_more_than_thanks_is_heard(phone: Phone, said: str) -> None:
    assert phone.send(said).acts[:1] == (FileReport(said),)


@pytest.mark.parametrize(
    ("answers", "last"),
    (
        ((*TO_TOPIC[:3], "1", "Foxway Kulim", "1", "1"), Text.DONE),
        ((*TO_TOPIC[:3], "1", "Foxway Kulim", "1", "3"), Text.DONE),
        ((*TO_SITE, "Foxway Kulim", "1", "2"), Text.DONE_QUIETLY),
        ((*TO_CONSENT, "1", "2"), Text.FAREWELL),
        ((*TO_CONSENT, "4", "2"), Text.STAYS_LOCKED),
        (("he raped me", "1", "2", "3"), Text.FAREWELL),
        ((*TO_CONSENT, "1", "1"), Text.MAY_TEXT),
    ),
)
def test_every_last_answer_is_answered(
    phone: Phone, texts: Texts, answers: tuple[str, ...], last: Text
) -> None:
    assert phone.send_all(*answers).reply == texts.say(last)


@pytest.mark.parametrize("step", [step for step in TABLE if step is not Step.WHOSE_PHONE])
@given(
    digit=st.integers(0, 9), reached=st.booleans(), contact=st.sampled_from(ContactWay), danger=st.booleans()
)
def test_no_digit_that_was_understood_is_met_with_silence(
    words: TopicWords, texts: Texts, step: Step, digit: int, reached: bool, contact: ContactWay, danger: bool
) -> None:
    position = Position(step, "en", whose=WhosePhone.OWN, reached=reached, contact=contact, danger=danger)
    position = replace(position, back=Step.OPEN if step in (Step.CODE, Step.WORSE) else None)
    meaning = TABLE[step].meaning(digit, position)
    heard = hear(position, read_text(str(digit), words), knowledge(texts), texts, START)
    if meaning is not None:
        assert heard.reply is not None or SendReceipt() in heard.acts
        assert not any(isinstance(act, SetSite) and act.words for act in heard.acts)
