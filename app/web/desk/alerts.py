"""A member's own page: where they are alerted when something urgent waits for them, and what such an alert looks like."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import pgettext

from app.messaging.members import (
    ALERT,
    SUBJECT,
    TESTS,
    AddressUnreadable,
    Channel,
    NoAddress,
    TooManyTests,
    carries,
    forget_address,
    keep_address,
    kept_addresses,
    send_test,
)
from app.network import OrganisationKind
from app.web.access import open_to_members
from app.web.desk.blueprint import blueprint
from app.web.desk.messages import message_of_request
from app.web.desk.offers import WRITERS
from app.web.member_session import member
from app.web.once import submission_of_post
from app.web.responses import see_other
from app.web.services import services

# Whoever is asked to act on cases: partners, and the coordinator's custodians.
ALERTED = (OrganisationKind.MONITORING_PARTNER, OrganisationKind.COORDINATOR)


@blueprint.get("/alerts")
@open_to_members(kinds=ALERTED, roles=WRITERS)
def alerts() -> ResponseReturnValue:
    """The member's own addresses."""
    return _page()


@blueprint.post("/alerts")
@open_to_members(kinds=ALERTED, roles=WRITERS)
def save_address() -> ResponseReturnValue:
    """Keep an address instead of the one before."""
    here, typed = services(), request.form.get("address", "")
    channel = _channel()
    try:
        with here.database.writing() as session:
            keep_address(session, here.vault, member(), channel, typed)
    except AddressUnreadable:
        if channel is Channel.TEXT:
            problem = pgettext(
                "desk", "This is no number that can be texted. Write it with + and the country’s code."
            )
        else:
            problem = pgettext("desk", "This is no e-mail address.")
        return _page(problem, wrong=channel, typed=typed), 400
    return see_other(url_for("desk.alerts", done="address_kept"))


@blueprint.post("/alerts/remove")
@open_to_members(kinds=ALERTED, roles=WRITERS)
def remove_address() -> ResponseReturnValue:
    """Forget an address."""
    here = services()
    with here.database.writing() as session:
        forget_address(session, here.vault, member(), _channel())
    return see_other(url_for("desk.alerts", done="address_forgotten"))


@blueprint.post("/alerts/test")
@open_to_members(kinds=ALERTED, roles=WRITERS)
def test_address() -> ResponseReturnValue:
    """Send a test to one of the member's own addresses."""
    here, submission = services(), submission_of_post("test", _channel())
    try:
        with here.database.writing() as session:
            send_test(session, here.vault, member(), _channel(), submission)
    except NoAddress:
        return _page(pgettext("desk", "There is no address to send a test to.")), 409
    except TooManyTests:
        problem = pgettext(
            "desk", "You have sent %(number)s tests today. Try again tomorrow.", number=TESTS.most
        )
        return _page(problem), 429
    return see_other(url_for("desk.alerts", done="test_sent"))


def _channel() -> Channel:
    """The channel that the form names; anything odd means e-mail, which costs nobody anything."""
    return Channel.TEXT if request.form.get("channel") == Channel.TEXT.value else Channel.EMAIL


def _page(problem: str | None = None, *, wrong: Channel | None = None, typed: str = "") -> str:
    here, by = services(), member()
    with here.database.reading() as session:
        kept = kept_addresses(session, here.vault, here.gateways, by.member.id)
    home = by.organisation.country
    return render_template(
        "desk/alerts.html",
        channels=[(channel, kept.get(channel), carries(here.gateways, channel, home)) for channel in Channel],
        alert=ALERT,
        subject=SUBJECT,
        wrong=wrong,
        typed=typed,
        problem=problem,
        message=None if problem else message_of_request(),
    )
