import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.enums import Profile, Urgency
from app.cases.rules.rule_set import load_rules
from app.cases.words.urgency import lowers, profile_for, queue_rank, raise_urgency, urgency_of
from tests.support.project import CONFIG

TAXONOMY = load_rules(CONFIG).taxonomy
ORDER = ["danger", "urgent", "high", "medium", "low"]
codes = st.lists(st.sampled_from(sorted(TAXONOMY.kinds)), max_size=6)
urgencies = st.sampled_from(list(Urgency))


@pytest.mark.parametrize(
    ("danger", "topics", "expected"),
    (
        (True, [], Urgency.DANGER),
        (True, ["wages"], Urgency.DANGER),
        (False, ["child"], Urgency.URGENT),
        (False, ["gbvh"], Urgency.URGENT),
        (False, ["foa.threats"], Urgency.URGENT),
        (False, ["ohs"], Urgency.HIGH),
        (False, ["wages"], Urgency.MEDIUM),
        (False, ["other"], Urgency.LOW),
        (False, [], Urgency.LOW),
        (False, ["other", "wages", "forced_labour", "hours"], Urgency.URGENT),
        (False, ["wages", "ohs"], Urgency.HIGH),
    ),
)
def test_urgency_follows_the_gravest_answer(danger: bool, topics: list[str], expected: Urgency) -> None:
    assert urgency_of(danger, topics, TAXONOMY) is expected


@given(danger=st.booleans(), codes=codes, more=codes)
def test_saying_more_never_lowers_the_urgency(danger: bool, codes: list[str], more: list[str]) -> None:
    before = urgency_of(danger, codes, TAXONOMY)
    assert not lowers(before, urgency_of(danger, [*codes, *more], TAXONOMY))
    assert not lowers(before, urgency_of(True, codes, TAXONOMY))


@given(current=urgencies, candidate=urgencies)
def test_raising_gives_the_more_urgent_of_the_two(current: Urgency, candidate: Urgency) -> None:
    raised = raise_urgency(current, candidate)
    assert ORDER.index(raised) == min(ORDER.index(current), ORDER.index(candidate))
    assert lowers(current, candidate) == (ORDER.index(candidate) > ORDER.index(current))


def test_what_cannot_wait_runs_on_the_fast_track() -> None:
    fast = [urgency for urgency in Urgency if profile_for(urgency) is Profile.FAST_TRACK]
    assert fast == [Urgency.DANGER, Urgency.URGENT]


def test_only_danger_comes_before_everything_in_the_queue() -> None:
    assert [queue_rank(urgency) for urgency in Urgency] == [0, 1, 1, 1, 1]
