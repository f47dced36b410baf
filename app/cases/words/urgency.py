"""How urgent a case is. The rules here only ever raise; lowering is a person's decision, with a reason in the journal."""

from collections.abc import Iterable

from app.cases.enums import Profile, Urgency
from app.cases.taxonomy import Severity, Taxonomy

_ORDER = tuple(Urgency)
_BY_SEVERITY = {
    Severity.CRITICAL: Urgency.URGENT,
    Severity.HIGH: Urgency.HIGH,
    Severity.MEDIUM: Urgency.MEDIUM,
    Severity.LOW: Urgency.LOW,
}


def urgency_of(danger: bool, codes: Iterable[str], taxonomy: Taxonomy) -> Urgency:
    """The urgency that the worker's answers call for: danger first, then the gravest of the kinds."""
    if danger:
        return Urgency.DANGER
    urgency = Urgency.LOW
    for code in codes:
        kind = taxonomy.kind(code)
        urgency = raise_urgency(urgency, Urgency.URGENT if kind.fast_track else _BY_SEVERITY[kind.severity])
    return urgency


def raise_urgency(current: Urgency, candidate: Urgency) -> Urgency:
    """The more urgent of the two."""
    return min(current, candidate, key=_ORDER.index)


def lowers(current: Urgency, candidate: Urgency) -> bool:
    """Whether the candidate is less urgent, which needs a person and a reason."""
    return _ORDER.index(candidate) > _ORDER.index(current)


def profile_for(urgency: Urgency) -> Profile:
    """Which deadlines a case of that urgency runs on."""
    return Profile.FAST_TRACK if urgency in (Urgency.DANGER, Urgency.URGENT) else Profile.STANDARD


def queue_rank(urgency: Urgency) -> int:
    """The first word of the queue's order: 0 for danger, 1 for everything else."""
    return 0 if urgency is Urgency.DANGER else 1
