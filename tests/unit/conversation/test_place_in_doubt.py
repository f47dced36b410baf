"""A place that was told by text while the list of sites had lost rows stays in doubt until it is known for certain."""

from uuid import UUID

import pytest

from app.cases.case import CaseFacts
from app.cases.enums import ConsentLevel, Profile
from app.intake.conversation.machine.acts import SetSite
from app.intake.conversation.machine.changes import Surroundings, change_of
from tests.harness.world import shipped_rules

SITE = UUID(int=7)
FACTS = CaseFacts(topics=(), profile=Profile.STANDARD, consent=ConsentLevel.HELPER)


@pytest.mark.parametrize(
    ("told", "whole", "before", "after"),
    (
        (SetSite(None, "Foxglove"), False, False, True),
        (SetSite(None, "Foxglove"), True, True, False),
        (SetSite(None), True, True, True),  # "none of these" tells no place
        (SetSite(SITE, "Foxglove"), False, True, False),
    ),
)
def test_words_compared_with_a_list_that_lost_sites_are_in_doubt(
    told: SetSite, *, whole: bool, before: bool, after: bool
) -> None:
    facts = CaseFacts(**{**vars(FACTS), "place_in_doubt": before})
    around = Surroundings(countries={SITE: "MY"}, whole=whole)
    change = change_of(told, facts, shipped_rules().taxonomy, around)
    assert change is not None
    assert change.facts is not None
    assert change.facts.place_in_doubt is after
