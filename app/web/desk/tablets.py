"""Reports in person: a member starts a tablet for some hours, which ends their desk on it, and sees and ends those of before."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from flask import Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from app.language import clean_line
from app.network import (
    LONGEST_LABEL,
    MOST_TABLETS,
    OFFLINE_FOR,
    TABLET_HOURS,
    NotYourTablet,
    OrganisationFrozen,
    Role,
    StartedTablet,
    TabletHoursUnknown,
    TooManyTablets,
    UnknownTablet,
    end_tablet,
    given_before,
    sign_out,
    start_tablet,
    tablets_of,
)
from app.web.access import open_to_members
from app.web.desk.blueprint import blueprint
from app.web.desk.duty import uuid_of_form
from app.web.desk.messages import message_of_request
from app.web.desk.offers import WRITERS
from app.web.desk.queue import PARTNERS
from app.web.labels import Labels
from app.web.language import lazy_pgettext
from app.web.member_session import find_member, forget_session, member, session_cookie
from app.web.once import submission_of_post
from app.web.responses import see_other
from app.web.services import services

REFUSED: dict[type[Exception], str] = {
    OrganisationFrozen: "frozen",
    TabletHoursUnknown: "hours",
    TooManyTablets: "many",
    NotYourTablet: "not_yours",
}
_WHY: Labels = {
    "frozen": lazy_pgettext("desk", "Your organisation is frozen, so nothing was started."),
    "hours": lazy_pgettext("desk", "Choose for how long. Nothing was started."),
    "many": lazy_pgettext("desk", "So many tablets are in use already. End one first. Nothing was started."),
    "not_yours": lazy_pgettext(
        "desk", "Only who started a tablet, or a lead, can end it. Nothing was changed."
    ),
}


@blueprint.get("/tablets")
@open_to_members(kinds=PARTNERS, roles=WRITERS)
def tablets() -> ResponseReturnValue:
    """The tablets of the organisation, and a form that makes this one another."""
    return _page()


def _or_what_it_was_given(view: Callable[[], ResponseReturnValue]) -> Callable[[], ResponseReturnValue]:
    """Answer a second press of *Start* as the first, whose answer the browser gave up for it: that one has closed the desk."""

    @wraps(view)
    def pressed() -> ResponseReturnValue:
        answer = view()
        given = None if find_member() is not None else _given_before()
        return answer if given is None else forget_session(_handed_over(given))

    return pressed


def _given_before() -> StartedTablet | None:
    try:
        submission = _submission()
    except BadRequest:
        return None
    here = services()
    with here.database.reading() as session:
        return given_before(session, here.vault, submission)


@blueprint.post("/tablets")
@_or_what_it_was_given
@open_to_members(kinds=PARTNERS, roles=WRITERS)
def start() -> ResponseReturnValue:
    """Make this device a tablet for reports in person, once however often this is sent; the desk on it is closed."""
    here, by = services(), member()
    label, hours = _typed()
    try:
        with here.database.writing() as session:
            started = start_tablet(session, here.vault, by, label, hours, _submission())
            sign_out(session, here.vault, session_cookie())
    except tuple(REFUSED) as refused:
        return _page(REFUSED[type(refused)]), 400
    return forget_session(_handed_over(started))


@blueprint.post("/tablets/end")
@open_to_members(kinds=PARTNERS, roles=WRITERS)
def end() -> ResponseReturnValue:
    """End a tablet's authority: one that was lost or stolen, or whose day is over."""
    here, tablet_id = services(), uuid_of_form("tablet")
    if tablet_id is None:
        return see_other(url_for("desk.tablets"))
    try:
        with here.database.writing() as session:
            end_tablet(session, here.vault, member(), tablet_id)
    except UnknownTablet:
        # Nothing ended, so nothing is said to have; another organisation's is answered as one that nobody has.
        return see_other(url_for("desk.tablets"))
    except NotYourTablet:
        return _page("not_yours"), 400
    return see_other(url_for("desk.tablets", done="tablet_ended"))


def _typed() -> tuple[str, int]:
    label, typed = clean_line(request.form.get("label", ""))[:LONGEST_LABEL], request.form.get("hours", "")
    return label, int(typed) if typed in map(str, TABLET_HOURS) else 0


def _submission() -> UUID:
    return submission_of_post("tablet", *_typed())


def _handed_over(started: StartedTablet) -> Response:
    """The one page that holds the authority. The browser forgets whole pages that it kept for Back: cases may stand on them."""
    way = url_for("worker.tablet", lang=services().languages.default.code)
    page = make_response(render_template("desk/tablet_started.html", started=started, way=way, me=None))
    page.headers["Clear-Site-Data"] = '"cache"'
    return page


def _page(why: str = "") -> str:
    here, by = services(), member()
    with here.database.reading() as session:
        listed = tablets_of(session, here.vault, by)
    return render_template(
        "desk/tablets.html",
        tablets=listed,
        leads=by.member.role is Role.LEAD,
        hours=TABLET_HOURS,
        full=sum(each.live for each in listed) >= MOST_TABLETS,
        longest=LONGEST_LABEL,
        offline_days=OFFLINE_FOR.days,
        problem=str(_WHY[why]) if why else None,
        typed=request.form if why else {},
        message=None if why else message_of_request(),
    )
