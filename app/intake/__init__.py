"""Intake: the one verb that every door calls to turn what a worker sent into a case."""

from app.intake.admission import FloodRefused, LimitMetMeanwhile
from app.intake.arrival import read_arrival
from app.intake.danger import Whereabouts, country_told, danger_answer, likely_country, number_left
from app.intake.filed import Filed
from app.intake.filing import SubmissionConflict, already_filed, file_grievance, filed_as
from app.intake.form_files import (
    FormFile,
    FormFilesRefused,
    LookedAt,
    files_of_form,
    keep_files,
    look_at_files,
)
from app.intake.outbox import OLDEST_VERSION, VERSION, Letter, file_letter, open_letter, read_envelope
from app.intake.outbox_files import LARGEST_CHUNK, open_chunk
from app.intake.reaching import can_be_texted
from app.intake.report import ContactWay, Report, SaidByTablet
from app.intake.reporting import file_report
from app.intake.sealing import SealedGrievance
from app.intake.strict import LARGEST_ENVELOPE, EnvelopeRefused, Refusal

__all__ = [
    "LARGEST_CHUNK",
    "LARGEST_ENVELOPE",
    "OLDEST_VERSION",
    "VERSION",
    "ContactWay",
    "EnvelopeRefused",
    "Filed",
    "FloodRefused",
    "FormFile",
    "FormFilesRefused",
    "Letter",
    "LimitMetMeanwhile",
    "LookedAt",
    "Refusal",
    "Report",
    "SaidByTablet",
    "SealedGrievance",
    "SubmissionConflict",
    "Whereabouts",
    "already_filed",
    "can_be_texted",
    "country_told",
    "danger_answer",
    "file_grievance",
    "file_letter",
    "file_report",
    "filed_as",
    "files_of_form",
    "keep_files",
    "likely_country",
    "look_at_files",
    "number_left",
    "open_chunk",
    "open_letter",
    "read_arrival",
    "read_envelope",
]
