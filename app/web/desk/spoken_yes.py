"""Writing down that the worker agreed by voice to be texted, or wants no texts any more."""

from http import HTTPStatus
from uuid import UUID

from flask import make_response, request
from flask.typing import ResponseReturnValue

from app.cases.case import HOURS_OF_A_DAY, NoHourLeft, TextTimes
from app.cases.enums import TalkHow
from app.database import CaseId
from app.intake.conversation.machine import WhosePhone
from app.intake.refused_numbers import NumbersRest, counted_number
from app.intake.spoken_yes import (
    AgreedBefore,
    CannotReach,
    HeardYes,
    PhoneNotTheirs,
    RefusedSince,
    TextedElsewhere,
    hear_no,
    keep_not_theirs,
    keep_yes,
    seal_yes,
)
from app.network import REFUSED_NUMBERS
from app.web import labels
from app.web.access import open_to_members
from app.web.desk.blueprint import blueprint
from app.web.desk.case import change, show_case
from app.web.desk.drafts import Drafts, sent_with
from app.web.desk.offers import WRITERS
from app.web.desk.queue import PARTNERS
from app.web.desk.talks import MOMENT_REFUSED, moment_of_form, moment_problem
from app.web.desk.typed_hours import NoWholeHour, read_hour
from app.web.language import pgettext
from app.web.member_session import member
from app.web.once import submission_of_post
from app.web.retry import retry_after, seconds_until
from app.web.services import services

_SHOWN_OF_HOUR = 20
_FIELDS = ("how", "on", "at", "whose", "number", "from_hour", "to_hour")


@blueprint.post("/cases/<uuid:case_id>/agreed")
@open_to_members(kinds=PARTNERS, roles=WRITERS)
def keep_agreement(case_id: UUID) -> ResponseReturnValue:
    """Keep the worker's spoken yes, once however often this is sent."""
    here, drafts = services(), sent_with("agreed")

    def refuse(problem: str, status: int = 400) -> ResponseReturnValue:
        return show_case(case_id, problem=problem, drafts=drafts), status

    submission = submission_of_post("agreed", case_id, *(request.form.get(name, "") for name in _FIELDS))

    narrows = request.form.get("whose", "") in (WhosePhone.SHARED, WhosePhone.COMPANY)

    def act() -> None:
        heard = _heard()
        with here.database.reading() as session:
            sealed = seal_yes(session, here.vault, here.gateways, member(), CaseId(case_id), heard)
        if narrows:
            with here.database.writing() as session:
                keep_not_theirs(session, here.vault, member(), CaseId(case_id), sealed)
            return
        with (
            counted_number(here.database, here.vault, member(), CaseId(case_id), sealed.wish.tags),
            here.database.writing() as session,
        ):
            keep_yes(session, here.vault, member(), CaseId(case_id), sealed, submission)

    try:
        return change(case_id, act, done="not_theirs" if narrows else "texts_agreed", drafts=drafts)
    except _Incomplete:
        return refuse(
            pgettext(
                "desk", "Say in what talk, on which day and at what time, whose phone it is and its number."
            )
        )
    except MOMENT_REFUSED as refused:
        return refuse(moment_problem(refused))
    except (NoWholeHour, NoHourLeft, CannotReach) as refused:
        return refuse(_no_hour(refused.typed) if isinstance(refused, NoWholeHour) else _why(refused))
    except NumbersRest as rest:
        problem = pgettext(
            "desk",
            "%(number)s numbers that you wrote down were refused. The next one is looked at after %(when)s. Nothing was kept.",
            number=REFUSED_NUMBERS.most,
            when=labels.hour(rest.until),
        )
        page = make_response(show_case(case_id, problem=problem, drafts=drafts), HTTPStatus.TOO_MANY_REQUESTS)
        return retry_after(page, seconds_until(rest.until))
    except (PhoneNotTheirs, RefusedSince, TextedElsewhere, AgreedBefore) as refused:
        return refuse(_why(refused), 409)


@blueprint.post("/cases/<uuid:case_id>/no-texts")
@open_to_members(kinds=PARTNERS, roles=WRITERS)
def keep_refusal(case_id: UUID) -> ResponseReturnValue:
    """Keep it that the worker wants no texts any more."""
    here = services()

    def act() -> None:
        with here.database.writing() as session:
            hear_no(session, here.vault, member(), CaseId(case_id))

    return change(case_id, act, done="no_texts", drafts=Drafts())


class _Incomplete(Exception):
    """Something was not filled in, or chosen that is no choice."""


def _heard() -> HeardYes:
    form, at = request.form, moment_of_form()
    how, whose, number = form.get("how", ""), form.get("whose", ""), form.get("number", "").strip()
    if how not in set(TalkHow) or whose not in set(WhosePhone) or not number or at is None:
        raise _Incomplete
    return HeardYes(TalkHow(how), at, WhosePhone(whose), number, _times())


def _times() -> TextTimes | None:
    """The hours that the worker said, None where none were; raises `NoHourLeft`, and `NoWholeHour` also where one was left out."""
    said = [request.form.get(name, "").strip() for name in ("from_hour", "to_hour")]
    if not any(said):
        return None
    first, last = map(read_hour, said)
    all_day = (first, last) == (0, HOURS_OF_A_DAY)
    if first % HOURS_OF_A_DAY == last % HOURS_OF_A_DAY and not all_day:
        raise NoHourLeft
    # Midnight has two names, and people begin and end with either.
    return TextTimes(first % HOURS_OF_A_DAY, last or HOURS_OF_A_DAY)


def _no_hour(typed: str) -> str:
    if not typed:
        return pgettext("desk", "Write down both hours, or neither. Nothing was kept.")
    return pgettext(
        "desk",
        "“%(typed)s” is not a whole hour that we can read. Write it like 19, 19:00 or 7 pm. Nothing was kept.",
        typed=typed[:_SHOWN_OF_HOUR],
    )


def _why(
    refused: NoHourLeft | CannotReach | PhoneNotTheirs | RefusedSince | TextedElsewhere | AgreedBefore,
) -> str:
    match refused:
        case NoHourLeft():
            return pgettext("desk", "These hours leave no time for a text. Nothing was kept.")
        case CannotReach():
            return pgettext("desk", "No text can go to this number. Look at it once more. Nothing was kept.")
        case PhoneNotTheirs():
            return pgettext(
                "desk",
                "We text only a phone that is only the worker’s, and of this one somebody said otherwise, or it said stop. "
                "Nothing was kept. After stop, only START from that phone lets texts come again.",
            )
        case RefusedSince():
            return pgettext(
                "desk",
                "After this talk the worker themselves said no to texts. Only a yes that they gave since then counts. "
                "Nothing was kept.",
            )
        case TextedElsewhere():
            return pgettext(
                "desk",
                "The worker is texted on another phone. Write down first that they want no texts or calls. Nothing was kept.",
            )
        case AgreedBefore():
            return pgettext("desk", "The worker agreed to texts on this phone before. Nothing was changed.")
