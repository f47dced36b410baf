"""Looking up what a step of the conversation needs to know: sites that words may mean, help numbers, dates and the stage."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import Case, facts_of, zone_of_case
from app.cases.changes import UNREACHABLE
from app.cases.enums import FollowupState, TextAbout, TextHours, Urgency
from app.cases.followups import Followup, PlannedText, has_hour, is_at_work
from app.cases.routing import means_holder
from app.cases.rules import Rules
from app.database import CaseId, SiteId
from app.intake.conversation.machine.acts import ConversationAct, Keep, SetSite
from app.intake.conversation.machine.changes import Surroundings
from app.intake.conversation.machine.choosing_times import chosen_before, times_chosen
from app.intake.conversation.machine.day_words import ChosenTimes
from app.intake.conversation.machine.lookup_values import Knowledge, OfferedHours, SiteOption, TextedQuestion
from app.intake.conversation.machine.meanings import MOST_PLACES
from app.intake.conversation.machine.saying import Texts
from app.intake.conversation.machine.standing import news_of, news_of_others
from app.intake.conversation.machine.steps import Wanted
from app.language import has_words
from app.messaging.delivery import Purpose
from app.messaging.gateways.registry import Gateways
from app.messaging.members import who_can_be_alerted
from app.messaging.models import OutgoingText
from app.network import FoundSite, Site, helpers_named, match_site, site_label
from app.vault import Vault, is_sound, sound_or_none


@dataclass(frozen=True)
class LookedUp:
    """What the step may know, and what is known of every site that the worker's words may mean, also of those never shown."""

    know: Knowledge = field(default_factory=Knowledge)
    around: Surroundings = field(default_factory=Surroundings)


@dataclass(frozen=True)
class Asker:
    """The phone that wrote, the country of its number, and the cases about which it may be texted."""

    phone_id: UUID | None
    number_from: str | None
    cases: frozenset[CaseId] = frozenset()


def look_up(
    session: Session,
    vault: Vault,
    rules: Rules,
    gateways: Gateways,
    texts: Texts,
    case_id: CaseId,
    wanted: Wanted,
    asker: Asker,
) -> LookedUp:
    """What was asked for, on a reading unit; nothing else is read."""
    if wanted in (Wanted(), Wanted(gone=True)):
        return LookedUp()
    sites, certain, around = _sites_named(session, vault, rules, texts, wanted.site_words)
    questions = texted_questions(session, vault, asker.phone_id) if wanted.question and asker.phone_id else ()
    needs_case = (wanted.help_number, wanted.read_by, wanted.status, wanted.free_words, wanted.hours)
    if not any(needs_case):
        return LookedUp(Knowledge(sites=sites, certain=certain, questions=questions), around)
    case = session.get_one(Case, case_id)
    numbers = rules.help.help_for(case.country, clock.now().date()) if wanted.help_number else ()
    news = news_of(session, vault, case) if wanted.read_by or wanted.status else None
    offered = _hours_offered(session, vault, rules, case_id, asker, wanted.times) if wanted.hours else {}
    others = news_of_others(session, vault, case_id, asker.cases) if wanted.status else ()
    know = Knowledge(
        sites=sites,
        certain=certain,
        questions=questions,
        help_number=numbers[0].number if numbers else "",
        in_danger=wanted.help_number and case.urgency is Urgency.DANGER,
        # Whoever says danger is routed with it.
        alertable=wanted.help_number
        and who_can_be_alerted(session, vault, gateways, case, routes=True) is not None,
        read_by=news.next_day if news is not None and wanted.read_by else None,
        stage=news.stage if news is not None and wanted.status else None,
        next_day=news.next_day if news is not None and wanted.status else None,
        is_late=news is not None and wanted.status and news.is_late,
        told_on=None if news is None else news.told_on,
        others=others,
        hours=offered,
        texts_stopped=wanted.times is not None and _texts_stopped(vault, case),
        helper_asks=wanted.times is not None and _may_helper_ask(session, asker.phone_id),
        holder_meant=bool(wanted.free_words) and means_holder(session, rules, case, wanted.free_words),
    )
    return LookedUp(know, around)


def _sites_named(
    session: Session, vault: Vault, rules: Rules, texts: Texts, words: str
) -> tuple[tuple[SiteOption, ...], bool, Surroundings]:
    """The sites that the words may mean, whether there is no doubt, and what is known of where they lie."""
    if not words:
        return (), False, Surroundings()
    match = match_site(session, vault, words)
    certain = match.certain and match.site is not None
    found = [match.site] if certain and match.site is not None else list(match.possible)
    # One more than can be picked from tells the table that the words are too vague for that.
    labels = [(site, site_label(vault, site)) for site in found[: MOST_PLACES + 1]]
    sites = tuple(SiteOption(site.id, texts.place(label.name, label.town)) for site, label in labels)
    around = Surroundings(
        {site.id: site.country for site in match.possible},
        {site.id: label.zone for site, label in labels},
        tuple(SiteId(site.id) for site in match.possible),
        match.whole,
        rules.places.country_of(words),
    )
    return sites, certain, around


def _hours_offered(
    session: Session, vault: Vault, rules: Rules, case_id: CaseId, asker: Asker, named: ChosenTimes | None
) -> Mapping[ChosenTimes, OfferedHours]:
    """What each choice of hours means for the cases of a phone; one that leaves any of them no hour is left out."""
    found = [session.get(Case, each) for each in sorted({case_id, *asker.cases})]
    held = [(case, facts_of(vault, case)) for case in found if case is not None and is_sound(vault, case)]
    own = next((facts for case, facts in held if case.id == case_id), None)
    if own is None:
        return {}
    before = chosen_before(own, (facts for _, facts in held))
    at_work = all(is_at_work(case, facts) for case, facts in held)
    offered = {}
    for chosen in {*map(ChosenTimes, TextHours), *([named] if named else [])}:
        each = [(case, facts, times_chosen(rules, case, facts, chosen, before)) for case, facts in held]
        if all(has_hour(case, facts, times, asker.number_from) for case, facts, times in each):
            same_days = len({times.days for _, _, times in each}) == 1
            same_hours = len({(times.first, times.last) for _, _, times in each}) == 1
            told = [
                (case.received_hour.astimezone(zone_of_case(vault, case)).date(), times)
                for case, _, times in each
            ]
            mine = next(times for case, _, times in each if case.id == case_id)
            offered[chosen] = OfferedHours(mine, same_days, at_work, () if same_hours else tuple(told))
    return offered


def _texts_stopped(vault: Vault, case: Case) -> bool:
    """Whether our texts were stopped."""
    facts = facts_of(vault, case)
    return facts.no_text_questions or facts.reach == UNREACHABLE


def _may_helper_ask(session: Session, phone_id: UUID | None) -> bool:
    """Whether a helper's own text was among the last, which may have asked for days."""
    sent = select(func.max(OutgoingText.due_at)).where(OutgoingText.phone_id == phone_id)
    last = session.scalar(sent.where(OutgoingText.purpose != Purpose.REPLY))
    by_helper = session.scalar(sent.where(OutgoingText.purpose == Purpose.REPLY))
    # Once a text went out its time is one of a few only: of two of one hour nobody can tell which was the last.
    return by_helper is not None and (last is None or last - by_helper <= timedelta(hours=1))


def texted_questions(session: Session, vault: Vault, phone_id: UUID) -> tuple[TextedQuestion, ...]:
    """The last question of each case that was texted to this phone by itself, the newest first."""
    found = session.execute(
        select(PlannedText, OutgoingText)
        .join(OutgoingText, OutgoingText.id == PlannedText.text_id)
        .where(OutgoingText.phone_id == phone_id, PlannedText.about == TextAbout.QUESTION)
        .order_by(PlannedText.planned_hour, PlannedText.id)
    )
    last: dict[UUID, PlannedText] = {}
    for planned, text in found:
        if is_sound(vault, planned) and is_sound(vault, text):
            last.pop(planned.case_id, None)
            last[planned.case_id] = planned
    asked = (_as_texted(session, vault, planned) for planned in reversed(last.values()))
    return tuple(each for each in asked if each is not None)


def _as_texted(session: Session, vault: Vault, planned: PlannedText) -> TextedQuestion | None:
    question = sound_or_none(vault, session.get(Followup, (planned.case_id, planned.subject_id)))
    case = sound_or_none(vault, session.get(Case, planned.case_id))
    if question is None or case is None:
        return None
    told_on = case.received_hour.astimezone(zone_of_case(vault, case)).date()
    is_open = question.state is FollowupState.ASKED
    return TextedQuestion(case.id, question.id, question.kind, is_open, told_on)


def surroundings_of(
    session: Session, vault: Vault, acts: Collection[ConversationAct], looked: LookedUp, language: str | None
) -> Surroundings:
    """What the acts of a step need to know: also of a site that was picked from those found for an earlier text."""
    kept = " ".join(act.words for act in acts if isinstance(act, Keep))
    named = helpers_named(session, kept) if has_words(kept) else frozenset()
    around = replace(looked.around, language=language, named=named)
    chosen = {act.site_id for act in acts if isinstance(act, SetSite) and act.site_id is not None}
    missing = chosen - around.countries.keys()
    if not missing:
        return around
    found = [
        FoundSite(*row)
        for row in session.execute(select(Site.id, Site.country, Site.label_veil).where(Site.id.in_(missing)))
    ]
    countries: dict[UUID, str] = {site.id: site.country for site in found}
    zones: dict[UUID, str] = {site.id: site_label(vault, site).zone for site in found}
    return replace(around, countries={**around.countries, **countries}, zones={**around.zones, **zones})
