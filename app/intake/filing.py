"""Filing: a sealed report becomes a case, exactly once. Only rows are added, so that on SQLite the one writer's turn is short."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.case import Case, Clock, Happened, new_reference, note, zone_of_case
from app.cases.enums import ClockKind
from app.cases.rules import Rules
from app.cases.words import harms
from app.database import CaseId, OrganisationId, insert_unless_taken
from app.intake.admission import store_counted
from app.intake.arrival import Arrival
from app.intake.filed import Filed, told
from app.intake.report import Report
from app.intake.sealing import SealedGrievance
from app.messaging.phones import keep_text_request
from app.network import OrganisationKind, count_tablet_report, get_organisation, organisations_of
from app.vault import Receipt, Submission, Vault


class SubmissionConflict(Exception):
    """This form was sent before with other words: the first report stands, as `case_id`; these words are still with the worker."""

    def __init__(self, case_id: CaseId) -> None:
        super().__init__("the form was sent before with other words")
        self.case_id = case_id


def already_filed(
    session: Session, vault: Vault, rules: Rules, report: Report, submission: Submission, arrival: Arrival
) -> Filed | None:
    """The answer to a form that was posted before, or nothing; raises `SubmissionConflict` when the words differ."""
    case = _case_of(session, submission.submission_id) if arrival.filed_before else None
    if case is None:
        return None
    return _told_again(
        session,
        vault,
        case,
        submission.body_tag(report.canonical()),
        submission.receipt,
        harm=harms(rules.danger.found_in(report.words)),
        confirmed=arrival.site is not None,
    )


def filed_as(session: Session, submission: Submission, reports: Iterable[Report]) -> CaseId | None:
    """The case that was made of this form, if it was filed as one of these reports; nothing is stored or counted."""
    case = _case_of(session, submission.submission_id)
    if case is None or case.body_tag not in {submission.body_tag(each.canonical()) for each in reports}:
        return None
    return CaseId(case.id)


def file_grievance(session: Session, vault: Vault, sealed: SealedGrievance) -> Filed:
    """Store a sealed report and count it, exactly once for each submission id.

    Raises `SubmissionConflict`, `FloodRefused`, and `LimitMetMeanwhile` when the door must seal it again; then nothing is stored.
    """
    case = sealed.case
    while not insert_unless_taken(session, case):
        # Two posts of one form raced, and this one finds the first one's row; or else the reference was taken.
        first = _case_of(session, case.submission_id)
        if first is not None:
            return _told_again(
                session,
                vault,
                first,
                case.body_tag,
                sealed.told.receipt,
                harm=sealed.told.harm,
                confirmed=sealed.country_confirmed,
            )
        case.reference = new_reference()
    note(session, vault, Happened.FILED, case)
    if sealed.wish is not None:
        keep_text_request(session, sealed.wish)
    # Last, because the count stays locked until the end: reports from one address wait for each other's commit only.
    if sealed.tablet_id is not None:
        count_tablet_report(session, sealed.tablet_id)
    store_counted(session, vault, sealed.rows, sealed.admission)
    return replace(sealed.told, reference=case.reference)


def _case_of(session: Session, submission_id: UUID) -> Case | None:
    return session.scalars(select(Case).where(Case.submission_id == submission_id)).one_or_none()


def _told_again(
    session: Session,
    vault: Vault,
    case: Case,
    body_tag: bytes,
    receipt: Receipt,
    *,
    harm: bool,
    confirmed: bool,
) -> Filed:
    if case.body_tag != body_tag:
        raise SubmissionConflict(CaseId(case.id))
    clocks = list(session.scalars(select(Clock).where(Clock.case_id == case.id)))
    held = any(row.kind is ClockKind.PLACE for row in clocks)
    readers = _readers_of(session, case, held=held)
    zone = zone_of_case(vault, case)
    return told(case, clocks, receipt, readers, zone=zone, harm=harm, confirmed=confirmed, already=True)


def _readers_of(session: Session, case: Case, *, held: bool) -> tuple[str, ...]:
    if case.partners:
        return tuple(get_organisation(session, OrganisationId(each)).name for each in case.partners)
    coordinators = organisations_of(session, OrganisationKind.COORDINATOR) if held else []
    return tuple(found.name for found in coordinators[:1])
