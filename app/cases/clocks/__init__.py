"""The dates that a case runs on: planned by a pure rule, started, met, hastened and missed in the database."""

from app.cases.clocks.anew import ask_again, ask_anew, follow_law, hasten_clocks, resume_clocks
from app.cases.clocks.lateness import JournaledLateness, lateness_ended, lateness_in, once_late
from app.cases.clocks.moved_dates import put_off
from app.cases.clocks.next_steps import (
    AskingClock,
    Beside,
    OpenOffer,
    StandingRung,
    WhereItStands,
    next_step,
    sooner_than,
)
from app.cases.clocks.planning import TICKED_BY_HAND, ClockAct, PlannedClock, met_by, plan_clocks
from app.cases.clocks.reminders import next_warning, remind_of_dates
from app.cases.clocks.rungs import (
    NOT_HELD,
    Footing,
    answer_by,
    ask_last_by,
    climbs,
    hasten_rung,
    next_rung,
)
from app.cases.clocks.running import (
    as_it_ran,
    calendar_of,
    clock_rows,
    clocks_of,
    go_on,
    let_wait,
    start_clocks,
    still_asks,
    store_next_date,
    waits,
)
from app.cases.clocks.settling import mark_clocks_missed, meet_clocks, settle, settle_clocks
from app.cases.clocks.written_over import ASKING, BY_THE_HOLDER

__all__ = [
    "ASKING",
    "BY_THE_HOLDER",
    "NOT_HELD",
    "TICKED_BY_HAND",
    "AskingClock",
    "Beside",
    "ClockAct",
    "Footing",
    "JournaledLateness",
    "OpenOffer",
    "PlannedClock",
    "StandingRung",
    "WhereItStands",
    "answer_by",
    "as_it_ran",
    "ask_again",
    "ask_anew",
    "ask_last_by",
    "calendar_of",
    "climbs",
    "clock_rows",
    "clocks_of",
    "follow_law",
    "go_on",
    "hasten_clocks",
    "hasten_rung",
    "lateness_ended",
    "lateness_in",
    "let_wait",
    "mark_clocks_missed",
    "meet_clocks",
    "met_by",
    "next_rung",
    "next_step",
    "next_warning",
    "once_late",
    "plan_clocks",
    "put_off",
    "remind_of_dates",
    "resume_clocks",
    "settle",
    "settle_clocks",
    "sooner_than",
    "start_clocks",
    "still_asks",
    "store_next_date",
    "waits",
]
