"""What follows when a date of a case passes: who is asked next, rung by rung, and whether every open case has a next step."""

from app.cases.escalation.at_custody import asked_to_place_by
from app.cases.escalation.at_partners import late_at_partners
from app.cases.escalation.climbing import climb_ladders
from app.cases.escalation.promise import without_next_step
from app.cases.escalation.standing import rungs_of, standing_rung, still_waits_for

__all__ = [
    "asked_to_place_by",
    "climb_ladders",
    "late_at_partners",
    "rungs_of",
    "standing_rung",
    "still_waits_for",
    "without_next_step",
]
