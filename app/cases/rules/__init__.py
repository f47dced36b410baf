"""What an operator's files rule: routing, deadlines and numbers to call, read once at start."""

from app.cases.rules.days_off import Calendar
from app.cases.rules.deadlines import Deadline, Deadlines
from app.cases.rules.durations import Duration, Unit
from app.cases.rules.followup_days import FollowupDays
from app.cases.rules.help_numbers import HelpNumber
from app.cases.rules.known_holidays import public_holidays, regions_of, worked_weekends
from app.cases.rules.ladder import Ladder
from app.cases.rules.routing import (
    AT_ONCE,
    FORBIDDING,
    Reason,
    Routing,
    RoutingOutcome,
    RoutingRules,
    asked_first,
    route,
    routing_from,
    why_not,
)
from app.cases.rules.rule_set import Rules, RulesRefused, load_rules, rules_of

__all__ = [
    "AT_ONCE",
    "FORBIDDING",
    "Calendar",
    "Deadline",
    "Deadlines",
    "Duration",
    "FollowupDays",
    "HelpNumber",
    "Ladder",
    "Reason",
    "Routing",
    "RoutingOutcome",
    "RoutingRules",
    "Rules",
    "RulesRefused",
    "Unit",
    "asked_first",
    "load_rules",
    "public_holidays",
    "regions_of",
    "route",
    "routing_from",
    "rules_of",
    "why_not",
    "worked_weekends",
]
