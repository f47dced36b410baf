"""Answers as people give them: in words, with a place behind them, in their own language."""

import pytest

from app.intake.conversation.machine.acts import AgreeContact, SetDanger, SetPhone, SetSite
from app.intake.conversation.machine.answers import read_text, with_danger
from app.intake.conversation.machine.position import Step, WhosePhone
from app.intake.conversation.machine.steps import hear
from app.intake.report import ContactWay
from tests.harness.world import shipped_rules
from tests.unit.conversation.phone import FOXWAY, Phone

FIRST = "Our boss is bad"
YES, NO = AgreeContact(ContactWay.TEXT), AgreeContact(ContactWay.INBOX)


@pytest.mark.parametrize(
    "said",
    (
        "text me ok",
        "YES ok text me",
        "text only no calls",
        "can you text me but not call",
        "yes",
        "si, mandame mensaje",
    ),
)
def test_a_yes_to_texts_is_no_place(phone: Phone, said: str) -> None:
    phone.send_all(FIRST, "only mine", "no")
    assert phone.step is Step.REACH
    heard = phone.send(said)
    assert YES in heard.acts
    assert not any(isinstance(act, SetSite) for act in heard.acts)


@pytest.mark.parametrize("answer", ("yes", "Yes please", "text me ok", "ok", "1"))
@pytest.mark.parametrize("sign", (", ", ". ", "; ", "! "))
def test_a_yes_and_a_place_are_both(phone: Phone, answer: str, sign: str) -> None:
    phone.send_all(FIRST, "1", "2")
    heard = phone.send(f"{answer}{sign}Foxway Kulim")
    assert YES in heard.acts
    assert any(isinstance(act, SetSite) for act in heard.acts)


def test_a_no_and_a_place_are_both(phone: Phone) -> None:
    phone.send_all(FIRST, "1", "2")
    heard = phone.send("no, Foxway Kulim")
    assert YES not in heard.acts
    assert any(isinstance(act, SetSite) for act in heard.acts)


@pytest.mark.parametrize(
    "said", ("No. 5 factory, Kulim", "yes, but do not text me", "Yes; don't text, Kulim")
)
def test_what_only_begins_like_an_answer_agrees_to_nothing(phone: Phone, said: str) -> None:
    phone.send_all(FIRST, "1", "2")
    assert YES not in phone.send(said).acts


@pytest.mark.parametrize(
    "said",
    (
        *(
            "No one is in danger",
            "nobody is in danger thank god",
            "no one right now",
            "No one.",
            "tak ada bahaya",
            "nadie",
        ),
        "không ai",
    ),
)
def test_a_natural_no_to_danger_is_a_no(phone: Phone, said: str) -> None:
    phone.send_all(FIRST, "1")
    heard = phone.send(said)
    assert SetDanger() not in heard.acts
    assert phone.step is Step.REACH


@pytest.mark.parametrize("said", ("no one is safe here", "no he will kill us", "nobody came, they beat us"))
def test_what_begins_with_a_no_and_tells_of_harm_is_none(phone: Phone, said: str) -> None:
    phone.send_all(FIRST, "1")
    phone.send(said)
    assert phone.step is not Step.REACH


@pytest.mark.parametrize(
    "said",
    (
        *("HP pribadi", "mera apna phone", "আমার নিজের ফোন", "मेरो आफ्नै हो", "punya sendiri", "yangu"),
        *("c'est a moi seul", "ကိုယ်ပိုင်ဖုန်း"),
    ),
)
def test_a_phone_of_their_own_in_their_own_words(phone: Phone, said: str) -> None:
    phone.send(FIRST)
    assert SetPhone(WhosePhone.OWN) in phone.send(said).acts


@pytest.mark.parametrize(
    "said",
    (
        *("si, ahora", "sí, me pega", "Có, đang nguy hiểm", "ya, dia pukul saya", "sim, ele me bate"),
        *("1. please hurry", "1, now", "Yes! they do not let us out", "igen, nem engednek ki"),
    ),
)
def test_a_yes_to_danger_is_one_whatever_is_said_behind_its_sign(phone: Phone, said: str) -> None:
    phone.send_all(FIRST, "1")
    assert SetDanger() in phone.send(said).acts


@pytest.mark.parametrize(
    "said",
    ("si me estan pegando", "1 he beats me", "1 me están golpeando", "ya dia pukul saya", "có họ đánh tôi"),
)
def test_a_yes_to_danger_needs_no_sign_before_words_of_danger(phone: Phone, said: str) -> None:
    phone.send_all(FIRST, "1")
    position = phone.position
    assert position is not None
    text = with_danger(read_text(said, phone.words), shipped_rules().danger.found_in(said))
    assert SetDanger() in hear(position, text, FOXWAY, phone.texts, phone.at).acts


@pytest.mark.parametrize(
    "said", ("Yes, no danger", "1 month no pay", "si no pagan, nos vamos", "no, they do not pay")
)
def test_what_only_begins_like_a_yes_raises_nobody(phone: Phone, said: str) -> None:
    phone.send_all(FIRST, "1")
    assert SetDanger() not in phone.send(said).acts
