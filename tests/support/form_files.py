"""Photos and recordings chosen in the plain form, and what the database holds of them."""

from io import BytesIO
from typing import Any

from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from app.attachments.models import Attachment, AttachmentChunk
from tests.harness.world import World

WORDS = "The marmalade foreman keeps our pay."


def chosen(*bodies: bytes) -> dict[str, Any]:
    """The answer of a field for files; what the phone says that they are counts for nothing."""
    return {
        "files": [
            FileStorage(BytesIO(body), f"IMG_{n}.jpg", content_type="image/jpeg")
            for n, body in enumerate(bodies)
        ]
    }


def rows(world: World) -> list[Attachment]:
    """The files that stand in cases; of one that came with a form nothing is ever half there."""
    with world.database.reading() as session:
        assert not session.scalars(select(AttachmentChunk)).all()
        return list(session.scalars(select(Attachment).order_by(Attachment.case_id, Attachment.id)))
