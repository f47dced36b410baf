"""What a run of the routing leaves behind: its decision, veiled, and the words that a custodian needs to place the case."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from app import clock
from app.cases.case import RoutingNote, RoutingRecord, decision_place, note_place
from app.cases.rules import Routing
from app.database import CaseId, new_id
from app.vault import PublicKey, Vault, is_sound


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


def keep_routing_note(session: Session, vault: Vault, note: RoutingNote) -> None:
    """Store the note in the place of an earlier one. One that others wrote goes: changed it would stay without a MAC."""
    earlier = session.get(RoutingNote, note.case_id)
    if earlier is not None and not is_sound(vault, earlier):
        session.delete(earlier)
        session.flush()
    session.merge(note)
    session.flush()
