"""The worker's session as the browser carries it: a cookie that says nothing, until the browser closes or time runs out."""

from flask import Response, request
from sqlalchemy.exc import SQLAlchemyError

from app.cases.worker import Worker, worker_of
from app.logs import log_failure
from app.vault import SessionEnded, end_session, touch_session
from app.web.responses import cookie_name
from app.web.services import services

_COOKIE = "worker"


def worker_cookie() -> str:
    """The cookie as the browser sent it, or an empty text."""
    return request.cookies.get(cookie_name(_COOKIE), "")


def find_worker() -> Worker | None:
    """Who is in the inbox on this request, with the idle time started anew; nobody when there is no live session."""
    cookie, here = worker_cookie(), services()
    if not cookie:
        return None
    try:
        worker = worker_behind(cookie)
        if worker.content.wants_touch:
            with here.database.writing() as session:
                touch_session(session, here.vault, "worker", cookie)
    except SessionEnded:
        return None
    return worker


def worker_behind(cookie: str) -> Worker:
    """Who stands behind this cookie; raises `SessionEnded`."""
    here = services()
    with here.database.reading() as session:
        return worker_of(session, here.vault, cookie)


def keep_worker_session(response: Response, cookie: str) -> Response:
    """Hand the session to the browser until it closes; Lax, so that a bookmark of the inbox still opens it."""
    response.set_cookie(
        cookie_name(_COOKIE),
        cookie,
        path="/",
        secure=services().settings.https,
        httponly=True,
        samesite="Lax",
    )
    return response


def end_worker_session(response: Response) -> Response:
    """End the session on both sides; without one nothing is touched, so that leaving is as quick as can be."""
    cookie, here = worker_cookie(), services()
    if cookie:
        try:
            with here.database.writing() as session:
                end_session(session, here.vault, cookie)
        except (SQLAlchemyError, OSError) as error:
            # Whoever leaves in a hurry must get away from the page even when the database is not there.
            log_failure(request.endpoint, error)
        forget_worker_cookie(response)
    return response


def forget_worker_cookie(response: Response) -> Response:
    """Take the cookie back, when it opens nothing any more."""
    response.delete_cookie(
        cookie_name(_COOKIE), path="/", secure=services().settings.https, httponly=True, samesite="Lax"
    )
    return response
