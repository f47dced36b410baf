"""A member's own page: where they are alerted when something urgent waits for them, and what such an alert looks like."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import pgettext

from app import clock
from app.messaging.members import (
    ALERT,
    POSSIBLE,
    SUBJECT,
    TESTS,
    AddressUnreadable,
    Channel,
    DangerNeedsYou,
    NoAddress,
    Notice,
    TooManyTests,
    Wishes,
    carries,
    choose_notices,
    forget_address,
    keep_address,
    kept_addresses,
    send_test,
    wishes_of,
)
from app.network import OrganisationKind, roster_of
from app.web import labels
from app.web.access import open_to_members
from app.web.desk.blueprint import blueprint
from app.web.desk.messages import message_of_request
from app.web.desk.offers import WRITERS
from app.web.desk.queue import PARTNERS
from app.web.member_session import member
from app.web.once import submission_of_post
from app.web.responses import see_other
from app.web.services import services

# Whoever is asked to act on cases: partners, and the coordinator's custodians.
_OF_PARTNERS = (Notice.OFFER, Notice.DATE, Notice.DIGEST)
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


@blueprint.post("/alerts/notices")
@open_to_members(kinds=ALERTED, roles=WRITERS)
def save_notices() -> ResponseReturnValue:
    """Keep of what the member is told, and how."""
    here, asked = services(), request.form
    wishes = {
        notice: frozenset(channel for channel in Channel if channel.value in asked.getlist(notice.value))
        for notice in Notice
    }
    try:
        with here.database.writing() as session:
            choose_notices(session, here.vault, member(), wishes)
    except DangerNeedsYou:
        problem = pgettext(
            "desk",
            "Nobody but you is on duty on some of these days, so danger is told to you. Nothing was saved. Tick a way for it.",
        )
        return _page(problem, wishes=wishes), 409
    return see_other(url_for("desk.alerts", done="notices_kept"))


def _channel() -> Channel:
    """The channel that the form names; anything odd means e-mail, which costs nobody anything."""
    return Channel.TEXT if request.form.get("channel") == Channel.TEXT.value else Channel.EMAIL


def _page(
    problem: str | None = None,
    *,
    wrong: Channel | None = None,
    typed: str = "",
    wishes: Wishes | None = None,
) -> str:
    here, by = services(), member()
    with here.database.reading() as session:
        kept = kept_addresses(session, here.vault, here.gateways, by.member.id)
        wishes = wishes or wishes_of(session, here.vault, [by.member.id])[by.member.id]
        alone = roster_of(session, here.vault, by.organisation.id).alone(by.member.id, clock.now())
    home = by.organisation.country
    return render_template(
        "desk/alerts.html",
        channels=[(channel, kept.get(channel), carries(here.gateways, channel, home)) for channel in Channel],
        notices=[
            (notice, labels.word(labels.NOTICE, notice), wishes[notice], POSSIBLE[notice])
            # Only partners are offered cases, and only they have a queue to tell of.
            for notice in Notice
            if by.organisation.kind in PARTNERS or notice not in _OF_PARTNERS
        ],
        alone=[labels.weekday(day) for day in alone],
        alert=ALERT,
        subject=SUBJECT,
        wrong=wrong,
        typed=typed,
        problem=problem,
        message=None if problem else message_of_request(),
    )
