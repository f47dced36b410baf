"""What an answer by text says of its case: worked out from what was known, before or under the lock of the case's row. No I/O."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from app.cases.case import CaseFacts
from app.cases.enums import CountryFrom
from app.cases.taxonomy import Taxonomy
from app.database import OrganisationId, SiteId
from app.intake.conversation.machine.acts import (
    ConversationAct,
    DenyDanger,
    Keep,
    SetLanguage,
    SetPhone,
    SetSite,
    SetTopics,
)
from app.vault import Json


@dataclass(frozen=True)
class Surroundings:
    """What was looked up for a text: country and time zone of each site that an answer chose, all sites that words may mean.

    `told` is the country that words about the place tell, `named` whom the words to be kept name, `language` that of the words of
    the text, where it is sure.
    """

    countries: Mapping[UUID, str] = field(default_factory=dict)
    zones: Mapping[UUID, str] = field(default_factory=dict)
    possible: Collection[SiteId] = ()
    whole: bool = True  # of the list of sites, see `SiteMatch`
    told: str | None = None
    named: frozenset[OrganisationId] = frozenset()
    language: str | None = None


@dataclass(frozen=True)
class CaseChange:
    """What one act changes: new facts, words to be kept, new topics, a place, and the line of the journal.

    `placed` says that the place was told, `site_id` is None when only a person can tell which it is; `for_custody` are the words by
    which custody may have to. `wrote` says that there is something new to read.
    """

    act: str
    detail: Mapping[str, Json] = field(default_factory=dict)
    facts: CaseFacts | None = None
    words: Mapping[str, Json] | None = field(repr=False, default=None)
    wrote: bool = False
    topics: tuple[str, ...] = ()
    placed: bool = False
    site_id: UUID | None = None
    country: str | None = None
    language: str | None = None
    for_custody: str = field(repr=False, default="")


def change_of(  # noqa: PLR0911 - one for each act
    act: ConversationAct, facts: CaseFacts, taxonomy: Taxonomy, around: Surroundings
) -> CaseChange | None:
    """What an act changes; None for those that need more than is known of the case."""
    match act:
        case Keep():
            return _keep_words(act, facts, around)
        case SetPhone(whose):
            return CaseChange("case.phone_told", {"whose": whose.value}, facts=replace(facts, phone=whose))
        case SetLanguage(code):
            known = replace(facts, language_written=True)
            return CaseChange("case.language_told", facts=known, language=code)
        case DenyDanger() if not act.cases:
            return CaseChange("case.danger_denied", facts=replace(facts, danger_denied=True))
        case SetTopics():
            return _set_topics(act, facts, taxonomy)
        case SetSite():
            return _set_site(act, facts, around)
        case _:
            return None


def _keep_words(kept: Keep, facts: CaseFacts, around: Surroundings) -> CaseChange:
    """Words, and their language where no earlier ones told it."""
    body: dict[str, Json] = {"text": kept.words, "joins": kept.joins}
    if kept.part is not None:
        body["part"] = [kept.part.number, kept.part.total]
    if kept.came:
        body["came"] = [kind.value for kind in kept.came]
    if facts.language_written or around.language is None:
        return CaseChange("case.worker_wrote", words=body, wrote=True)
    known = replace(facts, language_written=True)
    return CaseChange("case.worker_wrote", facts=known, words=body, wrote=True, language=around.language)


def _set_topics(told: SetTopics, facts: CaseFacts, taxonomy: Taxonomy) -> CaseChange:
    """What it is about, beside what earlier words said; a protection that was set once stays."""
    fresh = tuple(topic for topic in told.topics if topic not in facts.topics)
    handling = facts.handling | taxonomy.handling(fresh)
    known = replace(facts, topics=(*facts.topics, *fresh), handling=handling)
    return CaseChange("case.topic_told", {"chosen": told.chosen}, facts=known, topics=fresh)


def _set_site(told: SetSite, facts: CaseFacts, around: Surroundings) -> CaseChange:
    """Where it is. Words that name no site for certain are sealed to custody too, which may have to place the case by them."""
    at_site = None if told.site_id is None else around.countries.get(told.site_id)
    certain = at_site is not None
    country = at_site or (around.told if told.words else None)
    country_from = facts.country_from
    if country is not None:
        country_from = CountryFrom.SITE if certain else CountryFrom.WORDS
    unclear = frozenset(around.possible if told.words and not certain else ())
    return CaseChange(
        "case.site_told",
        {"certain": certain},
        facts=replace(
            facts,
            possible_sites=unclear,
            place_in_doubt=not certain and (not around.whole if told.words else facts.place_in_doubt),
            country_from=country_from,
            zone=around.zones.get(told.site_id, "") if told.site_id is not None else "",
        ),
        words={"text": told.words, "site": True} if told.words else None,
        placed=True,
        site_id=told.site_id if certain else None,
        country=country,
        for_custody="" if certain else told.words,
    )
