"""Handing over all that is a member's: their own cases, or by a lead those of a colleague who cannot, with the turns of duty."""

from datetime import date
from uuid import UUID

from flask import url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app import clock
from app.cases.desk import HandedOver, OwnCase, hand_over, open_cases_of
from app.database import MemberId
from app.network import DaysAreOver, Role, be_away, hand_over_turns, roster_of
from app.web.access import open_to_members
from app.web.desk.blueprint import blueprint
from app.web.desk.duty import REFUSED, DayUnreadable, colleagues_here, day_of_form, duty_page, uuid_of_form
from app.web.desk.messages import DONE
from app.web.desk.offers import WRITERS
from app.web.desk.queue import PARTNERS
from app.web.member_session import member
from app.web.once import submission_of_post
from app.web.responses import see_other
from app.web.services import services

# Of one's own, by whether anything was handed over, and whether days away were saved.
_DONE = {
    (True, True): "handed_over_and_gone",
    (True, False): "handed_over",
    (False, True): "away",
    (False, False): "nothing_to_hand_over",
}
_AT_ONCE = 50
"""So many cases in one unit of work: nobody else who writes waits longer for it."""


@blueprint.post("/hand-over")
@open_to_members(kinds=PARTNERS, roles=WRITERS)
def hand_all_over() -> ResponseReturnValue:
    """Give all one's open cases to a colleague, and be away until the day that was given, if one was.

    What cannot be given stays and is named. The same again goes on.
    """
    to, own = uuid_of_form("member"), member().member.id
    if to is None or to == own or not _work_here(to):
        return duty_page("colleague", form="hand_over"), 400
    try:
        last = day_of_form("last")
        if last is not None:
            with services().database.writing() as session:
                _be_away_until(session, last, None)
    except DayUnreadable:
        return duty_page("day", form="hand_over"), 400
    except tuple(REFUSED) as refused:
        return duty_page(REFUSED[type(refused)], form="hand_over"), 400
    given = _give_all(own, MemberId(to))
    if given.stayed:
        return duty_page(given=given, form="hand_over", also=str(DONE["away_for_too"]) if last else None)
    return see_other(url_for("desk.duty", done=_DONE[bool(given.number), last is not None]))


@blueprint.post("/hand-over-for")
@open_to_members(kinds=PARTNERS, roles=(Role.LEAD,))
def hand_over_for_colleague() -> ResponseReturnValue:
    """Give all of a colleague's open cases, steps and turns of duty to another one, and note until when they are away."""
    here, of, to = services(), uuid_of_form("who"), uuid_of_form("to")
    if of is None or to is None or of == to or not _work_here(of, to):
        return duty_page("two", form="for"), 400
    of, to = MemberId(of), MemberId(to)
    try:
        last = day_of_form("last")
        if last is None:
            return duty_page(
                "until", form="for"
            ), 400  # without a day they would be alerted as if they were there
        with here.database.writing() as session:
            turns = hand_over_turns(session, here.vault, member(), of, to)
            _be_away_until(session, last, of)
    except DayUnreadable:
        return duty_page("day", form="for"), 400
    except tuple(REFUSED) as refused:
        return duty_page(REFUSED[type(refused)], form="for"), 400
    given = _give_all(of, to)
    if given.stayed:
        return duty_page(given=given, form="for", also=str(DONE["away_for_too"]))
    done = "handed_over_and_away" if given.number or turns else "away_for"
    return see_other(url_for("desk.duty", done=done))


def _be_away_until(session: Session, last: date, who: MemberId | None) -> None:
    """Note that whoever hands over, or `who`, is away from today to this day; raises as `be_away`."""
    here = services()
    today = roster_of(session, here.vault, member().organisation.id).day_of(clock.now())
    if last < today:
        raise DaysAreOver
    submission = submission_of_post("away for", str(who or member().member.id), str(last))
    be_away(session, here.vault, member(), today, last, submission, who=who)


def _work_here(*ids: UUID) -> bool:
    with services().database.reading() as session:
        able = {each.id for each in colleagues_here(session)}
    return all(each in able for each in ids)


def _give_all(of: MemberId, to: MemberId) -> HandedOver:
    here, number, stayed = services(), 0, list[OwnCase]()
    with here.database.reading() as session:
        theirs = open_cases_of(session, here.vault, member(), of)
    for first in range(0, len(theirs), _AT_ONCE):
        ids = [each.id for each in theirs[first : first + _AT_ONCE]]
        with here.database.writing() as session:
            given = hand_over(session, here.vault, member(), of, to, ids)
        number += given.number
        stayed += given.stayed
    return HandedOver(number, tuple(stayed))
