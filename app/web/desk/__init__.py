"""The desk of the monitoring partners, and the door through which every member comes in."""

from app.web.desk import (
    alerts,
    case,
    dates,
    duty,
    hand_over,
    offers,
    pausing,
    queue,
    replying,
    search,
    sign_in,
    talks,
    tasks,
    time_zone,
    week,
    work,
    workplace,
)
from app.web.desk.blueprint import blueprint

__all__ = [
    "alerts",
    "blueprint",
    "case",
    "dates",
    "duty",
    "hand_over",
    "offers",
    "pausing",
    "queue",
    "replying",
    "search",
    "sign_in",
    "talks",
    "tasks",
    "time_zone",
    "week",
    "work",
    "workplace",
]
