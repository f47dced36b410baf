"""A thief's search after a whole conversation by text: words, number, workplace and secret code, wherever anything is kept.

The provider cannot be reached, so that every answer of ours still waits to be sent: sealed, and closed to the web process too.
"""

import json
import re
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from app.database import Database
from app.messaging.models import OutgoingText, Phone
from app.messaging.phones.phone_rows import phone_place
from app.messaging.queue.outgoing import body_place
from app.vault import ContactKeyMissing, Vault, load_keyring
from tests.harness.databases import Databases, closing_database
from tests.harness.server import LiveServer, running
from tests.harness.signing import inbound, sign
from tests.harness.wire import exchange
from tests.support.everything_kept import SITE, everything_kept, everything_unveiled, site_of_the_demo
from tests.support.public_address import BEHIND_A_PROXY, PUBLIC

NUMBER = "+60123456789"
WORDS = "The quincunx at the loading bay keeps our gloves."
MESSAGE = "They moved the turnstile."
GEOGRAPHY = "Selangor"
# What is answered to which question, whichever of them come.
ANSWERS = {
    "Whose phone": "1",
    "in danger now": "2",
    "Where do you work": SITE,
    "Which place": "1",
    "What is it about": "Pay",
    "Who may know": "Only a helper",
    "text you": "yes, please",
}


@dataclass(frozen=True)
class Robbed:
    """A server after a conversation, and what was said in it."""

    server: LiveServer
    url: str
    bodies: list[str]
    code: str

    @property
    def secrets(self) -> tuple[str, ...]:
        """What nobody may find in the clear."""
        digits = self.code.replace(" ", "")
        numbers = (NUMBER, NUMBER[1:], f"0{NUMBER[3:]}", NUMBER[3:])
        return (WORDS, "quincunx", MESSAGE, "turnstile", GEOGRAPHY, *numbers, self.code, digits, *self.bodies)


@pytest.fixture(scope="module", params=("sqlite", "postgresql"))
def robbed(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Robbed]:
    folder = tmp_path_factory.mktemp("texts")
    with databases.empty(request.param, folder) as empty:
        environment = BEHIND_A_PROXY | {"DATABASE_URL": empty.url}
        with running(folder, "up", "--demo", environment=environment) as server:
            with closing_database(empty.url) as database:
                bodies = _converse(server, database)
            code = next(found[0] for body in bodies if (found := re.search(r"(\d{4} ){4}\d{4}", body)))
            yield Robbed(server, empty.url, bodies, code)


def test_without_a_keyring_nothing_is_found(robbed: Robbed) -> None:
    haystack = everything_kept(robbed.server.home, robbed.url) + robbed.server.log.read_bytes()

    for secret in (*robbed.secrets, *site_of_the_demo(robbed.server, robbed.url)):
        for form in (secret, urllib.parse.quote_plus(secret), json.dumps(secret)[1:-1]):
            assert form.encode() not in haystack, secret
    # The search would find what is in the clear, in the database as in the log.
    assert b"Faraway Line" in haystack
    assert b"dispatcher.started" in haystack


def test_with_the_web_keyring_neither_words_nor_number_nor_waiting_texts_are_found(robbed: Robbed) -> None:
    vault = Vault(load_keyring(robbed.server.home / "keys", "web"))

    with closing_database(robbed.url) as database:
        opened = everything_unveiled(database, vault)
        with pytest.raises(ContactKeyMissing):
            _bodies(database, vault)
    for secret in robbed.secrets:
        assert secret.encode() not in opened, secret
    # The workplace is found, as SECURITY.md says.
    for known in site_of_the_demo(robbed.server, robbed.url):
        assert known.encode() in opened


def test_with_the_dispatchers_keyring_the_number_is_found_but_no_words(robbed: Robbed) -> None:
    vault = Vault(load_keyring(robbed.server.home / "keys", "dispatcher"))

    with closing_database(robbed.url) as database:
        opened = everything_unveiled(database, vault)
        with database.reading() as session:
            phones = [phone for phone in session.scalars(select(Phone)) if phone.number_sealed]
            numbers = [
                vault.open_contact(phone_place(phone.id), phone.number_sealed or b"") for phone in phones
            ]
    assert numbers == [NUMBER]
    for secret in (WORDS, "quincunx", MESSAGE, "turnstile"):
        assert secret.encode() not in opened, secret


def _converse(server: LiveServer, database: Database) -> list[str]:
    """Tell everything, agree to texts, ask for the code, and write once more; every body of ours."""
    vault = Vault(load_keyring(server.home / "keys", "dispatcher"))
    _say(server, WORDS)
    asked: set[str] = set()
    seen: list[str] = []
    while "text you" not in asked:
        # Rows have no order of their own that a database keeps: the question is the body that was not there before.
        (question,) = (body for body in _bodies(database, vault) if body not in seen)
        seen.append(question)
        known = next((words for words in ANSWERS if words in question and words not in asked), None)
        assert known, question
        asked.add(known)
        _say(server, ANSWERS[known])
    _say(server, "4")
    _say(server, "yes")
    _say(server, MESSAGE)
    return _bodies(database, vault)


def _say(server: LiveServer, body: str) -> None:
    answer = exchange(server, sign(PUBLIC, "/sms/inbound", inbound(NUMBER, body)))
    assert answer.status == 200, answer


def _bodies(database: Database, vault: Vault) -> list[str]:
    """Every text of ours that still waits, in the order in which they were written; for the dispatcher only."""
    with database.reading() as session:
        rows = session.scalars(
            # All are valid for the same time; when they are due is put off each time the provider is not reached.
            select(OutgoingText).where(OutgoingText.phone_id.is_not(None)).order_by(OutgoingText.valid_until)
        )
        waiting = [row for row in rows if row.body_sealed is not None]
        return [str(vault.open_contact(body_place(row.id), row.body_sealed or b"")) for row in waiting]
