"""What the database knows when a text arrives: whether it was taken before, whose it is, and where its conversation stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import and_, bindparam, exists, literal, select
from sqlalchemy.orm import Session

from app.database import CaseId
from app.intake.conversation.models import Conversation
from app.intake.conversation.position import Position
from app.intake.conversation.talks import read_position
from app.messaging.gateways.protocol import ReceivedText
from app.messaging.models import InboundText, OptOut, Phone
from app.messaging.opt_outs import is_opted_out, opt_out_tags
from app.vault import Vault


@dataclass(frozen=True)
class Talk:
    """A conversation as it stood when it was looked at; `stood` is that as it was stored."""

    id: UUID
    case_id: CaseId
    stood: bytes = field(repr=False)
    position: Position = field(repr=False)


@dataclass(frozen=True)
class Known:
    """What there was before a text; `talk` is the latest conversation of its phone that has not ended."""

    taken: bool
    stopped: bool
    phone_id: UUID | None
    talk: Talk | None


_TEXTS, _STOPS = InboundText.__table__.c, OptOut.__table__.c
_PHONES, _TALKS = Phone.__table__.c, Conversation.__table__.c

# Every text asks all of this, and on PostgreSQL each way there and back counts: one statement, also where there is no phone yet.
_KNOWN = (
    select(
        exists()
        .where(_TEXTS.gateway == bindparam("gateway"), _TEXTS.provider_id == bindparam("provider_id"))
        .label("taken"),
        exists().where(_STOPS.tag.in_(bindparam("stops", expanding=True))).label("stopped"),
        _PHONES.id.label("phone_id"),
        _PHONES.tag,
        _PHONES.line,
        _TALKS.id.label("talk_id"),
        _TALKS.case_id,
        _TALKS.position_veil,
    )
    .select_from(select(literal(1)).subquery())
    .outerjoin(Phone.__table__, _PHONES.tag.in_(bindparam("tags", expanding=True)))
    .outerjoin(Conversation.__table__, and_(_TALKS.phone_id == _PHONES.id, _TALKS.ended.is_(False)))
    .order_by(_TALKS.number.desc())
    .limit(1)
)


def look_for(
    session: Session, vault: Vault, received: ReceivedText, tags: Mapping[str, bytes], line: str
) -> Known:
    """Look for all of it on a reading unit; `line` is the one from which an answer would go to a new phone."""
    asked = {
        "gateway": received.gateway,
        "provider_id": received.provider_id,
        "stops": opt_out_tags(vault, tags.values(), line),
        "tags": list(tags.values()),
    }
    found = session.connection().execute(_KNOWN, asked).one()
    stopped = bool(found.stopped)
    if found.tag is not None and found.line != line:
        # The routes were changed since this phone was met: it is answered from its own line.
        stopped = is_opted_out(session, vault, found.tag, found.line)
    talk = None
    if found.talk_id is not None:
        position = read_position(vault, found.talk_id, found.position_veil)
        talk = Talk(found.talk_id, CaseId(found.case_id), found.position_veil, position)
    return Known(bool(found.taken), stopped, found.phone_id, talk)
