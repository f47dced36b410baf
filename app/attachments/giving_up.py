"""Files that do not arrive: after some weeks their chunks go, and the thread says that one is missing."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.attachments.declaring import declared_of
from app.attachments.ending import Ended, end_again, end_file
from app.attachments.kinds import FileState
from app.attachments.models import Attachment
from app.cases.case import lock_case
from app.database import NEVER_BEFORE, CaseId
from app.vault import Vault, is_sound, sound_or_none, takes_words

GIVEN_UP_AFTER = timedelta(days=30)
"""How long nothing of a file may come: longer than a phone without a network, or a worker at sea, is away."""

_LOOKED_AT = 50


def give_up_files(session: Session, vault: Vault) -> int:
    """End one file of which nothing came for long; how many it was."""
    due = clock.now() - GIVEN_UP_AFTER
    rows = session.scalars(
        select(Attachment)
        .where(
            Attachment.state == FileState.WAITING,
            Attachment.last_hour < due,
            Attachment.last_hour >= NEVER_BEFORE,
        )
        .order_by(Attachment.last_hour)
        .limit(_LOOKED_AT)
    ).all()
    return next((1 for row in rows if _give_up(session, vault, row)), 0)


def _give_up(session: Session, vault: Vault, row: Attachment) -> bool:
    # One that others wrote into, or whose case has no keys that can be told, keeps no other waiting.
    if not is_sound(vault, row) or not takes_words(session, vault, CaseId(row.case_id)):
        return False
    case = lock_case(session, CaseId(row.case_id))
    session.refresh(row)
    if case is None or sound_or_none(vault, row) is None:
        return False
    end_again(session, vault, row)
    if row.state is not FileState.WAITING:
        return False
    kind, _ = declared_of(vault, row)
    end_file(session, vault, case, row, Ended(FileState.LOST, kind, {"fault": "gone"}))
    return True
