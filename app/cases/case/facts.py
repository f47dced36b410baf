"""What is known of a case beyond its row's columns: kept as one veiled JSON, so that the database shows none of it."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from app.cases.case.text_times import TextTimes, times_from
from app.cases.enums import ConsentLevel, CountryFrom, Exclusion, Profile
from app.cases.taxonomy import ABOUT_HELPER, Handling
from app.database import OrganisationId, SiteId


@dataclass(frozen=True)
class CaseFacts:
    """The worker's topics, triage's category, how to handle them, who must not know, and how far consent goes.

    `handling` is what the taxonomy said when it was last set: a later edit of the file never takes a protection away.
    `excluded` are organisations that the worker's words name for certain; `unmatched_exclusion` says that words remain which
    matched none, and `over_limit` that the report came in a flood: both hold the case with custody whenever it is routed.
    """

    topics: tuple[str, ...]
    profile: Profile
    consent: ConsentLevel
    category: str | None = None
    handling: frozenset[Handling] = frozenset()
    exclusions: frozenset[Exclusion] = frozenset()
    excluded: frozenset[OrganisationId] = frozenset()
    # Whether one of `excluded` is a helper: then it is known for certain whom a complaint about a helper means.
    helper_excluded: bool = False
    unmatched_exclusion: bool = False
    # Whether words alone complain about a helper without a name (config/danger_words.toml, about_helper): custody looks first.
    helper_in_words: bool = False
    over_limit: bool = False
    tell_company: bool = False
    # How the worker may be answered (inbox, text, call, none), for the queue; the number itself stays sealed.
    reach: str = "inbox"
    # Where the worker's words may mean several sites: whoever has a stake in any of them stays out.
    possible_sites: frozenset[SiteId] = frozenset()
    # Whether they were compared with a list that others had taken sites from: then nobody can tell who has a stake there.
    place_in_doubt: bool = False
    # Whose phone a worker texts from (own, shared, company, unknown); empty for reports by web.
    phone: str = ""
    # Kinds of problem that the worker's words told of without a tick (config/danger_words.toml); the words themselves stay sealed.
    found: tuple[str, ...] = ()
    # By what the country in the case's row is known.
    country_from: CountryFrom = CountryFrom.UNKNOWN
    # Whether the language in the case's row is that of the worker's words; else it is only that of the page or of the country.
    language_written: bool = False
    # Whether a worker answered by text that somebody is in danger now; by web it stands with the words that were ticked.
    danger_said: bool = False
    # Whether a worker answered by text that nobody is in danger now, and has not said otherwise since.
    danger_denied: bool = False
    # The workplace's own time zone, where the network knows the site and its zone; else that of the country counts.
    zone: str = ""
    # Whether the worker said in the inbox that they want no questions that come by themselves.
    no_questions: bool = False
    # Whether the worker wants no texts that come by themselves, though a helper may text.
    no_text_questions: bool = False
    # Whether safe times were told in words, which only a helper can read: no text comes by itself until hours are chosen.
    own_times: bool = False
    # The hours and days that the worker chose for such texts, in the workplace's zone; None where nothing was chosen.
    text_times: TextTimes | None = None
    # On which day the worker chose these or was asked whether they are still right; shifts change.
    text_times_on: date | None = None
    # The legal profile of the organisation that has the case, and the region whose holidays it keeps; empty where it named none.
    law: str = ""
    region: str = ""

    @property
    def codes(self) -> tuple[str, ...]:
        """Every kind of problem this case is about: the worker's own, triage's, and what the words told."""
        return (*self.topics, *(() if self.category is None else (self.category,)), *self.found)

    @property
    def about_helper(self) -> bool:
        """Whether the worker complains about a helper: then custody holds the case."""
        return ABOUT_HELPER in self.topics

    @property
    def beyond_inbox(self) -> bool:
        """Whether the worker wrote from a phone or asked to be reached on one."""
        return bool(self.phone) or self.reach != "inbox"

    def as_json(self) -> dict[str, Any]:
        """Plain values for the veil."""
        return {
            "topics": list(self.topics),
            "profile": self.profile.value,
            "consent": self.consent.value,
            "category": self.category,
            "handling": sorted(self.handling),
            "exclusions": sorted(self.exclusions),
            "excluded": sorted(str(organisation) for organisation in self.excluded),
            "helper_excluded": self.helper_excluded,
            "unmatched_exclusion": self.unmatched_exclusion,
            "helper_in_words": self.helper_in_words,
            "over_limit": self.over_limit,
            "tell_company": self.tell_company,
            "reach": self.reach,
            "possible_sites": sorted(str(site) for site in self.possible_sites),
            "place_in_doubt": self.place_in_doubt,
            "phone": self.phone,
            "found": list(self.found),
            "country_from": self.country_from.value,
            "language_written": self.language_written,
            "danger_said": self.danger_said,
            "danger_denied": self.danger_denied,
            "zone": self.zone,
            "no_questions": self.no_questions,
            "no_text_questions": self.no_text_questions,
            "own_times": self.own_times,
            "text_times": None if self.text_times is None else self.text_times.as_json(),
            "text_times_on": None if self.text_times_on is None else self.text_times_on.isoformat(),
            "law": self.law,
            "region": self.region,
        }


def facts_from(values: dict[str, Any]) -> CaseFacts:
    """The facts out of what `as_json` wrote."""
    return CaseFacts(
        topics=tuple(values["topics"]),
        profile=Profile(values["profile"]),
        consent=ConsentLevel(values["consent"]),
        category=values["category"],
        handling=frozenset(Handling(code) for code in values["handling"]),
        exclusions=frozenset(Exclusion(code) for code in values["exclusions"]),
        excluded=frozenset(OrganisationId(UUID(text)) for text in values["excluded"]),
        # Cases from before it was asked do not say it: then a complaint about a helper may mean any of them.
        helper_excluded=values.get("helper_excluded", False),
        unmatched_exclusion=values["unmatched_exclusion"],
        helper_in_words=values.get(
            "helper_in_words", False
        ),  # cases from before words were read for it do not say
        over_limit=values.get("over_limit", False),  # reports from before there were limits do not say
        tell_company=values["tell_company"],
        reach=values["reach"],
        # Reports from before there were texts do not say these.
        possible_sites=frozenset(SiteId(UUID(text)) for text in values.get("possible_sites", ())),
        place_in_doubt=values.get("place_in_doubt", False),
        phone=values.get("phone", ""),
        found=tuple(values.get("found", ())),
        # Cases from before words were read for it do not say these.
        country_from=CountryFrom(values.get("country_from", "")),
        language_written=values.get("language_written", False),
        danger_said=values.get("danger_said", False),
        danger_denied=values.get("danger_denied", False),
        zone=values.get("zone", ""),
        no_questions=values.get("no_questions", False),  # nor do cases from before there were any
        no_text_questions=values.get("no_text_questions", False),
        # Whoever asked before there were texts that come by themselves may have told times in words: nobody can tell any more.
        own_times=values.get("own_times", True),
        text_times=times_from(values.get("text_times")),
        text_times_on=_day_from(values.get("text_times_on")),
        law=values.get("law", ""),
        region=values.get("region", ""),
    )


def _day_from(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)
