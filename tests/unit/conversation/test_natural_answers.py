"""Answers as people give them: in words, with a place behind them, in their own language."""

from dataclasses import replace

import pytest

from app.cases.enums import ConsentLevel
from app.intake.conversation.machine.acts import (
    AgreeContact,
    Keep,
    SendReceipt,
    SetConsent,
    SetDanger,
    SetPhone,
    SetSite,
)
from app.intake.conversation.machine.answers import read_text, with_danger
from app.intake.conversation.machine.position import Step, WhosePhone
from app.intake.conversation.machine.steps import Heard, Knowledge, hear
from app.intake.conversation.machine.topic_words import TopicWords
from app.intake.conversation.machine.wishes import read_wish
from app.intake.report import ContactWay
from tests.harness.world import shipped_rules
from tests.unit.conversation.phone import FOXWAY, NOWHERE, Phone

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


def _no_place(heard: Heard) -> bool:
    return not any(isinstance(act, SetSite) for act in heard.acts)


YES_IN_A_SENTENCE = (
    *("ok sure do it", "yes you can text me", "please yes", "yes please you may text me", "yes but only at night"),
    *("ok but only after work", "sure, text me after 9 pm", "Yes, but only at night", "I think yes", "ok fine"),
    *("yes thank you so much", "yes do text me please", "hi yes of course you can", "yes no problem"),
    *("yes but no calls please", "ok you can send message to my number", "yes yes please text me soon"),
    *("haan ji", "haan ji kar sakte hai", "haan message bhej do", "thik hai lekin sirf raat ko", "हाँ जी, आप मैसेज भेज सकते हैं"),
    *("si pueden", "sí claro, escríbanme por favor", "si, pero solo de noche", "sí pueden mandarme mensaje", "si, por la noche"),
    *("oui vous pouvez m'écrire", "oui mais seulement le soir", "iya boleh kirim sms ya", "ya boleh, tapi malam saja"),
    *("oo pwede naman po", "oo pero sa gabi lang po", "vâng nhắn cho em nhé", "được nhưng buổi tối thôi", "dạ được ạ, nhắn cho em"),
    *("ndiyo lakini usiku tu", "ndiyo unaweza kunitumia ujumbe", "evet ama sadece gece", "evet bana yazabilirsiniz"),
    *("igen, de csak este", "так, але тільки ввечері", "نعم لكن في الليل فقط", "ہاں لیکن صرف رات کو", "可以，晚上发短信给我吧"),
    *("হ্যাঁ কিন্তু শুধু রাতে", "ஆமாம் ஆனால் இரவில் மட்டும்", "हुन्छ तर राति मात्र", "ได้ค่ะ แต่ตอนเย็นนะคะ", "បាន តែពេលយប់"),
)  # fmt: skip


@pytest.mark.parametrize("said", YES_IN_A_SENTENCE)
@pytest.mark.parametrize("know", (FOXWAY, NOWHERE))
def test_a_yes_in_a_sentence_is_a_yes_and_its_words_are_kept(
    phone: Phone, said: str, know: Knowledge
) -> None:
    phone.send_all(FIRST, "1", "2")
    know = replace(know, certain=False, sites=())
    heard = phone.send(said, know)
    assert YES in heard.acts
    assert _no_place(heard)
    assert phone.step is Step.SITE
    assert Keep(said) in heard.acts or read_text(said, phone.words).yes or _is_listed(phone, said)


def _is_listed(phone: Phone, said: str) -> bool:
    return "reach" in read_text(said, phone.words).named


@pytest.mark.parametrize("said", YES_IN_A_SENTENCE)
def test_a_yes_in_a_sentence_counts_where_nothing_else_is_asked(phone: Phone, said: str) -> None:
    phone.send_all(FIRST, "1", "2", "Foxway Kulim", "2", "1")
    assert phone.step is Step.CONTACT
    assert YES in phone.send(said).acts


@pytest.mark.parametrize(
    "said",
    (
        *("no please do not text me", "no thanks my husband reads my phone", "no dont text me please", "No, my wife sees it"),
        *("no, mejor no me escriban", "nahi mat karo", "hindi po pwede", "jangan sms saya tolong", "huwag po kayo mag-text"),
    ),
)  # fmt: skip
def test_a_no_in_a_sentence_is_a_no(phone: Phone, said: str) -> None:
    phone.send_all(FIRST, "1", "2")
    heard = phone.send(said, NOWHERE)
    assert NO in heard.acts
    assert _no_place(heard)


@pytest.mark.parametrize(
    "said",
    (
        *("yes but my husband must not see it", "ok or maybe no", "if it is safe", "at night only"),
        *("what for?", "who will read it?", "is it safe?", "¿quién es?", "kya ye safe hai?", "yes no", "no yes"),
        *("yes don't", "Hindi please", "hindi", "Tamil please", "in English please"),
        *("evet ama kocam görmesin", "si pero mi esposo no debe verlo", "haan lekin mat bhejna", "no he beats whoever writes"),
    ),
)  # fmt: skip
def test_what_nobody_can_tell_is_asked_again_and_is_no_place(phone: Phone, said: str) -> None:
    phone.send_all(FIRST, "1", "2")
    heard = phone.send(said, NOWHERE)
    assert not {YES, NO} & set(heard.acts)
    assert _no_place(heard)
    assert Keep(said) in heard.acts
    assert phone.step is Step.REACH
    assert heard.reply is not None


@pytest.mark.parametrize(
    "said",
    (
        *("Ok Textile Mills, Dhaka", "No. 5 factory, Kulim", "Da Nang Garment", "Ho Chi Minh, Foxway", "Han Solo Ltd Penang"),
        *("Si Racha plant 2", "Good Year Textile Lahore", "Foxway", "Sure Wear Karachi", "对面工厂", "Night Moon Fashions Gazipur"),
    ),
)  # fmt: skip
def test_a_place_that_sounds_like_an_answer_stays_a_place(phone: Phone, said: str) -> None:
    phone.send_all(FIRST, "1", "2")
    heard = phone.send(said, NOWHERE)
    assert any(isinstance(act, SetSite) for act in heard.acts)
    assert not {YES, NO} & set(heard.acts)


def test_a_yes_and_a_certain_place_need_no_sign(phone: Phone) -> None:
    phone.send_all(FIRST, "1", "2")
    heard = phone.send("yes Foxway Kulim")
    assert YES in heard.acts
    assert any(isinstance(act, SetSite) for act in heard.acts)


def test_an_unknown_place_behind_a_yes_is_kept_and_asked_for(phone: Phone) -> None:
    phone.send_all(FIRST, "1", "2")
    heard = phone.send("yes Blue Moon Garments", NOWHERE)
    assert YES in heard.acts
    assert Keep("yes Blue Moon Garments") in heard.acts
    assert phone.step is Step.SITE


@pytest.mark.parametrize(
    "said", ("yes but later", "yes if it is safe", "yes my friend holds it", "yes but not to this phone")
)
def test_a_code_goes_out_for_a_plain_yes_only(phone: Phone, said: str) -> None:
    phone.send_all(FIRST, "1", "4")
    phone.send_all("2", "4")
    assert phone.step is Step.CODE
    assert SendReceipt() not in phone.send(said).acts


@pytest.mark.parametrize("said", ("yes please do", "yes send it please", "ok sure do it"))
def test_a_plain_yes_in_more_words_sends_the_code(phone: Phone, said: str) -> None:
    phone.send_all(FIRST, "1", "2", "4")
    assert phone.step is Step.CODE
    assert SendReceipt() in phone.send(said).acts


@pytest.mark.parametrize("said", ("yes but not the boss", "yes if nobody sees", "only if it is safe"))
def test_a_locked_case_is_opened_by_a_plain_yes_only(phone: Phone, said: str) -> None:
    phone.send_all(FIRST, "1", "1", "1", "Foxway Kulim", "2", "4")
    assert phone.step is Step.LOCKED_IN_DANGER
    assert SetConsent(ConsentLevel.HELPER) not in phone.send(said).acts
    assert SetConsent(ConsentLevel.HELPER) in phone.send("ok yes please do it").acts


@pytest.mark.parametrize(
    ("said", "how"),
    (
        *(("yes you can call me at night", ContactWay.CALL), ("yes", ContactWay.TEXT), ("ok sure do it", ContactWay.TEXT)),
        *(("please call me after work", ContactWay.CALL), ("yes but no calls", ContactWay.TEXT)),
    ),
)  # fmt: skip
def test_whoever_is_hurt_may_answer_in_a_sentence(phone: Phone, said: str, how: ContactWay) -> None:
    phone.send_all(FIRST, "1", "2", "Foxway Kulim", "5")
    assert phone.step is Step.HURT
    assert AgreeContact(how) in phone.send(said).acts


@pytest.mark.parametrize(
    "said", ("no only at night", "no but later", "no not at work", "no it is fine i think")
)
def test_a_no_to_danger_is_one_only_as_it_is_listed(phone: Phone, said: str) -> None:
    phone.send_all(FIRST, "1")
    phone.send(said)
    assert phone.step is Step.DANGER


@pytest.mark.parametrize("said", ("mine and my husband's", "yes mine and my boss", "my phone you can text"))
def test_whose_phone_it_is_is_not_read_out_of_a_sentence(phone: Phone, said: str) -> None:
    phone.send(FIRST)
    assert SetPhone(WhosePhone.OWN) not in phone.send(said).acts


@pytest.mark.parametrize("said", ("ok only mine", "yes it is only mine", "yes, mine"))
def test_a_yes_before_the_chosen_words_says_nothing(phone: Phone, said: str) -> None:
    phone.send(FIRST)
    assert SetPhone(WhosePhone.OWN) in phone.send(said).acts


@pytest.mark.parametrize(
    "step_answers", ((FIRST, "1"), (FIRST, "1", "2"), (FIRST, "1", "2", "Foxway Kulim", "2", "1"))
)
@pytest.mark.parametrize("said", ("Hindi please", "hindi", "please hindi", "HINDI.", "In Hindi please"))
def test_a_wish_for_hindi_is_no_no(phone: Phone, said: str, step_answers: tuple[str, ...]) -> None:
    phone.send_all(*step_answers)
    before = phone.step
    heard = phone.send(said, NOWHERE)
    assert NO not in heard.acts
    assert phone.step is before
    assert heard.reply is not None


def test_hindi_is_a_no_in_filipino(words: TopicWords) -> None:
    said, rules = read_text("Hindi!", words), shipped_rules()
    for page, yes in (("fil", False), ("en", None)):
        assert read_wish(said, rules.wish_in(said.words, page, None), words, begins=False).yes is yes


@pytest.mark.parametrize("said", ("hindi po", "hindi naman po", "hindi pwede"))
def test_a_filipino_no_with_more_words_is_one_in_every_conversation(phone: Phone, said: str) -> None:
    phone.send_all(FIRST, "1", "2")
    assert NO in phone.send(said, NOWHERE).acts


TAKEN_BACK = (
    *("ok, don't", "yes, stop", "yes, dangerous", "yes, wrong", "ok, no one", "sí, peligroso", "haan, mat"),
    *("Yes, my boss reads my texts", "ok my husband reads my messages", "my boss checks my texts ok"),
    *(
        "haan pati padhta hai",
        "ndiyo bosi anasoma simu",
        "vâng chồng đọc tin nhắn",
        "oo binabasa ng asawa ko",
    ),
    *("ok you can text but my husband reads them", "oui mon mari lit mes messages", "yes? who reads it"),
)


@pytest.mark.parametrize("said", TAKEN_BACK)
def test_a_yes_that_is_taken_back_or_speaks_of_others_is_none(phone: Phone, said: str) -> None:
    phone.send_all(FIRST, "1", "2", "Foxway Kulim", "2", "1")
    assert phone.step is Step.CONTACT
    assert not any(
        isinstance(act, AgreeContact) and act.how is ContactWay.TEXT for act in phone.send(said).acts
    )
