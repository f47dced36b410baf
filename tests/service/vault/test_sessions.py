"""Sessions: they end when they should, on any clock, and the database alone opens none of them."""

import base64
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app import clock
from app.database import Database, new_id
from app.vault import (
    SessionEnded,
    SessionRow,
    Vault,
    check_session_form_token,
    end_session,
    end_sessions_of,
    expire_sessions,
    open_session,
    read_session,
    session_form_token,
    touch_session,
)
from app.vault.sessions import SessionKind

IDLE, LONGEST = timedelta(minutes=20), timedelta(hours=8)
PAYLOAD = b"the private half of a member's key"


def _open(store: Database, vault: Vault, kind: SessionKind = "member", subject: UUID | None = None) -> str:
    with store.writing() as session:
        return open_session(session, vault, kind, subject or new_id(), PAYLOAD, idle=IDLE, longest=LONGEST)


def _ended(store: Database, vault: Vault, cookie: str, kind: SessionKind = "member") -> bool:
    with store.reading() as session:
        try:
            read_session(session, vault, kind, cookie)
        except SessionEnded:
            return True
        return False


def _touch(store: Database, vault: Vault, cookie: str) -> None:
    with store.writing() as session:
        touch_session(session, vault, "member", cookie)


def test_a_session_gives_back_what_it_was_opened_with(store: Database, vault: Vault) -> None:
    member = new_id()
    cookie = _open(store, vault, subject=member)
    with store.reading() as session:
        content = read_session(session, vault, "member", cookie)
    assert (content.subject_id, content.payload) == (member, PAYLOAD)
    assert not content.wants_touch
    assert repr(PAYLOAD) not in repr(content)


def test_a_worker_cannot_come_in_with_a_members_cookie(store: Database, vault: Vault) -> None:
    assert _ended(store, vault, _open(store, vault, "member"), "worker")
    assert _ended(store, vault, _open(store, vault, "worker"), "member")


def test_a_workers_session_called_a_members_one_in_the_database_does_not_open(
    store: Database, vault: Vault
) -> None:
    cookie = _open(store, vault, "worker")
    with store.writing() as session:
        session.scalars(select(SessionRow).where(SessionRow.tag == _tag(vault, cookie))).one().kind = "member"
    assert _ended(store, vault, cookie, "member")


@pytest.mark.parametrize("cookie", ("", "x", "A" * 43, "é", "\0", "A" * 100_000))
def test_other_cookies_open_nothing(store: Database, vault: Vault, cookie: str) -> None:
    assert _ended(store, vault, cookie)
    with store.writing() as session:
        end_session(session, vault, cookie)


def test_a_session_left_alone_ends(store: Database, vault: Vault) -> None:
    cookie = _open(store, vault)
    clock.set_offset(19 * 60)
    assert not _ended(store, vault, cookie)
    clock.set_offset(20 * 60 + 1)
    assert _ended(store, vault, cookie)
    with store.writing() as session, pytest.raises(SessionEnded):
        touch_session(session, vault, "member", cookie)


def test_a_session_in_use_goes_on_but_not_for_ever(store: Database, vault: Vault) -> None:
    cookie = _open(store, vault)
    for minutes in range(15, 8 * 60, 15):
        clock.set_offset(minutes * 60)
        with store.reading() as session:
            assert read_session(session, vault, "member", cookie).wants_touch
        _touch(store, vault, cookie)
        with store.reading() as session:
            assert not read_session(session, vault, "member", cookie).wants_touch
    clock.set_offset(8 * 3600 + 1)
    assert _ended(store, vault, cookie)


def test_a_clock_that_jumps_back_does_not_lengthen_a_session_once_it_is_used(
    store: Database, vault: Vault
) -> None:
    cookie = _open(store, vault)
    clock.set_offset(-86400)
    with store.reading() as session:
        assert read_session(session, vault, "member", cookie).wants_touch
    _touch(store, vault, cookie)
    clock.set_offset(-86400 + 21 * 60)
    assert _ended(store, vault, cookie)


def test_the_row_alone_opens_nothing_and_does_not_say_whose_it_is(store: Database, vault: Vault) -> None:
    member = new_id()
    cookie = _open(store, vault, subject=member)
    with store.reading() as session:
        for row in session.scalars(select(SessionRow)):
            stored = row.tag + row.subject_tag + row.payload
            assert PAYLOAD not in stored
            assert member.bytes not in stored
            assert str(member).encode() not in stored
            assert cookie.encode() not in stored


def test_a_payload_moved_to_another_session_does_not_open(store: Database, vault: Vault) -> None:
    mine, theirs = _open(store, vault), _open(store, vault)
    with store.writing() as session:
        my_row, their_row = (
            session.scalars(select(SessionRow).where(SessionRow.tag == _tag(vault, cookie))).one()
            for cookie in (mine, theirs)
        )
        my_row.payload = their_row.payload
    assert _ended(store, vault, mine)
    assert not _ended(store, vault, theirs)


def _tag(vault: Vault, cookie: str) -> bytes:
    return vault.lookup("session", base64.urlsafe_b64decode(cookie + "="))


def test_signing_out_ends_one_session_and_freezing_somebody_ends_all_of_theirs(
    store: Database, vault: Vault
) -> None:
    member = new_id()
    first, second, third = (_open(store, vault, subject=member) for _ in range(3))
    other = _open(store, vault)
    with store.writing() as session:
        end_session(session, vault, first)
    assert [_ended(store, vault, cookie) for cookie in (first, second, third, other)] == [
        True,
        False,
        False,
        False,
    ]
    with store.writing() as session:
        assert end_sessions_of(session, vault, member) == 2
    assert [_ended(store, vault, cookie) for cookie in (second, third, other)] == [True, True, False]


def test_ended_sessions_are_swept_a_few_at_a_time_and_live_ones_stay(store: Database, vault: Vault) -> None:
    for _ in range(5):
        _open(store, vault)
    with store.writing() as session:
        assert expire_sessions(session, 100) == 0
    clock.set_offset(2 * 3600)  # past the full hour that stands in the clear
    live = _open(store, vault)
    with store.writing() as session:
        assert expire_sessions(session, 3) == 3
        assert expire_sessions(session, 100) == 4  # two of these are noise
        assert session.scalar(select(func.count()).select_from(SessionRow)) == 1
    assert not _ended(store, vault, live)


def test_a_form_belongs_to_its_session(store: Database, vault: Vault) -> None:
    with store.reading() as session:
        mine, theirs = (read_session(session, vault, "member", cookie) for cookie in _two(store, vault))
    token = session_form_token(mine)
    assert check_session_form_token(mine, token)
    for other in (session_form_token(theirs), "", token[:-1], "é", "\udcff"):
        assert not check_session_form_token(mine, other)


def _two(store: Database, vault: Vault) -> tuple[str, str]:
    return _open(store, vault), _open(store, vault)


def test_no_minute_in_which_somebody_was_there_stands_in_the_clear(store: Database, vault: Vault) -> None:
    cookie = _open(store, vault)
    clock.set_offset(300)
    _touch(store, vault, cookie)
    with store.reading() as session:
        rows = session.scalars(select(SessionRow)).all()
        assert len(rows) > 1
        for row in rows:
            times = [value for value in vars(row).values() if isinstance(value, datetime)]
            assert times
            assert all((at.minute, at.second, at.microsecond) == (0, 0, 0) for at in times)
            assert row.over_hour >= clock.now()
