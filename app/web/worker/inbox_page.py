"""The inbox as a page: how things stand, what went wrong above it, and in its forms whatever was filled in there."""

from dataclasses import dataclass, replace
from http import HTTPStatus

from flask import Response, make_response, render_template, request, url_for

from app import clock
from app.attachments import files_on_the_way
from app.cases.case import Case, consent_texts
from app.cases.enums import Urgency
from app.cases.routing import means_holder
from app.cases.worker import ERASED_AFTER, BudgetSpent, Worker, open_inbox
from app.logs import log_failure
from app.vault import TooBusy, session_form_token
from app.web.language import npgettext, page_language, pgettext
from app.web.retry import BUSY_FOR, minutes_until, retry_after
from app.web.services import services
from app.web.worker.asking import chosen_words
from app.web.worker.danger import Help, country_of_worker, help_for_intent, help_in, inbox_note, opening
from app.web.worker.inbox_words import authors, file_line, next_line, stage_lines
from app.web.worker.intent import NOTHING, InboxAct, Intent
from app.web.worker.late_words import broken_lines, late_line
from app.web.worker.names import coordinator_name, names_of
from app.web.worker.posted import posted_fields
from app.web.worker.question_card import answer_words, question_card, question_words
from app.web.worker.seen_words import access_line, seen_line
from app.web.worker.texts_choice import TextsForm, texts_form


@dataclass(frozen=True)
class Problem:
    """What to say above the inbox, and what was meant, to put back into the form that it came from."""

    note: str = ""
    intent: Intent = NOTHING

    def is_with(self, act: str) -> bool:
        """Whether it came from this form."""
        return self.intent.act == act


TEXTS_AS_BEFORE = "texts-as-before"
"""What was done, where the times that were chosen were those that held."""


def inbox_page(worker: Worker, problem: Problem | None = None, *, done: str = "") -> Response:
    """The inbox as it stands, with what went wrong above it, or that `done`, an act, was done."""
    here, language = services(), page_language()
    with here.database.reading() as session:
        view = open_inbox(session, here.vault, worker)
        asked = (view.organisation_id, view.also_asked_id)
        names = names_of(session, [*asked, *view.lapsed, *(seen.organisation_id for seen in view.sightings)])
        coordinator = coordinator_name(session)
        case = session.get_one(Case, worker.case_id)
        country = country_of_worker(session, worker, case, view) or ""
        on_the_way = files_on_the_way(session, here.vault, worker.case_id)
        danger = inbox_note(session, case, view, country)
        said = "\n".join(message.text or "" for message in view.unanswered)
        meant_helper = ""
        if view.organisation_id and means_holder(session, here.rules, case, said):
            meant_helper = names.get(view.organisation_id, "")
    texts = texts_form(view, NOTHING if problem is None else problem.intent)
    meant, now = NOTHING if problem is None else problem.intent, clock.now().astimezone(view.zone)
    page = render_template(
        "worker/inbox.html",
        view=view,
        on_the_way=on_the_way,
        file_line=file_line,
        danger=danger,
        opens=opening(danger, worker.case_id, "let_read", form_token=session_form_token(worker.content)),
        help=None
        if danger
        else help_for_intent(replace(meant, country=country)) or _help_in_danger(case, country),
        held_help=help_in(country),
        country=country,
        meant_helper=meant_helper,
        coordinator=coordinator,
        stages=stage_lines(view),
        late_line=late_line(view, names, coordinator, now.date()),
        broken_lines=broken_lines(view),
        next_line=next_line(view, names, coordinator, now.date()),
        authors=authors(),
        card=question_card(view),
        texts=texts,
        question_words=question_words,
        answer_words=answer_words,
        sightings=[seen_line(seen, names) for seen in view.sightings],
        access=list(dict.fromkeys(access_line(line, about_helper=view.about_helper) for line in view.access)),
        consent=consent_texts(language.pgettext),
        chosen_consent=meant.consent if meant.act is InboxAct.CONSENT else view.consent,
        would_erase=now + ERASED_AFTER,
        form_token=session_form_token(worker.content),
        case_name=here.vault.name_case(worker.case_id),
        # The token of the page that could not be taken: what was stored of it after all is then not stored twice.
        token=meant.with_token(here.vault).token,
        problem=problem or Problem(),
        said=_said(done, texts),
    )
    return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK)


def _said(act: str, texts: TextsForm | None) -> str:
    """What was done, where nothing else on the page shows it."""
    if act == InboxAct.ASK_ME:
        return pgettext("worker-question", "Done. From time to time we ask you here how it is.")
    if act == InboxAct.DO_NOT_ASK:
        return pgettext("worker-question", "Done. We ask you no more questions.")
    if act == InboxAct.NO_TEXTS:
        return pgettext("worker-texts", "Done. We do not text or call you any more. We answer only here.")
    if act == InboxAct.TEXTS and texts is not None:
        return f"{pgettext('worker-texts', 'Done.')} {texts.says}"
    if act == TEXTS_AS_BEFORE and texts is not None:
        stood = pgettext("worker-texts", "It was like this before, so nothing was changed.")
        return f"{stood} {texts.says}"
    return ""


def _help_in_danger(case: Case, country: str) -> Help | None:
    """The numbers to call stay for as long as the case is in danger, also when a helper has read or answered."""
    return help_in(country) if case.is_open and case.urgency is Urgency.DANGER else None


def stale_page(worker: Worker, intent: Intent) -> Response:
    """The inbox for a form of an earlier session, or with a token that is not ours, as it was filled in."""
    note = pgettext("worker-inbox", "This page was old, so nothing was sent. Please press the button again.")
    return inbox_page(worker, Problem(note, intent))


def spent_words(spent: BudgetSpent, *, danger: bool) -> str:
    """Why something has to wait, and for how long."""
    minutes = minutes_until(spent.until)
    if danger:
        return npgettext(
            "worker-inbox",
            "We wrote down that you are in danger. So much came in this hour that your words wait here. They are not sent yet. "
            "Press the button again in %(num)s minute.",
            "We wrote down that you are in danger. So much came in this hour that your words wait here. They are not sent yet. "
            "Press the button again in %(num)s minutes.",
            minutes,
        )
    return npgettext(
        "worker-inbox",
        "So much came in this hour that this has to wait. It is not sent yet. What you wrote is still here. Press the button "
        "again in %(num)s minute. If you are in danger now, say so below: that does not wait.",
        "So much came in this hour that this has to wait. It is not sent yet. What you wrote is still here. Press the button "
        "again in %(num)s minutes. If you are in danger now, say so below: that does not wait.",
        minutes,
    )


def kept_page(error: Exception, intent: Intent, worker: Worker | None = None) -> Response:
    """All that was filled in, and a button that sends the same: with its token, so that what was stored after all is not doubled.

    `worker` is whoever came in with this very post: the button then belongs to the new session.
    """
    form_token = (
        session_form_token(worker.content) if worker is not None else posted_fields().get("form_token", "")
    )
    address = url_for("worker.inbox", lang=page_language().code)
    shown = render_template(
        "worker/kept.html",
        address=address if intent.act is None else f"{address}/{intent.act}",
        intent=intent,
        help=help_for_intent(intent),
        held_help=help_in(intent.country),
        chosen=chosen_words(intent),
        form_token=form_token,
    )
    page = make_response(shown, HTTPStatus.SERVICE_UNAVAILABLE)
    if isinstance(error, TooBusy):
        return retry_after(page, BUSY_FOR)
    log_failure(request.endpoint, error)
    return page
