"""The numbers for the operator's monitoring, counted in the database at the moment they are asked for.

Counts by state and urgency only: never a category, a site, a country or an organisation, since a count of one points at a person.
"""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app import clock
from app.attachments import chunks_waiting
from app.cases.case import Case, Clock, Offer
from app.cases.clocks import ASKING
from app.cases.enums import OfferState, State, Urgency
from app.cases.escalation import without_next_step
from app.dispatcher.heartbeat import last_ticks
from app.messaging.models import MemberAddress
from app.messaging.queue import count_queue
from app.network import Member, MemberState, Organisation, OrganisationKind, OrganisationState
from app.vault import Vault, own_chain_stands


def exposition(session: Session, vault: Vault) -> tuple[bytes, str]:
    """All gauges in Prometheus' text format, with its content type."""
    # A registry for each answer: nothing is kept in a process, so any number of hosts say the same.
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Gauges(session, vault))
    return generate_latest(registry), CONTENT_TYPE_LATEST


class _Gauges(Collector):
    def __init__(self, session: Session, vault: Vault) -> None:
        self._session = session
        self._vault = vault

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Count, one family after the other."""
        yield self._open_cases()
        yield self._gauge(
            "redress_late_clocks",
            "Things somebody had to do by now and has not done, in open cases",
            self._count(
                select(func.count())
                .select_from(Clock)
                .join(Case, Case.id == Clock.case_id)
                .where(
                    Case.is_open,
                    ~Case.practice,
                    Clock.due_at < clock.now(),
                    Clock.state.in_(ASKING),
                )
            ),
        )
        yield self._gauge(
            "redress_cases_without_next_step",
            "Open cases in which nobody has exactly one thing to do next, by a date: see redress doctor",
            len(without_next_step(self._session, self._vault)),
        )
        yield self._gauge(
            "redress_offers_waiting",
            "Cases offered to a partner that has not answered",
            self._count(
                select(func.count(Offer.case_id.distinct()))
                .join(Case, Case.id == Offer.case_id)
                .where(Offer.state == OfferState.OFFERED, ~Case.practice)
            ),
        )
        yield self._gauge(
            "redress_custody_waiting",
            "Open cases that no partner holds or is offered: they wait for a custodian, or the worker locked them",
            self._count(
                select(func.count())
                .select_from(Case)
                .where(Case.is_open, ~Case.practice, Case.organisation_id.is_(None))
            ),
        )
        yield self._gauge(
            "redress_organisations_not_alerted",
            "Partners and coordinators in which no member has said where to be alerted to danger",
            self._count(_not_alerted()),
        )
        yield self._gauge(
            "redress_own_record_spoilt",
            "1 where somebody spoilt the record of the deployment's own acts: see redress journal verify",
            int(not own_chain_stands(self._session, self._vault)),
        )
        yield self._gauge(
            "redress_file_chunks_waiting",
            "Chunks of photos and voice notes that are not whole: at 20000 no file may begin, whoever sends it",
            chunks_waiting(self._session),
        )
        yield self._texts()
        yield self._ticks()

    def _open_cases(self) -> GaugeMetricFamily:
        family = GaugeMetricFamily("redress_open_cases", "Open cases", labels=["state", "urgency"])
        counted = {
            (state, urgency): count
            for state, urgency, count in self._session.execute(
                select(Case.state, Case.urgency, func.count())
                .where(Case.is_open, ~Case.practice)
                .group_by(Case.state, Case.urgency)
            )
        }
        for state in State:
            for urgency in Urgency:
                family.add_metric([state.value, urgency.value], counted.get((state, urgency), 0))
        return family

    def _texts(self) -> GaugeMetricFamily:
        counts = count_queue(self._session)
        family = GaugeMetricFamily(
            "redress_texts",
            "Texts and alerts that should have gone out by now, may have or failed",
            labels=["state"],
        )
        for state in ("due", "unclear", "failed"):
            family.add_metric([state], getattr(counts, state))
        return family

    def _ticks(self) -> GaugeMetricFamily:
        family = GaugeMetricFamily(
            "redress_dispatcher_last_tick_seconds",
            "When a job of the dispatcher last went through",
            labels=["job"],
        )
        for job, at in sorted(last_ticks(self._session).items()):
            family.add_metric([job], at.timestamp())
        return family

    def _count(self, query: Select[int]) -> int:
        return self._session.scalar(query) or 0

    @staticmethod
    def _gauge(name: str, meaning: str, value: int) -> GaugeMetricFamily:
        return GaugeMetricFamily(name, meaning, value=value)


def _not_alerted() -> Select[int]:
    has_address = (
        select(MemberAddress.id)
        .join(Member, Member.id == MemberAddress.member_id)
        .where(Member.organisation_id == Organisation.id, Member.state == MemberState.ACTIVE)
    )
    acting = (OrganisationKind.MONITORING_PARTNER, OrganisationKind.COORDINATOR)
    return (
        select(func.count())
        .select_from(Organisation)
        .where(
            Organisation.kind.in_(acting),
            Organisation.state == OrganisationState.ACTIVE,
            ~has_address.exists(),
        )
    )
