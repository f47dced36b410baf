"""A report told beside a helper: what its tablet's authority is worth, who must not get it, and under whom it is counted."""

from dataclasses import replace

from app.cases.taxonomy import ABOUT_HELPER
from app.database import OrganisationId
from app.intake.report import Report, SaidByTablet
from app.network import Vouched, vouch
from app.services import Services


def beside_helper(
    services: Services, report: Report, told: SaidByTablet, sender: str | None
) -> tuple[Report, str | None]:
    """The report with what its authority is worth now, and what it is counted under. Nothing is refused for its authority.

    A day of a tablet comes in at once, and many tablets may share one address: what stands is counted by the tablet.
    """
    with services.database.reading() as session:
        vouched = vouch(session, services.vault, told.authority)
    excluded = report.excluded | _left_out(report, told, vouched)
    counted = f"tablet {vouched.tablet_id}" if vouched.counts and sender is not None else sender
    return replace(report, vouched=vouched, excluded=excluded), counted


def _left_out(report: Report, told: SaidByTablet, vouched: Vouched) -> frozenset[OrganisationId]:
    """The helper's own organisation, where the worker leaves it out or complains about a helper: this one stood beside them."""
    if vouched.organisation_id is None or not (told.without_them or ABOUT_HELPER in report.topics):
        return frozenset()
    return frozenset({vouched.organisation_id})
