"""The invitation's page: choose a password, set up the code app, keep the recovery code. The link works once."""

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import pgettext

from app.network import (
    CodeRefused,
    InvitationExpired,
    InvitationUnknown,
    InvitationUsed,
    InvitedMember,
    OrganisationFrozen,
    PasswordRefused,
    TotpSecretUnusable,
    joined_before,
    new_totp_secret,
    prepare_membership,
    read_invitation,
    take_up_invitation,
)
from app.vault import TooBusy
from app.web.access import open_to_everyone
from app.web.desk.authenticator import authenticator_picture
from app.web.desk.messages import secrets_refused
from app.web.desk.tries import ask_to_wait, counted_try
from app.web.once import recovery_secret_of_post
from app.web.services import services

blueprint = Blueprint("join", __name__, url_prefix="/desk/join", template_folder="templates")

# Every reason why a link does not work (any more) gets a page that says what to do, with this status.
_LINK_FAULTS = {InvitationUnknown: 404, InvitationExpired: 410, InvitationUsed: 410, OrganisationFrozen: 403}


@blueprint.get("/<token>")
@open_to_everyone
def invitation(token: str) -> ResponseReturnValue:
    """Show whom the link invites and a fresh secret for the code app."""
    try:
        invited = _read(token)
    except tuple(_LINK_FAULTS) as fault:
        return _broken_link(fault)
    return _page(token, invited, new_totp_secret())


@blueprint.post("/<token>")
@open_to_everyone
def take_up(token: str) -> ResponseReturnValue:
    """Make the membership and show the recovery code, once; it is kept nowhere."""
    here, password, secret = services(), request.form.get("password", ""), request.form.get("secret", "")
    code = request.form.get("code", "")
    recovery = recovery_secret_of_post(token, password, secret, code)
    try:
        invited = _read(token)
        if password != request.form.get("again", ""):
            return _page(token, invited, secret, pgettext("desk", "The two passwords are not the same.")), 400
        with counted_try(invited.login):
            prepared = prepare_membership(here.vault, invited, password, secret, code, recovery)
        with here.database.writing() as session:
            recovery_code = take_up_invitation(session, here.vault, prepared)
    except InvitationUsed as used:
        return _shown_again(token, recovery, code) or _broken_link(used)
    except tuple(_LINK_FAULTS) as fault:
        return _broken_link(fault)
    except TooBusy:
        return ask_to_wait(lambda why: _page(token, invited, secret, why))
    except (PasswordRefused, CodeRefused, TotpSecretUnusable) as refused:
        shown = new_totp_secret() if isinstance(refused, TotpSecretUnusable) else secret
        return _page(token, invited, shown, secrets_refused(refused)), 400
    return render_template("join/joined.html", invited=invited, recovery_code=recovery_code)


def _read(token: str) -> InvitedMember:
    here = services()
    with here.database.reading() as session:
        return read_invitation(session, here.vault, token)


def _shown_again(token: str, recovery: bytes, code: str) -> ResponseReturnValue | None:
    """The page with the recovery code once more, for whoever pressed *Finish* twice; nobody else."""
    here = services()
    try:
        with here.database.reading() as session:
            invited, recovery_code = joined_before(session, here.vault, token, recovery, code)
    except (InvitationUsed, OrganisationFrozen):
        return None
    return render_template("join/joined.html", invited=invited, recovery_code=recovery_code)


def _page(token: str, invited: InvitedMember, secret: str, problem: str | None = None) -> str:
    return render_template(
        "join/join.html",
        token=token,
        invited=invited,
        **authenticator_picture(secret, invited.login),
        problem=problem,
    )


def _broken_link(fault: Exception) -> ResponseReturnValue:
    return make_response(
        render_template("join/broken.html", fault=type(fault).__name__), _LINK_FAULTS[type(fault)]
    )
