"""How the cases of a phone stand, for whoever asks for news: their stage, and a date only where it is still to come."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from app import clock
from app.cases.case import Case, stage_of, zone_of_case
from app.cases.clocks import clocks_of
from app.cases.escalation import rungs_of, standing_rung
from app.cases.worker import next_step
from app.database import CaseId
from app.intake.conversation.machine.lookup_values import CaseNews
from app.vault import Vault, sound_or_none


def news_of(session: Session, vault: Vault, case: Case) -> CaseNews:
    """How one case stands. What is late is said to be, with the day by which whoever was asked since has to do it."""
    zone, now = zone_of_case(vault, case), clock.now()
    told_on = case.received_hour.astimezone(zone).date()
    stage = stage_of(case.state, case.helper_has_read)
    following = next_step(session, case)
    if following is None:
        return CaseNews(stage, None, told_on)
    if following.due_at > now:
        return CaseNews(stage, following.due_at.astimezone(zone).date(), told_on)
    rung = standing_rung(case, rungs_of(session, vault, case), clocks_of(session, case))
    day = None if rung is None or rung.due_at <= now else rung.due_at.astimezone(zone).date()
    return CaseNews(stage, day, told_on, is_late=True)


def news_of_others(
    session: Session, vault: Vault, own: CaseId, cases: Iterable[CaseId]
) -> tuple[CaseNews, ...]:
    """How the other cases of the phone stand, the newest first."""
    found = (
        sound_or_none(vault, session.get(Case, each)) for each in sorted(set(cases) - {own}, reverse=True)
    )
    news = [news_of(session, vault, case) for case in found if case is not None]
    return tuple(sorted(news, key=lambda each: each.told_on, reverse=True))
