"""The files that a report names: a row for each, stored with the case, before anything of them came."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from app import clock
from app.attachments.kinds import DeclaredFile, FileKind, FileState
from app.attachments.models import Attachment
from app.database import CaseId
from app.vault import Place, Vault


def declared_rows(vault: Vault, case_id: CaseId, files: Iterable[DeclaredFile]) -> list[Attachment]:
    """A row for each file that a report names."""
    return [
        Attachment(
            case_id=case_id,
            id=file.id,
            declared_veil=vault.veil_json(
                _place(case_id, file.id), {"kind": file.kind.value, "size": file.size}
            ),
            tag=file.tag,
            owner_tag=file.owner_tag,
            state=FileState.WAITING,
            last_hour=clock.hour_of(clock.now()),
        )
        for file in files
    ]


def declared_of(vault: Vault, row: Attachment) -> tuple[FileKind, int]:
    """The kind and the size of a file as its report named them; the row is sound."""
    told: dict[str, Any] = vault.unveil_json(_place(row.case_id, row.id), row.declared_veil)
    return FileKind(told["kind"]), told["size"]


def _place(case_id: UUID, file: UUID) -> Place:
    return Place("attachments", file, "declared_veil", case_id)
