"""A thief's search: words planted through the real form, looked for wherever the server keeps anything.

First without a keyring (database file, WAL, sessions, logs, whatever else lies in the home folder), then with each keyring in hand,
which gives exactly what SECURITY.md says: the site and the kind of problem, and neither words nor name; the number only to the
dispatcher's, which has to send to it.
"""

import json
import re
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar

import pytest
from sqlalchemy import select

from app.messaging.models import Phone, TextRequest
from app.messaging.phones.phone_rows import phone_place
from app.vault import ContactKeyMissing, Vault, load_keyring
from app.vault.keyring import KeyringName
from tests.harness.databases import Databases, closing_database
from tests.harness.server import LiveServer, running
from tests.support.everything_kept import SITE, everything_kept, everything_unveiled, site_of_the_demo

FIELDS = {
    "words": "quincunx at the loading bay",
    "name": "Perpetua Okonjo",
    "phone": "+60 12-345 6789",
    "contact": "text",
    "safe_times": "after the zither lesson",
    "exclude_other": "foreman Bartholomew",
}
NUMBER = "+60123456789"
"""The same as it is kept for sending; it must not be found in this form either."""

SECRETS = (*(value for name, value in FIELDS.items() if name != "contact"), NUMBER, NUMBER[1:], NUMBER[3:])

CATEGORY = "forced_labour"
MESSAGE = "they moved the turnstile"


@pytest.fixture(scope="module", params=("sqlite", "postgresql"))
def robbed(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[LiveServer, str, str]]:
    """A server with a report and a message in it; its database's address, and the receipt."""
    folder = tmp_path_factory.mktemp("robbed")
    with (
        databases.empty(request.param, folder) as empty,
        running(folder, "up", "--demo", environment={"DATABASE_URL": empty.url}) as server,
    ):
        yield server, empty.url, _file_and_come_back(server.url)


def test_without_a_keyring_nothing_is_found(robbed: tuple[LiveServer, str, str]) -> None:
    server, url, receipt = robbed

    haystack = everything_kept(server.home, url) + server.log.read_bytes()
    for secret in (
        *SECRETS,
        MESSAGE,
        CATEGORY,
        receipt,
        receipt.replace(" ", ""),
        *site_of_the_demo(server, url),
    ):
        for form in (secret, urllib.parse.quote_plus(secret), json.dumps(secret)[1:-1]):
            assert form.encode() not in haystack, secret
    # The search would find what is in the clear, in the database as in the log.
    assert b"Faraway Line" in haystack
    assert b"dispatcher.started" in haystack


@pytest.mark.parametrize("name", ("web", "dispatcher"))
def test_with_a_keyring_site_and_kind_are_found_but_no_words(
    robbed: tuple[LiveServer, str, str], name: KeyringName
) -> None:
    server, url, receipt = robbed
    keyring = load_keyring(server.home / "keys", name)

    with closing_database(url) as database:
        opened = everything_unveiled(database, Vault(keyring))
    for secret in (*SECRETS, MESSAGE, receipt, receipt.replace(" ", "")):
        assert secret.encode() not in opened, secret
    assert f'"{CATEGORY}"'.encode() in opened
    for known in site_of_the_demo(server, url):
        assert known.encode() in opened


def test_the_number_to_text_is_opened_by_the_dispatchers_keyring_only(
    robbed: tuple[LiveServer, str, str],
) -> None:
    server, url, _ = robbed
    web, dispatcher = (Vault(load_keyring(server.home / "keys", name)) for name in ("web", "dispatcher"))

    with closing_database(url) as database, database.reading() as session:
        (wish,) = session.scalars(select(TextRequest))
        phone = session.get_one(Phone, wish.phone_id)
    sealed = phone.number_sealed or b""
    assert dispatcher.open_contact(phone_place(phone.id), sealed) == NUMBER
    with pytest.raises(ContactKeyMissing):
        web.open_contact(phone_place(phone.id), sealed)


def _file_and_come_back(url: str) -> str:
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def page(path: str, fields: dict[str, str] | None = None) -> str:
        data = None if fields is None else urllib.parse.urlencode(fields).encode()
        text: str = browser.open(f"{url}{path}", data, timeout=30).read().decode()
        return text

    def hidden(html: str, name: str) -> str:
        found = re.search(rf'name="{name}"\s+value="([^"]+)"', html)
        assert found, html
        return found[1]

    form = page("/en/")
    told = {"token": hidden(form, "token"), "category": CATEGORY, "exclude": "other", "site": SITE, **FIELDS}
    shown = page("/en/report", told)
    digits = " ".join(re.findall(r"<span>(\d{4})</span>", shown)[:5])
    inbox = page("/en/inbox", {"receipt": digits})
    keys = {name: hidden(inbox, name) for name in ("token", "form_token")}
    assert MESSAGE in page("/en/inbox/write", {**keys, "words": MESSAGE})
    return digits
