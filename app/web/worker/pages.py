"""Pages that hold nothing of anybody: the start, how it works, the way out and what a phone asks for."""

import calendar
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus

from babel.dates import get_day_names, get_month_names
from flask import Response, jsonify, render_template, request, url_for

from app import clock
from app.cases.enums import ClockKind, Profile
from app.cases.rules import Unit
from app.language import Language
from app.network import OrganisationKind, OrganisationState, organisations_of
from app.web.access import open_to_everyone
from app.web.language import npgettext, page_language, pgettext
from app.web.responses import see_other
from app.web.services import services
from app.web.worker.door import blueprint
from app.web.worker.left import mark_left
from app.web.worker.names import coordinator_name
from app.web.worker.worker_session import end_worker_session


@dataclass(frozen=True)
class Month:
    """One month of the calendar: its name, and its weeks with 0 for the days of other months."""

    name: str
    weeks: list[list[int]]


@blueprint.get("/")
@open_to_everyone
def front() -> Response:
    """Lead to the form in the language that the browser asks for first."""
    wanted = services().languages.best(request.accept_languages.values())
    response = see_other(url_for("worker.form", lang=wanted.code))
    response.status_code = HTTPStatus.FOUND
    response.headers["Vary"] = "Accept-Language"
    return response


@blueprint.get("/<lang>/how")
@open_to_everyone
def how() -> str:
    """What happens, by when, and what we can and cannot protect."""
    helpers, coordinator = _helpers()
    return render_template(
        "worker/how.html",
        read_within=_within(ClockKind.READ, Profile.STANDARD),
        read_within_in_danger=_within(ClockKind.READ, Profile.FAST_TRACK),
        answered_within=_within(ClockKind.ACKNOWLEDGE, Profile.STANDARD),
        helpers=helpers,
        coordinator=coordinator,
        fingerprint=services().vault.intake_keys()[0].fingerprint,
    )


@blueprint.get("/<lang>/report")
@open_to_everyone
def report_again() -> Response:
    """Lead to the form: a phone that opens its last page anew asks for a receipt's page as if it were any other."""
    return see_other(url_for("worker.form", lang=page_language().code))


@blueprint.get("/<lang>/inbox/<_act>")
@open_to_everyone
def inbox_again(_act: str) -> Response:
    """Lead to the inbox, for the same reason; nothing is done again."""
    return see_other(url_for("worker.inbox", lang=page_language().code))


@blueprint.get("/<lang>/exit")
@open_to_everyone
def leave() -> Response:
    """Close the worker's session and show something that nobody asks about.

    A plain link, so that it works at once and without a script; all that another site could do with it is to close a session.
    """
    response = end_worker_session(mark_left(see_other(url_for("worker.month", lang=page_language().code))))
    # Chromium keeps whole pages for Back, ticks and words included, also those that are not to be stored.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@blueprint.get("/<lang>/calendar")
@open_to_everyone
def month() -> str:
    """What stands on the screen after `leave`."""
    return calendar_page(url_for("worker.form", lang=page_language().code))


def calendar_page(start: str) -> str:
    """A calendar of this month and the next, which leads to this start."""
    language, today = page_language(), clock.now().date()
    following = date(today.year + today.month // 12, today.month % 12 + 1, 1)
    first = language.locale.first_week_day
    names = get_day_names("short", "stand-alone", locale=language.locale)
    return render_template(
        "worker/calendar.html",
        start=start,
        months=[_month(language, day, first) for day in (today, following)],
        weekdays=[names[(first + offset) % 7] for offset in range(7)],
    )


@blueprint.get("/manifest.webmanifest")
@open_to_everyone
def manifest() -> Response:
    """What a phone shows when the page is put on its home screen: the neutral title and icon, nothing that tells."""
    title = pgettext("worker", "Help and information")
    response = jsonify(
        name=title,
        short_name=title,
        start_url=url_for("worker.front"),
        display="browser",
        background_color="#f7f6f1",
        theme_color="#f7f6f1",
        icons=[
            {
                "src": url_for("assets.asset", digest="icon", name="icon.svg"),
                "sizes": "any",
                "type": "image/svg+xml",
            }
        ],
    )
    response.content_type = "application/manifest+json"
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


def _month(language: Language, day: date, first: int) -> Month:
    name = get_month_names("wide", "stand-alone", locale=language.locale)[day.month]
    return Month(f"{name} {day.year}", calendar.Calendar(first).monthdayscalendar(day.year, day.month))


def _within(kind: ClockKind, profile: Profile) -> str:
    """How long people may have to wait, as the operator set it: this page must not promise anything else."""
    deadline = next(found for found in services().rules.deadlines.clocks if found.kind is kind)
    duration = deadline.durations[profile]
    number = duration.number
    match duration.unit:
        case Unit.HOURS:
            return npgettext("worker-how", "%(num)s hour", "%(num)s hours", number)
        case Unit.DAYS:
            return npgettext("worker-how", "%(num)s day", "%(num)s days", number)
        case Unit.MONTHS:
            return npgettext("worker-how", "%(num)s month", "%(num)s months", number)
        case Unit.WORKING_DAYS:
            return npgettext("worker-how", "%(num)s working day", "%(num)s working days", number)


def _helpers() -> tuple[list[str], str]:
    """The names of the partners and of the coordinator."""
    with services().database.reading() as session:
        partners = organisations_of(session, OrganisationKind.MONITORING_PARTNER)
        active = [partner.name for partner in partners if partner.state is OrganisationState.ACTIVE]
        return active, coordinator_name(session)
