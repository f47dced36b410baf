"""What a report means to the network before anything is sealed: site, exclusions, decision and keys."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from app.cases.case import CaseFacts
from app.cases.changes import at_filing
from app.cases.enums import ConsentLevel, CountryFrom, Exclusion, Urgency
from app.cases.routing import Recipients, candidates_at, route_to_keys
from app.cases.rules import Routing, RoutingOutcome, Rules, asked_first
from app.cases.words import harms, profile_for, urgency_of
from app.database import OrganisationId, SiteId
from app.intake.admission import Admission
from app.intake.arrival import KnownSite
from app.intake.report import Report
from app.network import (
    OFFERED_REPORTS,
    FoundSite,
    OrganisationFacts,
    OrganisationKind,
    match_excluded,
    match_site,
    named_in,
    site_label,
)
from app.vault import Vault


@dataclass(frozen=True)
class Understood:
    """A report as the network understands it.

    `confirmed` says that the site came from a poster's code and not from a guess; `readers` are the names of those of whom one
    looks at it next. `country` is that of the site, else the one that the words about the place tell; `language` the one that the
    words wish for or are written in, else the page's.
    """

    facts: CaseFacts
    site: FoundSite | KnownSite | None
    confirmed: bool
    country: str | None
    language: str
    urgency: Urgency
    routing: Routing
    recipients: Recipients
    readers: tuple[str, ...]
    share: int | None  # see `Admission`
    harm: bool  # see `Filed`


def understand(
    session: Session,
    vault: Vault,
    rules: Rules,
    report: Report,
    poster: KnownSite | None,
    admission: Admission,
) -> Understood:
    """Match the site unless the poster's code tells it, read the exclusions, run the routing and look up the keys."""
    # A poster's code that leads nowhere may be that of a site which others took away.
    told = not poster and bool(report.site or report.site_code)
    match = match_site(session, vault, report.site) if told else None
    in_doubt = match is not None and not match.whole
    site = poster or (match.site if match and match.certain else None)
    possible = [SiteId(found.id) for found in match.possible] if match else []
    country = site.country if site else rules.places.country_of(report.site) or report.country or None
    written = rules.language_of(report.words, report.language, country)
    language = written or report.language
    urgency = urgency_of(report.danger, report.topics, rules.taxonomy)
    facts = _facts_told(session, report, rules, urgency, admission)
    known = poster.row if poster else ()
    site_id = SiteId(site.id) if site else None
    candidates = candidates_at(session, site_id, possible, place_in_doubt=in_doubt, site_row=known)
    # Who is named in the account may be who it is about: somebody else reads it.
    excluded = facts.excluded | named_in(candidates, report.words)
    facts = replace(
        facts,
        country_from=_country_from(site is not None, country),
        language_written=written is not None,
        place_in_doubt=in_doubt,
        zone=_zone_of(vault, site),
        excluded=excluded,
        helper_excluded=_is_helper_among(excluded, candidates),
    )
    facts, urgency, kinds = at_filing(facts, report.words, urgency, rules)
    routing, recipients = route_to_keys(
        session, vault, rules, facts, country, language, candidates, from_here=admission.offered
    )
    # So that it stays held also when its worker locks it and unlocks it again.
    if routing.why is RoutingOutcome.OVER_LIMIT:
        facts = replace(facts, over_limit=True)
    # Who looks at it next: the partner that is asked, or one of two, else the coordinator that holds it.
    names = {candidate.id: candidate.name for candidate in candidates}
    custodian = (routing.custodian,) if routing.custody and routing.custodian else ()
    readers = tuple(names.get(each, "") for each in asked_first(routing, facts.profile) or custodian)
    share = _share(facts, routing, candidates)
    return Understood(
        facts=facts,
        site=site,
        confirmed=poster is not None and poster.country is not None,
        country=country,
        language=language,
        urgency=urgency,
        routing=routing,
        recipients=recipients,
        readers=readers,
        share=share,
        harm=harms(kinds),
    )


def _facts_told(
    session: Session, report: Report, rules: Rules, urgency: Urgency, admission: Admission
) -> CaseFacts:
    """What the worker ticked and whom they left out, before anything is read in their words."""
    excluded = match_excluded(session, report.exclude_other) if report.exclude_other else None
    level, _ = report.allowed
    return CaseFacts(
        topics=report.topics,
        profile=profile_for(urgency),
        consent=level,
        handling=rules.taxonomy.handling(report.topics),
        exclusions=report.exclude,
        reach=report.contact.value,
        own_times=bool(report.safe_times.strip()),
        excluded=report.excluded | (excluded.organisations if excluded else frozenset()),
        # "Someone else" without a name says that there is somebody, and nobody can tell who: a person has to look. Likewise where
        # the words name an organisation and go on ("and my foreman"): it is left out, and somebody looks who the other one is.
        unmatched_exclusion=(not excluded.all_said if excluded else Exclusion.OTHER in report.exclude)
        or report.excludes_somebody_unknown,
        over_limit=admission.over_limit or _over_share_when_locked(level, admission),
    )


def _zone_of(vault: Vault, site: FoundSite | KnownSite | None) -> str:
    if site is None or isinstance(site, KnownSite):
        return "" if site is None else site.zone
    return site_label(vault, site).zone


def _country_from(by_site: bool, country: str | None) -> CountryFrom:
    if by_site:
        return CountryFrom.SITE
    return CountryFrom.UNKNOWN if country is None else CountryFrom.WORDS


def _over_share_when_locked(level: ConsentLevel, admission: Admission) -> bool:
    return level is ConsentLevel.NOBODY and admission.offered >= OFFERED_REPORTS.most


def _is_helper_among(excluded: Collection[OrganisationId], candidates: Iterable[OrganisationFacts]) -> bool:
    return any(
        each.id in excluded and each.kind is OrganisationKind.MONITORING_PARTNER for each in candidates
    )


def _share(facts: CaseFacts, routing: Routing, candidates: Iterable[OrganisationFacts]) -> int | None:
    if facts.over_limit:
        return None
    if facts.consent is ConsentLevel.NOBODY:
        return OFFERED_REPORTS.most
    return next((each.capacity_left for each in candidates if each.id == routing.chosen), None)
