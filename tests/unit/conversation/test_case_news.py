"""How every case of a phone is told of in one text: as many as it holds, and how many more there are."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.cases.enums import Stage
from app.intake.conversation.machine.case_news import tell_all
from app.intake.conversation.machine.lookup_values import CaseNews, Knowledge
from app.intake.conversation.machine.saying import Texts
from app.messaging.composing import MOST_SEGMENTS, count_segments

DAY = date(2026, 12, 3)
OWN = Knowledge(stage=Stage.READ, next_day=DAY, told_on=date(2026, 11, 20))


def test_one_case_is_told_of_as_before(texts: Texts) -> None:
    assert tell_all(OWN, texts) == "Read. Next date: Thu 3 Dec. 2 starts a new report."
    assert tell_all(Knowledge(), texts) is None


def test_what_is_late_is_said_to_be(texts: Texts) -> None:
    late = replace(OWN, is_late=True)
    assert tell_all(late, texts) == "Read. The next step is late. We asked again, to do it by Thu 3 Dec."
    assert tell_all(replace(late, next_day=None), texts) == "Read. The next step is late. We are sorry."


@pytest.mark.parametrize("others", (1, 2, 5, 30))
def test_several_are_told_of_as_far_as_they_fit(texts: Texts, others: int) -> None:
    news = tuple(
        CaseNews(Stage.COMPANY_ASKED, DAY, date(2026, 11, 19) - timedelta(days=each), is_late=True)
        for each in range(others)
    )
    told = tell_all(replace(OWN, others=news), texts) or ""
    assert told.startswith("The one of Fri 20 Nov: Read. Next date: Thu 3 Dec. The one of Thu 19 Nov: Asked")
    assert count_segments(told).count <= MOST_SEGMENTS
    shown = told.count("The one of")
    assert told.endswith(f" And {others + 1 - shown} more.") == (shown <= others)
