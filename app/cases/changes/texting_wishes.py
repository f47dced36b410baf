"""Whether and when a worker wants texts that come by themselves: one verb for the inbox and for texts."""

from dataclasses import replace

from sqlalchemy.orm import Session

from app import clock
from app.cases.case import Case, NoHourLeft, TextTimes, facts_of, store_facts
from app.cases.followups import call_off_texts, find_hour_again, has_hour
from app.database import CaseId
from app.vault import Actor, Vault, journal

TEXTS_WANTED = "followup.texts_wanted"
"""The act of the journal: whether texts that come by themselves are wanted."""


def choose_texts(
    session: Session,
    vault: Vault,
    case: Case,
    by: Actor,
    *,
    wanted: bool,
    times: TextTimes | None = None,
    number_from: str | None = None,
) -> bool:
    """Keep the wish in a case whose row the caller has locked, and call off what is planned where none are wanted.

    Without `times` the hours stay as they were. Whether anything changed: the same on the same day changes nothing. Raises
    `NoHourLeft` for times in which no text could ever come; `number_from` is the country of the phone's number.
    """
    facts = facts_of(vault, case)
    if times is not None and not has_hour(case, facts, times, number_from):
        raise NoHourLeft
    chosen = replace(facts, no_text_questions=not wanted, text_times=times or facts.text_times)
    if times is not None:
        chosen = replace(chosen, text_times_on=clock.now().date())
    if chosen == facts:
        return False
    store_facts(vault, case, chosen)
    if not wanted:
        call_off_texts(session, vault, case.id)
    elif times is not None:
        find_hour_again(session, vault, case.id)
    journal(session, vault, CaseId(case.id), TEXTS_WANTED, by, {"wanted": wanted})
    return True
