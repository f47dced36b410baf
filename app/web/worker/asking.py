"""The question for the receipt, with all that waits for it, and every reason for which it is asked again."""

from http import HTTPStatus

from flask import Response, make_response, render_template, request

from app.cases.case import consent_texts
from app.cases.worker import ReceiptUnknown
from app.language import only_digits
from app.logs import log_failure
from app.vault import ReceiptMistyped, TooBusy
from app.web.assets import asset_url
from app.web.language import page_language
from app.web.responses import squeezed
from app.web.retry import BUSY_FOR, retry_after
from app.web.services import services
from app.web.worker.danger import Help, help_for_intent, help_in
from app.web.worker.intent import Intent
from app.web.worker.question_card import answer_words

# What each refusal is called on the page.
_PROBLEMS: dict[type[Exception], str] = {
    ReceiptMistyped: "mistyped",
    ReceiptUnknown: "unknown",
    TooBusy: "busy",
}

# Every other problem is with what was typed, or with something that waits to be done.
_ENTER_STATUS = {
    "": HTTPStatus.OK,
    "ended": HTTPStatus.OK,
    "sent before": HTTPStatus.OK,
    "complaint sent": HTTPStatus.OK,
    "busy": HTTPStatus.SERVICE_UNAVAILABLE,
    "broken": HTTPStatus.SERVICE_UNAVAILABLE,
}


class OtherMessages(Exception):
    """The receipt opens another case than the one that the page with the words was about; nothing was done in either."""


def enter_page(
    problem: str = "", intent: Intent | None = None, typed: str = "", numbers: Help | None = None
) -> Response:
    """The question for the receipt, with what went wrong, what waits to be done, and the digits to mend.

    `numbers` are shown whatever was written, by a page that must not tell what that was.
    """
    waiting = None if intent is None or intent.is_empty else intent.with_token(services().vault)
    page = render_template(
        "worker/enter.html",
        problem=problem,
        waiting=waiting,
        help=numbers if waiting is None else help_for_intent(waiting),
        held_help=None if waiting is None else help_in(waiting.country),
        chosen="" if waiting is None else chosen_words(waiting),
        typed=_in_groups(typed),
    )
    return make_response(page, _ENTER_STATUS.get(problem, HTTPStatus.UNPROCESSABLE_ENTITY))


def question_page() -> Response:
    """The question alone, for a phone that was perhaps never here: compressed, since it holds no secret.

    Its head names sheet and script before the page does: a slow phone asks for them a tenth of a second earlier, and for what it is
    drawn with first.
    """
    page = squeezed(enter_page())
    sheet, script = asset_url("worker.css"), asset_url("kit/start.js")
    page.headers["Link"] = (
        f"<{sheet}>; rel=preload; as=style, <{script}>; rel=preload; as=script; crossorigin; fetchpriority=low"
    )
    return page


def ask_again(intent: Intent) -> Response:
    """The question for whoever pressed something in messages that were closed meanwhile."""
    return enter_page("again" if intent.words else "ended", intent)


def not_opened(error: Exception, intent: Intent, typed: str) -> Response:
    """The question again, with all that was typed and what to do now."""
    if isinstance(error, OtherMessages):
        # Their digits are right: what is asked for now is the code of other messages.
        return enter_page("other code", intent)
    problem = next((name for kind, name in _PROBLEMS.items() if isinstance(error, kind)), "broken")
    if problem == "broken":
        log_failure(request.endpoint, error)
    page = enter_page(problem, intent, typed)
    return retry_after(page, BUSY_FOR) if problem == "busy" else page


def chosen_words(intent: Intent) -> str:
    """What was chosen, in the words in which it stood on the page: the answer to a question, or to *who may know*."""
    if intent.answer:
        return answer_words(intent.answer)
    options = consent_texts(page_language().pgettext).options
    return next((option.title for option in options if option.level == intent.consent), "")


def _in_groups(typed: str) -> str:
    """Digits in groups of four, as the receipt was shown, so that a wrong one is found by comparing; other text as it is."""
    digits = only_digits(typed)
    if not digits:
        return typed
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))
