"""The daily root: what was cut off the journal together with its head, dropped or emptied since it was signed is named."""

import json
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app import clock
from app.database import CaseId, Database
from app.vault import (
    Actor,
    JournalChainRow,
    JournalCut,
    JournalFaultKind,
    JournalRow,
    Root,
    RootBroken,
    Vault,
    bind_deployment,
    check_outside,
    gone_since,
    journal,
    load_keyring,
    make_keyrings,
    read_roots,
    sign_root,
    verify_journal,
)
from tests.support.making import FAST, new_case

_COUNTS = {"cases": 4, "entries": 9}


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    make_keyrings(tmp_path / "keys")
    return tmp_path / "keys"


@pytest.fixture
def web(keys: Path) -> Vault:
    """What the operator checks with: it cannot sign."""
    return Vault(load_keyring(keys, "web"), FAST)


@pytest.fixture
def dispatcher(keys: Path) -> Vault:
    return Vault(load_keyring(keys, "dispatcher"), FAST)


@pytest.fixture
def roots(tmp_path: Path) -> Path:
    return tmp_path / "roots"


@pytest.fixture
def cases(database: Database, web: Vault) -> list[CaseId]:
    """Four chains of three entries, and two entries of the deployment's own."""
    made = [new_case() for _ in range(4)]
    with database.writing() as session:
        bind_deployment(session, web)
        for act in ("case.filed", "case.offered", "case.accepted"):
            for case in made:
                journal(session, web, case, act, Actor("system"))
        for _ in range(2):
            journal(session, web, None, "sign_in", Actor("system"))
    return made


def _sign(database: Database, dispatcher: Vault, roots: Path) -> Root | None:
    with database.reading() as session:
        return sign_root(session, dispatcher, roots, _COUNTS, clock.now())


def _gone(database: Database, web: Vault, roots: Path, counts: dict[str, int] | None = None) -> list[str]:
    with database.reading() as session:
        return gone_since(session, roots, read_roots(web, roots)[-1], counts or _COUNTS)


def test_a_journal_that_only_grew_fits_every_root(
    database: Database, web: Vault, dispatcher: Vault, roots: Path, cases: list[CaseId]
) -> None:
    for day in range(3):
        clock.set_offset(day * 86_400)
        signed = _sign(database, dispatcher, roots)
        assert signed is not None
        assert signed.number == day + 1
        with database.writing() as session:
            journal(session, web, cases[day], "case.read", Actor("system"))
            journal(session, web, new_case(), "case.filed", Actor("system"))
    assert [root.number for root in read_roots(web, roots)] == [1, 2, 3]
    assert _gone(database, web, roots) == []
    assert read_roots(web, roots)[-1].counts == {**_COUNTS, "chains": 5 + 2, "journal entries": 12 + 2 + 4}
    assert {path.stat().st_mode & 0o007 for path in roots.iterdir()} == {0}


@pytest.mark.parametrize(("home", "folder", "files"), ((0o750, 0o750, 0o640), (0o700, 0o700, 0o600)))
def test_whoever_shares_the_home_reads_roots_and_nobody_else(
    database: Database,
    dispatcher: Vault,
    roots: Path,
    cases: list[CaseId],
    home: int,
    folder: int,
    files: int,
) -> None:
    """The web user looks at what the dispatcher's user signed, whatever the umask says; a home of one user stays closed."""
    roots.parent.chmod(home)
    before = os.umask(0o077)
    try:
        _sign(database, dispatcher, roots)
    finally:
        os.umask(before)
    assert roots.stat().st_mode & 0o777 == folder
    assert {path.stat().st_mode & 0o777 for path in roots.iterdir()} == {files}


def _cut_tail_with_head(session: Session, case: CaseId) -> None:
    # Put back a head that was copied while the chain was shorter: its MAC is ours.
    session.execute(delete(JournalRow).where(JournalRow.chain_id == case, JournalRow.seq == 3))
    last = session.scalars(select(JournalRow.hash).where(JournalRow.chain_id == case, JournalRow.seq == 2))
    head = update(JournalChainRow).where(JournalChainRow.id == case)
    session.execute(head.values(seq=2, hash=last.one(), mac=_older_mac))


def _drop_chain(session: Session, case: CaseId) -> None:
    session.execute(delete(JournalRow).where(JournalRow.chain_id == case))
    session.execute(delete(JournalChainRow).where(JournalChainRow.id == case))


_older_mac = b""


def _keep_older_mac(web: Vault, session: Session, case: CaseId) -> None:
    """As a thief who copied the row of the head when the chain had two entries."""
    global _older_mac  # noqa: PLW0603 - one test at a time
    last = session.scalars(select(JournalRow.hash).where(JournalRow.chain_id == case, JournalRow.seq == 2))
    _older_mac = web.mac("journal head", case, 2, last.one())


@pytest.mark.parametrize("cut", (_cut_tail_with_head, _drop_chain))
def test_what_was_cut_with_its_head_is_named_though_every_chain_is_whole(
    database: Database,
    web: Vault,
    dispatcher: Vault,
    roots: Path,
    cases: list[CaseId],
    cut: Callable[[Session, CaseId], None],
) -> None:
    assert _sign(database, dispatcher, roots) is not None
    with database.writing() as session:
        _keep_older_mac(web, session, cases[1])
        cut(session, cases[1])
        for _ in range(9):  # more of everything than before: counts alone would not tell
            journal(session, web, new_case(), "case.filed", Actor("system"))
    with database.reading() as session:
        assert verify_journal(session, web).sound
    (told,) = _gone(database, web, roots)
    assert told.startswith(f"Chain {cases[1]}: removed at entry ")
    clock.set_offset(86_400)
    with pytest.raises(JournalCut):
        _sign(database, dispatcher, roots)
    assert len(read_roots(web, roots)) == 1


def test_fewer_rows_than_were_counted_are_told(
    database: Database, web: Vault, dispatcher: Vault, roots: Path, cases: list[CaseId]
) -> None:
    _sign(database, dispatcher, roots)
    assert _gone(database, web, roots, {"cases": 3, "entries": 9}) == [
        "There were 4 cases at root 1, and now there are 3."
    ]


def test_an_emptied_chain_is_no_sound_chain(database: Database, web: Vault, cases: list[CaseId]) -> None:
    with database.writing() as session:
        session.get_one(JournalChainRow, cases[2]).secret_veil = None
        session.execute(update(JournalRow).where(JournalRow.chain_id == cases[2]).values(content=None))
    with database.reading() as session:
        (fault,) = verify_journal(session, web).faults
    assert (fault.chain_id, fault.kind) == (cases[2], JournalFaultKind.EMPTIED)


def _change_count(statement: dict[str, object]) -> None:
    statement["counts"] = {"cases": 1}


def _change_day(statement: dict[str, object]) -> None:
    statement["at"] = (clock.now() - timedelta(days=9)).isoformat()


def _change_key(statement: dict[str, object]) -> None:
    statement["key"] = "00" * 32


@pytest.mark.parametrize("change", (_change_count, _change_day, _change_key))
def test_a_changed_statement_is_refused(
    database: Database,
    web: Vault,
    dispatcher: Vault,
    roots: Path,
    cases: list[CaseId],
    change: Callable[[dict[str, object]], None],
) -> None:
    _sign(database, dispatcher, roots)
    path = roots / "000001.json"
    statement = json.loads(path.read_text())
    change(statement)
    path.write_text(json.dumps(statement))
    with pytest.raises(RootBroken, match=r"Root 1 in roots/ was changed\."):
        read_roots(web, roots)


@pytest.mark.parametrize("lost", ("000001.json", "000002.json"))
def test_a_lost_statement_shows_in_the_folder_or_against_the_mail(
    database: Database, web: Vault, dispatcher: Vault, roots: Path, cases: list[CaseId], lost: str
) -> None:
    signed = [_sign(database, dispatcher, roots) for _ in range(2)]
    mails = [root.line(web.deployment) for root in signed if root is not None]
    assert check_outside(web, read_roots(web, roots), "Dear lead,\n" + "\n".join(mails)) == []
    (roots / lost).unlink()
    if lost == "000001.json":
        with pytest.raises(RootBroken, match="Root 1 is missing"):
            read_roots(web, roots)
        return
    assert check_outside(web, read_roots(web, roots), mails[1]) == [
        "roots/ holds no root 2, or another one than the one that was sent."
    ]


def test_a_root_that_others_made_up_is_told_from_ours(
    database: Database, web: Vault, dispatcher: Vault, roots: Path, cases: list[CaseId]
) -> None:
    root = _sign(database, dispatcher, roots)
    assert root is not None
    ours = read_roots(web, roots)
    assert check_outside(web, ours, (roots / "000001.json").read_text()) == []
    forged = root.line(web.deployment).replace("root 1 ", "root 2 ")
    forged = forged.replace(root.digest(web.deployment).hex(), "ab" * 32)
    with pytest.raises(RootBroken, match="was not signed here"):
        check_outside(web, ours, forged)
    with pytest.raises(RootBroken, match="no root in this file"):
        check_outside(web, ours, "Dear lead, all is well.")
    for broken in ("{}", "[]", "null", '"root"', '{"format": 1, "number": "x"}'):
        with pytest.raises(RootBroken):
            check_outside(web, ours, broken)


def test_changed_or_missing_heads_are_told(
    database: Database, web: Vault, dispatcher: Vault, roots: Path, cases: list[CaseId]
) -> None:
    _sign(database, dispatcher, roots)
    (heads,) = roots.glob("*.heads")
    heads.write_bytes(heads.read_bytes()[52:])
    with pytest.raises(RootBroken, match="was changed"):
        _gone(database, web, roots)
    heads.unlink()
    with pytest.raises(RootBroken, match="is missing"):
        _gone(database, web, roots)


def test_of_two_dispatchers_at_once_one_signs(
    database: Database,
    web: Vault,
    dispatcher: Vault,
    roots: Path,
    cases: list[CaseId],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Both have read the folder before either wrote: what the second read is what it saw when it was empty.
    assert _sign(database, dispatcher, roots) is not None
    monkeypatch.setattr("app.vault.roots.read_roots", lambda *_: [])
    with database.writing() as session:
        journal(session, web, new_case(), "case.filed", Actor("system"))
    assert _sign(database, dispatcher, roots) is None
    monkeypatch.undo()
    assert _gone(database, web, roots) == []
    assert len(list(roots.glob("*.json"))) == 1


def test_only_the_dispatchers_keyring_signs(
    database: Database, web: Vault, roots: Path, cases: list[CaseId]
) -> None:
    with pytest.raises(RootBroken, match="Only the dispatcher"):
        _sign(database, web, roots)
    assert list(roots.iterdir()) == []
