"""Cases that wait with the coordinator: decided by the place alone, read only by two people with a reason."""

from app.cases.custody.deciding import (
    CannotBePlaced,
    NotACustodian,
    how_many_wait,
    place_case,
    placements,
    waiting_case,
    waiting_for_custody,
)
from app.cases.custody.reading import (
    BroughtInByEachOther,
    NoReasonGiven,
    NotAgreed,
    NotAskedFor,
    RoutingWords,
    SecondPersonNeeded,
    UntrainedCustodian,
    agree_to_read,
    answer_from_custody,
    ask_to_read,
    open_from_custody,
    read_routing_note,
    reading_requests,
)

__all__ = [
    "BroughtInByEachOther",
    "CannotBePlaced",
    "NoReasonGiven",
    "NotACustodian",
    "NotAgreed",
    "NotAskedFor",
    "RoutingWords",
    "SecondPersonNeeded",
    "UntrainedCustodian",
    "agree_to_read",
    "answer_from_custody",
    "ask_to_read",
    "how_many_wait",
    "open_from_custody",
    "place_case",
    "placements",
    "read_routing_note",
    "reading_requests",
    "waiting_case",
    "waiting_for_custody",
]
