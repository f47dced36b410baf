"""The rows of the journal: the head of each chain, its entries, and what an entry says when it is opened."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Opaque

ActorKind = Literal["worker", "member", "system", "operator"]


@dataclass(frozen=True)
class Actor:
    """Who did something: a worker, a member of an organisation, a job of ours, or the operator at the terminal."""

    kind: ActorKind
    id: UUID | None = None
    organisation_id: UUID | None = None


SYSTEM = Actor("system")
"""What happens by our own rules and clocks."""


@dataclass(frozen=True)
class JournalEntry:
    """One opened entry; its exact time lay sealed."""

    seq: int
    hour: datetime
    at: datetime
    act: str
    actor: Actor
    detail: dict[str, Any]


class JournalChainRow(Base):
    """The head of a chain: its length and last hash, authenticated, and the chain's veiled secret."""

    __tablename__ = "vault_journal_chains"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int]
    hash: Mapped[bytes] = mapped_column(info=Opaque.nothing_to_open("digest", "of the last act"))
    mac: Mapped[bytes] = mapped_column(info=Opaque.mac("the head of the chain"))
    secret_veil: Mapped[bytes | None] = mapped_column(
        info=Opaque.veiled("the secret under which the acts of the chain are encrypted")
    )
    # The newest version of the case's keys, under the head's MAC: see `stands` in app.vault.grant_rows.
    key_version: Mapped[int | None]


class JournalRow(Base):
    """One entry: its place in the chain, the hour, a commitment to its content, and the content encrypted."""

    __tablename__ = "vault_journal"

    id: Mapped[UUID]
    chain_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    hour: Mapped[datetime]
    commitment: Mapped[bytes] = mapped_column(
        info=Opaque.nothing_to_open("digest", "of the act, under the chain's secret")
    )
    content: Mapped[bytes | None] = mapped_column(
        info=Opaque.encrypted(
            "the act, by whom and when exactly",
            "whoever holds a keyring, the web's or the dispatcher's, by the chain's secret",
        )
    )
    hash: Mapped[bytes] = mapped_column(
        info=Opaque.nothing_to_open("digest", "of the commitment and of the act before")
    )


_HEADS = Base.metadata.tables[JournalChainRow.__tablename__]
HEAD_OF_CASE = (_HEADS.c.id, _HEADS.c.seq, _HEADS.c.hash, _HEADS.c.mac, _HEADS.c.key_version)
"""What has to be read of a head to know the newest version of its case's keys."""
