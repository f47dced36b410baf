"""A post that a browser sends again, once its report was filed: the code is asked for, and none of the words is shown.

The same form, sent again, is known by what was filed. A page that asked something in between was answered by another post, and that
of an old page by nothing: of these the browser would show the words, with "nothing is sent yet", to whoever presses Back.
"""

from dataclasses import replace

from flask import Response
from sqlalchemy.exc import SQLAlchemyError

from app.cases.case import Case
from app.intake import FormFile, filed_as, files_of_form
from app.vault import FormToken, TokenForged
from app.web.language import page_language
from app.web.services import services
from app.web.worker.asking import enter_page
from app.web.worker.danger import help_in
from app.web.worker.posted_files import PostedFiles
from app.web.worker.report_form import DANGER, ReportForm
from app.web.worker.to_report import to_report


def code_asked_for(country: str | None) -> Response:
    """The question for the code, for whoever holds the phone now."""
    # With numbers for every message: were they shown for danger alone, the page would tell of it.
    return enter_page("sent before", numbers=help_in(country))


def sent_before_page(sent: ReportForm, files: PostedFiles) -> Response | None:
    """The same where this very form was filed, whatever its worker answered to what we asked; None where it was not."""
    here = services()
    try:
        # Old as it may be, it tells under which id its report was filed.
        token: FormToken = here.vault.read_form_token(sent.token)
    except TokenForged:
        return None
    answers = [replace(sent, allow=allow) for allow in DANGER] if sent.asks_again else [sent]
    # They had to be chosen again on the page in between, or were left away there.
    ways: list[tuple[FormFile, ...]] = [(), files_of_form(token, files.bodies)]
    told = [to_report(each.answered(), page_language().code, way) for each in answers for way in ways]
    try:
        with here.database.reading() as session:
            case_id = filed_as(session, token, told)
            country = None if case_id is None else session.get_one(Case, case_id).country
    except (SQLAlchemyError, OSError):
        # What was asked is asked again; with the database away nothing can be filed anyhow.
        return None
    return None if case_id is None else code_asked_for(country)
