"""An organisation's members: who they are, the fingerprints of their keys, inviting, and letting them in to circles."""

import base64
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString, lazy_pgettext, pgettext

from app.database import MemberId
from app.network import (
    CircleMissing,
    FirstMemberLeads,
    LoginTaken,
    LoginUnusable,
    MemberState,
    NameMissing,
    NotAdmissible,
    NotTrained,
    OrganisationFrozen,
    Role,
    admit_member,
    circle_names,
    colleagues,
    invite_member,
    record_training,
)
from app.vault import CircleName, HolderKind, NotInCircle, public_key_of
from app.web.access import open_to_members
from app.web.desk.messages import message_of_request
from app.web.member_session import member
from app.web.network.blueprint import blueprint
from app.web.once import secret_of_post
from app.web.responses import see_other
from app.web.services import services

_INVITING_REFUSED: dict[type[Exception], LazyString] = {
    LoginTaken: lazy_pgettext("network", "Somebody has this login already. Choose another."),
    LoginUnusable: lazy_pgettext("network", "The login has to be one word, such as an e-mail address."),
    NameMissing: lazy_pgettext("network", "Write a name that colleagues recognise."),
    FirstMemberLeads: lazy_pgettext("network", "The first member has to be a lead."),
    OrganisationFrozen: lazy_pgettext("network", "Your organisation is frozen, so nobody can be invited."),
}


@blueprint.get("/members")
@open_to_members(roles=[Role.LEAD])
def members() -> ResponseReturnValue:
    """The lead's own organisation."""
    return _page()


@blueprint.post("/members/invite")
@open_to_members(roles=[Role.LEAD])
def invite() -> ResponseReturnValue:
    """Invite somebody and show their link, once."""
    here, asked = services(), request.form
    try:
        role = Role(asked.get("role", ""))
        login, name = asked.get("login", ""), asked.get("name", "")
        secret = secret_of_post("invitation", str(member().member.id), role, login, name)
        link_token = None if secret is None else base64.urlsafe_b64encode(secret).decode().rstrip("=")
        with here.database.writing() as session:
            token = invite_member(
                session,
                here.vault,
                organisation_id=member().organisation.id,
                role=role,
                login=login,
                name=name,
                by=member(),
                token=link_token,
            )
    except ValueError:
        return _page(pgettext("network", "Choose a role.")), 400
    except tuple(_INVITING_REFUSED) as refused:
        return _page(str(_INVITING_REFUSED[type(refused)])), 409
    link = here.settings.public_url + url_for("join.invitation", token=token)
    return _page(link=link, invited=name)


@blueprint.post("/members/<uuid:member_id>/admit")
@open_to_members(roles=[Role.LEAD])
def admit(member_id: UUID) -> ResponseReturnValue:
    """Record training and let a member in to the ticked circles."""
    here, asked = services(), request.form
    circles = [
        name for name in circle_names(member().organisation.kind) if name.value in asked.getlist("circle")
    ]
    try:
        with here.database.writing() as session:
            if "trained" in asked:
                record_training(session, here.vault, member(), MemberId(member_id), trained=True)
            admit_member(session, here.vault, member(), MemberId(member_id), circles)
    except NotAdmissible:
        problem = pgettext("network", "This person has not finished the invitation, or is not one of yours.")
        return _page(problem, ticked_for=member_id), 409
    except NotTrained:
        problem = pgettext("network", "Restricted cases are only for trained members: tick the training too.")
        return _page(problem, ticked_for=member_id), 400
    except (CircleMissing, NotInCircle):
        problem = pgettext("network", "You can only let others in where you are yourself.")
        return _page(problem, ticked_for=member_id), 409
    except OrganisationFrozen:
        problem = pgettext("network", "Your organisation is frozen, so nothing was changed.")
        return _page(problem, ticked_for=member_id), 409
    return see_other(url_for("network.members", done="admitted"))


def _page(
    problem: str | None = None, *, link: str | None = None, invited: str = "", ticked_for: UUID | None = None
) -> str:
    here, organisation = services(), member().organisation
    with here.database.reading() as session:
        people = colleagues(session, here.vault, organisation.id)
        fingerprints = {
            person.id: public_key_of(session, here.vault, HolderKind.MEMBER, person.id).fingerprint
            for person in people
            if person.state is MemberState.ACTIVE
        }
    return render_template(
        "network/members.html",
        people=people,
        fingerprints=fingerprints,
        circles=circle_names(organisation.kind),
        restricted=CircleName.RESTRICTED,
        problem=problem,
        message=None if problem else message_of_request(),
        link=link,
        invited=invited,
        typed=request.form if problem else {},
        ticked_for=ticked_for,
    )
