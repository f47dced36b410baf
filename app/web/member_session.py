"""The member's session as the browser carries it: its cookie, who stands behind it, and what happens when it has ended."""

from collections.abc import Collection, Sequence
from urllib.parse import urlsplit
from uuid import UUID

from flask import Response, g, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.network import NotSignedIn, OrganisationKind, Role, SignedIn, signed_in, stay_signed_in
from app.vault import check_session_form_token, session_form_token
from app.web import labels
from app.web.requests import LARGEST_FORM
from app.web.responses import cookie_name, see_other
from app.web.services import services

_COOKIE = "member"

# What a member may have spent minutes on; it is given back on the page when it could not be stored.
WRITTEN_FIELDS = ("text", "words", "reason", "word", "note", "safe", "site")

_CHOICES = {
    "category": labels.TOPIC,
    "urgency": labels.URGENCY,
    "to": labels.STATE,
    "agreed": labels.AGREED,
    "outcome": labels.CLOSING_REASON,
    "why": labels.DECLINE,
}


def keep_session(response: Response, cookie: str) -> Response:
    """Hand the session to the browser until it closes; the server ends it earlier when idle."""
    response.set_cookie(
        cookie_name(_COOKIE),
        cookie,
        path="/",
        secure=services().settings.https,
        httponly=True,
        samesite="Strict",
    )
    return response


def forget_session(response: Response) -> Response:
    """Take the cookie back, if the browser sent one."""
    if session_cookie():
        response.delete_cookie(
            cookie_name(_COOKIE), path="/", secure=services().settings.https, httponly=True, samesite="Strict"
        )
    return response


def session_cookie() -> str:
    """The cookie as the browser sent it, or an empty text."""
    return request.cookies.get(cookie_name(_COOKIE), "")


def find_member() -> SignedIn | None:
    """Who is logged in on this request, looked up once; nobody when there is no live session."""
    if "member" not in g:
        g.member = _look_up_member() if session_cookie() else None
        # For every moment on the page (see `labels.hour`).
        g.zone = "" if g.member is None else g.member.zone
    found: SignedIn | None = g.member
    return found


def member() -> SignedIn:
    """Who is logged in; only for views that are open to members."""
    found = find_member()
    if found is None:
        raise NotSignedIn
    return found


def form_token() -> str:
    """The hidden value that every form of a logged-in member carries: another site cannot know it."""
    return session_form_token(member().content)


def case_of_page() -> str:
    """The hidden value that names the case of the page that is shown; an empty text on a page that is about none."""
    case_id = _case_of_address()
    return "" if case_id is None else services().vault.name_case(case_id)


def turn_away(kinds: Collection[OrganisationKind], roles: Collection[Role]) -> ResponseReturnValue | None:
    """Answer a request of somebody who is not a member of these kinds and roles, or nothing when it may pass."""
    # Words that are too long come back on the page, as at the worker's door, also where the session ended meanwhile.
    request.max_content_length = request.max_form_memory_size = LARGEST_FORM
    found = find_member()
    if found is None:
        return _ask_to_sign_in()
    if found.organisation.kind not in kinds or found.member.role not in roles:
        page = render_template(
            "desk/not_for_you.html",
            kinds=[kind for kind in OrganisationKind if kind in kinds],
            roles=[role for role in Role if role in roles],
            written=written_words(),
        )
        return make_response(page, 403)
    if request.method == "POST" and not (
        check_session_form_token(found.content, request.form.get("form_token", "")) and _is_of_this_case()
    ):
        return make_response(render_template("desk/stale_form.html", written=written_words()), 400)
    return None


def written_words(fields: Collection[str] = WRITTEN_FIELDS) -> list[str]:
    """What the member wrote into this post, or into these fields of it, to be shown back instead of being lost."""
    return [
        words for name in WRITTEN_FIELDS if name in fields and (words := request.form.get(name, "").strip())
    ]


def written_choices(fields: Collection[str] = _CHOICES) -> list[str]:
    """What the member chose or ticked in this post, in the words of the page, so that it can be chosen again."""
    chosen = ((table, request.form.get(name, "")) for name, table in _CHOICES.items() if name in fields)
    return [labels.word(table, value) for table, value in chosen if value in table]


def sign_in_page(
    *,
    target: str = "",
    ended: bool = False,
    locked: bool = False,
    refused: bool = False,
    problem: str = "",
    login: str = "",
    written: Sequence[str] = (),
) -> str:
    """The log-in page, with what happened before and with words that could not be stored."""
    return render_template(
        "desk/sign_in.html",
        target=target,
        ended=ended,
        locked=locked,
        refused=refused,
        problem=problem,
        login=login,
        written=written,
    )


def safe_target(target: str) -> str:
    """The members' page that a log-in should lead to; anything else becomes the start page, so no link can lead astray."""
    split = urlsplit(target)
    local = not split.scheme and not split.netloc and target.startswith(("/desk/", "/network/"))
    return target if local and "\\" not in target and target.isprintable() else url_for("desk.home")


def _is_of_this_case() -> bool:
    """Whether a form of a case's page was sent to the address of that case; forms of other pages name none."""
    named, case_id = request.form.get("of_case", ""), _case_of_address()
    return not named or case_id is None or services().vault.is_case_named(named, case_id)


def _case_of_address() -> UUID | None:
    case_id = (request.view_args or {}).get("case_id")
    return case_id if isinstance(case_id, UUID) else None


def _look_up_member() -> SignedIn | None:
    here, cookie = services(), session_cookie()
    try:
        with here.database.reading() as session:
            found = signed_in(session, here.vault, cookie)
        if found.content.wants_touch:
            with here.database.writing() as session:
                stay_signed_in(session, here.vault, cookie)
    except NotSignedIn:
        return None
    return found


def _ask_to_sign_in() -> Response:
    ended = bool(session_cookie())
    if request.method == "POST":
        return forget_session(make_response(sign_in_page(ended=ended, written=written_words()), 401))
    asked = request.full_path.rstrip("?")
    # `/desk/` is the address that everybody is given; after logging in each kind of member has a start page of its own.
    target = None if asked in (url_for("desk.home"), url_for("desk.queue")) else asked
    return forget_session(see_other(url_for("desk.sign_in", ended="1" if ended else None, next=target)))
