"""The red note for a worker in danger: who is told and by when, and numbers that somebody has checked."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app import clock
from app.cases.case import Case
from app.cases.enums import Urgency
from app.cases.rules import HelpNumber
from app.cases.words import BODILY
from app.intake import danger_answer
from app.web.language import page_language
from app.web.services import services
from app.web.worker.names import names_of


@dataclass(frozen=True)
class DangerNote:
    """What the note says; `told` is the name of the organisation that is alerted, empty where nobody can be.

    `stopped` says that the worker stopped the sharing, `locked` that nobody may know: either way nobody reads it.
    """

    stopped: bool
    locked: bool
    told: str
    by_coordinator: bool  # a person of the coordinator is told, not yet a helper
    by: datetime | None  # None where the date has passed, which the page says elsewhere
    country: str
    numbers: tuple[HelpNumber, ...]


def tells_of_harm(words: str) -> bool:
    """Whether words tell that somebody may be harmed now: then numbers to call are shown, ticked or not."""
    return any(kind.name in BODILY for kind in services().rules.danger.found_in(words))


def danger_note(session: Session, case: Case, by: datetime | None, site_words: str) -> DangerNote:
    """The note for a case whose worker said that they are in danger, or whose words tell of harm: only danger calls somebody."""
    here, now = services(), clock.now()
    answer = danger_answer(session, here.vault, here.gateways, case, site_words)
    told = answer.told if case.urgency is Urgency.DANGER else None
    name = names_of(session, [told]).get(told, "") if told else ""
    territories = page_language().locale.territories
    return DangerNote(
        stopped=case.stopped_hour is not None,
        locked=answer.locked,
        told=name,
        by_coordinator=case.organisation_id is None,
        by=by if by and by >= now else None,
        country=territories.get(answer.country, answer.country) if answer.country else "",
        numbers=here.rules.help.help_for(answer.country, now.date()),
    )
