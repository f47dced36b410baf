"""Long words that come in several texts are one testimony, and no part of it is an answer by chance."""

from uuid import UUID

from app.cases.case.text_parts import Part
from app.intake.conversation.machine.acts import FileReport, Keep, SetPhone, SetSite
from app.intake.conversation.machine.position import Step, WhosePhone
from app.intake.conversation.machine.steps import SAME_TESTIMONY, Heard
from tests.unit.conversation.phone import Phone


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
