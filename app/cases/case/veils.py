"""The veiled columns of a case's row: its facts and its site, opened and written in one place each."""

from datetime import tzinfo
from uuid import UUID

from app.cases.case.facts import CaseFacts, facts_from
from app.cases.case.models import Case
from app.database import SiteId
from app.network import zone_there
from app.vault import Place, Vault

# No column: the facts that the veil of this object was made of.
_KNOWN = "known_facts"


def facts_place(case_id: UUID) -> Place:
    """Where the facts of a case are veiled."""
    return Place("cases", case_id, "facts_veil")


def site_place(case_id: UUID) -> Place:
    """Where the id of a case's site is veiled."""
    return Place("cases", case_id, "site_veil")


def note_place(case_id: UUID) -> Place:
    """Where the routing note of a case is sealed to custody."""
    return Place("routing_notes", case_id, "sealed")


def decision_place(case_id: UUID, record_id: UUID) -> Place:
    """Where the decision of a routing record is veiled."""
    return Place("routing_records", record_id, "decision_veil", case_id)


def topic_place(case_id: UUID, issue_id: UUID) -> Place:
    """Where the worker's topic of a problem is veiled."""
    return Place("issues", issue_id, "topic_veil", case_id)


def facts_of(vault: Vault, case: Case) -> CaseFacts:
    """The facts of a case, unveiled."""
    made_of, known = vars(case).get(_KNOWN, (None, None))
    if isinstance(known, CaseFacts) and made_of is case.facts_veil:
        return known
    return read_facts(vault, case.id, case.facts_veil)


def read_facts(vault: Vault, case_id: UUID, facts_veil: bytes) -> CaseFacts:
    """The facts in the veiled column of a case's row, for whoever read only that column."""
    return facts_from(vault.unveil_json(facts_place(case_id), facts_veil))


def zone_of_case(vault: Vault, case: Case) -> tzinfo:
    """The time zone of the case's workplace: its own, else its country's, else UTC."""
    return zone_there(facts_of(vault, case).zone, case.country)


def store_facts(vault: Vault, case: Case, facts: CaseFacts) -> None:
    """Veil changed facts, or those of a new case, onto its row; what follows from that asks for them at once."""
    case.facts_veil = vault.veil_json(facts_place(case.id), facts.as_json())
    vars(case)[_KNOWN] = case.facts_veil, facts


def site_of(vault: Vault, case: Case) -> SiteId | None:
    """The id of the case's site, or None while it is not known for certain."""
    return read_site(vault, case.id, case.site_veil)


def read_site(vault: Vault, case_id: UUID, site_veil: bytes | None) -> SiteId | None:
    """The id in the veiled column of a case's row, for whoever read only that column."""
    return None if site_veil is None else SiteId(UUID(vault.unveil(site_place(case_id), site_veil)))
