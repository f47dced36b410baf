"""Which questions are planned by what happens, and which one of those that are due is asked."""

from datetime import UTC, datetime, timedelta

from app.cases.case.events import Happened
from app.cases.enums import ANSWERS_TO, FollowupAnswer, FollowupKind, Profile
from app.cases.followups.planning import (
    PlannedFollowup,
    Settled,
    StandingQuestion,
    is_silent,
    next_round,
    plan,
    settle,
    turn,
)
from tests.harness.world import shipped_rules

DAYS = shipped_rules().deadlines.followups
BEGAN = datetime(2026, 3, 1, 10, 20, tzinfo=UTC)


def days_of(what: Happened, profile: Profile) -> dict[FollowupKind, list[int]]:
    found: dict[FollowupKind, list[int]] = {}
    for each in plan(turn(what).begins, profile, BEGAN, DAYS):
        found.setdefault(each.kind, []).append((each.due_at - each.since).days)
    return found


def due(kind: FollowupKind, late: int, number: int = 1) -> PlannedFollowup:
    return PlannedFollowup(kind, BEGAN, number, BEGAN - timedelta(days=late))


def test_a_report_plans_news_and_whether_it_got_worse_sooner_on_the_fast_track() -> None:
    assert days_of(Happened.FILED, Profile.STANDARD) == {
        FollowupKind.WORSE: [14, 30, 90],
        FollowupKind.NEWS: [30],
    }
    assert days_of(Happened.FILED, Profile.FAST_TRACK) == {
        FollowupKind.WORSE: [3, 14, 30, 90],
        FollowupKind.NEWS: [7],
    }
    assert days_of(Happened.CLOSED, Profile.FAST_TRACK) == {FollowupKind.AFTER_CLOSING: [30, 90]}


def test_hours_are_full_and_the_same_moment_plans_the_same() -> None:
    first = plan([FollowupKind.NEWS], Profile.STANDARD, BEGAN, DAYS)
    assert first == plan([FollowupKind.NEWS], Profile.STANDARD, BEGAN + timedelta(minutes=30), DAYS)
    assert first[0].since == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert first[0].due_at == datetime(2026, 3, 31, 11, tzinfo=UTC)
    full = plan([FollowupKind.NEWS], Profile.STANDARD, BEGAN.replace(minute=0), DAYS)
    assert full[0].due_at == datetime(2026, 3, 31, 10, tzinfo=UTC)


def test_only_news_comes_round_again_and_counts_from_when_it_came_round() -> None:
    late = BEGAN + timedelta(days=100)
    following = next_round(due(FollowupKind.NEWS, 0), Profile.STANDARD, late, DAYS)
    assert following is not None
    assert (following.round, following.since) == (2, BEGAN)
    assert timedelta(days=29, hours=23) < following.due_at - late <= timedelta(days=30)
    for kind in set(FollowupKind) - {FollowupKind.NEWS}:
        assert next_round(due(kind, 0), Profile.STANDARD, late, DAYS) is None


def test_news_comes_at_its_hour_however_often_it_came_round() -> None:
    news = plan([FollowupKind.NEWS], Profile.FAST_TRACK, BEGAN, DAYS)[0]
    for _ in range(12):
        following = next_round(news, Profile.FAST_TRACK, news.due_at + timedelta(seconds=30), DAYS)
        assert following is not None
        assert following.due_at - news.due_at == timedelta(days=7)
        news = following


def test_what_comes_round_again_leaves_the_card_to_what_was_just_put_there() -> None:
    news, right = due(FollowupKind.NEWS, 0), due(FollowupKind.PUT_RIGHT, 0)
    worse = StandingQuestion(FollowupKind.WORSE, BEGAN - timedelta(hours=5))
    assert settle([news], BEGAN, DAYS, worse) == Settled(None, (news,), ())
    # It comes round again; what does not is asked now or never.
    assert settle([news, right], BEGAN, DAYS, worse) == Settled(right, (news,), ())
    assert settle([news], BEGAN + timedelta(days=3), DAYS, worse).ask == news
    again = StandingQuestion(FollowupKind.NEWS, BEGAN - timedelta(hours=5))
    assert settle([news], BEGAN, DAYS, again).ask == news


def test_of_all_that_is_due_one_is_asked_and_stands_for_the_others() -> None:
    old, new = due(FollowupKind.WORSE, 11, 1), due(FollowupKind.WORSE, 0, 2)
    news = due(FollowupKind.NEWS, 3)
    settled = settle([old, news, new], BEGAN, DAYS)
    assert settled.ask == new
    assert set(settled.merged) == {old, news}
    assert settled.missed == ()


def test_what_is_too_late_is_missed_and_news_never_is() -> None:
    stale, right = due(FollowupKind.WORSE, 15), due(FollowupKind.PUT_RIGHT, 15)
    settled = settle([stale, right], BEGAN, DAYS)
    assert (settled.ask, settled.merged, settled.missed) == (right, (), (stale,))
    assert settle([due(FollowupKind.WORSE, 14)], BEGAN, DAYS).missed == ()
    assert settle([due(FollowupKind.NEWS, 400)], BEGAN, DAYS).ask is not None
    assert settle([stale], BEGAN, DAYS).ask is None
    assert settle([], BEGAN, DAYS).ask is None


def test_that_it_got_worse_can_be_said_to_every_question() -> None:
    assert all(FollowupAnswer.WORSE in answers for answers in ANSWERS_TO.values())
    assert set(ANSWERS_TO) == set(FollowupKind)


def test_four_tries_over_sixty_days_are_silence() -> None:
    tries = [BEGAN + timedelta(days=day) for day in (0, 20, 40, 59)]
    assert is_silent(tries, BEGAN + timedelta(days=60))
    assert not is_silent(tries, BEGAN + timedelta(days=59))
    assert not is_silent(tries[1:], BEGAN + timedelta(days=100))
    assert not is_silent([], BEGAN)
