"""The dates that a case runs on: planned by a pure rule, started, met, hastened and missed in the database."""

from app.cases.clocks.planning import TICKED_BY_HAND, ClockAct, PlannedClock, met_by, plan_clocks
from app.cases.clocks.reminders import next_warning, remind_of_dates
from app.cases.clocks.running import (
    ASKING,
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
    "clock_rows",
    "clocks_of",
    "hasten_clocks",
    "mark_clocks_missed",
    "meet_clocks",
    "met_by",
    "next_warning",
    "plan_clocks",
    "put_off",
    "remind_of_dates",
    "resume_clocks",
    "settle",
    "settle_clocks",
    "start_clocks",
    "still_asks",
    "store_next_date",
]
