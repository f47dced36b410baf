"""A member's own time zone: every moment at their desk is said in it."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.network import OrganisationKind, Role, ZoneUnknown, choose_zone, every_zone, main_zone, zones_of
from app.web import labels
from app.web.access import open_to_members
from app.web.desk.blueprint import blueprint
from app.web.desk.messages import message_of_request
from app.web.language import page_language, pgettext
from app.web.member_session import member
from app.web.responses import see_other
from app.web.services import services

# Whoever reads moments at a desk.
READERS = (OrganisationKind.MONITORING_PARTNER, OrganisationKind.COORDINATOR)


@blueprint.get("/time-zone")
@open_to_members(kinds=READERS, roles=tuple(Role))
def time_zone() -> ResponseReturnValue:
    """The zone that holds now, and all others."""
    return _page()


@blueprint.post("/time-zone")
@open_to_members(kinds=READERS, roles=tuple(Role))
def save_time_zone() -> ResponseReturnValue:
    """Keep another zone."""
    here = services()
    try:
        with here.database.writing() as session:
            choose_zone(session, here.vault, member(), request.form.get("zone", ""))
    except ZoneUnknown:
        return _page(pgettext("desk", "There is no such time zone. Choose one from the list.")), 400
    return see_other(url_for("desk.time_zone", done="zone_kept"))


def _page(problem: str | None = None) -> str:
    by, locale = member(), page_language().locale
    home = by.organisation.country
    named = sorted((labels.zone_name(zone, locale), zone) for zone in every_zone())
    nearest = [(name, zone) for name, zone in named if zone in zones_of(home)]
    return render_template(
        "desk/time_zone.html",
        home=home,
        usual=labels.zone_name(main_zone(home), locale),
        nearest=nearest,
        others=[(name, zone) for name, zone in named if zone not in zones_of(home)],
        chosen=by.zone if by.has_own_zone else "",
        problem=problem,
        message=None if problem else message_of_request(),
    )
