"""What a run of the routing leaves behind: its decision, veiled, and the words that a custodian needs to place the case."""

from collections.abc import Iterable

from app import clock
from app.cases.case import RoutingNote, RoutingRecord, decision_place, note_place
from app.cases.rules import Routing
from app.database import CaseId, new_id
from app.vault import PublicKey, Vault


def routing_record(vault: Vault, case_id: CaseId, routing: Routing) -> RoutingRecord:
    """The row, to be added, that keeps what was decided now and why."""
    record_id = new_id()
    return RoutingRecord(
        case_id=case_id,
        id=record_id,
        hour=clock.hour_of(clock.now()),
        decision_veil=vault.veil_json(decision_place(case_id, record_id), routing.as_json()),
    )


def routing_note(
    vault: Vault,
    case_id: CaseId,
    custody: PublicKey,
    *,
    site: str,
    exclude: Iterable[str] = (),
    exclude_other: str = "",
) -> RoutingNote:
    """The worker's words about place and exclusions, and no others, sealed to custody as a row to be stored."""
    note = {"site": site, "exclude": sorted(exclude), "exclude_other": exclude_other}
    return RoutingNote(case_id=case_id, sealed=vault.seal_for(custody, note_place(case_id), note))
