"""The answer to a report: what its sender is told, the first time and every time the same form is sent again."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from app.cases.case import Case, Clock
from app.cases.enums import ClockKind, Urgency
from app.database import CaseId, OrganisationId
from app.vault import Receipt


@dataclass(frozen=True)
class Filed:
    """What the worker is told: the receipt, who reads it by when, and whether anybody can read it at all."""

    case_id: CaseId
    receipt: Receipt = field(repr=False)
    reference: str
    organisation_id: OrganisationId | None
    readers: tuple[str, ...]  # the names of those of whom one looks at it next; none when nobody can
    read_by: datetime | None
    urgency: Urgency
    harm: bool  # the words tell that somebody may be harmed in their body now
    locked: bool
    with_custody: bool
    country: str | None
    home_country: str | None  # in which a number that the worker left was read, also where it is not certain
    already: bool


def told(
    case: Case,
    clocks: Iterable[Clock],
    receipt: Receipt,
    readers: tuple[str, ...],
    *,
    zone: tzinfo,
    harm: bool,
    confirmed: bool,
    already: bool,
) -> Filed:
    """The answer for a case with these clocks; `confirmed` says that its country is certain enough to give numbers of it.

    Its dates are said in `zone`, the workplace's.
    """
    due = {row.kind: row.due_at.astimezone(zone) for row in clocks}
    return Filed(
        case_id=CaseId(case.id),
        receipt=receipt,
        reference=case.reference,
        organisation_id=OrganisationId(case.organisation_id) if case.organisation_id else None,
        readers=readers,
        read_by=due.get(ClockKind.READ),
        urgency=case.urgency,
        harm=harm,
        locked=not due,
        with_custody=case.organisation_id is None and ClockKind.PLACE in due,
        country=case.country if confirmed else None,
        home_country=case.country,
        already=already,
    )
