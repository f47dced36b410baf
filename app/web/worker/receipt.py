"""The receipt page: the code of a report that was filed, who reads it by when, and what the worker can do until then."""

from flask import Response, make_response, render_template

from app.cases.taxonomy import ABOUT_HELPER
from app.intake import ContactWay, Filed, can_be_texted
from app.vault import format_receipt
from app.web.services import services
from app.web.worker.danger import opening, receipt_note
from app.web.worker.names import either
from app.web.worker.report_form import ReportForm


def receipt_page(sent: ReportForm, filed: Filed, country: str = "", *, files_lost: str = "") -> Response:
    """The code of a report that was filed, and what happens next; `country` where the page before knew the worker to be.

    `files_lost` says which of the form's files did not come along.
    """
    danger = receipt_note(sent, filed, country)
    wants_texts = sent.contact == ContactWay.TEXT and bool(sent.phone)
    return make_response(
        render_template(
            "worker/receipt.html",
            groups=format_receipt(filed.receipt).split(),
            danger=danger,
            opens=opening(danger, filed.case_id, "let_read_at_once", receipt=format_receipt(filed.receipt)),
            about_helper=ABOUT_HELPER in sent.category,
            files_lost=files_lost,
            locked=filed.locked,
            with_custody=filed.with_custody,
            next_who=either(filed.readers),
            read_by=filed.read_by,
            quiet=sent.contact in ("", "inbox") or not sent.phone,
            no_texts=wants_texts and not can_be_texted(services().gateways, sent.phone, filed.home_country),
        )
    )
