"""A report, from what was sent to a case: read, hash and seal, write; once more where a limit of its sender was met meanwhile."""

from app.cases.case import consent_texts
from app.database import retrying
from app.intake.admission import LimitMetMeanwhile, counting_refusals
from app.intake.arrival import read_arrival
from app.intake.beside import beside_helper
from app.intake.filed import Filed
from app.intake.filing import SubmissionConflict, already_filed, file_grievance
from app.intake.reaching import with_text_request
from app.intake.report import Report
from app.intake.sealing import seal_grievance
from app.services import Services
from app.vault import ReceiptNotTaken, Submission

# One for each limit that may be met meanwhile, and the first.
_TRIES = 3


def file_report(services: Services, report: Report, submission: Submission, sender: str | None) -> Filed:
    """File a report exactly once for each submission, whoever brought it; `sender` is the address that it is counted under.

    Raises `SubmissionConflict` when it was used for other words, `FloodRefused`, `TooBusy`, and `ReceiptNotTaken` for a code
    that was brought and is somebody's; then nothing is stored.
    """
    if report.beside is not None:
        report, sender = beside_helper(services, report, report.beside, sender)

    def attempt(number: int) -> Filed:
        return _seal_and_file(services, report, submission, sender, crowded=number > 0)

    with counting_refusals(services, sender, ReceiptNotTaken):
        return retrying(attempt, on=LimitMetMeanwhile, tries=_TRIES)


def _seal_and_file(
    services: Services, report: Report, submission: Submission, sender: str | None, *, crowded: bool
) -> Filed:
    vault = services.vault
    with services.database.reading() as session:
        arrival = read_arrival(session, vault, report, submission, sender, crowded=crowded)
        before = already_filed(session, vault, services.rules, report, submission, arrival)
        if before is not None:
            return before
        language = services.languages.get(report.language) or services.languages.default
        texts = consent_texts(language.pgettext)
        sealed = seal_grievance(session, vault, services.rules, texts, report, submission, arrival)
        sealed = with_text_request(vault, services.gateways, report, sealed)
    # Only two posts at one moment meet here: later ones were told so above, before anything was hashed.
    with (
        counting_refusals(services, sender, SubmissionConflict),
        services.database.writing() as session,
    ):
        return file_grievance(session, vault, sealed)
