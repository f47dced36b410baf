"""Older veils that were bound to their own row only are bound to its case too, once: no row can be moved to another case since."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.cases.case.models import Issue, RoutingRecord
from app.cases.case.veils import decision_place, topic_place
from app.vault import Place, Vault, VeilBroken

_VEILS: dict[str, tuple[type[Any], InstrumentedAttribute[bytes], Callable[[UUID, UUID], Place]]] = {
    Issue.__tablename__: (Issue, Issue.topic_veil, topic_place),
    RoutingRecord.__tablename__: (RoutingRecord, RoutingRecord.decision_veil, decision_place),
}
BOUND_TO_CASES = frozenset(_VEILS)
"""The tables that `bind_to_cases` knows."""


def bind_to_cases(session: Session, vault: Vault, table: str) -> None:
    """Bind the veils of a table anew, as its rows stand; what opens at no place stays as it is and opens for nobody."""
    model, veil, place_of = _VEILS[table]
    for case_id, row_id, veiled in session.execute(select(model.case_id, model.id, veil)).all():
        place = place_of(case_id, row_id)
        try:
            opened = vault.unveil(replace(place, case=None), veiled)
        except VeilBroken:
            continue
        found = update(model).where(model.case_id == case_id, model.id == row_id)
        session.execute(found.values({veil: vault.veil(place, opened)}))
