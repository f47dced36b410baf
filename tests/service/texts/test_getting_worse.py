"""It got worse, by text: urgent at once, and the answer to whether anybody is in danger counts however late it comes that day."""

import pytest

from app.cases.case.models import Clock
from app.cases.enums import ClockKind, Profile, Urgency
from app.messaging.gateways.media import Media
from tests.support.alerts import alerted, both, reachable
from tests.support.danger_sentences import ORDINARY
from tests.support.text_cases import PLACE, accept
from tests.support.texting import Texting

WHOSE = "Whose phone is this? 1 Only mine 2 Shared 3 Company"


@pytest.fixture
def taken(texting: Texting) -> Texting:
    reachable(texting)
    texting.say(ORDINARY, "1", "2", PLACE, "1", "1", "1")
    accept(texting, "near.lead")
    texting.fall_silent()
    texting.say("it got worse")
    return texting


def clocks(texting: Texting) -> list[ClockKind]:
    with texting.database.reading() as session:
        return [row.kind for row in session.query(Clock).filter(Clock.case_id == texting.case().id)]


@pytest.mark.parametrize("later", (["2"], ["no"], []), ids=("two", "no", "silence"))
def test_worse_without_danger_is_urgent_as_on_the_web(taken: Texting, later: list[str]) -> None:
    taken.say(*later)
    taken.fall_silent()
    assert taken.case().urgency is Urgency.URGENT
    assert taken.facts().profile is Profile.FAST_TRACK
    assert ClockKind.SAFETY_CONTACT in clocks(taken)
    assert [line for line in taken.journal() if line == "case.worse"] == ["case.worse"]
    assert alerted(taken) == []


@pytest.mark.parametrize("yes", ("1", "Yes", "yes they are outside", "one"))
@pytest.mark.parametrize("hours", (0.6, 5, 23))
def test_danger_that_is_told_after_the_silence_counts(taken: Texting, yes: str, hours: float) -> None:
    taken.fall_silent()
    taken.pass_by(hours=hours - 0.6)
    assert any("A helper is being told." in answer for answer in taken.say(yes))
    assert taken.case().urgency is Urgency.DANGER
    assert alerted(taken) == both("near.lead")


def test_danger_that_is_told_after_other_words_counts(taken: Texting) -> None:
    taken.fall_silent()
    taken.say("My sister is here too", "1")
    assert taken.case().urgency is Urgency.DANGER


def test_danger_that_is_told_after_words_that_were_not_understood_counts(taken: Texting) -> None:
    taken.say("My sister is here with me", "They shout at everybody", "They took our things away", "1")
    assert taken.case().urgency is Urgency.DANGER


@pytest.mark.parametrize("no", ("2", "No"))
def test_a_late_no_is_no_new_report_and_is_said_once(taken: Texting, no: str) -> None:
    taken.fall_silent()
    (answer,) = taken.say(no)
    assert answer.startswith("Got it.")
    taken.pass_by(minutes=2)
    taken.say("My sister is here too")
    assert len(taken.cases()) == 1
    assert taken.case().urgency is Urgency.URGENT
    # After that it asks for a new report again, as ever.
    taken.say("2", "The wages are not paid since May")
    assert len(taken.cases()) == 2


def test_two_starts_a_new_report_for_whoever_has_read_so_since(taken: Texting) -> None:
    taken.fall_silent()
    read = taken.say("My sister is here too")
    assert read[-1].endswith("2 starts a new report. 8 asks for news.")
    taken.say("2", "The wages are not paid since May")
    assert len(taken.cases()) == 2


def test_a_day_later_one_is_no_answer_any_more(taken: Texting) -> None:
    taken.fall_silent()
    taken.pass_by(days=2)
    taken.say("1")
    assert taken.case().urgency is Urgency.URGENT
    assert alerted(taken) == []


def test_a_photo_after_asking_for_a_new_report_begins_it(taken: Texting) -> None:
    taken.say("2", "2")
    words = taken.words(taken.case())
    taken.pass_by(seconds=70)
    before = len(taken.answers())
    taken.hear(taken.received("", came=(Media.PHOTO,)))
    (answer,) = taken.answers()[before:]
    assert answer.startswith("We can only read words.")
    assert answer.endswith(WHOSE)
    old, new = sorted(taken.cases(), key=lambda case: case.urgency is not Urgency.URGENT)
    assert taken.words(old) == words
    assert "Is anyone in danger now?" in taken.say("1")[0]
    assert new.id != old.id


def test_worse_on_a_shared_phone_is_urgent_though_nothing_is_asked_there(texting: Texting) -> None:
    texting.say(ORDINARY, "2")
    assert texting.say("it got worse") == []
    assert texting.case().urgency is Urgency.URGENT
