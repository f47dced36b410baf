"""Sessions of members and workers: the row holds a tag of the cookie and a payload that only the cookie opens.

Stealing the database while people are logged in therefore gives neither their keys nor a cookie that works.
"""

import base64
import hmac
import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.database import Base, Opaque, chosen_once
from app.vault.framing import frame, unframe
from app.vault.keyholder import KeyHolder, derive, tag_of
from app.vault.veil import decrypt, encrypt

SessionKind = Literal["member", "worker"]

_COOKIE_BYTES = 32
# A touch a minute keeps the idle time true enough and spares a write for every page.
_TOUCH_AFTER = timedelta(minutes=1)
_UP_TO_THE_HOUR = timedelta(hours=1)


class SessionEnded(Exception):
    """There is no such session, or it was idle or open for too long."""


class SessionRow(Base):
    """One session; its subject is only a keyed tag, and when somebody was there stands in the payload, to be read with the cookie.

    In the clear there is the full hour after which it is surely over: a minute in which a worker came back would point at them.
    """

    __tablename__ = "vault_sessions"

    tag: Mapped[bytes] = mapped_column(primary_key=True, info=Opaque.tag("the cookie"))
    kind: Mapped[str]
    subject_tag: Mapped[bytes] = mapped_column(index=True, info=Opaque.tag("whose session it is"))
    payload: Mapped[bytes] = mapped_column(
        info=Opaque.encrypted("the opened key", "the browser, by its cookie")
    )
    over_hour: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True)
class _Opened:
    """What lies under the cookie's secret; times in whole seconds since 1970."""

    subject_id: UUID
    form_token_secret: bytes = field(repr=False)
    payload: bytes = field(repr=False)
    touched: int
    idle_seconds: int
    ends: int

    def is_over(self, now: datetime) -> bool:
        """Whether it was idle or open for too long."""
        return now.timestamp() >= min(self.touched + self.idle_seconds, self.ends)

    def framed(self) -> bytes:
        """As it is encrypted."""
        subject, secret, payload = self.subject_id, self.form_token_secret, self.payload
        return frame(subject, secret, payload, self.touched, self.idle_seconds, self.ends)


@dataclass(frozen=True)
class SessionContent:
    """What a live session holds; `wants_touch` says that a unit of work should call `touch_session`."""

    subject_id: UUID
    payload: bytes = field(repr=False)
    form_token_secret: bytes = field(repr=False)
    wants_touch: bool


def open_session(
    session: Session,
    holder: KeyHolder,
    kind: SessionKind,
    subject_id: UUID,
    payload: bytes,
    *,
    idle: timedelta,
    longest: timedelta,
    secret: bytes | None = None,
) -> str:
    """Open a session and give the cookie's value, which is kept nowhere else; `secret` is what a page made for this one post."""
    secret, now = secret or secrets.token_bytes(_COOKIE_BYTES), clock.now()
    tag = holder.lookup("session", secret)
    opened = _Opened(
        subject_id=subject_id,
        form_token_secret=secrets.token_bytes(_COOKIE_BYTES),
        payload=payload,
        touched=int(now.timestamp()),
        idle_seconds=int(idle.total_seconds()),
        ends=int((now + longest).timestamp()),
    )
    row = SessionRow(tag=tag, kind=kind, subject_tag=_subject_tag(holder, subject_id))
    _keep(holder, row, secret, opened)
    session.add(row)
    session.flush()
    return cookie_of(secret)


def cookie_of(secret: bytes) -> str:
    """The value of the cookie that carries this secret."""
    return base64.urlsafe_b64encode(secret).decode().rstrip("=")


def read_session(session: Session, holder: KeyHolder, kind: SessionKind, cookie: str) -> SessionContent:
    """What the cookie opens; never writes, so it serves in a reading unit of work; raises `SessionEnded`."""
    secret = _read_cookie(cookie)
    row = session.scalars(
        select(SessionRow).where(
            SessionRow.tag.in_(holder.lookups("session", secret)), SessionRow.kind == kind
        )
    ).one_or_none()
    opened = _open(holder, row, secret)
    # A clock that jumped back must not leave a session open for longer than was agreed.
    wants_touch = abs(clock.now().timestamp() - opened.touched) >= _TOUCH_AFTER.total_seconds()
    return SessionContent(opened.subject_id, opened.payload, opened.form_token_secret, wants_touch)


def touch_session(session: Session, holder: KeyHolder, kind: SessionKind, cookie: str) -> None:
    """Start the idle time anew, within the longest time; in a writing unit of work; raises `SessionEnded`."""
    secret = _read_cookie(cookie)
    row = session.scalars(
        select(SessionRow)
        .where(SessionRow.tag.in_(holder.lookups("session", secret)), SessionRow.kind == kind)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    opened = _open(holder, row, secret)
    if row is not None:
        _keep(holder, row, secret, replace(opened, touched=int(clock.now().timestamp())))


def end_session(session: Session, holder: KeyHolder, cookie: str) -> None:
    """Forget the session of this cookie, if there is one."""
    try:
        tags = holder.lookups("session", _read_cookie(cookie))
    except SessionEnded:
        return
    session.execute(delete(SessionRow).where(SessionRow.tag.in_(tags)))


def end_sessions_of(session: Session, holder: KeyHolder, subject_id: UUID) -> int:
    """Forget every session of a member or worker; the number that were open."""
    tags = holder.lookups("session subject", subject_id.bytes)
    query = delete(SessionRow).where(SessionRow.subject_tag.in_(tags)).returning(SessionRow.tag)
    return len(session.scalars(query).all())


def expire_sessions(session: Session, limit: int) -> int:
    """Delete up to so many sessions that are over; the number deleted."""
    over = (
        select(SessionRow.tag)
        .where(SessionRow.over_hour <= clock.now())
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    query = delete(SessionRow).where(SessionRow.tag.in_(chosen_once(over))).returning(SessionRow.tag)
    return len(session.scalars(query, execution_options={"synchronize_session": False}).all())


def session_form_token(content: SessionContent) -> str:
    """The token that every form of this session carries against cross-site posts."""
    return base64.urlsafe_b64encode(tag_of(content.form_token_secret, "session form")).decode().rstrip("=")


def check_session_form_token(content: SessionContent, token: str) -> bool:
    """Whether a posted form carries the token of its session."""
    return hmac.compare_digest(session_form_token(content).encode(), token.encode("utf-8", "surrogatepass"))


def _open(holder: KeyHolder, row: SessionRow | None, secret: bytes) -> _Opened:
    if row is None:
        raise SessionEnded("there is no such session")
    try:
        content = decrypt(_cipher(secret), row.payload, _bound(holder, row.kind, row.tag))
        subject, form_token_secret, payload, *times = unframe(content)
        touched, idle_seconds, ends = (int.from_bytes(each) for each in times)
        opened = _Opened(UUID(bytes=subject), form_token_secret, payload, touched, idle_seconds, ends)
    except (InvalidTag, ValueError):
        raise SessionEnded("the session does not open") from None
    if opened.is_over(clock.now()):
        raise SessionEnded("the session has ended")
    return opened


def _keep(holder: KeyHolder, row: SessionRow, secret: bytes, opened: _Opened) -> None:
    row.payload = encrypt(_cipher(secret), opened.framed(), _bound(holder, row.kind, row.tag))
    over = datetime.fromtimestamp(min(opened.touched + opened.idle_seconds, opened.ends), UTC)
    row.over_hour = clock.hour_of(over + _UP_TO_THE_HOUR)


def _read_cookie(cookie: str) -> bytes:
    try:
        secret = base64.b64decode(cookie + "=" * (-len(cookie) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise SessionEnded("not a cookie of ours") from None
    if len(secret) != _COOKIE_BYTES:
        raise SessionEnded("not a cookie of ours")
    return secret


def _cipher(secret: bytes) -> AESGCM:
    return AESGCM(derive(secret, "session payload"))


def _subject_tag(holder: KeyHolder, subject_id: UUID) -> bytes:
    return holder.lookup("session subject", subject_id.bytes)


def _bound(holder: KeyHolder, kind: str, tag: bytes) -> bytes:
    return frame("redress session", holder.deployment, kind, tag)
