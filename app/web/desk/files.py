"""Photos and voice notes of a case: shown on its page, each opened by whoever has a grant for the case at that moment."""

from http import HTTPStatus
from uuid import UUID

from flask import Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from app.attachments import FileBroken, OpenedFile, open_file
from app.cases.case import NoAccess
from app.database import CaseId
from app.web.access import open_to_members
from app.web.desk.blueprint import blueprint
from app.web.desk.queue import PARTNERS
from app.web.member_session import member
from app.web.services import services

_AT_ONCE = 1024 * 1024
"""Bytes of an answer to a player: it asks for what comes behind them when it needs it."""

# It comes from a stranger's phone: even as a page of its own it can run nothing and be nobody.
_SHUT_IN = "default-src 'none'; sandbox"


@blueprint.get("/cases/<uuid:case_id>/files/<uuid:file_id>")
@open_to_members(kinds=PARTNERS)
def file(case_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """Open a photo or voice note, or the piece of it that a player asks for; it is written down and the worker sees it."""
    here, wanted = services(), _wanted()
    try:
        with here.database.writing() as session:
            opened = open_file(session, here.vault, member(), CaseId(case_id), file_id, wanted)
    except NoAccess:
        abort(404)
    except FileBroken:
        return render_template("desk/file_broken.html"), HTTPStatus.CONFLICT
    return _answer(opened, in_part=wanted is not None)


def _wanted() -> tuple[int, int] | None:
    """The first byte that is asked for and the one behind the last; None for all, or where nobody understands what is asked."""
    asked = request.range
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return None
    start, end = asked.ranges[0]
    # Only players ask, and none of them for the last so many bytes: those get the whole.
    return None if start < 0 else (start, min(start + _AT_ONCE, end or start + _AT_ONCE))


def _answer(opened: OpenedFile, *, in_part: bool) -> Response:
    response = Response(opened.body, mimetype=opened.type)
    response.headers["Content-Security-Policy"] = _SHUT_IN
    response.headers["Content-Disposition"] = "inline"
    response.headers["Accept-Ranges"] = "bytes"
    if in_part and not opened.body:
        response.status_code = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
        response.headers["Content-Range"] = f"bytes */{opened.size}"
    elif in_part:
        last = opened.start + len(opened.body) - 1
        response.status_code = HTTPStatus.PARTIAL_CONTENT
        response.headers["Content-Range"] = f"bytes {opened.start}-{last}/{opened.size}"
    return response
