"""Whose phone it is, answered in words: each option is heard and answered, and nothing is guessed towards texting."""

import pytest

from app.cases.enums import ConsentLevel
from app.intake.conversation.machine.acts import Keep, SetPhone, Settle
from app.intake.conversation.machine.position import Step, WhosePhone
from app.intake.conversation.machine.saying import Texts
from app.intake.conversation.machine.texts import Text
from tests.unit.conversation.phone import Phone

FIRST = "Our boss is bad"
OWN = (
    *(
        "only i use it",
        "Only me",
        "mine",
        "I am the only one who uses it",
        "nobody else uses it",
        "no one else",
    ),
    *(
        "just me",
        "it is my own phone",
        "yes, only me",
        "1 only i use it",
        "i use it alone",
        "ONLY I USE THIS PHONE.",
    ),
    *("just i use it", "only for me", "used only by me", "me only", "i am the only one", "only i have it"),
    *("solo yo lo uso", "saya saja guna", "cuma saya yang pakai", "sirf mera"),
)
SHARED = (
    *(
        "both of us",
        "all of us",
        "my husband's",
        "my husbands",
        "me and my husband",
        "mine and my husband's",
        "shared",
    ),
    *(
        "we share it",
        "my brother uses it too",
        "i use it with my friends",
        "it is my sister's",
        "2 my wifes",
    ),
    *(
        "not only me",
        "only me and my wife",
        "my roommate has it too",
        "todos nosotros",
        "kami berdua",
        "hum dono",
        "我们俩",
    ),
)
COMPANY = (
    *(
        "company",
        "the company's",
        "companys phone",
        "it belongs to the company",
        "my boss's",
        "my boss uses it too",
    ),
    *("from the factory", "it is the agent's", "3 the companys"),
)
UNCLEAR = (
    *(
        "yes",
        "no",
        "ok",
        "i dont know",
        "not sure",
        "maybe",
        "i use it",
        "my phone",
        "why do you ask?",
        "what?",
    ),
    *(
        "not the company and not shared",
        "1 both of us",
        "not my husband's",
        "tak tahu",
        "no se",
    ),
    # Only that, not only they.
    *(
        "i just use it",
        "i only use it",
        "i just have it",
        "I'm only using it",
        "i am just using it",
        "i only keep it",
    ),
    *("i use only this phone", "i use it only here", "i have only one phone", "it is the only one i have"),
    *("my only phone", "it is just my phone", "i exclusively use it", "just use it", "i can only use it"),
    *("i have just this phone", "i use it just"),
)


@pytest.mark.parametrize("after", (12, 120))
@pytest.mark.parametrize(
    ("said", "whose"),
    (
        *((said, WhosePhone.OWN) for said in OWN),
        *((said, WhosePhone.SHARED) for said in SHARED),
        *((said, WhosePhone.COMPANY) for said in COMPANY),
    ),
)
def test_an_answer_in_words_is_heard_and_answered(
    phone: Phone, texts: Texts, said: str, whose: WhosePhone, after: int
) -> None:
    phone.send(FIRST)
    heard = phone.send(said, after=after)
    assert SetPhone(whose) in heard.acts
    told = Text.DANGER if whose is WhosePhone.OWN else Text.PHONE_SEEN
    assert heard.reply == texts.say(told)
    assert (phone.step is Step.QUIET, Settle() in heard.acts) == (whose is not WhosePhone.OWN,) * 2


@pytest.mark.parametrize("after", (12, 120))
@pytest.mark.parametrize("said", UNCLEAR)
def test_what_is_not_clear_is_kept_and_asked_again(phone: Phone, texts: Texts, said: str, after: int) -> None:
    phone.send(FIRST)
    heard = phone.send(said, after=after)
    assert heard.acts == (Keep(said),)
    assert (heard.reply, phone.step) == (texts.say(Text.WHOSE_PHONE), Step.WHOSE_PHONE)
    assert (phone.send(said, after=130).reply or "").startswith("We cannot tell whose phone this is.")


@pytest.mark.parametrize(
    "said",
    (
        *(
            "my boss hit my friend",
            "we need a helper",
            "the company does not pay us",
            "my husband works here too",
        ),
        *("and my sister", "my sister", "my boss", "with my husband"),
        *("they took it from all of us", "he knows", "she checks", "only one toilet for all the workers"),
    ),
)
def test_what_happened_is_no_answer_to_it(phone: Phone, said: str) -> None:
    phone.send(FIRST)
    assert not any(isinstance(act, SetPhone) for act in phone.send(said).acts)


@pytest.mark.parametrize(
    "said", ("2", "3", "Shared", "both of us", "the company's", "my boss checks my phone")
)
def test_who_may_be_read_along_with_hears_once_what_happens_now(
    phone: Phone, texts: Texts, said: str
) -> None:
    phone.send(FIRST)
    assert phone.send(said).reply == texts.say(Text.PHONE_SEEN)
    for more in (said, "8", "they do not pay", "1", "hello"):
        assert phone.send(more).reply is None


def test_what_is_locked_is_not_said_to_be_read(phone: Phone, texts: Texts) -> None:
    phone.send_all(FIRST, "tell nobody")
    assert phone.position is not None
    assert phone.position.consent is ConsentLevel.NOBODY
    assert phone.send("both of us").reply == texts.say(Text.PHONE_SEEN_LOCKED)
