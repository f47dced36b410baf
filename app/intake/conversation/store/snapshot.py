"""What the database knows when a text arrives: whether it was taken before, whose it is, how its conversation and case stand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, literal, literal_column, select
from sqlalchemy.orm import Session

from app.cases.case import Case
from app.database import Base, CaseId, Ready, Row, Statement, send_together
from app.intake.conversation.machine import Position
from app.intake.conversation.store.conversations import read_position
from app.intake.conversation.store.models import Conversation
from app.messaging.gateways.protocol import ReceivedText
from app.messaging.models import InboundText, OptOutRow, Phone
from app.messaging.phones import is_opted_out, opt_out_tags
from app.network import Limit
from app.network.attempts import Attempts, tag_of
from app.vault import (
    NEXT_ENTRY_TAKEN,
    Compartment,
    CompartmentKeyRow,
    JournalChainRow,
    Vault,
    head_fits,
    is_made_here,
    row_fits,
)

REPLIES = Limit("answer to a number", 12, timedelta(hours=1))
"""More than any conversation needs; a machine that answers our answers stops there."""


@dataclass(frozen=True)
class KnownPhone:
    """The row of a number that wrote before, as far as an answer needs it."""

    id: UUID
    tag: bytes = field(repr=False)
    gateway: str
    line: str


@dataclass(frozen=True)
class KnownCase:
    """A case as it stood: its row, the key that its words are sealed to, and the head of its journal."""

    id: CaseId
    row: Mapping[str, Any] = field(repr=False)
    """Every column, since its MAC covers nearly all of them."""
    key: CompartmentKeyRow
    head: JournalChainRow


@dataclass(frozen=True)
class KnownConversation:
    """A conversation as it stood when it was looked at; `stood` is that as it was stored. `case` is None where the case is gone."""

    id: UUID
    case_id: CaseId
    stood: bytes = field(repr=False)
    position: Position = field(repr=False)
    case: KnownCase | None


@dataclass(frozen=True)
class Snapshot:
    """What there was before a text; `talk` is the latest conversation of its phone that has not ended.

    `answered` counts what went back to the number within the window of `REPLIES`.
    """

    taken: bool
    stopped: bool
    answered: int
    phone: KnownPhone | None
    talk: KnownConversation | None


class _Found(NamedTuple):
    """The one row of `_known`; everything of a phone, a conversation and a case may be missing."""

    taken: bool
    stopped: bool
    answered: int | None
    talk_id: UUID | None
    case_id: UUID
    position_veil: bytes
    key_id: UUID | None
    version: int
    raw: bytes
    key_mac: bytes
    seq: int | None
    hash: bytes
    mac: bytes
    secret_veil: bytes | None
    key_version: int | None
    beyond: bool | None
    phone: Mapping[str, Any]
    case: Mapping[str, Any]


_TABLES = Base.metadata.tables
_TEXTS, _STOPS = _TABLES[InboundText.__tablename__].c, _TABLES[OptOutRow.__tablename__].c
_COUNTS = _TABLES[Attempts.__tablename__].c
_PHONES, _TALKS, _CASES, _KEYS, _HEADS = (
    _TABLES[model.__tablename__] for model in (Phone, Conversation, Case, CompartmentKeyRow, JournalChainRow)
)


@cache
def _known(tags: int) -> Ready:
    """All of it as one statement, also where there is no phone yet: on PostgreSQL each way there and back counts.

    A number has as many tags as there are peppers, and may have said stop under each pepper to each.
    """
    talk = and_(_TALKS.c.phone_id == _PHONES.c.id, _TALKS.c.ended.is_(False))
    key = and_(_KEYS.c.case_id == _CASES.c.id, _KEYS.c.compartment == literal(Compartment.ACCOUNT.value))
    return Ready(
        select(
            exists().where(
                _TEXTS.gateway == bindparam("gateway"), _TEXTS.provider_id == bindparam("provider_id")
            ),
            exists().where(_among(_STOPS.tag, "stop", tags * tags)),
            select(func.max(_COUNTS.number)).where(_among(_COUNTS.tag, "count", tags)).scalar_subquery(),
            *(_TALKS.c.id, _TALKS.c.case_id, _TALKS.c.position_veil),
            *(_KEYS.c.id, _KEYS.c.version, _KEYS.c.raw, _KEYS.c.mac),
            *(_HEADS.c.seq, _HEADS.c.hash, _HEADS.c.mac, _HEADS.c.secret_veil, _HEADS.c.key_version),
            NEXT_ENTRY_TAKEN,
            *_PHONES.c,
            *_CASES.c,
        )
        .select_from(select(literal_column("1").label("one")).subquery())
        .outerjoin(_PHONES, _among(_PHONES.c.tag, "tag", tags))
        .outerjoin(_TALKS, talk)
        .outerjoin(_CASES, _CASES.c.id == _TALKS.c.case_id)
        .outerjoin(_KEYS, key)
        .outerjoin(_HEADS, _HEADS.c.id == _CASES.c.id)
        .order_by(_TALKS.c.number.desc(), _KEYS.c.version.desc())
        .limit(literal_column("1"))
    )


def take_snapshot(
    session: Session, vault: Vault, received: ReceivedText, tags: Mapping[str, bytes], line: str
) -> Snapshot:
    """Look for all of it on a reading unit; `line` is the one from which an answer would go to a new phone."""
    asked = {"gateway": received.gateway, "provider_id": received.provider_id}
    asked |= _numbered("tag", tags.values())
    asked |= _numbered("stop", opt_out_tags(vault, tags.values(), line))
    asked |= _numbered("count", (tag_of(vault, REPLIES, tag.hex()) for tag in tags.values()))
    ((row,),) = send_together(session, [Statement(_known(len(tags)), asked)])
    found = _found(row)
    phone, stopped = _phone(vault, found), bool(found.stopped)
    if phone is not None and phone.line != line:
        # The routes were changed since this phone was met: it is answered from its own line.
        stopped = is_opted_out(session, vault, phone.tag, phone.line)
    talk = None if phone is None else _talk(vault, phone, found)
    return Snapshot(bool(found.taken), stopped, found.answered or 0, phone, talk)


def _found(row: Row) -> _Found:
    case_from = len(row) - len(_CASES.c)
    phone_from = case_from - len(_PHONES.c)
    phone = dict(zip(_PHONES.c.keys(), row[phone_from:case_from], strict=True))
    case = dict(zip(_CASES.c.keys(), row[case_from:], strict=True))
    return _Found._make((*row[:phone_from], phone, case))


def _phone(vault: Vault, found: _Found) -> KnownPhone | None:
    """The number's row. One that others wrote is none, and gives its place to a fresh one: nobody texts as somebody else."""
    phone = found.phone
    if phone["id"] is None or not row_fits(vault, Phone, phone):
        return None
    return KnownPhone(phone["id"], phone["tag"], phone["gateway"], phone["line"])


def _talk(vault: Vault, phone: KnownPhone, found: _Found) -> KnownConversation | None:
    if found.talk_id is None:
        return None
    case_id = CaseId(found.case_id)
    position = read_position(vault, found.talk_id, phone.id, case_id, found.position_veil)
    if position is None or _is_shut(vault, case_id, found):
        return None
    return KnownConversation(found.talk_id, case_id, found.position_veil, position, _case(case_id, found))


def _is_shut(vault: Vault, case_id: CaseId, found: _Found) -> bool:
    """Whether nobody can tell any more which keys of the case are the newest: what is told now goes into a case of its own.

    Else whoever can write the database would silence a phone by one row of its case.
    """
    if found.case["id"] is None or found.key_id is None or found.seq is None:
        return True
    if not head_fits(vault, _head(case_id, found)):
        return True
    return found.version != found.key_version and is_made_here(vault, _key(case_id, found))


def _case(case_id: CaseId, found: _Found) -> KnownCase | None:
    if found.case["facts_veil"] is None or found.key_id is None or found.seq is None:
        return None
    if found.version != found.key_version:
        return None  # the newest key was taken away, and whoever lost access holds this one: under the lock it is refused
    if found.beyond:
        return None  # where the next act belongs in the journal stands another: under the lock it goes on elsewhere
    return KnownCase(case_id, found.case, _key(case_id, found), _head(case_id, found))


def _key(case_id: CaseId, found: _Found) -> CompartmentKeyRow:
    return CompartmentKeyRow(
        id=found.key_id,
        case_id=case_id,
        compartment=Compartment.ACCOUNT.value,
        version=found.version,
        raw=found.raw,
        mac=found.key_mac,
    )


def _head(case_id: CaseId, found: _Found) -> JournalChainRow:
    return JournalChainRow(
        id=case_id,
        seq=found.seq,
        hash=found.hash,
        mac=found.mac,
        secret_veil=found.secret_veil,
        key_version=found.key_version,
    )


def _among(column: ColumnElement[Any], name: str, number: int) -> ColumnElement[bool]:
    if not number:
        return column == literal(b"")  # no tag is as short as that: nobody is found
    return column.in_([bindparam(f"{name}{each}", type_=column.type) for each in range(number)])


def _numbered(name: str, values: Iterable[bytes]) -> dict[str, Any]:
    return {f"{name}{number}": value for number, value in enumerate(values)}
