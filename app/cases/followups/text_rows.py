"""Texts to workers that come by themselves, as rows: planned when something is asked or late, and whether one is still right."""

from collections.abc import Collection
from datetime import datetime, timedelta, tzinfo
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import Case, CaseFacts, Escalation, TextTimes, facts_of
from app.cases.enums import ConsentLevel, FollowupState, RungState, TextAbout, TextState
from app.cases.followups.models import Followup, PlannedText
from app.cases.rules import Rules
from app.database import insert_unless_taken, new_id
from app.network import zone_info, zone_there, zones_of
from app.vault import Vault, is_sound, sound, sound_or_none

# How the case's facts call them: see `CaseFacts.reach` and `CaseFacts.phone`.
_BY_TEXT, _ONLY_MINE = "text", "own"
_STANDS = (RungState.ASKED, RungState.LAST, RungState.MOVED)


def may_be_texted(facts: CaseFacts) -> bool:
    """Whether the worker agreed that a helper may text, on a phone that is only theirs.

    On the form a phone of somebody else's is no choice for texts.
    """
    return facts.reach == _BY_TEXT and facts.phone in ("", _ONLY_MINE)


def wants_texts(case: Case, facts: CaseFacts) -> bool:
    """Whether texts may come by themselves: the worker may be texted, and no wish stands against it.

    Times that were told in words are read by helpers only, so they end it until hours are chosen.
    """
    if not may_be_texted(facts) or facts.no_text_questions or case.practice or case.stopped_hour is not None:
        return False
    if facts.consent is ConsentLevel.NOBODY:
        return False
    return bool(facts.phone) or not facts.own_times or facts.text_times is not None


def times_for(
    case: Case, facts: CaseFacts, rules: Rules, number_from: str | None
) -> tuple[TextTimes, Collection[tzinfo]]:
    """The hours for such texts and the zones in which they hold: by choice the workplace's, or the phone's where none is known.

    Where nothing was chosen, in every zone where the workplace or the phone may be.
    """
    if facts.text_times is not None:
        return _zones_chosen(case, facts, facts.text_times, number_from)
    at_work = (facts.zone,) if facts.zone else zones_of(case.country)
    names = dict.fromkeys((*at_work, *zones_of(number_from)))
    return rules.deadlines.texts.times, tuple(map(zone_info, names))


def _zones_chosen(
    case: Case, facts: CaseFacts, times: TextTimes, number_from: str | None
) -> tuple[TextTimes, Collection[tzinfo]]:
    if is_at_work(case, facts):
        return times, (zone_there(facts.zone, case.country),)
    return times, tuple(map(zone_info, zones_of(number_from)))


def is_at_work(case: Case, facts: CaseFacts) -> bool:
    """Whether hours that the worker chose are those of the workplace: not where nobody knows where it is."""
    return bool(facts.zone or zones_of(case.country))


def has_hour(case: Case, facts: CaseFacts, times: TextTimes, number_from: str | None) -> bool:
    """Whether a text could ever come in these times, if the worker chose them: always in one zone, maybe never in several."""
    _, zones = _zones_chosen(case, facts, times, number_from)
    return times.next(zones, clock.now()) is not None


def plan_text(session: Session, vault: Vault, case: Case, about: TextAbout, subject_id: UUID) -> None:
    """Plan a text about this, once, for a case whose row the caller has locked; nothing where the worker wants none.

    A row that others wrote in its place is set aside.
    """
    if not is_sound(vault, case) or not wants_texts(case, facts_of(vault, case)):
        return
    hour = clock.hour_of(clock.now())
    row = PlannedText(
        case_id=case.id,
        id=new_id(),
        about=about,
        subject_id=subject_id,
        planned_hour=hour,
        due_at=hour,
        state=TextState.PLANNED,
        tries=0,
        text_id=None,
    )
    if insert_unless_taken(session, row):
        return
    known = planned_texts_of(session, vault, case.id)
    if any((each.about, each.subject_id) == (about, subject_id) for each in known):
        return
    of_this_key = PlannedText.about == about, PlannedText.subject_id == subject_id
    in_its_place = delete(PlannedText).where(PlannedText.case_id == case.id, *of_this_key)
    session.execute(in_its_place.execution_options(synchronize_session=False))
    insert_unless_taken(session, row)


def planned_texts_of(session: Session, vault: Vault, case_id: UUID) -> list[PlannedText]:
    """The texts of a case that were to come by themselves, as this deployment wrote them, the first planned first."""
    session.flush()
    found = session.scalars(
        select(PlannedText)
        .where(PlannedText.case_id == case_id)
        .order_by(PlannedText.planned_hour, PlannedText.id)
        .execution_options(populate_existing=True)
    ).all()
    return list(sound(vault, found))


def subject_of(session: Session, vault: Vault, planned: PlannedText) -> Followup | Escalation | None:
    """The question or the rung that a text is about, as long as it is still right to text of it."""
    key = (planned.case_id, planned.subject_id)
    if planned.about is TextAbout.QUESTION:
        question = sound_or_none(vault, session.get(Followup, key, populate_existing=True))
        return question if question is not None and question.state is FollowupState.ASKED else None
    rung = sound_or_none(vault, session.get(Escalation, key, populate_existing=True))
    return rung if rung is not None and rung.state in _STANDS else None


def may_go_now(
    session: Session, vault: Vault, rules: Rules, text_id: UUID, number_from: str | None
) -> tuple[bool, bool]:
    """Asked right before such a text goes out: whether it is still right, and whether this is a time for it.

    One that is about several cases is right as long as it is for one of them, and goes in the hours of all for which it is.
    """
    rows = session.scalars(
        select(PlannedText).where(PlannedText.text_id == text_id).execution_options(populate_existing=True)
    ).all()
    right = []
    for row in sound(vault, rows):
        case = sound_or_none(vault, session.get(Case, row.case_id))
        if case is None or subject_of(session, vault, row) is None:
            continue
        facts = facts_of(vault, case)
        if wants_texts(case, facts):
            times, zones = times_for(case, facts, rules, number_from)
            right.append(times.hold(zones, clock.now()))
    return bool(right), all(right)


def has_no_hour(session: Session, vault: Vault, case_id: UUID) -> bool:
    """Whether something is to be texted for which no clock ever shows one of the worker's hours."""
    return any(
        row.state is TextState.NO_HOUR and subject_of(session, vault, row) is not None
        for row in planned_texts_of(session, vault, case_id)
    )


def stays_right(planned: PlannedText, rules: Rules, now: datetime) -> bool:
    """Whether there is still time to text of it."""
    return now - planned.planned_hour <= rules.deadlines.texts.still_right


def call_off_texts(session: Session, vault: Vault, case_id: UUID) -> None:
    """The worker wants no such texts any more: none that is planned is written, in a case whose row the caller has locked."""
    for row in planned_texts_of(session, vault, case_id):
        if row.state in (TextState.PLANNED, TextState.WRITTEN, TextState.NO_HOUR):
            row.state = TextState.CALLED_OFF
    session.flush()


def find_hour_again(session: Session, vault: Vault, case_id: UUID) -> None:
    """Other times were chosen: what had no hour is looked at anew, in a case whose row the caller has locked."""
    for row in planned_texts_of(session, vault, case_id):
        if row.state is TextState.NO_HOUR:
            row.state, row.due_at = TextState.PLANNED, clock.hour_of(clock.now())
    session.flush()


def look_again(planned: PlannedText, at: datetime) -> None:
    """Put a text off until then, up to the full hour: the database shows no finer time."""
    hour = clock.hour_of(at)
    planned.due_at = hour if hour == at else hour + timedelta(hours=1)
