"""Every code that a members' page may show has words of its own."""

from enum import StrEnum

import pytest

from app.cases import enums
from app.cases.offers import DeclineReason
from app.cases.queue import Count
from app.cases.routing import Outcome, Reason
from app.cases.rules import load_rules
from app.cases.search import Matched
from app.cases.taxonomy import Handling
from app.intake import Contact
from app.network import MemberState, OrganisationKind, Role
from app.settings import PROJECT_ROOT
from app.vault import CircleName
from app.web import labels

TABLES: tuple[tuple[labels.Labels, type[StrEnum], set[str]], ...] = (
    (labels.URGENCY, enums.Urgency, set()),
    (labels.STAGE, enums.Stage, set()),
    (labels.STATE, enums.State, set()),
    (labels.CLOSING_REASON, enums.ClosingReason, set()),
    (labels.CONSENT, enums.ConsentLevel, set()),
    (labels.EXCLUDED, enums.Exclusion, set()),
    (labels.ENTRY, enums.EntryKind, {"contact"}),
    (labels.CLOCK, enums.ClockKind, set()),
    (labels.CLOCK_STATE, enums.ClockState, set()),
    (labels.WHO, enums.Who, set()),
    (labels.CONTACT, Contact, set()),
    (labels.REACH, Contact, set()),
    (labels.DECLINE, DeclineReason, set()),
    (labels.COUNT, Count, set()),
    (labels.MATCHED, Matched, set()),
    (labels.HANDLING, Handling, set()),
    (labels.LEFT_OUT, Reason, set()),
    (labels.WAITING, Outcome, {"chosen"}),
    (labels.KIND, OrganisationKind, set()),
    (labels.ROLE, Role, set()),
    (labels.MEMBER_STATE, MemberState, set()),
    (labels.CIRCLE, CircleName, set()),
)


@pytest.mark.parametrize(
    ("table", "codes", "never_shown"), TABLES, ids=lambda value: getattr(value, "__name__", "")
)
def test_every_code_has_words(table: labels.Labels, codes: type[StrEnum], never_shown: set[str]) -> None:
    assert set(table) == {code.value for code in codes} - never_shown


def test_every_kind_of_problem_has_words() -> None:
    taxonomy = load_rules(PROJECT_ROOT / "config").taxonomy
    assert set(labels.TOPIC) == set(taxonomy.kinds)
    assert set(labels.GROUP) == set(taxonomy.groups)
