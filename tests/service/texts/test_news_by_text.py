"""News by text: only dates that are still to come, what is late is said to be, and each case of the phone is told of."""

import re
from datetime import timedelta

from sqlalchemy import select

from app import clock
from app.cases.case.models import Clock
from app.cases.enums import ClockState
from tests.support.asked_by_text import on_day
from tests.support.dates import dates_pass
from tests.support.texting import Texting
from tests.support.texting_back import AGREED, taken

SECOND = ("2", "They keep our passports in the office", "1", "2")


def test_a_date_that_has_passed_is_never_named(texting: Texting) -> None:
    case_id = taken(texting)
    (before,) = texting.say("8")
    assert "Next date:" in before
    with texting.database.writing() as session:
        for row in session.scalars(select(Clock).where(Clock.case_id == case_id)):
            row.due_at = clock.now() - timedelta(hours=1)
            row.state = ClockState.MISSED if row.state is ClockState.RUNNING else row.state
    assert texting.say("8")[-1].endswith(". The next step is late. We are sorry.")


def test_what_is_late_names_by_when_somebody_who_was_asked_since_has_to_do_it(texting: Texting) -> None:
    taken(texting)
    on_day(3.05)
    dates_pass(texting.world)
    told = texting.say("8")[-1]
    assert re.search(r"\. The next step is late\. We asked again, to do it by \w{3},? \d+ \w{3}\.$", told)


def test_every_case_of_the_phone_is_told_of_and_nobody_elses(texting: Texting) -> None:
    texting.say(*AGREED)
    texting.say(*SECOND)
    assert len(texting.cases()) == 2
    told = texting.say("8")[0]
    assert len(re.findall(r"The one of \w{3},? \d+ \w{3}: Received", told)) == 2
    assert "The one of" not in texting.say("8", sender="+60123456798")[0]
