"""A lead chooses among the legal profiles, and the region whose holidays the organisation keeps."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import pgettext

from app.network import ProfileUnknown, RegionUnknown, Role, choose_procedure, get_organisation
from app.web.access import open_to_members
from app.web.desk.messages import message_of_request
from app.web.member_session import member
from app.web.network.blueprint import blueprint
from app.web.responses import see_other
from app.web.services import services


@blueprint.get("/procedure")
@open_to_members(roles=[Role.LEAD])
def procedure() -> ResponseReturnValue:
    """Which law the organisation follows now, and every other."""
    return _page()


@blueprint.post("/procedure")
@open_to_members(roles=[Role.LEAD])
def keep_procedure() -> ResponseReturnValue:
    """Keep what was chosen, for the cases that the organisation accepts from now on."""
    here, asked = services(), request.form
    deadlines = here.rules.deadlines
    regions = deadlines.regions.get(member().organisation.country, ())
    try:
        with here.database.writing() as session:
            choose_procedure(
                session,
                here.vault,
                member(),
                asked.get("profile", ""),
                asked.get("region", ""),
                profiles=deadlines.profiles,
                regions=regions,
            )
    except ProfileUnknown:
        return _page(pgettext("network", "There is no such procedure. Choose one from the list.")), 400
    except RegionUnknown:
        return _page(pgettext("network", "There is no such region. Choose one from the list.")), 400
    return see_other(url_for("network.procedure", done="procedure_kept"))


def _page(problem: str | None = None) -> str:
    here = services()
    with here.database.reading() as session:
        organisation = get_organisation(session, member().organisation.id)
        chosen, region = organisation.legal_profile or "", organisation.region or ""
    deadlines = here.rules.deadlines
    return render_template(
        "network/procedure.html",
        profiles=deadlines.profiles.values(),
        network_laws=deadlines.laws,
        regions=deadlines.regions.get(organisation.country, ()),
        chosen=chosen,
        gone="" if chosen in deadlines.profiles else chosen,
        region=region,
        problem=problem,
        message=None if problem else message_of_request(),
    )
