"""What a worker in danger reads on every page: who is told and by when, and numbers that somebody has checked.

Danger is a tick, or words that tell of harm. A page that stores nothing tells of nobody who is told, and shows the same numbers.
"""

from dataclasses import dataclass, field
from datetime import datetime
from unicodedata import normalize

from flask import url_for
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import LONGEST_TEXT, Case, facts_of
from app.cases.enums import ConsentLevel, Urgency
from app.cases.rules import HelpNumber
from app.cases.taxonomy import ABOUT_HELPER
from app.cases.words import harms
from app.cases.worker import InboxView, Worker, lock_of
from app.database import CaseId
from app.intake import Filed, Whereabouts, country_told, danger_answer, likely_country, number_left
from app.web.language import page_language
from app.web.services import services
from app.web.worker.intent import InboxAct, Intent
from app.web.worker.names import names_of
from app.web.worker.report_form import ReportForm


@dataclass(frozen=True)
class Help:
    """What helps without us: the numbers of a country, none where it is not known."""

    code: str  # of the country
    country: str
    numbers: tuple[HelpNumber, ...]

    @property
    def elsewhere(self) -> list["Help"]:
        """What helps in each country that has numbers, where nobody knows in which one the worker is."""
        return [] if self.code else helps_anywhere()


@dataclass(frozen=True)
class OneTap:
    """A form without questions: where it goes, and what it carries."""

    address: str
    fields: tuple[tuple[str, str], ...] = field(repr=False)


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
    help: Help
    lock: str = ""  # what the one tap opens that lets a helper read it
    about_helper: bool = False


def help_in(country: str | None) -> Help:
    """What helps in this country."""
    name = page_language().locale.territories.get(country, country) if country else ""
    return Help(country or "", name, services().rules.help.help_for(country, clock.now().date()))


def helps_anywhere() -> list[Help]:
    """The numbers of each country that has any, by name: where nobody can ask which is meant, a call still goes."""
    countries = {number.country for number in services().rules.help.numbers}
    found = [here for country in countries if (here := help_in(country)).numbers]
    return sorted(found, key=lambda each: (normalize("NFKD", each.country).casefold(), each.code))


def help_for_form(sent: ReportForm, filed: CaseId | None = None) -> Help | None:
    """What helps whoever filled in this form, for a page that stores nothing of it; None where it tells of no danger.

    `filed` is the case that the same page made before.
    """
    if not _in_danger(sent.words, ticked=sent.danger == "yes"):
        return None
    here, told = services(), _whereabouts(sent)
    try:
        with here.database.reading() as session:
            known = None if filed is None else session.get_one(Case, filed).country
            return help_in(known or likely_country(session, here.vault, here.rules.places, told))
    except (SQLAlchemyError, OSError):
        # Often the page is shown just because the database is away; whoever is in danger needs it all the same.
        return help_in(country_told(here.rules.places, told))


def help_for_intent(intent: Intent) -> Help | None:
    """The same for what waits to be done from the inbox: the page that it came from knew where the worker is."""
    if not _in_danger(intent.words, ticked=intent.danger):
        return None
    return help_in(
        intent.country or country_told(services().rules.places, Whereabouts(words=(intent.words,)))
    )


def receipt_note(sent: ReportForm, filed: Filed, country: str = "") -> DangerNote | None:
    """The note on a receipt; `country` is where the page that it came from knew the worker to be."""
    if filed.urgency is not Urgency.DANGER and not filed.harm:
        return None
    here = services()
    with here.database.reading() as session:
        case = session.get_one(Case, filed.case_id)
        known: str | None = case.country or country
        known = known or likely_country(session, here.vault, here.rules.places, _whereabouts(sent))
        return _note(session, case, filed.read_by, known)


def opening(note: DangerNote | None, case_id: CaseId, ending: str, **more: str) -> OneTap | None:
    """The one tap that lets a helper read a locked case, for the note of that case; None where nothing is locked."""
    if note is None or not note.lock:
        return None
    vault = services().vault
    intent = Intent(
        InboxAct.LET_READ,
        consent=ConsentLevel.HELPER.value,
        case=vault.name_case(case_id),
        lock=note.lock,
        country=note.help.code,
    )
    address = url_for(f"worker.{ending}", lang=page_language().code)
    return OneTap(address, (*intent.with_token(vault).hidden_fields(), *more.items()))


def inbox_note(session: Session, case: Case, view: InboxView, country: str | None) -> DangerNote | None:
    """The note in an inbox, as long as nobody has answered the danger; `country` is where the worker is."""
    # After a stop too: there above all the worker has to know that nobody comes.
    if not view.waits_in_danger and not _words_call(case, view):
        return None
    return _note(session, case, view.next_by, country)


def country_of_worker(session: Session, worker: Worker, case: Case, view: InboxView) -> str | None:
    """Where the worker of an inbox is: by the case, else by what they told in it."""
    if case.country:
        return case.country
    here = services()
    said = tuple(each.text for each in reversed(view.messages) if each.from_worker and each.text)
    told = Whereabouts(site=view.site_words, phone=number_left(session, here.vault, worker), words=said)
    return likely_country(session, here.vault, here.rules.places, told)


def tells_of_harm(words: str) -> bool:
    """Whether words tell that somebody may be harmed now: then numbers to call are shown, ticked or not."""
    # What is longer is not taken, and only comes back.
    return harms(services().rules.danger.found_in(words[:LONGEST_TEXT]))


def _in_danger(words: str, *, ticked: bool) -> bool:
    return ticked or tells_of_harm(words)


def _whereabouts(sent: ReportForm) -> Whereabouts:
    return Whereabouts(sent.site_code, sent.site, sent.phone, (sent.words,))


def _words_call(case: Case, view: InboxView) -> bool:
    """Whether words alone tell of harm, and nobody has answered them."""
    # Looking through words takes time; where none were found when they came, none are there.
    if not (case.is_open or view.stopped) or not facts_of(services().vault, case).found:
        return False
    return any(tells_of_harm(message.text or "") for message in view.unanswered)


def _note(session: Session, case: Case, by: datetime | None, country: str | None) -> DangerNote:
    """The note for a case whose worker said that they are in danger, or whose words tell of harm: only danger calls somebody."""
    here = services()
    answer = danger_answer(session, here.vault, here.gateways, case)
    told = answer.told if case.urgency is Urgency.DANGER else None
    return DangerNote(
        stopped=case.stopped_hour is not None,
        locked=answer.locked,
        told=names_of(session, [told]).get(told, "") if told else "",
        by_coordinator=case.organisation_id is None,
        by=by if by and by >= clock.now() else None,
        help=help_in(country),
        lock=lock_of(session, here.vault, case),
        about_helper=ABOUT_HELPER in facts_of(here.vault, case).topics,
    )
