"""What a worker is asked without having to come first: planned by a pure rule, kept once in the database."""

from app.cases.followups.models import Followup
from app.cases.followups.planning import (
    TURNING,
    PlannedFollowup,
    Settled,
    is_silent,
    next_round,
    plan,
    settle,
    turn,
)
from app.cases.followups.rows import (
    TALKED,
    WAITING,
    followups_of,
    open_question,
    plan_again,
    plan_filed,
    plan_next,
    planned_as,
    shown_to_helpers,
    still_fits,
    tries_in_vain,
)

__all__ = [
    "TALKED",
    "TURNING",
    "WAITING",
    "Followup",
    "PlannedFollowup",
    "Settled",
    "followups_of",
    "is_silent",
    "next_round",
    "open_question",
    "plan",
    "plan_again",
    "plan_filed",
    "plan_next",
    "planned_as",
    "settle",
    "shown_to_helpers",
    "still_fits",
    "tries_in_vain",
    "turn",
]
