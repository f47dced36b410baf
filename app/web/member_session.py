"""The member's session as the browser carries it: its cookie, who stands behind it, and what happens when it has ended."""

from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Response, current_app, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.network import NotSignedIn, OrganisationKind, Role, SignedIn, signed_in
from app.vault import check_session_form_token, session_form_token
from app.web.parts import parts

# What a member may have spent minutes on; it is given back on the page when it could not be stored.
WRITTEN_FIELDS = ("text", "reason", "note")


def cookie_name() -> str:
    """The cookie's name: over https with the prefix that browsers bind to this host, this path and Secure."""
    return "__Host-redress_member" if parts().settings.https else "redress_member"


def keep_session(response: Response, cookie: str) -> Response:
    """Hand the session to the browser until it closes; the server ends it earlier when idle."""
    response.set_cookie(
        cookie_name(), cookie, path="/", secure=parts().settings.https, httponly=True, samesite="Strict"
    )
    return response


def forget_session(response: Response) -> Response:
    """Take the cookie back."""
    response.delete_cookie(
        cookie_name(), path="/", secure=parts().settings.https, httponly=True, samesite="Strict"
    )
    return response


def session_cookie() -> str:
    """The cookie as the browser sent it, or an empty text."""
    return request.cookies.get(cookie_name(), "")


def find_member() -> SignedIn | None:
    """Who is logged in on this request, looked up once; nobody when there is no live session."""
    if "member" not in g:
        g.member = _look_up_member() if session_cookie() else None
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


def turn_away(admits: Callable[[OrganisationKind, Role], bool]) -> ResponseReturnValue | None:
    """Answer a request that may not pass, or nothing when it may."""
    found = find_member()
    if found is None:
        return _ask_to_sign_in()
    if not admits(found.organisation.kind, found.member.role):
        return make_response(render_template("desk/not_for_you.html"), 403)
    if request.method == "POST" and not check_session_form_token(found.content, request.form.get("form_token", "")):
        return make_response(render_template("desk/stale_form.html", written=written_words()), 400)
    return None


def written_words() -> list[str]:
    """What the member wrote into this post, to be shown back instead of being lost."""
    return [words for name in WRITTEN_FIELDS if (words := request.form.get(name, "").strip())]


def safe_target(target: str) -> str:
    """The members' page that a log-in should lead to; anything else becomes the start page, so no link can lead astray."""
    split = urlsplit(target)
    local = not split.scheme and not split.netloc and target.startswith(("/desk/", "/network/"))
    return target if local and "\\" not in target and target.isprintable() else url_for("desk.home")


def _look_up_member() -> SignedIn | None:
    here = parts()
    try:
        with here.database.writing() as session:
            return signed_in(session, here.vault, session_cookie())
    except NotSignedIn:
        return None


def _ask_to_sign_in() -> Response:
    ended = bool(session_cookie())
    if request.method == "POST":
        page = render_template("desk/sign_in.html", ended=ended, written=written_words(), target="")
        return forget_session(make_response(page, 401))
    target = request.full_path.rstrip("?")
    arguments = {"next": target} if target != url_for("desk.home") else {}
    answer = redirect(url_for("desk.sign_in", ended="1" if ended else None, **arguments), 303)
    return forget_session(current_app.make_response(answer))
