"""The dates that a case runs on: planned by a pure rule, started, met, hastened and missed in the database."""

from app.cases.clocks.planning import TICKED_BY_HAND, ClockAct, PlannedClock, met_by, plan_clocks
from app.cases.clocks.running import (
    ASKING,
    calendar_of,
    clock_rows,
    clocks_of,
    hasten_clocks,
    mark_clocks_missed,
    meet_clocks,
    put_off,
    resume_clocks,
    settle,
    settle_clocks,
    start_clocks,
    still_asks,
    store_next_date,
)

__all__ = [
    "ASKING",
    "TICKED_BY_HAND",
    "ClockAct",
    "PlannedClock",
    "calendar_of",
    "clock_rows",
    "clocks_of",
    "hasten_clocks",
    "mark_clocks_missed",
    "meet_clocks",
    "met_by",
    "plan_clocks",
    "put_off",
    "resume_clocks",
    "settle",
    "settle_clocks",
    "start_clocks",
    "still_asks",
    "store_next_date",
]
