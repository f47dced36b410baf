"""Three dispatchers at once, killed at any instruction while they send: the provider has got every text exactly once.

The provider runs outside, so that it keeps its count whatever is killed. What it had accepted when its sender died is found by
asking it.
"""

import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.database import Database
from app.messaging.delivery import Delivery, Purpose
from app.messaging.models import OutgoingText, Phone
from app.messaging.phones.numbers import read_number
from app.messaging.phones.phone_rows import keep_phone, new_phone
from app.messaging.queue.outgoing import enqueue_text
from app.settings import PROJECT_ROOT
from app.vault import RowSigner, Vault, load_keyring, make_keyrings
from tests.faults.kills import counted, share, told
from tests.harness.provider import NUMBER, provider_process

_AT_ONCE = 3
_PHONES = 40
_ALWAYS_WAITING = 60
_LONGEST_MS = 500
_PLENTY_MS = 120_000
_ANSWER_SECONDS = 0.01


@pytest.mark.timeout(0)
def test_killed_dispatchers_send_every_text_exactly_once(database: Database, tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    make_keyrings(keys)
    vault = Vault(load_keyring(keys, "web"))
    database.sign_with(RowSigner(lambda: vault))
    phones = [_phone(database, vault, f"+254711{number:06d}") for number in range(_PHONES)]
    dice = random.Random()  # noqa: S311 - the moment of a kill is no secret
    written, answers = 0, Counter[str]()
    with provider_process() as provider, _warm_parent(database, keys, provider.url) as ask:
        provider.pause(_ANSWER_SECONDS)
        for before in counted(f"sending on {database.engine.dialect.name}", share(100, short=20)):
            # Most rounds kill three, which is then enough for three.
            while answers["killed"] <= before:
                missing = _ALWAYS_WAITING - _left(database)
                _write(database, vault, phones, range(written, written + max(0, missing)))
                written += max(0, missing)
                answers += ask([dice.uniform(0, _LONGEST_MS) for _ in range(_AT_ONCE)])
        assert ask([_PLENTY_MS] * _AT_ONCE) == {"finished": _AT_ONCE}
        counts = provider.counts()
    assert not answers["failed"]
    assert counts["doubled"] == 0
    assert counts["accepted"] == counts["different"] == written
    _check_rows(database, written)
    name = database.engine.dialect.name
    told(
        f"{name}: {answers['killed']} sending dispatchers killed, three at once; {written} texts, each accepted once"
    )


def _check_rows(database: Database, written: int) -> None:
    with database.reading() as session:
        states = Counter(session.scalars(select(OutgoingText.state)))
        ids = session.scalar(select(func.count(OutgoingText.provider_id.distinct())))
        words = session.scalar(select(func.count()).where(OutgoingText.body_sealed.is_not(None)))
    assert states == {Delivery.ACCEPTED: written}
    assert ids == written
    assert words == 0


def _phone(database: Database, vault: Vault, number: str) -> Phone:
    tags = vault.number_tags(number)
    fresh = new_phone(vault, tags, read_number(number, NUMBER, None), "twilio", NUMBER)
    with database.writing() as session:
        return keep_phone(session, tags, fresh)


def _write(database: Database, vault: Vault, phones: list[Phone], numbers: range) -> None:
    """Texts of which some go to one phone at the same time, so that one could be taken for another."""
    with database.writing() as session:
        for number in numbers:
            enqueue_text(
                session,
                vault,
                key=("text", str(number)),
                purpose=Purpose.CONVERSATION,
                body=f"Text {number}.",
                phone=phones[number % len(phones)],
                case_id=None,
                valid_for=timedelta(days=1),
            )


def _left(database: Database) -> int:
    with database.reading() as session:
        waiting = select(func.count()).where(OutgoingText.state == Delivery.WAITING)
        return session.scalar(waiting) or 0


@contextmanager
def _warm_parent(
    database: Database, keys: Path, provider: str
) -> Iterator[Callable[[list[float]], Counter[str]]]:
    """Ask it to send in several children at once, killing each after so many milliseconds; how each of them ended."""
    parent = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.warm_sender", database.url, str(keys), provider],
        cwd=PROJECT_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        asking, telling = parent.stdin, parent.stdout
        assert telling.readline() == "ready\n"

        def ask(milliseconds: list[float]) -> Counter[str]:
            asking.write(" ".join(str(int(each * 1000)) for each in milliseconds) + "\n")
            asking.flush()
            return Counter(telling.readline().split())

        try:
            yield ask
        finally:
            asking.close()
            parent.wait(30)
