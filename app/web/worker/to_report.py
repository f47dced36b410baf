"""The worker's form, as the filing verb takes it."""

from collections.abc import Iterable

from app.cases.enums import ConsentLevel, Exclusion
from app.intake import ContactWay, FormFile, Report
from app.language import has_words
from app.web.worker.report_form import ReportForm


def to_report(sent: ReportForm, language: str, files: Iterable[FormFile] = ()) -> Report:
    """The form as the filing verb takes it: whatever was skipped means the choice that tells least."""
    contact = ContactWay(sent.contact) if sent.contact else ContactWay.INBOX
    return Report(
        language=language,
        # Signs that nobody can see are no words: the pages say then that none came.
        words=sent.words if has_words(sent.words) else "",
        topics=sent.category,
        danger=sent.danger == "yes",
        no_danger=sent.danger == "no",
        site_code=sent.site_code,
        site=sent.site,
        exclude=frozenset(map(Exclusion, sent.exclude)),
        exclude_other=sent.exclude_other,
        contact=contact,
        phone=sent.phone,
        safe_times=sent.safe_times,
        name=sent.name,
        consent=ConsentLevel(sent.consent) if sent.consent else None,
        files=tuple(file.declared for file in files),
    )
