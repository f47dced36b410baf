"""Dates that the world sets: a legal limit, a permit, a flight, a hearing, the end of a contract."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app import clock
from app.cases.case.models import OutsideDate
from app.cases.enums import OutsideDateKind
from app.vault import Place, Vault, VeilBroken, is_sound

WARNED_BEFORE = (30, 14, 7, 2)
"""So many days before the date a helper is reminded of it."""

_NEAR = timedelta(days=WARNED_BEFORE[0])


@dataclass(frozen=True)
class KnownDate:
    """One such date of a case."""

    id: UUID
    kind: OutsideDateKind
    on: date

    @property
    def over(self) -> bool:
        """Whether the day has passed everywhere: west of here it is still yesterday."""
        return self.on < clock.now().date() - timedelta(days=1)

    @property
    def near(self) -> bool:
        """Whether its first reminder was due, and it is not over yet."""
        return not self.over and self.on <= clock.now().date() + _NEAR


def place_of_date(case_id: UUID, date_id: UUID) -> Place:
    """Where an outside date is veiled."""
    return Place("outside_dates", date_id, "date_veil", case_id)


def known_dates(
    session: Session, vault: Vault, case_ids: Collection[UUID] | Select[UUID]
) -> dict[UUID, list[KnownDate]]:
    """The dates of these cases that were not removed, the earliest first; one that others wrote or spoilt is not among them."""
    query = select(OutsideDate).where(OutsideDate.case_id.in_(case_ids), OutsideDate.ended_hour.is_(None))
    found: dict[UUID, list[KnownDate]] = {}
    for row in session.scalars(query):
        if (known := read_date(vault, row)) is not None:
            found.setdefault(row.case_id, []).append(known)
    return {case_id: sorted(dates, key=lambda each: each.on) for case_id, dates in found.items()}


def read_date(vault: Vault, row: OutsideDate) -> KnownDate | None:
    """What a row says, or nothing where others wrote or spoilt it."""
    if not is_sound(vault, row):
        return None
    try:
        told = vault.unveil_json(place_of_date(row.case_id, row.id), row.date_veil)
    except VeilBroken:
        return None
    return KnownDate(row.id, OutsideDateKind(told["kind"]), date.fromisoformat(told["on"]))
