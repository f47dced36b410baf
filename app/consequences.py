"""What follows from what happens to a case: one row for each, carried out in the same unit of work, before it commits.

A verb notes what it did (`app.cases.case.note`) and knows nothing of what follows; a door has nothing to remember.
"""

from collections.abc import Callable, Iterable
from itertools import groupby

from sqlalchemy.orm import Session

from app.cases.case import Event, Happened
from app.cases.enums import TextAbout
from app.cases.followups import plan_again, plan_filed, plan_text
from app.cases.rules import rules_of
from app.database import CaseId, new_id
from app.intake.calling_off import ask_again_for_texts, call_off_answers
from app.messaging.members import alert_danger, alert_date_near, alert_late, newest_rung

Consequence = Callable[[Session, tuple[Event, ...]], None]


def page(session: Session, events: tuple[Event, ...]) -> None:
    """Page whoever has to act, if the case is in danger: whoever it just came to, and else whoever waits for it or has it already.

    At most once for all that one unit of work did; whoever was paged of this case before only when somebody is called again.
    """
    case, vault = events[0].case, events[0].vault
    calls = [event for event in events if event.what is Happened.CALLED]
    if alert_danger(session, vault, case) or not calls:
        return
    alert_danger(session, vault, case, str(new_id()), but_not=calls[0].by)


def tell_of_lateness(session: Session, events: tuple[Event, ...]) -> None:
    """Tell whoever is asked now, because a date of the case passed."""
    alert_late(session, events[0].vault, events[0].case)


def remind(session: Session, events: tuple[Event, ...]) -> None:
    """Remind the helper that a date which nobody can move comes near."""
    alert_date_near(session, events[0].vault, events[0].case)


def plan_questions(session: Session, events: tuple[Event, ...]) -> None:
    """Plan what the worker is asked later, and call off what would no longer be right to ask."""
    rules = rules_of(session)
    for event in events:
        if event.what is Happened.FILED:
            plan_filed(session, event.vault, rules, event.case)
        else:
            plan_again(session, event.vault, rules, event.case, event.what)


def plan_text_of_question(session: Session, events: tuple[Event, ...]) -> None:
    """Plan to text the question that was put, where the worker agreed to texts."""
    asked = events[-1]  # whatever was put before gave way to it
    if asked.about is not None:
        plan_text(session, asked.vault, asked.case, TextAbout.QUESTION, asked.about)


def plan_text_of_lateness(session: Session, events: tuple[Event, ...]) -> None:
    """Plan to text that something was late and who is asked now, where the worker agreed to texts."""
    case, vault = events[0].case, events[0].vault
    rung = newest_rung(session, vault, case)
    if rung is not None:
        plan_text(session, vault, case, TextAbout.LATE, rung.id)


def ask_again_what_nobody_heard(session: Session, events: tuple[Event, ...]) -> None:
    """Ask for what answers met whose texts were called off, came too late to be sent, or failed."""
    texts = [event.about for event in events if event.about is not None]
    ask_again_for_texts(session, events[0].vault, CaseId(events[0].case.id), texts)


def call_off_old_answers(session: Session, events: tuple[Event, ...]) -> None:
    """Call off the answers that wait from whoever has the case no longer."""
    call_off_answers(session, events[0].vault, events[0].case)


CONSEQUENCES: dict[Happened, tuple[Consequence, ...]] = {
    Happened.FILED: (page, plan_questions),
    Happened.OFFERED: (page, call_off_old_answers),
    Happened.HELD: (page, call_off_old_answers),
    Happened.NOBODY_LEFT: (call_off_old_answers,),
    Happened.TEXT_UNHEARD: (ask_again_what_nobody_heard,),
    Happened.CALLED: (page,),
    Happened.LATE: (tell_of_lateness, plan_text_of_lateness),
    Happened.ACCEPTED: (plan_questions,),
    Happened.ANSWERED: (plan_questions,),
    Happened.HASTENED: (plan_questions,),
    Happened.LOCKED: (plan_questions, call_off_old_answers),
    Happened.UNLOCKED: (plan_questions,),
    Happened.STOPPED: (plan_questions, call_off_old_answers),
    Happened.CLOSED: (plan_questions,),
    Happened.REOPENED: (plan_questions,),
    Happened.QUESTIONS_WANTED: (plan_questions,),
    Happened.ASKED: (plan_text_of_question,),
    Happened.DATE_NEAR: (remind,),
}


def carry_out(session: Session, events: Iterable[Event]) -> None:
    """Do what follows from these events: each consequence once for each case, with all of its events that ask for it."""
    of_case = sorted(events, key=lambda event: event.case.id)  # locks are taken in the order of their keys
    for _, happened in groupby(of_case, key=lambda event: event.case.id):
        asked: dict[Consequence, list[Event]] = {}
        for event in happened:
            for consequence in CONSEQUENCES[event.what]:
                asked.setdefault(consequence, []).append(event)
        for consequence, its_events in asked.items():
            consequence(session, tuple(its_events))
