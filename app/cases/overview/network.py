"""The coordinator's view: all its numbers, for custodians as their other pages are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from app.cases.custody import how_many_wait
from app.cases.enums import Rung
from app.cases.overview.late import Lateness, late_by_partner
from app.cases.overview.loads import Load, loads
from app.cases.overview.months import CaseMonth, last_months
from app.network import Organisation, OrganisationKind, OrganisationState, SignedIn, organisations_of
from app.vault import Vault


@dataclass(frozen=True)
class LatePartner:
    """A partner and how many cases it is late with, by who was asked last (None for nobody yet); `name` is None for ourselves."""

    name: str | None
    asked: Mapping[Rung | None, int]
    total: int


@dataclass(frozen=True)
class PartnerLoad:
    """A partner, what it has to do, and how many open cases it said that it can carry."""

    name: str
    load: Load
    capacity: int


@dataclass(frozen=True)
class Overview:
    """The numbers of one page."""

    late: tuple[LatePartner, ...]
    late_more: bool
    loads: tuple[PartnerLoad, ...]
    months: tuple[CaseMonth, ...]
    waiting: int  # for a helper, with custody

    @property
    def rungs(self) -> tuple[Rung | None, ...]:
        """Those on which somebody stands, in the order in which a ladder is climbed; first where nobody was asked yet."""
        return tuple(
            rung for rung in (None, *Rung) if any(partner.asked.get(rung, 0) for partner in self.late)
        )

    @property
    def without_helper(self) -> int:
        """Cases that a partner has and on which nobody there works."""
        return sum(partner.load.without_helper for partner in self.loads)


def overview(session: Session, vault: Vault, by: SignedIn) -> Overview:
    """Count everything for this coordinator; raises `NotACustodian`.

    Counted are also cases of workers who shut the coordinator out: a number says of none of them that it exists.
    """
    waiting = how_many_wait(session, vault, by)
    lateness, counted = late_by_partner(session, vault), loads(session)
    partners = organisations_of(session, OrganisationKind.MONITORING_PARTNER)
    return Overview(
        late=_named(lateness, partners),
        late_more=lateness.more,
        loads=tuple(_loads(partners, counted)),
        months=last_months(session),
        waiting=waiting,
    )


def _named(lateness: Lateness, partners: Iterable[Organisation]) -> tuple[LatePartner, ...]:
    """With their names; what stands at an organisation that is no partner of ours, others wrote."""
    names: dict[UUID | None, str | None] = {None: None, **{partner.id: partner.name for partner in partners}}
    return tuple(
        LatePartner(names[place.organisation_id], place.asked, place.total)
        for place in lateness.places
        if place.organisation_id in names
    )


def _loads(partners: Iterable[Organisation], counted: Mapping[UUID, Load]) -> Iterable[PartnerLoad]:
    for partner in partners:
        load = counted.get(partner.id, Load())
        # One that gets no cases any more stands here as long as it has some.
        if partner.state is OrganisationState.ACTIVE or load != Load():
            yield PartnerLoad(partner.name, load, partner.capacity)
