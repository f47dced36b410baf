"""Somebody said stop: remembered for the number and our line, by a tag of both, also when the number itself is forgotten."""

from collections.abc import Iterable

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app import clock
from app.database import insert_unless_taken
from app.messaging.models import OptOutRow, Phone
from app.vault import Vault

_PURPOSE = "opt-out"


def opt_out(session: Session, vault: Vault, phone: Phone) -> None:
    """From now on nothing is sent from this line to this number, whoever asks; saying stop twice changes nothing."""
    if phone.tag is not None:
        tag = vault.lookup(_PURPOSE, _subject(phone.tag, phone.line))
        insert_unless_taken(session, OptOutRow(tag=tag, hour=clock.hour_of(clock.now())))


def opt_in(session: Session, vault: Vault, number_tags: Iterable[bytes], line: str) -> None:
    """The person asked for texts from this line again."""
    session.execute(delete(OptOutRow).where(OptOutRow.tag.in_(opt_out_tags(vault, number_tags, line))))


def is_opted_out(session: Session, vault: Vault, tag_of_number: bytes, line: str) -> bool:
    """Whether the number with this tag said stop to this line."""
    tags = opt_out_tags(vault, (tag_of_number,), line)
    return session.scalars(select(OptOutRow.hour).where(OptOutRow.tag.in_(tags))).first() is not None


def opt_out_tags(vault: Vault, number_tags: Iterable[bytes], line: str) -> list[bytes]:
    """Every tag under which the opt-out of a number from a line may stand: the number's own tag has one a pepper."""
    return [
        found for number_tag in number_tags for found in vault.lookups(_PURPOSE, _subject(number_tag, line))
    ]


def _subject(tag_of_number: bytes, line: str) -> bytes:
    # The number's tag has a fixed length, so the two parts can never be cut in another place.
    return tag_of_number + line.encode("utf-8")
