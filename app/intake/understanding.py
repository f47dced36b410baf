"""What a report means to the network before anything is sealed: site, exclusions, decision and keys."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.cases.candidates import candidates_at
from app.cases.consent import level_or_default
from app.cases.enums import Exclusion, Urgency
from app.cases.facts import CaseFacts
from app.cases.placing import Recipients, find_recipients
from app.cases.routing import Routing, route
from app.cases.rules import Rules
from app.cases.urgency import profile_for, urgency_of
from app.database import OrganisationId, SiteId
from app.intake.arrival import KnownSite
from app.intake.report import Report
from app.network import FoundSite, match_organisation, match_site
from app.vault import Vault


@dataclass(frozen=True)
class Understood:
    """A report as the network understands it.

    `confirmed` says that the site came from a poster's code and not from a guess; `reader` is the name of whoever looks at it next.
    """

    facts: CaseFacts
    site: FoundSite | KnownSite | None
    confirmed: bool
    urgency: Urgency
    routing: Routing
    recipients: Recipients
    reader: str


def understand(
    session: Session,
    vault: Vault,
    rules: Rules,
    report: Report,
    poster: KnownSite | None,
    *,
    over_limit: bool,
) -> Understood:
    """Match the site unless the poster's code tells it, read the exclusions, run the routing and look up the keys."""
    match = None if poster or not report.site else match_site(session, vault, report.site)
    site = poster or (match.site if match and match.certain else None)
    possible = [SiteId(found.id) for found in match.possible] if match else []
    urgency = urgency_of(report.danger, report.topics, rules.taxonomy)
    named = match_organisation(session, report.exclude_other) if report.exclude_other else None
    level, _ = level_or_default(report.consent)
    facts = CaseFacts(
        topics=report.topics,
        profile=profile_for(urgency),
        consent=level,
        handling=rules.taxonomy.handling(report.topics),
        exclusions=report.exclude,
        reach=report.contact.value,
        excluded=report.excluded | ({OrganisationId(named.id)} if named else set()),
        # "Someone else" without a name says that there is somebody, and nobody can tell who: a person has to look.
        unmatched_exclusion=named is None
        and (Exclusion.OTHER in report.exclude or bool(report.exclude_other)),
        over_limit=over_limit,
    )
    candidates = candidates_at(session, SiteId(site.id) if site else None, possible)
    routing = route(
        facts, site.country if site else None, report.language, candidates, rules.taxonomy, rules.routing
    )
    recipients = find_recipients(session, vault, facts, routing)
    # Who looks at it next: the partner that is asked, else the coordinator that holds it.
    next_reader = routing.chosen or (routing.custodian if routing.custody else None)
    reader = next((candidate.name for candidate in candidates if candidate.id == next_reader), "")
    return Understood(facts, site, poster is not None, urgency, routing, recipients, reader)
